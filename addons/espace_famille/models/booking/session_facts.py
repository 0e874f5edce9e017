"""What decides about the sessions of a month, as plain values."""

from collections.abc import Callable
from datetime import date, datetime
from typing import NamedTuple

from ...domain.booking import Facts
from ...domain.cutoff import is_in_time
from ...domain.limits import LIMITS, as_limit, has_begun
from ..core.cached_values import cached_rows
from .espace_session import COUNTS

# What decides, of the fields of a session, and its counters: a seat changes them.
READ = (
    "activity_id",
    "company_id",
    "date",
    "state",
    "attendance_locked",
    "seats_limited",
    "capacity",
    "booking_opening",
    *LIMITS,
    *COUNTS,
)


class SessionRow(NamedTuple):
    """The fields of a session that decide, as the cache holds them."""

    activity_id: int
    date: date
    state: str
    attendance_locked: bool
    booking_opening: datetime | None
    booking_cutoff: datetime | None
    late_cutoff: datetime | None
    cancel_cutoff: datetime | None
    seats_limited: bool
    free_count: int
    waiting_count: int


class ActivityFacts(NamedTuple):
    """What all the sessions of an activity share."""

    active: bool
    booking_inclusive: bool
    late_inclusive: bool
    start: Callable[[], float | None]  # in hours, asked for on the day itself


class SessionFacts:
    """The `Facts` and the limits of sessions, at one instant."""

    def __init__(self, now, local_now, place_given):
        """Begin with none.

        :param datetime now: naive UTC
        :param datetime local_now: the same on the commune's wall clock
        :param bool place_given: no limit binds
        """
        self.now = now
        self.local_now = local_now
        self.place_given = place_given
        self._facts = {}
        self._limits = {}
        self._activities = {}

    def gather(self, sessions):
        """Keep what decides about sessions; return their `SessionRow`, in order."""
        rows = [SessionRow(*row) for row in cached_rows(sessions, SessionRow._fields)]
        for session_id, row in zip(sessions.ids, rows, strict=True):
            self._keep(session_id, row, self._activity(sessions.env, row.activity_id))
        return rows

    def facts(self, session):
        """Return the `Facts` of a session, the same for all children."""
        if session.id not in self._facts:
            self.gather(session)
        return self._facts[session.id]

    def limits(self, session):
        """Return its limits for booking and cancelling, see `as_limit`."""
        if session.id not in self._limits:
            self.gather(session)
        return self._limits[session.id]

    def free_a_seat(self, session):
        """Answer from now on as if one more place were free, whoever waits."""
        facts = self.facts(session)
        if facts.free_seats is not None:
            self._facts[session.id] = facts._replace(
                free_seats=facts.free_seats + 1, kept_seats=0
            )

    def _keep(self, session_id, row, activity):
        booking_limit = as_limit(row.booking_cutoff)
        late_limit = as_limit(row.late_cutoff)
        in_time = self.place_given or is_in_time(
            self.now, booking_limit, activity.booking_inclusive
        )
        self._limits[session_id] = booking_limit, as_limit(row.cancel_cutoff)
        self._facts[session_id] = Facts(
            open=row.state == "open" and activity.active and not row.attendance_locked,
            past=has_begun(row.date, activity.start, self.local_now),
            opened=not row.booking_opening or row.booking_opening <= self.now,
            in_time=in_time,
            late_allowed=is_in_time(self.now, late_limit, activity.late_inclusive),
            free_seats=row.free_count if row.seats_limited else None,
            # After the limit staff decide who gets a place that frees.
            kept_seats=0 if in_time else row.waiting_count,
        )

    def _activity(self, env, activity_id):
        if activity_id not in self._activities:
            activity = env["espace.activity"].browse(activity_id)
            self._activities[activity_id] = ActivityFacts(
                active=activity.active,
                booking_inclusive=activity.booking_rule_id.inclusive,
                late_inclusive=activity.late_rule_id.inclusive,
                start=activity._slot_start,
            )
        return self._activities[activity_id]
