import operator as py_operator

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools.i18n import format_list

from ...domain import attendance as rules
from ...domain.booking import SEAT_STATES

ATTENDANCE_STATES = [
    ("to_come", "To come"),
    ("to_mark", "To mark"),
    ("marked", "Marked"),
    ("locked", "Locked"),
]
COMPARE = {
    "in": lambda value, values: value in values,
    "not in": lambda value, values: value not in values,
    "<": py_operator.lt,
    "<=": py_operator.le,
    ">": py_operator.gt,
    ">=": py_operator.ge,
}


class EspaceSession(models.Model):
    """The attendance of a day: who is expected, who is left to mark, the lock.

    Nothing here is stored on the session but the lock: two agents who mark at the
    same time must not wait for each other.
    """

    _inherit = "espace.session"

    expected_count = fields.Integer(
        "Still Expected", compute="_compute_attendance_state"
    )
    present_count = fields.Integer("Present", compute="_compute_attendance_state")
    absent_count = fields.Integer("Absent", compute="_compute_attendance_state")
    to_mark_count = fields.Integer(
        "To Mark",
        compute="_compute_attendance_state",
        search="_search_to_mark_count",
        help="Children neither present nor absent, once the service has ended.",
    )
    attendance_state = fields.Selection(
        ATTENDANCE_STATES,
        "Attendance",
        compute="_compute_attendance_state",
        search="_search_attendance_state",
    )
    records_times = fields.Boolean(compute="_compute_records_times")
    lock_event_ids = fields.One2many(
        "espace.reservation.event", "session_id", "Locking", readonly=True
    )

    @api.depends(
        "date",
        "attendance_locked",
        "activity_id.product_ids.espace_time_to",
        "reservation_ids.state",
        "reservation_ids.attendance",
    )
    def _compute_attendance_state(self):
        now = fields.Datetime.now()
        counts = {}
        for session, attendance, count in self.env["espace.reservation"]._read_group(
            [("session_id", "in", self.ids), ("state", "=", "confirmed")],
            ["session_id", "attendance"],
            ["__count"],
        ):
            counts[session.id, attendance] = count
        for session in self:
            expected = counts.get((session.id, "expected"), 0)
            present = counts.get((session.id, "present"), 0)
            absent = sum(
                counts.get((session.id, f"absent_{kind}"), 0)
                for kind in ("justified", "unjustified")
            )
            over = bool(session.date) and session._is_over(now)
            session.expected_count = expected
            session.present_count = present
            session.absent_count = absent
            session.to_mark_count = expected if over else 0
            session.attendance_state = rules.attendance_state(
                locked=session.attendance_locked,
                over=over,
                expected=expected,
                recorded=present + absent,
            )

    @api.depends("activity_id.product_ids.espace_records_times")
    def _compute_records_times(self):
        for session in self:
            session.records_times = any(
                session.activity_id.product_ids.mapped("espace_records_times")
            )

    @api.model
    def _search_to_mark_count(self, operator, value):
        if operator not in COMPARE:
            return NotImplemented
        matches = COMPARE[operator]
        counts = self._to_mark_counts()
        if matches(0, value):
            others = [key for key, count in counts.items() if not matches(count, value)]
            return Domain("id", "not in", others)
        found = [key for key, count in counts.items() if matches(count, value)]
        return Domain("id", "in", found)

    @api.model
    def _to_mark_counts(self):
        """Return {session id: children left to mark}, of the days that are over."""
        groups = self.env["espace.reservation"]._read_group(
            Domain("state", "=", "confirmed")
            & Domain("attendance", "=", "expected")
            & Domain("date", "<=", max(self._todays().values()))
            & Domain("session_id", "any", self._over()),
            ["session_id"],
            ["__count"],
        )
        return {session.id: count for session, count in groups}

    @api.model
    def _search_attendance_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        locked = Domain("attendance_locked", "=", True)
        over = self._over()
        to_mark = Domain("id", "in", list(self._to_mark_counts()))
        begun = Domain("id", "in", self._marked_before_the_end())
        domains = {
            "locked": locked,
            "to_mark": ~locked & to_mark,
            "marked": ~locked & ((over & ~to_mark) | begun),
            "to_come": ~locked & ~over & ~begun,
        }
        return Domain.OR(domains[state] for state in value if state in domains)

    @api.model
    def _marked_before_the_end(self):
        """Return the ids of today's sessions, not over, with nobody left to mark."""
        domain = Domain.OR(
            Domain("company_id", "=", company.id) & Domain("date", "=", today)
            for company, today in self._todays().items()
        )
        sessions = self.search(domain & ~self._over())
        return sessions.filtered(lambda s: s.attendance_state == "marked").ids

    @api.model
    def _todays(self):
        return {company: company._espace_today() for company in self.env.companies}

    @api.model
    def _over(self):
        """Return the domain of the sessions whose service has ended."""
        now = fields.Datetime.now()
        parts = []
        for company, today in self._todays().items():
            activities = self.env["espace.activity"].search(
                [("company_id", "=", company.id)]
            )
            local = company._espace_local(now)
            ended = activities.filtered(lambda a, local=local: a._has_ended(local))
            parts.append(
                Domain("company_id", "=", company.id)
                & (
                    Domain("date", "<", today)
                    | (
                        Domain("date", "=", today)
                        & Domain("activity_id", "in", ended.ids)
                    )
                )
            )
        return Domain.OR(parts)

    def _is_over(self, now):
        """Tell whether the service, or its day, has ended at `now` (naive UTC)."""
        self.ensure_one()
        local = self.company_id._espace_local(now)
        if self.date != local.date():
            return self.date < local.date()
        return self.activity_id._has_ended(local)

    # === Lock === #

    def _locked_by(self, vals):
        """Return those whose lock `vals` change."""
        if "attendance_locked" not in vals:
            return self.browse()
        locked = bool(vals["attendance_locked"])
        return self.filtered(lambda session: session.attendance_locked != locked)

    def _trace_lock(self):
        """Record who has just locked or unlocked these days."""
        for locked, sessions in self.grouped("attendance_locked").items():
            self.env["espace.reservation.event"]._record_locks(sessions, locked)
            if not locked:
                # What was asked for is done.
                sessions.sudo().filtered("unlock_words").unlock_words = False

    def _check_unlocked(self):
        """Refuse to change who came on a day whose attendance is locked."""
        for session in self:
            if session.attendance_locked:
                raise UserError(
                    self.env._(
                        "The attendance of %s is locked: management must unlock the "
                        "day before anything changes.",
                        session.display_name,
                    )
                )

    # === Marking === #

    def _mark(self, marks, now=None):
        """Record marks made one by one, maybe offline, and sent together.

        The last instant of each child wins; what was sent before changes nothing.
        One that cannot be recorded does not stop the others.

        :param marks: iterable of (reservation id, attendance, naive UTC instant)
        :return: list of (reservation id, reason in words) of those refused
        :raise AccessError: the user is no agent, or may not read the session
        """
        self.ensure_one()
        self._check_agent()
        now = now or fields.Datetime.now()
        marks = rules.latest((rules.Mark(*mark) for mark in marks), now)
        bookings_sudo = {
            booking_sudo.id: booking_sudo
            for booking_sudo in self.sudo().reservation_ids
            if booking_sudo.id in marks
        }
        closed = self._refusal()
        refused, accepted = [], {}
        for key, mark in marks.items():
            booking_sudo = bookings_sudo.get(key)
            reason = closed or self._refusal_of(booking_sudo, mark)
            if reason:
                refused.append((key, reason))
            elif rules.supersedes(mark.at, booking_sudo.attendance_at):
                accepted.setdefault((mark.attendance, mark.at), []).append(key)
        Reservation = self.env["espace.reservation"]
        for (attendance, at), ids in accepted.items():
            Reservation.browse(ids).sudo().write(
                Reservation._attendance_vals({"attendance": attendance}, at)
            )
        changed = [key for ids in accepted.values() for key in ids]
        Reservation.sudo().browse(changed)._after_attendance()
        return refused

    def _check_agent(self):
        """Refuse those who are not agents, or may not read these days."""
        if not (
            self.env.su or self.env.user.has_group("espace_famille.group_animation")
        ):
            raise AccessError(self.env._("Only agents record who came."))
        self.check_access("read")

    def _refusal(self):
        """Say why nobody can be marked on this day, None if they can."""
        try:
            self._check_attendance_open()
        except UserError as error:
            return str(error)
        return None

    def _refusal_of(self, booking, mark):
        """Say why this child cannot be marked so, None if it can."""
        if not booking:
            return self.env._("This booking is not one of this day.")
        if booking.state != "confirmed":
            return booking._not_confirmed_words()
        if mark.attendance not in booking._fields["attendance"].get_values(self.env):
            return self.env._("“%s” is no attendance.", mark.attendance)
        return None

    def _waiting_list(self):
        """Return who waits for a place, the first to be served first."""
        self.ensure_one()
        Reservation = self.env["espace.reservation"]
        queues = Reservation._waiting_queues(self)
        return Reservation.browse(queues.get(self, Reservation).ids)

    # === Actions === #

    def action_open_attendance(self):
        """Open who is expected, by class, to be marked."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille.espace_attendance_action"
        )
        action["display_name"] = self.display_name
        action["domain"] = [
            ("session_id", "=", self.id),
            ("state", "in", SEAT_STATES),
        ]
        action["context"] = {
            "search_default_group_class": 1,
            "espace_session_id": self.id,
            "espace_records_times": self.records_times,
            "espace_times_now": self.records_times
            and self.date == self.company_id._espace_today(),
        }
        return action

    def action_all_present(self):
        """Record as present all those still expected on these days."""
        self.reservation_ids._still_expected()._set_attendance("present")

    def action_walk_in(self):
        """Open the search of a child who came without booking."""
        self.ensure_one()
        self._check_agent()
        self._check_attendance_open()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Child without Booking"),
            "res_model": "espace.walk.in.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_session_id": self.id},
        }

    def action_lock(self):
        """Lock days whose children are all marked; the others stay, and are named."""
        self.check_access("write")
        open_days = self.filtered(lambda s: not s.attendance_locked)
        ready = open_days.filtered(
            lambda s: s.attendance_state == "marked" and not s.expected_count
        )
        left = open_days - ready
        if left and not ready:
            raise UserError(left._not_ready_words())
        ready.attendance_locked = True
        return ready._notify_locked(left)

    def action_unlock(self):
        """Let the attendance of these days be corrected; it is recorded who did."""
        self.check_access("write")
        self.filtered("attendance_locked").attendance_locked = False

    def _not_ready_words(self):
        """Say which days cannot be locked yet, the first ones by name."""
        names = [session.display_name for session in self.sorted("date")[:5]]
        if len(self) > 5:
            names.append(self.env._("%s more", len(self) - 5))
        return self.env._(
            "Children are still to be marked, or the day is to come: %s.",
            format_list(self.env, names),
        )

    def _notify_locked(self, left):
        message = self.env._("%s days locked.", len(self))
        if left:
            message = f"{message} {left._not_ready_words()}"
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if left else "success",
                "message": message,
                "sticky": bool(left),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }


class EspaceActivity(models.Model):
    _inherit = "espace.activity"

    to_mark_count = fields.Integer("Days to Mark", compute="_compute_to_mark_count")

    @api.depends(
        "session_ids.attendance_locked",
        "session_ids.reservation_ids.state",
        "session_ids.reservation_ids.attendance",
    )
    def _compute_to_mark_count(self):
        Session = self.env["espace.session"]
        counts = dict(
            Session._read_group(
                Domain("attendance_state", "in", ["to_mark"])
                & Domain("activity_id", "in", self.ids),
                ["activity_id"],
                ["__count"],
            )
        )
        for activity in self:
            activity.to_mark_count = counts.get(activity._origin, 0)

    def _has_ended(self, local):
        """Tell whether the last option has ended at this local instant of a day.

        Where no option has hours, the service lasts all day.
        """
        self.ensure_one()
        end = max(self.product_ids.mapped("espace_time_to"), default=0)
        return bool(end) and rules.to_hours(local) >= end

    def action_open_to_mark(self):
        """Open the days of this activity of which somebody is left to mark."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille.espace_session_to_mark_action"
        )
        action["domain"] = [
            ("attendance_state", "=", "to_mark"),
            ("activity_id", "=", self.id),
        ]
        return action
