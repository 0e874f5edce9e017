from odoo import models
from odoo.exceptions import UserError


class EspaceReservation(models.Model):
    """What an absence does to the money of its bookings."""

    _inherit = "espace.reservation"

    def _after_absence(self):
        super()._after_absence()
        self._settle()

    def _check_absence_open(self):
        """Refuse what was billed once the day was past: its invoice stands."""
        super()._check_absence_open()
        consumed = self.sudo().filtered(
            lambda r: r.activity_id.billing_mode == "consumption"
        )
        for reservation in consumed:
            posted = reservation.charge_ids._creditable().move_id
            if posted:
                raise UserError(
                    self.env._(
                        "%(session)s was invoiced (%(invoice)s): its absences can no "
                        "longer be changed. Credit the invoice instead.",
                        session=reservation.session_id.display_name,
                        invoice=posted[0].name,
                    )
                )
