"""“À faire”: what a family has to do, the most urgent first.

Times are naive UTC, days are local dates of the commune.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum

from .period import SATURDAY
from .reminders import HABIT_WEEKS

# What closes within this time comes before all else, and within the second before what
# has no limit at all.
CLOSING, NEAR = timedelta(hours=2), timedelta(hours=48)

# More than that is folded: a list of ten things is read by nobody.
SHOWN = 4


class Urgency(IntEnum):
    """Why something is to be done, the most urgent first."""

    CLOSING = 1  # a limit within two hours
    OVERDUE = 2  # an invoice past its day
    UNPAID_SEATS = 3  # a payment that was interrupted: seats are held for a while
    CART_NEAR = 4  # the first limit of the cart is near
    LIMIT_NEAR = 5  # a limit is near and nothing is chosen
    ANSWER = 6  # the commune answered and waits for the family
    PROOF = 7  # a proof of absence is asked for
    CART = 8  # a cart without near limit
    FREE_DAYS = 9  # the coming month has days with nothing chosen
    DUE = 10  # an invoice before its day
    LOW = 11  # little is left of what was paid in advance


# How each of them is drawn.
DANGER = frozenset({Urgency.OVERDUE})
WARNING = frozenset(
    {Urgency.CLOSING, Urgency.UNPAID_SEATS, Urgency.CART_NEAR, Urgency.LIMIT_NEAR}
)


@dataclass(frozen=True, slots=True)
class Task:
    """One line: what is to be done, by when or how much, and the button that does it.

    `by` tells which of two that are equally urgent comes first; None comes last.
    """

    urgency: Urgency
    name: str
    title: str
    words: str
    button: str
    url: str
    by: datetime | None = None

    @property
    def tone(self) -> str:
        if self.urgency in DANGER:
            return "danger"
        return "warn" if self.urgency in WARNING else ""


def limit_urgency(limit: datetime, now: datetime) -> Urgency | None:
    """Say how urgent a booking limit is where nothing is chosen; None: not now.

    >>> limit_urgency(datetime(2027, 1, 5, 11), datetime(2027, 1, 4, 8))
    <Urgency.LIMIT_NEAR: 5>
    """
    left = limit - now
    if not timedelta() < left <= NEAR:
        return None
    return Urgency.CLOSING if left <= CLOSING else Urgency.LIMIT_NEAR


def cart_urgency(limits: Iterable[datetime | None], now: datetime) -> Urgency:
    """Say how urgent a cart is by the limits of what can still be booked in it."""
    first = min(filter(None, limits), default=None)
    near = first and limit_urgency(first, now)
    if near is Urgency.LIMIT_NEAR:
        return Urgency.CART_NEAR
    return near or Urgency.CART


def invoice_urgency(due: date | None, today: date) -> Urgency:
    """Say how urgent an unpaid invoice is; its day itself is still in time."""
    return Urgency.OVERDUE if due and due < today else Urgency.DUE


def in_order(tasks: Iterable[Task]) -> list[Task]:
    """Return the tasks, the most urgent first."""
    return sorted(tasks, key=lambda task: (task.urgency, task.by or datetime.max))


def fold(tasks: Sequence[Task], shown: int = SHOWN) -> tuple[list[Task], list[Task]]:
    """Return (tasks in sight, tasks folded)."""
    return list(tasks[:shown]), list(tasks[shown:])


def time_left(limit: datetime, now: datetime) -> tuple[int, int]:
    """Return the whole (hours, minutes) that are left until a limit.

    >>> time_left(datetime(2027, 1, 4, 10, 10), datetime(2027, 1, 4, 9, 30))
    (0, 40)
    """
    minutes = max(int((limit - now).total_seconds() // 60), 0)
    return divmod(minutes, 60)


# === Habits === #


def habit(days: Iterable[date]) -> frozenset[int] | None:
    """Return the weekdays on which a child usually comes; None: nobody knows yet.

    A weekday is one once it was booked in two weeks: who came once is not asked for
    ever after.

    :param days: those for which the child was booked, lately or to come
    """
    weeks: dict[int, set] = {}
    for day in days:
        weeks.setdefault(day.weekday(), set()).add(day.isocalendar()[:2])
    if not weeks:
        return None
    return frozenset(day for day, seen in weeks.items() if len(seen) >= HABIT_WEEKS)


def is_expected(weekdays: frozenset[int] | None, day: date) -> bool:
    """Tell whether a free day is worth a word to this family."""
    return weekdays is None or day.weekday() in weekdays


# === The days shown at a glance === #


def coming_days(today: date, booked: Iterable[date], count: int = 5) -> list[date]:
    """Return the next days of school from today on; a weekend only where one is booked.

    >>> [day.day for day in coming_days(date(2026, 11, 29), [])]
    [30, 1, 2, 3, 4]
    """
    busy = set(booked)
    days = (today + timedelta(days=n) for n in range(3 * count))
    kept = [day for day in days if day.weekday() < SATURDAY or day in busy]
    return kept[:count]
