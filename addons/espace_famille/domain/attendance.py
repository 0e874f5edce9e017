"""Who came, and from when to when (pointage).

Times of a child are local hours of the day as floats (16.5 is 16:30). No service
begins at midnight: 0 or None means that a time was not recorded.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

EXPECTED, PRESENT = "expected", "present"

ATTENDANCE_STATES = ("to_come", "to_mark", "marked", "locked")

# The lists that agents of the Animation work with: those of the week before today and
# of the week after it.
LISTED = timedelta(days=7)


class Mark(NamedTuple):
    """One child marked: the instant `at` is naive UTC, of the device that did it."""

    reservation_id: int
    attendance: str
    at: datetime


def listed_span(today: date) -> tuple[date, date]:
    """Return the first and the last day, both included, whose lists are at hand."""
    return today - LISTED, today + LISTED


def is_listed(day: date, today: date) -> bool:
    """Tell whether the list of a day is at hand."""
    first, last = listed_span(today)
    return first <= day <= last


def latest(marks: Iterable[Mark], now: datetime) -> dict[int, Mark]:
    """Return the mark that counts of each reservation: the last instant wins.

    Of two at the same instant the one later in the list does. A device whose clock
    is ahead cannot forbid later marks: no instant counts as later than `now`.
    """
    found: dict[int, Mark] = {}
    for mark in marks:
        mark = mark._replace(at=min(mark.at, now).replace(microsecond=0))
        known = found.get(mark.reservation_id)
        if known is None or mark.at >= known.at:
            found[mark.reservation_id] = mark
    return found


def supersedes(at: datetime, recorded_at: datetime | None) -> bool:
    """Tell whether a mark of `at` counts after what was recorded (both UTC).

    What comes a second time changes nothing, so that a batch may be sent again.
    """
    return not recorded_at or at > recorded_at


def attendance_state(*, locked: bool, over: bool, expected: int, recorded: int) -> str:
    """Return how far a session is: to_come, to_mark, marked or locked.

    :param over: the service has ended, or its day has
    :param expected: how many children are neither present nor absent yet
    :param recorded: how many are
    """
    if locked:
        return "locked"
    if over:
        return "to_mark" if expected else "marked"
    return "marked" if recorded and not expected else "to_come"


def to_hours(local: datetime) -> float:
    """Return the wall clock of a local instant in hours, to the minute."""
    return local.hour + local.minute / 60


def times_problem(arrived: float | None, left: float | None) -> str | None:
    """Return what is wrong with two times: 'outside' the day, 'reversed', None."""
    for time in (arrived, left):
        if time and not 0 < time <= 24:
            return "outside"
    if arrived and left and left < arrived:
        return "reversed"
    return None


def minutes_present(
    arrived: float | None, left: float | None, start: float = 0, end: float = 0
) -> int | None:
    """Return the whole minutes a child was there, None when they are not known.

    :param start, end: hours of the option; they stand for the one time that was not
        recorded, and are 0 when the option has none
    """
    if not (arrived or left):
        return None
    since, until = arrived or start, left or end
    if not (since and until) or until < since:
        return None
    return round((until - since) * 60)
