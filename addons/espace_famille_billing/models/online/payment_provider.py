from odoo import models


class PaymentProvider(models.Model):
    """Payments online arrive in the régie's journal, and are booked there at once."""

    _inherit = "payment.provider"

    def _compute_journal_id(self):
        lines_sudo = self.env["account.payment.method.line"].sudo()
        known = lines_sudo.search(
            [("payment_provider_id", "in", self.ids), ("journal_id", "!=", False)]
        ).payment_provider_id
        super()._compute_journal_id()
        for provider in self.filtered("journal_id") - known:
            journal = provider.company_id._espace_online_journal()
            if journal and provider.code not in ("none", "custom"):
                provider.journal_id = journal
                provider._ensure_payment_method_line()

    def _ensure_payment_method_line(self, allow_create=True):
        result = super()._ensure_payment_method_line(allow_create)
        journal = self.journal_id
        if journal.espace_regie_id:
            lines = journal.inbound_payment_method_line_ids.filtered(
                lambda line: line.payment_provider_id == self
            )
            lines.payment_account_id = journal.default_account_id
        return result
