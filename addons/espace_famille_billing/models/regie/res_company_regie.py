from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ...domain import write_off
from ..core.res_company import INCOME_TYPES
from .account_journal import MEANS

# Codes of the journals that are made, and the account types and codes that are looked
# for on the commune's own chart, the first found: M57 first, then the general chart.
JOURNAL_CODES = {
    "cash": "RNUM",
    "cheque": "RCHQ",
    "card": "RCB",
    "online": "RWEB",
    "cesu": "RCESU",
    "direct_debit": "RPRE",
    "transfer": "RVIR",
}
WRITE_OFF_TYPES = ("expense", "expense_other")
FEE_CODES = ("75888", "7588", "758", "7088", "708")
FORMER_YEAR_CODES = ("673",)
RECOVERY_CODES = ("75888", "7588", "758")
# Which account of the settings bears which decision.
WRITE_OFF_FIELDS = {
    write_off.IRRECOVERABLE: "espace_writeoff_account_id",
    write_off.REMISSION: "espace_remission_account_id",
    write_off.EXTINGUISHED: "espace_extinction_account_id",
}


class ResCompany(models.Model):
    """The régie's accounts, on whatever chart of accounts the commune has."""

    _inherit = "res.company"

    espace_writeoff_account_id = fields.Many2one(
        "account.account",
        "Account for Write-Offs",
        check_company=True,
        domain=[("account_type", "in", WRITE_OFF_TYPES)],
        help="Debts admitted as irrecoverable (non-valeur), which the family still "
        "owes: 6541 in M57.",
    )
    espace_remission_account_id = fields.Many2one(
        "account.account",
        "Account for Debts that the Council Remits",
        check_company=True,
        domain=[("account_type", "in", WRITE_OFF_TYPES)],
        help="Remise gracieuse: your accountant says which one.",
    )
    espace_extinction_account_id = fields.Many2one(
        "account.account",
        "Account for Debts that a Judge Extinguishes",
        check_company=True,
        domain=[("account_type", "in", WRITE_OFF_TYPES)],
        help="Créances éteintes: 6542 in M57.",
    )
    espace_recovery_account_id = fields.Many2one(
        "account.account",
        "Account for What is Collected after a Write-off",
        check_company=True,
        domain=[("account_type", "in", INCOME_TYPES)],
        help="An irrecoverable debt that a family pays after all: your accountant says "
        "which one.",
    )
    espace_former_year_account_id = fields.Many2one(
        "account.account",
        "Account for Credits of a Former Year",
        check_company=True,
        domain=[("account_type", "in", WRITE_OFF_TYPES)],
        help="Titles cancelled of former budget years: 673 in M57. Credits of the same "
        "year lower the income itself.",
    )
    espace_fee_product_id = fields.Many2one(
        "product.product",
        "Fee for Rejected Payments",
        check_company=True,
        help="What a family is charged when its bank rejects a cheque or a debit.",
    )

    # === Setup === #

    def _espace_setup_regie(self):
        """Make what is missing to collect and book the families' money; keep the rest.

        May run any number of times, on the chart M57 or any other: the default régie, a
        journal with its account for each means of payment, the accounts for write-offs
        and fees, services without taxes and with an income account.

        :return: the default `espace.regie`
        :raise UserError: the commune has no chart of accounts yet
        """
        self.ensure_one()
        company_sudo = self.sudo().with_company(self)
        if not company_sudo._espace_find_account(("asset_receivable",)):
            raise UserError(
                company_sudo.env._(
                    "%s has no chart of accounts yet: choose one in the settings of "
                    "Invoicing, under Fiscal Localization.",
                    company_sudo.name,
                )
            )
        regie = (
            company_sudo._espace_default_regie() or company_sudo._espace_create_regie()
        )
        for means, label in company_sudo._espace_means_names().items():
            company_sudo._espace_setup_journal(regie, means, label)
        company_sudo._espace_setup_treasury(regie)
        company_sudo._espace_setup_online_payment()
        company_sudo._espace_setup_accounts()
        company_sudo._espace_setup_options()
        return regie.with_env(self.env)

    def _espace_regies(self):
        """Return the régies of this commune, in the order of their codes."""
        self.ensure_one()
        return self.env["espace.regie"].search([("company_id", "in", self.ids)])

    def _espace_only_regie(self):
        """Return the régie of a commune that has one, else an empty one."""
        regies = self._espace_regies()
        return regies if len(regies) == 1 else regies.browse()

    def _espace_default_regie(self):
        """Return the régie that collects unless another is chosen, maybe none."""
        return self._espace_regies()[:1]

    def _espace_own_regie(self):
        """Return the régie that the user works for, else the first one, maybe none."""
        regies = self._espace_regies()
        own = regies.filtered(lambda regie: self.env.user in regie._persons())
        return (own or regies)[:1]

    def _espace_has_counter(self):
        """Tell whether a régie of this commune can collect."""
        return bool(self._espace_regies().journal_ids)

    def _espace_create_regie(self):
        return self.env["espace.regie"].create(
            {
                "name": self.env._("Régie of %s", self.name),
                "code": "REG",
                "company_id": self.id,
            }
        )

    def _espace_means_names(self):
        """Return {means of payment: its name}."""
        field = self.env["account.journal"]._fields["espace_means"]
        names = dict(field._description_selection(self.env))
        return {means: names[means] for means, _name in MEANS}

    # === Journals === #

    def _espace_setup_journal(self, regie, means, label):
        """Have one journal of the régie for a means: its own, the chart's or a new."""
        journals = self.env["account.journal"].search([("company_id", "=", self.id)])
        collecting = journals.filtered(
            lambda journal: journal.espace_regie_id and journal.espace_means == means
        )
        if collecting:
            collecting._espace_book_at_once()
            return
        vals = {"espace_regie_id": regie.id, "espace_means": means}
        journal = self._espace_journal_of_chart(means)
        if journal and not journal.espace_regie_id:
            journal.write(vals)
            return
        code = JOURNAL_CODES[means]
        if code not in journals.with_context(active_test=False).mapped("code"):
            vals["code"] = code
        journals.create(
            {
                "name": self.env._("Régie – %s", label),
                "type": "cash" if means == "cash" else "bank",
                "company_id": self.id,
                **vals,
            }
        )

    def _espace_journal_of_chart(self, means):
        """Return the journal that the chart M57 has for a means, maybe none."""
        journal = self.env.ref(
            f"account.{self.id}_regie_{means}", raise_if_not_found=False
        )
        return journal or self.env["account.journal"]

    def _espace_online_journal(self):
        """Return the journal of payments online, of the first régie that has one."""
        self.ensure_one()
        return self.env["account.journal"].search(
            [
                ("company_id", "=", self.id),
                ("espace_regie_id", "!=", False),
                ("espace_means", "=", "online"),
                ("type", "=", "bank"),
            ],
            limit=1,
        )

    def _espace_setup_online_payment(self):
        """Have the providers in use pay into the régie; what was paid stays."""
        providers = self.env["payment.provider"].search(
            [
                ("company_id", "=", self.id),
                ("state", "in", ("enabled", "test")),
                ("code", "not in", ("none", "custom")),
            ]
        )
        outside = providers.filtered(lambda p: not p.journal_id.espace_regie_id)
        outside.journal_id = self._espace_online_journal()

    def _espace_setup_treasury(self, regie):
        """Have the régie hand over to the bank of the commune: 515 in M57."""
        if not regie.remittance_journal_id:
            regie.remittance_journal_id = self.env["account.journal"].search(
                [
                    ("company_id", "=", self.id),
                    ("type", "=", "bank"),
                    ("espace_regie_id", "=", False),
                ],
                order="sequence, id",
                limit=1,
            )

    # === Accounts === #

    def _espace_setup_accounts(self):
        for kind, name in WRITE_OFF_FIELDS.items():
            if not self[name]:
                self[name] = self._espace_writeoff_account(kind)
        if not self.espace_former_year_account_id:
            self.espace_former_year_account_id = self._espace_former_year_account()
        if not self.espace_recovery_account_id:
            self.espace_recovery_account_id = self._espace_recovery_account()
        if not self.espace_fee_product_id:
            self.espace_fee_product_id = self._espace_create_fee()

    def _espace_writeoff_account(self, kind=write_off.IRRECOVERABLE):
        """Return the account of the settings, or the one that the chart has for it.

        :param str kind: one of `write_off.KINDS`
        """
        self.ensure_one()
        return self[WRITE_OFF_FIELDS[kind]] or self._espace_find_account(
            WRITE_OFF_TYPES, write_off.KINDS[kind].accounts
        )

    def _espace_recovery_account(self):
        """Return the account of the settings, or the one that the chart has for it."""
        self.ensure_one()
        return self.espace_recovery_account_id or self._espace_find_account(
            INCOME_TYPES, RECOVERY_CODES
        )

    def _espace_former_year_account(self):
        """Return the account of the settings, or 673 of the chart, maybe none."""
        self.ensure_one()
        return self.espace_former_year_account_id or self._espace_find_account(
            WRITE_OFF_TYPES, FORMER_YEAR_CODES
        )

    def _espace_create_fee(self):
        account = self._espace_find_account(INCOME_TYPES, FEE_CODES)
        fee = self.env["product.product"].create(
            {
                "name": self.env._("Fee for a rejected payment"),
                "type": "service",
                "sale_ok": False,
                "purchase_ok": False,
                "list_price": 0,
                "company_id": self.id,
                "property_account_income_id": account.id,
            }
        )
        fee.taxes_id = [Command.clear()]
        # Families read it on their invoice, each in its language.
        for code, _name in self.env["res.lang"].get_installed():
            in_words = self.with_context(lang=code)
            fee.with_env(in_words.env).name = in_words.env._(
                "Fee for a rejected payment"
            )
        return fee

    def _espace_setup_options(self):
        """Take the taxes off the services, and see that each has an income account."""
        activities = self.env["espace.activity"].search([("company_id", "=", self.id)])
        activities.product_ids._espace_drop_taxes()
        for activity in activities.filtered(lambda a: not a.income_account_id):
            activity.income_account_id = activity._default_income_account()
