"""What families pay to the public accountant of debts that the régie sent there."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.amounts import to_decimal

TREASURY_TYPES = ("asset_cash", "asset_current")
TREASURY_CODES = ("515", "512")


class AccountMove(models.Model):
    """The gesture of the accountant: a transmitted debt was paid at the Treasury.

    No money of a régie: no receipt, nothing in an état d'encaissement. An entry of its
    own settles the debt, and is undone by another one.
    """

    _inherit = "account.move"

    espace_treasury_family_id = fields.Many2one(
        "espace.family",
        "Family that Paid the Accountant",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    espace_treasury_reference = fields.Char(
        "Reference of the Accountant",
        readonly=True,
        copy=False,
        help="What the public accountant states the payment by, e.g. the list of what "
        "was collected of titles.",
    )
    espace_treasury_undone = fields.Boolean(
        "Payment to the Accountant Undone",
        compute="_compute_espace_treasury_undone",
        store=True,
    )

    @api.depends("reversal_move_ids.state", "espace_treasury_family_id")
    def _compute_espace_treasury_undone(self):
        for move in self:
            move.espace_treasury_undone = bool(
                move.espace_treasury_family_id
            ) and "posted" in move.reversal_move_ids.mapped("state")

    @api.model
    def _espace_paid_to_treasury(
        self, family, parts, date, reference, account, token=None
    ):
        """Record what a family paid to the accountant; it settles these debts.

        :param dict parts: {open receivable line of what was sent: euros}
        :param date date: the day of the payment, local
        :param str reference: what the accountant states it by
        :param account: the `account.account` of the Treasury: 515 in M57
        :param str token: of the form that asks for it: it makes one entry
        :return: the posted entry
        :raise UserError: one of these is not with the accountant, or not on that day
        """
        Payment = self.env["account.payment"]
        Payment._espace_check_regie_role()
        lines = self.env["account.move.line"].union(*parts)
        self._espace_check_treasury(family, parts, lines, date, reference, account)
        reference = reference.strip()
        return self._espace_settle_by_entry(
            family,
            parts,
            account,
            date,
            self.env._("Paid to the public accountant – %s", reference),
            token,
            espace_treasury_family_id=family.id,
            espace_treasury_reference=reference,
        )

    @api.model
    def _espace_check_treasury(self, family, parts, lines, date, reference, account):
        if not lines or any(to_decimal(amount) <= 0 for amount in parts.values()):
            raise UserError(self.env._("Choose at least one line and an amount."))
        known = family._espace_open_lines("debit")
        if lines - known:
            raise UserError(
                self.env._(
                    "%s is settled already, or is not of this family: open the form "
                    "again.",
                    ", ".join((lines - known).sudo().mapped("move_name")),
                )
            )
        for line, amount in parts.items():
            if to_decimal(amount) > to_decimal(line.amount_residual):
                raise UserError(
                    self.env._(
                        "%(document)s: %(left)s is left to pay of it, no more.",
                        document=line.move_name,
                        left=family.company_id._espace_amount_words(
                            line.amount_residual
                        ),
                    )
                )
            sent = line.move_id.espace_transmitted_on
            if not sent:
                raise UserError(
                    self.env._(
                        "%s is not with the public accountant: what the régie receives "
                        "is taken at its counter.",
                        line.move_name,
                    )
                )
            if date < sent:
                raise UserError(
                    self.env._(
                        "%(document)s is with the accountant since %(day)s: nothing "
                        "was paid there before.",
                        document=line.move_name,
                        day=family.company_id._espace_day_words(sent, year=True),
                    )
                )
        if date > family.company_id._espace_today():
            raise UserError(self.env._("A payment is not of a day to come."))
        if not (reference or "").strip():
            raise UserError(
                self.env._("Enter the reference by which the accountant states it.")
            )
        if not account:
            raise UserError(
                self.env._("Choose the account of the Treasury: 515 in M57.")
            )
        if account in self._espace_treasury_held(family.company_id):
            raise UserError(
                self.env._(
                    "%s is an account of a régie: what the accountant received never "
                    "went through it.",
                    account.display_name,
                )
            )

    @api.model
    def _espace_treasury_held(self, company):
        """Return the accounts that hold money of the régies."""
        return (
            self.env["account.journal"]
            .sudo()
            .with_context(active_test=False)
            .search([("company_id", "=", company.id), ("espace_regie_id", "!=", False)])
            .default_account_id
        )

    def action_espace_treasury(self):
        """Open the form by which what the accountant received is recorded."""
        family = self.espace_family_id
        if len(family) != 1:
            raise UserError(self.env._("Choose the invoices of one family."))
        return family._espace_open_wizard(
            "espace.treasury.wizard", self.env._("Paid to the Accountant"), self
        )

    def action_espace_undo_treasury(self):
        """Make what was recorded as paid to the accountant due again, by an entry."""
        self.ensure_one()
        self.env["account.payment"]._espace_check_regie_role()
        if (
            self.state != "posted"
            or not self.espace_treasury_family_id
            or self.reversed_entry_id
            or self.espace_treasury_undone
        ):
            raise UserError(
                self.env._("This is no payment to the accountant, or it was undone.")
            )
        return self._espace_undo_entry(
            "espace_treasury_family_id", "espace_treasury_reference"
        )


class ResCompany(models.Model):
    _inherit = "res.company"

    def _espace_treasury_account(self):
        """Return the account that the accountant receives on, maybe none: 515 in M57.

        That of the journal to which the régie hands over, else the chart's.
        """
        self.ensure_one()
        journals = self._espace_regies().sudo().remittance_journal_id
        return journals[:1].default_account_id or self._espace_find_account(
            TREASURY_TYPES, TREASURY_CODES
        )
