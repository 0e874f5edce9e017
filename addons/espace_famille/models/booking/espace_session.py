from collections import Counter
from datetime import datetime

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools.misc import format_date

from ...domain.booking import SEAT_STATES
from ...domain.cutoff import is_in_time
from ...domain.limits import LIMITS, NEVER, NO_LIMIT, as_limit, has_begun

COUNTS = (
    "booked_count",
    "beyond_count",
    "waiting_count",
    "walk_in_count",
    "free_count",
    "fill_rate",
    "fill_state",
)
# What is counted or found, and entered by nobody.
FOUND = {*LIMITS, *COUNTS}
RULE = "espace.deadline.rule"


class EspaceSession(models.Model):
    """One day of an activity (séance), with its places.

    `booked_count` is stored and checked by the database: whoever books, the last place
    goes to one child.
    """

    _name = "espace.session"
    _description = "Session"
    _order = "date, activity_id"

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
    free_count = fields.Integer("Free", compute="_compute_free")
    fill_rate = fields.Float("Filled", compute="_compute_free")

    # Limits, naive UTC
    booking_cutoff = fields.Datetime(
        "Booking until", compute="_compute_booking_cutoff", store=True
    )
    cancel_cutoff = fields.Datetime(
        "Cancelling until", compute="_compute_cancel_cutoff", store=True
    )
    late_cutoff = fields.Datetime(
        "Late Booking until", compute="_compute_late_cutoff", store=True
    )
    booking_words = fields.Char("Families Book until", compute="_compute_words")
    cancel_words = fields.Char("Families Cancel until", compute="_compute_words")
    late_words = fields.Char("Families Book Late until", compute="_compute_words")
    booking_cutoff_override = fields.Datetime("Booking until, this Day only")
    cancel_cutoff_override = fields.Datetime("Cancelling until, this Day only")
    late_cutoff_override = fields.Datetime("Late Booking until, this Day only")

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

    @api.depends(lambda self: self._limit_dependencies("booking"))
    def _compute_booking_cutoff(self):
        self._compute_limit("booking")

    @api.depends(lambda self: self._limit_dependencies("cancel"))
    def _compute_cancel_cutoff(self):
        self._compute_limit("cancel")

    @api.depends(lambda self: self._limit_dependencies("late"))
    def _compute_late_cutoff(self):
        self._compute_limit("late")

    @api.model
    def _limit_dependencies(self, purpose):
        rule = f"activity_id.{purpose}_rule_id"
        return [
            "date",
            f"{purpose}_cutoff_override",
            *(f"{rule}.{name}" for name in self.env[RULE]._cutoff_fields()),
            "activity_id.product_ids.espace_time_from",
            "activity_id.product_ids.espace_time_to",
            *(f"activity_id.{name}" for name in self._opening_fields()),
            "company_id.espace_tz",
        ]

    @api.model
    def _opening_fields(self):
        """Return what opens an activity: limits count its days of service."""
        return [
            *self.env["espace.weekday.mixin"]._days(),
            "on_school_days",
            "on_wednesdays",
            "on_holidays",
        ]

    def _compute_limit(self, purpose):
        """Fill in `<purpose>_cutoff` from the rule, unless the day has its own.

        An activity without a booking or cancelling rule sets no limit; without a late
        rule nobody books late.
        """
        field, override = f"{purpose}_cutoff", f"{purpose}_cutoff_override"
        for activity, sessions in self.grouped("activity_id").items():
            rule = activity[f"{purpose}_rule_id"]
            days = [day for day in sessions.mapped("date") if day]
            limits = rule._cutoffs(days, activity) if rule and days else {}
            default = datetime.min if purpose == "late" else datetime.max
            for session in sessions:
                session[field] = session[override] or self._storable(
                    limits.get(session.date, default)
                )

    @api.constrains("date", *(f"{limit}_override" for limit in LIMITS))
    def _check_overrides(self):
        """Refuse a limit of its own that comes after the day of the service."""
        for session in self:
            company = session.company_id
            for name in LIMITS:
                limit = session[f"{name}_override"]
                if limit and company._espace_local(limit).date() > session.date:
                    raise ValidationError(
                        self.env._(
                            "%(session)s: the limit of %(limit)s comes after the "
                            "service. Enter an earlier one.",
                            session=session.display_name,
                            limit=company._espace_limit_words(limit),
                        )
                    )

    @api.model
    def _storable(self, limit):
        return min(max(limit, NEVER), NO_LIMIT)

    def _limit(self, purpose):
        """Return the limit for `purpose` with `datetime.max`/`min` for always/never."""
        return as_limit(self[f"{purpose}_cutoff"])

    @api.depends(*LIMITS)
    def _compute_words(self):
        for session in self:
            session.booking_words = session._limit_words("booking")
            session.cancel_words = session._limit_words("cancel")
            late = session._limit("late") != datetime.min
            session.late_words = late and session._limit_words("late")

    def _limit_words(self, purpose):
        """Say the limit for staff, with words for always and never."""
        self.ensure_one()
        limit = self._limit(purpose)
        if limit == datetime.max:
            return self.env._("No limit")
        if limit == datetime.min:
            return self.env._("Never")
        return self.company_id._espace_limit_words(limit)

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

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_found(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_found(vals)
        self._check_day_kept(vals)
        if vals.keys() & {"capacity", "seats_limited"}:
            vals = {"capacity_changed": True, **vals}
        if vals.keys() & {"capacity", "seats_limited"}:
            self._check_places_kept(vals)
        result = super().write(vals)
        if vals.keys() & {"capacity", "seats_limited", "state"}:
            self.env["espace.reservation"]._promote_waiting(self)
        return result

    @api.model
    def _check_found(self, vals):
        """Refuse counters and limits that a client sends: the database counts."""
        if vals.keys() & FOUND and not self.env.su:
            raise AccessError(
                self.env._(
                    "The counters and limits of a day are never entered by hand."
                )
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
            self.env._("%s place(s) given: the families have been told.", len(promoted))
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

    def _in_time(self, purpose, now):
        """Tell whether `now` (UTC) respects the limit to book, cancel or book late."""
        rule = self.activity_id[f"{purpose}_rule_id"]
        return is_in_time(now, self._limit(purpose), rule.inclusive)

    def _is_past(self, now):
        """Tell whether the service has begun, or its day is over, at `now` (UTC)."""
        local = self.company_id._espace_local(now)
        return has_begun(self.date, self.activity_id._slot_start, local)

    @api.model
    def _recompute_limits(self, companies):
        """Find the limits of coming sessions again, after a change of calendar."""
        for company in companies:
            sessions = self.search(
                [
                    ("company_id", "=", company.id),
                    ("date", ">=", company._espace_today()),
                ]
            )
            for name in LIMITS:
                self.env.add_to_compute(self._fields[name], sessions)

    def _attendance_list(self):
        """Return the seat-holding reservations, by class then name."""
        self.ensure_one()
        return self.reservation_ids.filtered(
            lambda reservation: reservation.state in SEAT_STATES
        ).sorted(
            lambda reservation: (
                reservation.class_id.display_name or "",
                reservation.child_id.lastname,
                reservation.child_id.firstname,
            )
        )
