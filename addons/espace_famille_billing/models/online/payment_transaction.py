from odoo import models


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _espace_is_awaited(self, now=None):
        """Tell whether the money of this payment may come, or came and is not booked.

        :param datetime now: naive UTC, the present if None
        """
        self.ensure_one()
        is_unbooked = self.state == "done" and not self.payment_id
        return is_unbooked or self.state in ("pending", "authorized")

    def _post_process(self):
        """Confirm held seats for their exact price only, and tell what else came.

        The price is paid by this money and, for the rest, by the family's open credits.
        Money for seats that were given back, or that with those credits does not make
        the price, stays on the family's account as a credit.
        """
        fresh = self.filtered(lambda tx: tx.state == "done" and not tx.payment_id)
        for transaction in fresh:
            transaction._espace_detach_other_amount()
        result = super()._post_process()
        for transaction in fresh:
            paid = transaction.invoice_ids.filtered(lambda move: move.state == "posted")
            paid._espace_use_credits()
            transaction._espace_notify_if_kept()
        return result

    def _espace_detach_other_amount(self):
        """Let the draft invoices wait for the payment of what they ask."""
        self.ensure_one()
        waiting = self.invoice_ids.filtered(
            lambda move: move.state == "draft" and move.espace_family_id
        )
        if waiting and not self._espace_fits(waiting):
            self.invoice_ids -= waiting

    def _espace_notify_if_kept(self):
        """Write to the family whose money paid no invoice."""
        self.ensure_one()
        partner = self.partner_id.commercial_partner_id
        family = (
            self.env["espace.family"]
            .sudo()
            .search([("partner_id", "=", partner.id)], limit=1)
        )
        if not family or not self.payment_id:
            return
        if self.invoice_ids:
            if self.payment_id._espace_kept():
                family._notify_with(
                    "espace_famille_billing.mail_template_payment_left", self
                )
            return
        problem = "other_amount" if family._espace_payment_move() else "too_late"
        family._notify_with(
            f"espace_famille_billing.mail_template_payment_{problem}", self
        )

    def _espace_kept_words(self):
        """Say how much of this payment settled nothing."""
        left = self.payment_id._espace_kept() if self.payment_id else 0
        return self.company_id._espace_amount_words(left)
