"""What decides about the sessions of a month, as plain values."""

from collections.abc import Callable
from typing import NamedTuple

from ...domain.booking import Facts
from ...domain.cutoff import is_in_time
from ...domain.limits import LIMITS, as_limit, has_begun
from .espace_session import COUNTS

# What decides, of the fields of a session, and its counters: a seat changes them.
READ = (
    "activity_id",
    "company_id",
    "date",
    "state",
    "attendance_locked",
    "off_calendar",
    "seats_limited",
    "capacity",
    "booking_opening",
    *LIMITS,
    *COUNTS,
)


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

    def facts(self, session):
        """Return the `Facts` of a session, the same for all children."""
        if session.id not in self._facts:
            self._read(session)
        return self._facts[session.id]

    def limits(self, session):
        """Return its limits for booking and cancelling, see `as_limit`."""
        if session.id not in self._limits:
            self._read(session)
        return self._limits[session.id]

    def free_a_seat(self, session):
        """Answer from now on as if one more place were free, whoever waits."""
        facts = self.facts(session)
        if facts.free_seats is not None:
            self._facts[session.id] = facts._replace(
                free_seats=facts.free_seats + 1, kept_seats=0
            )

    def _read(self, session):
        activity = self._activity(session.activity_id)
        booking_limit = as_limit(session.booking_cutoff)
        in_time = self.place_given or is_in_time(
            self.now, booking_limit, activity.booking_inclusive
        )
        opening = session.booking_opening
        self._limits[session.id] = booking_limit, as_limit(session.cancel_cutoff)
        self._facts[session.id] = Facts(
            open=(
                session.state == "open"
                and activity.active
                and not session.attendance_locked
                and session.off_calendar != "off"
            ),
            past=has_begun(session.date, activity.start, self.local_now),
            opened=not opening or opening <= self.now,
            in_time=in_time,
            late_allowed=is_in_time(
                self.now, as_limit(session.late_cutoff), activity.late_inclusive
            ),
            free_seats=session.free_count if session.seats_limited else None,
            # After the limit staff decide who gets a place that frees.
            kept_seats=0 if in_time else session.waiting_count,
        )

    def _activity(self, activity):
        if activity not in self._activities:
            self._activities[activity] = ActivityFacts(
                active=activity.active,
                booking_inclusive=activity.booking_rule_id.inclusive,
                late_inclusive=activity.late_rule_id.inclusive,
                start=activity._slot_start,
            )
        return self._activities[activity]
