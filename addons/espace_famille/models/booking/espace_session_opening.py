from odoo import api, fields, models


class EspaceSession(models.Model):
    _inherit = "espace.session"

    booking_opening = fields.Datetime(
        "Bookings Open on", compute="_compute_booking_opening", store=True
    )

    @api.depends(
        "date",
        "activity_id.booking_opening",
        "activity_id.opening_ids.date_from",
        "activity_id.opening_ids.date_to",
        "activity_id.opening_ids.opens_on",
    )
    def _compute_booking_opening(self):
        """Take the opening that covers the day, else that of the activity."""
        for activity, sessions in self.grouped("activity_id").items():
            openings = [
                (o.date_from, o.date_to, o.opens_on) for o in activity.opening_ids
            ]
            for session in sessions:
                own = (
                    opens_on
                    for start, end, opens_on in openings
                    if session.date and start <= session.date <= end
                )
                session.booking_opening = next(own, activity.booking_opening)
