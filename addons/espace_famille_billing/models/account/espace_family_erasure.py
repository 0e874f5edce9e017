from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.espace_famille.models.core.guards import allow
from odoo.addons.espace_famille.models.erasure.espace_erasure_mixin import erase_papers

from ..core.guards import STATING

# Invoices, payments and what proves them are kept for ten years.
ACCOUNTING_YEARS = 10
# Mails and words; what the ledger traced of itself stays with it.
WRITTEN = ("auto_comment", "comment", "email", "email_outgoing")

# Where words are left, by model: what a mail server says names whom it refuses.
WORDS = {
    "espace.arrears.exemption": ("reason",),
    "espace.debt.transfer.line": ("returned_reason",),
    "espace.booking.block": ("reason", "missing_reason", "lifted_reason"),
    "espace.accountant.terms": ("granted_by", "ended_reason"),
    "espace.deposit.plan": ("note", "closed_reason"),
    "espace.aid": ("document_name", "note", "number"),
    "espace.flat": ("note",),
    "espace.flat.due": ("waiver",),
    "espace.pack": ("note",),
    "espace.billing.run.family": ("reason", "sending_error", "letter_reason"),
}


class EspaceFamily(models.Model):
    """Who owes, or is owed, is kept; invoices stay as long as the law asks."""

    _inherit = "espace.family"

    @api.model
    def _old_in(self, today, years):
        needed = self._with_accounting(today, Domain("espace_family_id", "!=", False))
        return super()._old_in(today, years) | (
            Domain("payer_kept", "=", True) & Domain("id", "not in", needed)
        )

    @api.model
    def _with_accounting(self, today, families):
        """Return the ids of the families with accounting that is kept on `today`.

        :param families: domain of their invoices and payments
        """
        day = fields.Date.subtract(today, years=ACCOUNTING_YEARS)
        return [
            family.id
            for model in ("account.move", "account.payment")
            for (family,) in self.env[model]
            .sudo()
            ._read_group(families & Domain("date", ">=", day), ["espace_family_id"])
        ]

    def _payer_must_be_kept(self):
        own = Domain("espace_family_id", "=", self.id)
        return bool(self._with_accounting(self.company_id._espace_today(), own))

    def _why_kept(self):
        if why := super()._why_kept():
            return why
        family_sudo = self.sudo()
        of_family = family_sudo._espace_net()
        if due := of_family.owed:
            return self.env._(
                "%(family)s owes %(amount)s: settle the account first.",
                family=family_sudo.name,
                amount=family_sudo.company_id._espace_amount_words(due),
            )
        if credit := of_family.credit:
            return self.env._(
                "%(family)s has a credit of %(amount)s: give it back first.",
                family=family_sudo.name,
                amount=family_sudo.company_id._espace_amount_words(credit),
            )
        open_charges = [
            ("family_id", "=", family_sudo.id),
            ("state", "=", "to_invoice"),
        ]
        if self.env["espace.charge"].sudo().search_count(open_charges, limit=1):
            return self.env._(
                "%s has services that are not invoiced: invoice them first.",
                family_sudo.name,
            )
        return ""

    def _erase_household(self):
        result = super()._erase_household()
        self.income_ids.proof_ids.unlink()
        self.env["espace.reminder"].search([("family_id", "in", self.ids)]).unlink()
        for model, words in WORDS.items():
            about = self.env[model].search([("family_id", "in", self.ids)])
            for field in words:
                about.filtered(field).write({field: "–"})
        erase_papers(self.aid_ids)
        moves = self.espace_move_ids
        moves.filtered("espace_dispute_reason").write({"espace_dispute_reason": "–"})
        moves.message_ids.filtered(lambda m: m.message_type in WRITTEN).unlink()
        return result

    def _erase_payer(self):
        result = super()._erase_payer()
        if not self.payer_kept:
            erase_papers(self.espace_move_ids)
            self.espace_move_ids.line_ids._espace_erase_words()
            self.charge_ids.payer_line_id._espace_erase_words()
        return result


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _espace_erase_words(self):
        """Let lines say what was sold, and no longer to whom; amounts stay.

        The labels of entries that Odoo has sealed by a hash cannot change.
        """
        # What is posted stays; only who it was for goes.
        lines = allow(self, STATING)
        lines.espace_words = False
        lines.filtered("espace_reason").espace_reason = "–"
        for line in lines.filtered("product_id"):
            if not line.move_id.inalterable_hash:
                line.name = line.product_id.display_name
