from odoo import api, models

from odoo.addons.espace_famille.models.core.guards import is_allowed

from .espace_reservation import INVOICE_LATER, INVOICE_SOON


class EspaceReservation(models.Model):
    """What another option of a booked day costs more, or less."""

    _inherit = "espace.reservation"

    @api.model
    def _quote_change(self, family, item, now):
        quote, booked = super()._quote_change(family, item, now)
        [quote] = self._with_prices(family, [quote])
        return quote, booked

    def _after_changing_option(self, now):
        """Charge or credit the difference, and invoice what is due now.

        A credit is deducted from the next invoice, as that of a cancellation.
        """
        super()._after_changing_option(now)
        due = self.sudo()._settle().filtered(lambda charge: charge.amount > 0)
        if not due or is_allowed(self.env, INVOICE_LATER):
            return
        if is_allowed(self.env, INVOICE_SOON):
            due._invoice_soon(now)
            return
        for family, changed in self.sudo().grouped("family_id").items():
            changed._invoice_booking(family, now)
