from odoo import models


class EspaceMerge(models.Model):
    """What the portal holds of families and guardians that are merged."""

    _inherit = "espace.merge"

    def _droppable(self):
        # Each of these is one a family or guardian; the next is made by itself.
        return super()._droppable() | {
            "espace.activation",
            "espace.booking.reminder",
            "espace.calendar.feed",
        }
