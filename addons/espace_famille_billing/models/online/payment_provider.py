from odoo import models

from ..core.amounts import to_decimal

# How long a bank is given for its answer once its page was opened.
PAGE_MINUTES = 60


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

    def _espace_of_regie(self, regie):
        """Return those that may bring money to a régie: into its journal, or to none.

        None of them where its act does not list payment online.

        :param regie: an `espace.regie`; empty for what no régie collects
        """
        regie_sudo = regie.sudo()
        if regie_sudo and not regie_sudo._takes("online"):
            return self.browse()
        of_none = self.env["espace.regie"]
        return self.filtered(
            lambda provider: (
                provider._espace_journal_sudo().espace_regie_id in (of_none, regie_sudo)
            )
        )

    def _espace_journal_sudo(self):
        """Return the journal of its payments, without making what is missing.

        Odoo's own field writes a line where there is none, which a page that is only
        read must not.
        """
        self.ensure_one()
        lines_sudo = self.env["account.payment.method.line"].sudo()
        known = [("payment_provider_id", "=", self.id), ("journal_id", "!=", False)]
        return (
            lines_sudo.search(known, limit=1).journal_id
            or self.company_id.sudo()._espace_online_journal()
        )

    def _espace_hold_minutes(self):
        """Hook: return the minutes after which a payment page has told its result.

        The seats that it pays are held so long, whatever the commune's own limit.
        """
        self.ensure_one()
        return PAGE_MINUTES

    def _espace_why_not(self, family, amount):
        """Hook: say why a family cannot pay an amount by this, "" if it can.

        :param family: an `espace.family`
        :param Decimal amount: in euros, above 0
        """
        self.ensure_one()
        if self.maximum_amount and amount > to_decimal(self.maximum_amount):
            return self.env._(
                "“%(provider)s” takes no payment above %(amount)s.",
                provider=self.name,
                amount=self.company_id._espace_amount_words(self.maximum_amount),
            )
        return ""

    def _get_compatible_providers(self, *args, espace_regie_id=None, **kwargs):
        """Offer for an invoice only what pays into its own régie."""
        providers = super()._get_compatible_providers(*args, **kwargs)
        # A browser may send anything under that name, but no number.
        if not isinstance(espace_regie_id, int):
            return providers
        return providers._espace_of_regie(
            self.env["espace.regie"].browse(espace_regie_id or [])
        )

    def _ensure_payment_method_line(self, allow_create=True):
        result = super()._ensure_payment_method_line(allow_create)
        journal = self.journal_id
        if journal.espace_regie_id:
            lines = journal.inbound_payment_method_line_ids.filtered(
                lambda line: line.payment_provider_id == self
            )
            lines.payment_account_id = journal.default_account_id
        return result
