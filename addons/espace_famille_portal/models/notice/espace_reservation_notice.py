from odoo import api, fields, models

from .espace_booking_notice import KNOWN_STATES


class EspaceReservation(models.Model):
    """What a family changes itself is confirmed to it by e-mail."""

    _inherit = "espace.reservation"

    def _cancel(self, now=None, staff=False, reason=None, promote=True):
        now = now or fields.Datetime.now()
        known = self.filtered(lambda line: line.state in KNOWN_STATES)
        cancelled = super()._cancel(now, staff, reason, promote)
        for family, lines in known.grouped("family_id").items():
            if not staff and family._is_a_guardian(self.env.user):
                self.env["espace.booking.notice"]._note(family, now, cancelled=lines)
        return cancelled

    @api.model
    def _join_waiting(self, family, items, now=None, staff=False):
        now = now or fields.Datetime.now()
        quotes = super()._join_waiting(family, items, now, staff)
        if not staff and family._is_a_guardian(self.env.user):
            waiting = self.browse(
                quote.reservation_id for quote in quotes if quote.status == "waiting"
            )
            self.env["espace.booking.notice"]._note(family, now, booked=waiting)
        return quotes
