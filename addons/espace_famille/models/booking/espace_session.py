from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

from ...domain.booking import SEAT_STATES
from ...domain.limits import LIMITS, has_begun

COUNTS = (
    "booked_count",
    "beyond_count",
    "waiting_count",
    "walk_in_count",
    "free_count",
    "fill_rate",
    "fill_state",
)
# What a change of the calendar, and the decision about it, have recorded.
CALENDAR = ("off_calendar", "kept_by", "kept_on", "kept_reason")
NEARLY_FULL = 80  # percent of the places


class EspaceSession(models.Model):
    """One day of an activity (séance), with its places.

    `booked_count` is stored and checked by the database: whoever books, the last place
    goes to one child.
    """

    _name = "espace.session"
    _inherit = ["espace.guard.mixin"]
    _description = "Session"
    _order = "date, activity_id"
    _by_code = frozenset((*LIMITS, *COUNTS, *CALENDAR))

    activity_id = fields.Many2one(
        "espace.activity",
        required=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        related="activity_id.company_id", store=True, precompute=True, index=True
    )
    date = fields.Date(required=True, index=True)
    color = fields.Integer(related="activity_id.color")
    state = fields.Selection(
        [("open", "Open"), ("closed", "Closed")], default="open", required=True
    )
    attendance_locked = fields.Boolean()

    # Places
    seats_limited = fields.Boolean("Limited Places", default=True)
    capacity = fields.Integer("Places")
    capacity_changed = fields.Boolean("Places Changed for this Day")
    reservation_ids = fields.One2many("espace.reservation", "session_id", "Bookings")
    booked_count = fields.Integer(
        "Booked", compute="_compute_counts", store=True, readonly=True
    )
    beyond_count = fields.Integer(
        "Beyond the Places", compute="_compute_counts", store=True
    )
    waiting_count = fields.Integer("Waiting", compute="_compute_counts", store=True)
    walk_in_count = fields.Integer("Walk-ins", compute="_compute_counts", store=True)
    free_count = fields.Integer("Free", compute="_compute_free", store=True)
    fill_rate = fields.Float(
        "Filled",
        compute="_compute_free",
        store=True,
        aggregator="avg",
        digits=(5, 1),
    )
    fill_state = fields.Selection(
        [
            ("free", "Places left"),
            ("nearly", "Nearly full"),
            ("full", "Full"),
            ("closed", "Closed"),
        ],
        "Occupancy",
        compute="_compute_fill_state",
        store=True,
    )
    day_words = fields.Char("Day", compute="_compute_day_words")

    _activity_date_unique = models.UniqueIndex(
        "(activity_id, date)", "This activity already has a session on that day."
    )
    _seats_not_oversold = models.Constraint(
        "CHECK(NOT seats_limited OR booked_count - beyond_count <= capacity)",
        "There is no place left on that day: nothing was booked. "
        "Choose another day or ask for the waiting list.",
    )
    _capacity_positive = models.Constraint(
        "CHECK(capacity >= 0)", "The number of places must not be negative."
    )

    # === Computes === #

    @api.depends(
        "reservation_ids.state", "reservation_ids.origin", "reservation_ids.beyond"
    )
    def _compute_counts(self):
        # A line of a cart takes no seat: what has not changed is not written.
        self.filtered("id").fetch(COUNTS)
        counts, beyond = {}, Counter()
        groups = self.env["espace.reservation"]._read_group(
            [("session_id", "in", self.ids)],
            ["session_id", "state", "origin", "beyond"],
            ["__count"],
        )
        for session, state, origin, is_beyond, count in groups:
            key = (session.id, state, origin)
            counts[key] = counts.get(key, 0) + count
            if is_beyond and state in SEAT_STATES:
                beyond[session.id] += count
        for session in self:
            session.booked_count = sum(
                counts.get((session.id, state, "booked"), 0) for state in SEAT_STATES
            )
            session.beyond_count = beyond[session.id]
            session.walk_in_count = sum(
                counts.get((session.id, state, "walk_in"), 0) for state in SEAT_STATES
            )
            session.waiting_count = counts.get((session.id, "waiting", "booked"), 0)

    @api.depends("capacity", "seats_limited", "booked_count")
    def _compute_free(self):
        for session in self:
            session.free_count = max(session.capacity - session.booked_count, 0)
            session.fill_rate = (
                100 * session.booked_count / session.capacity
                if session.seats_limited and session.capacity
                else 0
            )

    @api.depends("state", "seats_limited", "free_count", "fill_rate")
    def _compute_fill_state(self):
        for session in self:
            session.fill_state = session._fill_state()

    def _fill_state(self):
        if self.state == "closed":
            return "closed"
        if not self.seats_limited:
            return "free"
        if not self.free_count:
            return "full"
        return "nearly" if self.fill_rate >= NEARLY_FULL else "free"

    @api.depends("date")
    @api.depends_context("lang")
    def _compute_day_words(self):
        for session in self:
            day = session.date
            session.day_words = day and session.company_id._espace_day_words(day)

    @api.depends("activity_id.name", "date")
    @api.depends_context("lang", "espace_show_places")
    def _compute_display_name(self):
        show_places = self.env.context.get("espace_show_places")
        for session in self:
            day = session.date and format_date(
                self.env, session.date, date_format="EEEE d MMMM y"
            )
            name = session.activity_id.name
            if show_places:
                name = f"{name} {session._places_words()}"
            session.display_name = f"{name} – {day or ''}"

    def _places_words(self):
        """Say how many places are taken: 42/85, or 42 where there is no limit."""
        self.ensure_one()
        booked = str(self.booked_count)
        return f"{booked}/{self.capacity}" if self.seats_limited else booked

    # === CRUD === #

    def write(self, vals):
        self._check_day_kept(vals)
        if vals.keys() & {"capacity", "seats_limited"}:
            vals = {"capacity_changed": True, **vals}
            self._check_places_kept(vals)
        locked = self._locked_by(vals)
        result = super().write(vals)
        if vals.keys() & {"capacity", "seats_limited", "state"}:
            self.env["espace.reservation"]._promote_waiting(self)
        locked._trace_lock()
        if vals.keys() & {"attendance_locked", "state"}:
            self._tell_screens()
        if vals.get("state") == "open":
            self.sudo().filtered("generated")._mark_off_calendar()
        return result

    @api.model
    def _by_code_words(self):
        return self.env._(
            "The counters, limits and calendar of a day are never entered by hand."
        )

    def _check_day_kept(self, vals):
        """Refuse to move a day under the children who are, or were, booked on it."""
        if not vals.keys() & {"activity_id", "date"}:
            return
        for session in self:
            activity = vals.get("activity_id", session.activity_id.id)
            day = fields.Date.to_date(vals.get("date", session.date))
            moved = (activity, day) != (session.activity_id.id, session.date)
            if moved and session.sudo().reservation_ids:
                raise UserError(
                    self.env._(
                        "Families have booked %s: create another session instead of "
                        "moving this one.",
                        session.display_name,
                    )
                )

    def _check_places_kept(self, vals):
        """Refuse fewer places than children already booked, naming the first day."""
        for session in self:
            limited = vals.get("seats_limited", session.seats_limited)
            capacity = vals.get("capacity", session.capacity)
            if limited and session.booked_count - session.beyond_count > capacity:
                raise UserError(
                    self.env._(
                        "%(session)s: %(count)s children are already booked. "
                        "Enter at least as many places, or cancel bookings first.",
                        session=session.display_name,
                        count=session.booked_count,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_booked(self):
        booked = self.filtered("reservation_ids")
        if booked:
            raise UserError(
                self.env._(
                    "Families have booked %s: close the day instead of deleting it.",
                    ", ".join(booked.mapped("display_name")),
                )
            )

    # === Actions === #

    def action_close(self):
        """Take no more bookings on these days; existing ones stay."""
        self.check_access("write")
        self.write({"state": "closed"})

    def action_open(self):
        self.check_access("write")
        self.write({"state": "open"})

    def action_promote_waiting(self):
        """Give the free places to those who wait, after the booking limit too."""
        self.check_access("write")
        promoted = self.env["espace.reservation"]._promote_waiting(self, given=True)
        message = (
            self.env._("%s place(s) given: the families are notified.", len(promoted))
            if promoted
            else self.env._(
                "No place was given: none is free, or nobody who waits can come."
            )
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if promoted else "warning",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_open_waiting(self):
        """Open the waiting list of these sessions."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille.espace_waiting_action"
        )
        action["domain"] = [("session_id", "in", self.ids), ("state", "=", "waiting")]
        action["context"] = {
            "search_default_group_session": 1,
            "espace_show_places": True,
        }
        return action

    def action_open_reservations(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille.espace_reservation_action"
        )
        action["display_name"] = self.display_name
        action["domain"] = [("session_id", "=", self.id)]
        action["context"] = {"search_default_holds_seat": 1}
        return action

    def action_print_list(self):
        return self.env.ref("espace_famille.espace_session_list_report").report_action(
            self, config=False
        )

    # === Tools === #

    def _not_counting(self):
        """Return a context in which nothing is counted again.

        A line of a cart takes no seat.
        """
        counts = [self._fields[name] for name in COUNTS]
        return self.env.protecting(counts, self)

    def _check_attendance_open(self):
        """Refuse to record who came on a day to come or a locked one."""
        self.ensure_one()
        company = self.company_id
        if self.date > company._espace_today():
            raise UserError(
                self.env._(
                    "Attendance of %s can be entered on the day itself.",
                    company._espace_day_words(self.date),
                )
            )
        self._check_unlocked()

    def _is_past(self, now):
        """Tell whether the service has begun, or its day is over, at `now` (UTC)."""
        local = self.company_id._espace_local(now)
        return has_begun(self.date, self.activity_id._slot_start, local)

    def _attendance_list(self):
        """Return the seat-holding reservations, by class in school order, then name."""
        self.ensure_one()
        listed = self.reservation_ids.filtered(
            lambda reservation: reservation.state in SEAT_STATES
        )
        ranks = {one: n for n, one in enumerate(listed.class_id._in_school_order())}
        return listed.sorted(
            lambda reservation: (
                ranks.get(reservation.class_id, len(ranks)),
                reservation.child_id.lastname,
                reservation.child_id.firstname,
            )
        )
