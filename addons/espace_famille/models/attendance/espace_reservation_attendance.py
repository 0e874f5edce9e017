from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...domain import attendance as rules
from ..booking.espace_reservation import ATTENDANCE_FIELDS, ATTENDANCE_STAMP
from ..core.health_fields import HealthTags, HealthText

# What may not change once the attendance of the day is locked, beside the state.
LOCKED = ATTENDANCE_FIELDS | {
    "origin",
    "late",
    "child_id",
    "family_id",
    "product_id",
    "session_id",
}


class EspaceReservation(models.Model):
    """Who came, from when to when, and who says so (pointage).

    Agents mark attendance without the right to write bookings: they go through the
    methods here, which check first. A write by hand is held to the same checks, and
    nothing passes the lock of a day.
    """

    _inherit = "espace.reservation"

    attendance_at = fields.Datetime(
        "Marked on",
        readonly=True,
        copy=False,
        help="When it was seen, on the clock of the device that recorded it.",
    )
    attendance_uid = fields.Many2one(
        "res.users", "Marked by", readonly=True, copy=False, groups="base.group_user"
    )
    arrived_at = fields.Float(
        "Arrived at", copy=False, aggregator=False, help="Local hours; 0: not recorded."
    )
    left_at = fields.Float(
        "Left at", copy=False, aggregator=False, help="Local hours; 0: not recorded."
    )
    records_times = fields.Boolean(related="product_id.espace_records_times")
    attendance_locked = fields.Boolean(related="session_id.attendance_locked")
    pai_sign = fields.Char("PAI Sign", compute="_compute_pai_sign")
    remark = fields.Char(compute="_compute_remark")
    allergies = HealthText(
        related="child_id.allergies", groups="espace_famille.group_health"
    )
    allergen_ids = HealthTags(
        related="child_id.allergen_ids", groups="espace_famille.group_health"
    )
    pai_details = HealthText(
        related="child_id.pai_details", groups="espace_famille.group_health"
    )

    pickup_words = fields.Char(
        "May be Fetched by",
        compute="_compute_pickup_words",
        compute_sudo=True,
        groups="espace_famille.group_animation",
    )

    _to_mark = models.Index(
        "(date, session_id) WHERE state = 'confirmed' AND attendance = 'expected'"
    )
    _times_of_one_day = models.Constraint(
        "CHECK(COALESCE(arrived_at, 0) BETWEEN 0 AND 24"
        " AND COALESCE(left_at, 0) BETWEEN 0 AND 24"
        " AND (COALESCE(left_at, 0) = 0 OR left_at >= COALESCE(arrived_at, 0)))",
        "A child leaves after it arrives, within one day: correct the times.",
    )

    @api.depends("has_pai")
    @api.depends_context("lang")
    def _compute_pai_sign(self):
        sign = self.env._("PAI")
        for reservation in self:
            reservation.pai_sign = sign if reservation.has_pai else False

    @api.depends("origin", "state")
    @api.depends_context("lang")
    def _compute_remark(self):
        """Say what is unusual of a booking of the list: not booked, not confirmed."""
        walk_in = dict(self._fields["origin"]._description_selection(self.env))
        states = dict(self._fields["state"]._description_selection(self.env))
        for reservation in self:
            if reservation.state != "confirmed":
                reservation.remark = states.get(reservation.state)
            elif reservation.origin == "walk_in":
                reservation.remark = walk_in["walk_in"]
            else:
                reservation.remark = False

    @api.depends("child_id", "date")
    @api.depends_context("lang", "uid")
    def _compute_pickup_words(self):
        """Say it on the lists of these days; of other days to Management alone."""
        every_day = self.env["espace.child"]._reads_every_list()
        today = self.env.company._espace_today()
        for day, bookings in self.grouped("date").items():
            shown = day and (every_day or rules.is_listed(day, today))
            words = bookings.child_id._pickup_words(day) if shown else {}
            for booking in bookings:
                booking.pickup_words = words.get(booking.child_id.id)

    # === Steps of create and write === #

    def _after_creation_by_hand(self):
        marked = self.filtered(
            lambda r: r.attendance != "expected" or r.arrived_at or r.left_at
        )
        marked._check_may_mark()
        marked._check_confirmed()
        marked._after_attendance()

    def _check_marks_by_hand(self):
        # First the access rights to the records themselves.
        self.check_access("write")
        self._check_may_mark()
        self._check_confirmed()

    def _check_change_unlocked(self, vals):
        """Refuse what would change a locked day; see `_changes_the_day`."""
        if not vals.keys() & (LOCKED | {"state"}):
            return
        bookings_sudo = self.sudo()
        bookings_sudo.filtered(lambda r: r._changes_the_day(vals))._check_unlocked()
        if vals.get("session_id"):
            self.env["espace.session"].browse(
                vals["session_id"]
            ).sudo()._check_unlocked()

    def _changes_the_day(self, vals):
        """Tell whether these values would change who came or was expected.

        Carts may still be emptied, and a payment on its way may end as it will.
        """
        self.ensure_one()
        if self.state == "draft" and vals.get("state", "draft") == "draft":
            return False
        if vals.keys() & LOCKED:
            return True
        states = {self.state, vals["state"]}
        return (
            len(states) == 2
            and "confirmed" in states
            and self.state != "pending_payment"
        )

    def _check_unlocked(self):
        self.sudo().session_id._check_unlocked()

    def _check_may_mark(self):
        """Refuse those who are not agents, days to come and locked ones.

        :raise AccessError: the user is not one of the agents, or may not read these
        :raise UserError: a day is still to come, or its attendance is locked
        """
        if not (
            self.env.su or self.env.user.has_group("espace_famille.group_animation")
        ):
            raise AccessError(self.env._("Only agents record who came."))
        self.check_access("read")
        for session in self.session_id:
            session._check_attendance_open()

    def _check_confirmed(self):
        for booking_sudo in self.sudo():
            if booking_sudo.state != "confirmed":
                raise UserError(booking_sudo._not_confirmed_words())

    def _not_confirmed_words(self):
        labels = dict(self._fields["state"]._description_selection(self.env))
        return self.env._(
            "%(booking)s is “%(state)s”: only confirmed bookings are marked.",
            booking=self.display_name,
            state=labels[self.state],
        )

    def _check_times(self):
        """Say which child's times are wrong, before the database does."""
        for reservation in self:
            if rules.times_problem(reservation.arrived_at, reservation.left_at):
                raise UserError(
                    self.env._(
                        "%s leaves after arriving, within one day: correct the times.",
                        reservation.child_id.name,
                    )
                )

    # === Marking === #

    def _set_attendance(self, attendance):
        """Record who came; agents of the Animation do it, for days that have come.

        A child whose accepted absence an agent finds confirmed stays excused. Who is
        recorded so already stays as the first tap said: a repeated one changes nothing.

        :raise AccessError: the user is not one of the agents
        :raise UserError: a day is still to come, or its attendance is locked
        """
        self._check_may_mark()
        confirmed = self.filtered(
            lambda r: r.state == "confirmed" and r.attendance != attendance
        )
        excused = self.browse()
        if attendance == "absent_unjustified":
            excused = confirmed._excused()
        newly = excused.filtered(lambda r: r.attendance != "absent_justified")
        for bookings, answer in (
            (newly, "absent_justified"),
            (confirmed - excused, attendance),
        ):
            if bookings:
                bookings._record_attendance({"attendance": answer})

    def _still_expected(self):
        """Return those to be recorded as present when all the others came.

        Nobody expects a child whose absence is announced.
        """
        expected = self.filtered(
            lambda r: r.state == "confirmed" and r.attendance == "expected"
        )
        return expected - expected._in_live_absence()

    def _record_attendance(self, vals, at=None):
        """Write what was checked, and let money follow.

        :param vals: of the fields `ATTENDANCE_FIELDS`
        :param datetime at: naive UTC, the present if None
        """
        bookings_sudo = self.sudo()
        bookings_sudo.write(self._attendance_vals(vals, at))
        bookings_sudo._after_attendance()

    @api.model
    def _attendance_vals(self, vals, at=None):
        """Complete the values of attendance: times mean present, and present only."""
        vals = {
            name: value for name, value in vals.items() if name not in ATTENDANCE_STAMP
        }
        if vals.get("arrived_at") or vals.get("left_at"):
            vals = {**vals, "attendance": vals.get("attendance", "present")}
        if vals.get("attendance", "present") != "present":
            vals = {**vals, "arrived_at": 0, "left_at": 0}
        return {
            **vals,
            "attendance_at": at or fields.Datetime.now(),
            "attendance_uid": self.env.uid,
        }

    def _after_attendance(self):
        """Hook: who came, or when, has just been recorded."""

    def _record_times(self, arrived=None, left=None):
        """Record local hours of arrival and departure; 0 forgets one, None keeps it.

        The child is then present.

        :raise AccessError, UserError: see `_check_may_mark` and `_check_times`
        """
        if not self:
            return
        self._check_may_mark()
        self._check_confirmed()
        vals = {"arrived_at": arrived, "left_at": left}
        vals = {name: time for name, time in vals.items() if time is not None}
        self._check_coming_times(vals)
        self._record_attendance(vals)

    def _check_coming_times(self, vals):
        for booking_sudo in self.sudo():
            arrived = vals.get("arrived_at", booking_sudo.arrived_at)
            left = vals.get("left_at", booking_sudo.left_at)
            if any(vals.values()) and not booking_sudo.records_times:
                raise UserError(
                    self.env._(
                        "%s is not an option with times of arrival and departure.",
                        booking_sudo.product_id.name,
                    )
                )
            if rules.times_problem(arrived, left):
                raise UserError(
                    self.env._(
                        "%(child)s cannot leave at %(left)s after arriving at "
                        "%(arrived)s: correct the times.",
                        child=booking_sudo.child_id.name,
                        left=_clock(left),
                        arrived=_clock(arrived),
                    )
                )

    def _presence_minutes(self):
        """Return the minutes the child was there, None when they do not count.

        They count where the option records times and one of them was recorded.
        """
        self.ensure_one()
        if self.attendance != "present" or not self.records_times:
            return None
        product = self.product_id
        return rules.minutes_present(
            self.arrived_at,
            self.left_at,
            product.espace_time_from if product.espace_time_to else 0,
            product.espace_time_to,
        )

    # === Actions === #

    def action_present(self):
        self._set_attendance("present")

    def action_absent(self):
        self._set_attendance("absent_unjustified")

    def action_absent_justified(self):
        self._set_attendance("absent_justified")

    def action_expected(self):
        """Take back what was recorded."""
        self._set_attendance("expected")

    def action_all_present(self):
        """Record as present those still expected: the ticked ones, or the whole day.

        Without ticked ones the day is the `espace_session_id` of the context.
        """
        bookings = self
        if not bookings:
            session = self.env["espace.session"].browse(
                self.env.context.get("espace_session_id")
            )
            bookings = session.exists().reservation_ids
        bookings._still_expected()._set_attendance("present")

    def action_open_walk_in(self):
        """Open the search of a child for the day in the context."""
        session = self.env["espace.session"].browse(
            self.env.context.get("espace_session_id")
        )
        if not session.exists():
            raise UserError(
                self.env._("Open the list of one day to add a child without booking.")
            )
        return session.action_walk_in()

    def action_arrived(self):
        """Record that the child arrives now; its first arrival stays."""
        now = self._now_hours()
        self.filtered(lambda r: not (r.arrived_at or r.left_at))._record_times(now)

    def action_left(self):
        """Record that the child leaves now; its first departure stays.

        Who was recorded as absent did not leave: the times say so if it came after all.
        """
        now = self._now_hours()
        self.filtered(
            lambda r: not r.left_at and r.attendance in ("expected", "present")
        )._record_times(left=now)

    def _now_hours(self):
        """Return the commune's clock in hours, on the day itself only."""
        company = self.company_id[:1]
        local = company._espace_local(fields.Datetime.now())
        if any(day != local.date() for day in self.mapped("date")):
            raise UserError(
                self.env._("That day is not today: enter the times by hand.")
            )
        return rules.to_hours(local)

    def action_times(self):
        """Open the times of one child, to be entered or corrected."""
        self.ensure_one()
        self._check_may_mark()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Arrival and Departure"),
            "res_model": "espace.times.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_reservation_id": self.id},
        }


def _clock(hours):
    """Write hours as on a clock: 16.5 is “16:30”."""
    minutes = round((hours or 0) * 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
