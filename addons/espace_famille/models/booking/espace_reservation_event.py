from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_duration

from ..core.espace_thread import OFFICE
from ..core.guards import ERASING, is_allowed

# What is traced of a booking, and as what.
TRACED = {
    "state": "state",
    "product_id": "option",
    "attendance": "attendance",
    "arrived_at": "arrived",
    "left_at": "left",
}
KINDS = [
    ("booked", "Booked"),
    ("walk_in", "Came without booking"),
    ("state", "Status"),
    ("cancelled", "Cancelled"),
    ("option", "Option"),
    ("attendance", "Attendance"),
    ("arrived", "Arrival"),
    ("left", "Departure"),
    ("locked", "Attendance locked"),
    ("unlocked", "Attendance unlocked"),
    ("unlock_asked", "Unlocking asked for"),
]
# The field whose labels say what was before and after.
LABELS_OF_KIND = {
    "booked": "state",
    "walk_in": "state",
    "state": "state",
    "cancelled": "state",
    "attendance": "attendance",
}


class EspaceReservationEvent(models.Model):
    """Who changed what of a booking, or of the lock of a day, and when (historique).

    Written once, in batches, by the bookings themselves; never edited nor deleted.
    Carts leave no trace: a line taken out of a cart is no news to anybody.
    """

    _name = "espace.reservation.event"
    _description = "History of a Booking"
    _order = "id desc"
    _rec_name = "kind"
    _log_access = False

    reservation_id = fields.Many2one(
        "espace.reservation", "Booking", index="btree_not_null", ondelete="cascade"
    )
    session_id = fields.Many2one(
        "espace.session", index="btree_not_null", ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True)
    at = fields.Datetime("On", required=True)
    user_id = fields.Many2one("res.users", "By", required=True, ondelete="restrict")
    kind = fields.Selection(KINDS, required=True)
    old = fields.Char()
    new = fields.Char()
    note = fields.Char(groups=OFFICE)
    change = fields.Char(compute="_compute_change")

    _of_one_record = models.Constraint(
        "CHECK((reservation_id IS NULL) != (session_id IS NULL))",
        "An event is that of one booking or of one day.",
    )

    @api.depends("kind", "old", "new")
    @api.depends_context("lang")
    def _compute_change(self):
        Reservation = self.env["espace.reservation"]
        labels = {
            name: dict(Reservation._fields[name]._description_selection(self.env))
            for name in ("state", "attendance")
        }
        for event in self:
            words = labels.get(LABELS_OF_KIND.get(event.kind), {})
            values = [words.get(value, value) for value in (event.old, event.new)]
            event.change = " → ".join(value for value in values if value)

    # === CRUD === #

    def write(self, vals):
        if vals and not (vals == {"note": False} and is_allowed(self.env, ERASING)):
            raise UserError(self.env._("The history is never edited."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("The history is never deleted."))

    # === Recording === #

    @api.model
    def _record(self, vals_list):
        """Write events of now by the user of this environment, in one batch.

        The user stays who it is where the code runs with elevated rights.
        """
        stamp = {"at": fields.Datetime.now(), "user_id": self.env.uid}
        return self.sudo().create([{**stamp, **vals} for vals in vals_list])

    @api.model
    def _record_locks(self, sessions, locked):
        return self._record(
            [
                {
                    "session_id": session.id,
                    "company_id": session.company_id.id,
                    "kind": "locked" if locked else "unlocked",
                }
                for session in sessions
            ]
        )


class EspaceReservation(models.Model):
    _inherit = "espace.reservation"

    event_ids = fields.One2many(
        "espace.reservation.event",
        "reservation_id",
        "History",
        readonly=True,
        groups="espace_famille.group_animation,espace_famille.group_finance",
    )

    def _trace_creation(self):
        booked_sudo = self.sudo().filtered(lambda r: r.state != "draft")
        if booked_sudo:
            self.env["espace.reservation.event"]._record(
                [booking._state_event("draft") for booking in booked_sudo]
            )

    def _traced_before(self, vals):
        """Return the values of each of these that `vals` may change, in their order."""
        names = [name for name in TRACED if name in vals]
        return [booking._traced(names) for booking in self.sudo()] if names else []

    def _trace_changes(self, before):
        """Record what has changed since `_traced_before`."""
        events = [
            event
            for booking_sudo, old in zip(self.sudo(), before, strict=False)
            for event in booking_sudo._events_since(old)
        ]
        if events:
            self.env["espace.reservation.event"]._record(events)

    def _traced(self, names):
        """Return {field: value} of these fields and the state, as they are traced."""
        values = {name: self[name] for name in names}
        values.setdefault("state", self.state)
        if "product_id" in values:
            values["product_id"] = self.product_id.name
        return values

    def _events_since(self, old):
        """Return the values of the events that lead here from the values `old`."""
        new = self._traced(old)
        if old["state"] == "draft":
            return [] if new["state"] == "draft" else [self._state_event("draft")]
        changed = [name for name, value in new.items() if value != old[name]]
        return [
            self._state_event(old["state"])
            if name == "state"
            else {
                "reservation_id": self.id,
                "company_id": self.company_id.id,
                "kind": TRACED[name],
                "old": _as_text(old[name]),
                "new": _as_text(new[name]),
            }
            for name in changed
        ]

    def _state_event(self, old):
        """Return the values of the event that led to the present state."""
        kind = "booked" if old == "draft" else "state"
        if self.origin == "walk_in" and self.state == "confirmed":
            kind = "walk_in"
        elif self.state == "cancelled":
            kind = "cancelled"
        return {
            "reservation_id": self.id,
            "company_id": self.company_id.id,
            "kind": kind,
            "old": False if old == "draft" else old,
            "new": self.state,
            "note": self.state == "cancelled" and self.cancel_reason,
        }

    def _erase_words(self):
        """Erase what was written about these bookings; what happened stays."""
        self.write({"cancel_reason": False, "beyond_reason": False, "left_with": False})
        self.sudo().gesture_ids._erase_words()
        self.event_ids.filtered("note").write({"note": False})


def _as_text(value):
    """Write a traced value: hours as on a clock, nothing for a time not recorded."""
    if isinstance(value, float):
        return format_duration(value) if value else False
    return value
