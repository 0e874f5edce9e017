from odoo import api, fields, models


class EspaceReservation(models.Model):
    _inherit = "espace.reservation"

    pickup_words = fields.Char(
        "May be Fetched by",
        compute="_compute_pickup_words",
        compute_sudo=True,
        groups="espace_famille.group_animation",
    )

    @api.depends("child_id", "date")
    @api.depends_context("lang")
    def _compute_pickup_words(self):
        for day, bookings in self.grouped("date").items():
            words = bookings.child_id._pickup_words(day) if day else {}
            for booking in bookings:
                booking.pickup_words = words.get(booking.child_id.id)
