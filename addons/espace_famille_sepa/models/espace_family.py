from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.tools.misc import format_date

from odoo.addons.espace_famille.models.core.guards import allow
from odoo.addons.espace_famille_billing.models.core.guards import STATING

# A bank sends back for 13 months what was not authorised; then the mandate proves
# nothing any more.
PROOF_MONTHS = 14
ERASED = "–"


class EspaceFamily(models.Model):
    """A family and its mandates."""

    _inherit = "espace.family"

    espace_mandate_ids = fields.One2many(
        "account.banking.mandate",
        "espace_family_id",
        "Mandates",
        groups="espace_famille.group_finance",
    )

    def _espace_mandate(self, regie):
        """Return the valid mandate of this family for a régie, maybe suspended."""
        self.ensure_one()
        return (
            self.env["account.banking.mandate"]
            .sudo()
            .search(
                [
                    ("espace_family_id", "=", self.id),
                    ("espace_regie_id", "=", regie.id),
                    ("state", "=", "valid"),
                ],
                limit=1,
            )
        )

    def _espace_mandates_changed(self):
        """Say on families and open invoices whether a bank will be asked."""
        for family in self.sudo():
            usable = family.espace_mandate_ids.filtered(
                lambda m: not m._espace_problem()
            )
            family.pays_by_debit = bool(usable)
            announced = self.env["account.move"].sudo()
            announced = announced.search(
                [
                    ("espace_family_id", "=", family.id),
                    ("espace_debit_date", "!=", False),
                    ("payment_state", "in", ("not_paid", "partial")),
                ]
            )
            lost = announced.filtered(
                lambda move, usable=usable: (
                    move.espace_regie_id not in usable.espace_regie_id
                    and not move.espace_debit_line_id
                )
            )
            allow(lost, STATING).espace_debit_date = False

    def action_espace_mandates(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille_sepa.mandate_action"
        )
        action["domain"] = [("espace_family_id", "=", self.id)]
        return action

    def _espace_on_its_way_searches(self):
        lines_sudo = self.env["account.payment.line"].sudo()
        live = [("espace_family_id", "in", self.ids), ("espace_live", "=", True)]
        return super()._espace_on_its_way_searches() | {
            "debits": (lines_sudo, live, None)
        }

    # === Portal === #

    def _portal_invoice(self, move_sudo):
        row = super()._portal_invoice(move_sudo)
        day = move_sudo.amount_residual and move_sudo._espace_debited_on()
        row["debited"] = day and self.env._(
            "Debited on %s", format_date(self.env, day, date_format="d MMM y")
        )
        return row

    def _portal_debits(self):
        """Return what is about to be debited: [(day in words, euros, invoices)]."""
        self.ensure_one()
        lines_sudo = self.env["account.payment.line"].sudo()
        live = lines_sudo.search(
            [
                ("espace_family_id", "=", self.id),
                ("espace_live", "=", True),
                ("order_id.espace_announced_on", "!=", False),
            ]
        )
        day = self.company_id._espace_day_words
        return [
            (
                day(order.date_scheduled, year=True),
                self.company_id._espace_amount_words(
                    sum(own.mapped("amount_currency"))
                ),
                ", ".join(own.move_line_id.mapped("move_name")),
            )
            for order, own in live.grouped("order_id").items()
        ]

    # === Leaving === #

    def _why_kept(self):
        if why := super()._why_kept():
            return why
        family = self.sudo()
        if (
            self.env["account.payment.line"]
            .sudo()
            .search_count(
                [("espace_family_id", "=", family.id), ("espace_live", "=", True)],
                limit=1,
            )
        ):
            return self.env._(
                "%s is about to be debited: wait for the result, or take it out of the "
                "run.",
                family.name,
            )
        used = max(
            (d for d in family.espace_mandate_ids.mapped("last_debit_date") if d),
            default=None,
        )
        until = used and used + relativedelta(months=PROOF_MONTHS)
        if until and until > family.company_id._espace_today():
            return self.env._(
                "%(family)s was debited: its mandate proves it until %(day)s.",
                family=family.name,
                day=family.company_id._espace_day_words(until, year=True),
            )
        return ""

    def _erase_household(self):
        result = super()._erase_household()
        mandates = self.sudo().espace_mandate_ids
        mandates._espace_end(self.env._("Erased"))
        accounts = mandates.partner_bank_id | self.env[
            "res.partner.bank"
        ].sudo().search(
            [("espace_family_id", "in", self.ids), ("active", "in", [True, False])]
        )
        for mandate in allow(mandates, STATING):
            mandate.message_ids.unlink()
            mandate.write(
                {
                    "espace_holder": ERASED,
                    "espace_signer": ERASED,
                    "espace_signed_email": False,
                    "espace_signed_from": False,
                    "espace_pdf": False,
                    "scan": False,
                    "format": "basic",
                }
            )
        for account in accounts:
            account.write(
                {
                    "acc_number": f"{ERASED}{account.id}",
                    "acc_holder_name": ERASED,
                    "active": False,
                }
            )
        self.env["espace.mandate.signature"].sudo().search(
            [("family_id", "in", self.ids)]
        ).unlink()
        return result
