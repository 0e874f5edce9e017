from odoo import models


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _create_payment(self, **extra_create_values):
        """Date the money of families on the commune's wall clock.

        Just after midnight it is still yesterday in UTC, maybe the last day of a
        month that the régie has already closed.
        """
        today = self.provider_id.company_id._espace_today()
        return super()._create_payment(**{"date": today, **extra_create_values})
