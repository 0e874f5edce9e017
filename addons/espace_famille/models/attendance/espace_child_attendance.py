from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain

from ...domain import attendance as rules
from ...domain.booking import SEAT_STATES


class EspaceChild(models.Model):
    """Whether a child is on the lists that agents of the Animation work with.

    Of these children they read whom to call and who may come; of the others that they
    exist, for one may come without booking.
    """

    _inherit = "espace.child"

    is_listed = fields.Boolean(
        "On the Lists of These Days",
        compute="_compute_is_listed",
        search="_search_is_listed",
        help="Booked, or come without booking, within a week before or after today.",
    )

    def _compute_is_listed(self):
        listed = self._listed()
        for child in self:
            child.is_listed = child._origin in listed

    @api.model
    def _search_is_listed(self, operator, value):
        if operator != "in":
            return NotImplemented
        listed = Domain("reservation_ids", "any", self._on_a_list())
        return listed if True in value else ~listed

    @api.model
    def _on_a_list(self):
        """Return the domain of the bookings of the lists of these days."""
        first, last = rules.listed_span(self.env.company._espace_today())
        return (
            Domain("state", "in", SEAT_STATES)
            & Domain("date", ">=", first)
            & Domain("date", "<=", last)
        )

    def _listed(self):
        """Return those of these children that are on the lists of these days."""
        mine = Domain("child_id", "in", self._origin.ids)
        bookings_sudo = self.env["espace.reservation"].sudo()
        groups = bookings_sudo._read_group(mine & self._on_a_list(), ["child_id"])
        return self.browse(child.id for (child,) in groups)

    def _whose_pickup_is_read(self):
        """Return those of these children of whom the user reads who may fetch them."""
        return self if self._reads_every_list() else self._listed()

    @api.model
    def _reads_every_list(self):
        user = self.env.user
        return user.id == SUPERUSER_ID or user.has_group("espace_famille.group_manager")
