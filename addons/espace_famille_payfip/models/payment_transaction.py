from odoo import models

# Seconds between two looks at a payment by pages of its family.
LOOKS_EVERY = 5


class PaymentTransaction(models.Model):
    """Families' payments by PayFiP, in the régie."""

    _inherit = "payment.transaction"

    def _espace_ask_bank(self):
        super()._espace_ask_bank()
        self._payfip_refresh(at_most_every=LOOKS_EVERY)

    def _espace_is_debit(self):
        return super()._espace_is_debit() or self.payfip_result in ("V", "Z")

    def _create_payment(self, **extra_create_values):
        """Write the treasury's reference on the payment: both are compared by it."""
        if self.provider_code == "payfip" and self.payfip_refdet:
            memo = f"{self.reference} - {self.payfip_refdet}"
            extra_create_values = {"memo": memo, **extra_create_values}
        return super()._create_payment(**extra_create_values)

    def _payfip_sent_back(self):
        """Reject what families paid, as what any bank sends back."""
        if not self.payment_id.espace_family_id:
            return super()._payfip_sent_back()
        reason = "unpaid_debit" if self.payfip_result == "Z" else "chargeback"
        return self._espace_take_back(reason, f"PayFiP {self.payfip_refdet}")
