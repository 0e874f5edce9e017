from odoo import api, models
from odoo.exceptions import AccessError

from ..core.guards import BY_THE_GATE, allow, is_allowed, without_defaults
from .espace_reservation import ATTENDANCE_FIELDS, ATTENDANCE_STAMP


class EspaceReservation(models.Model):
    """Nobody writes a booking by hand: only the gate knows limits, places and money.

    Who may write bookings may point them, and call the booking methods; the values
    that these find (status, place beyond, dates, closure…) come from no client.
    """

    _inherit = "espace.reservation"

    @api.model_create_multi
    def create(self, vals_list):
        if not self._is_gate():
            raise AccessError(
                self.env._(
                    "Bookings are made with “Book for a Family”, which knows the "
                    "limits, the places and the prices."
                )
            )
        # What the gate does not say is no matter of defaults sent by a client.
        clean = without_defaults(self)
        return super(EspaceReservation, clean).create(vals_list).with_env(self.env)

    def write(self, vals):
        if vals.keys() - ATTENDANCE_FIELDS - ATTENDANCE_STAMP and not self._is_gate():
            raise AccessError(
                self.env._(
                    "A booking is not rewritten by hand: cancel it and book again, or "
                    "record who came."
                )
            )
        return super().write(vals)

    def _is_gate(self):
        return self.env.su or is_allowed(self.env, BY_THE_GATE)

    def _by_the_gate(self):
        """Return these bookings as the booking methods write them."""
        return self if self.env.su else allow(self, BY_THE_GATE)
