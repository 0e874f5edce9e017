"""Alternating custody (garde alternée): which household pays a child's day.

The arrangements of a child lie in layers, as judgments and parents' agreements are
written: dates named one by one come before the halves of the school holidays, and
these before the ordinary weeks. The first layer in which somebody has the child
decides; where none does, the child is with its main household.

Weeks are ISO weeks: week 1 holds the first Thursday of January, and years of 53
weeks give two odd weeks in a row (53, then 1), as the family courts read it.

No text says how to halve the holidays (article 373-2-9 of the Code civil leaves the
days to the judge or to the parents). Here a half is counted in days over the whole
period in the commune's calendar, weekends included. Of an odd number of days the one
in the middle belongs to the first half: the child changes household in the evening of
that day, and who brings it in the morning pays the services of the day. The year of a
period is the one in which it starts: Christmas 2026 is even, on 2 January 2027 too.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations

LAYERS = (
    ("dates",),
    ("first_half", "second_half"),
    ("always", "even", "odd"),
)
"""Patterns by layer; the first layer that says something about a day decides."""

PATTERNS = tuple(pattern for layer in LAYERS for pattern in layer)
HALVES = LAYERS[1]
YEARS = ("every", "even", "odd")

ENOUGH_DAYS = 28
"""Any four weeks in a row hold a day of each parity, even around week 53."""

HolidayAround = Callable[[date], object | None]
"""Gives the school holidays around a day, with `date_from` and `date_to`, or None.

`school_calendar.Calendar.holiday_around` is one.
"""


@dataclass(frozen=True)
class Arrangement:
    """The days a household has the child.

    `pattern`: 'always', 'even' or 'odd' ISO weeks, 'first_half' or 'second_half' of
    the school holidays, or 'dates' (nothing but the range). `years` limits a half to
    the holidays that start in 'even' or 'odd' years. The range, both ends included,
    limits every pattern; None is open.
    Raises ValueError for another pattern, for years without a half, a range that
    ends before it starts, or 'dates' without any date.
    """

    household: Hashable
    pattern: str
    date_from: date | None = None
    date_to: date | None = None
    years: str = "every"

    def __post_init__(self):
        if self.pattern not in PATTERNS:
            raise ValueError(f"Unknown custody pattern: {self.pattern!r}")
        if self.years not in YEARS:
            raise ValueError(f"Unknown years of a custody: {self.years!r}")
        if self.years != "every" and self.pattern not in HALVES:
            raise ValueError("Only a half of the holidays has even or odd years.")
        if self.pattern == "dates" and not (self.date_from or self.date_to):
            raise ValueError("A custody by dates needs a date.")
        if self.date_from and self.date_to and self.date_to < self.date_from:
            raise ValueError(f"{self.date_to} is before {self.date_from}")

    @property
    def layer(self) -> int:
        """Return the rank of the layer: 0 decides first."""
        return next(n for n, layer in enumerate(LAYERS) if self.pattern in layer)

    def matches(self, day: date, holiday_around: HolidayAround) -> bool:
        """Tell whether the household has the child on that local date."""
        if self.date_from and day < self.date_from:
            return False
        if self.date_to and day > self.date_to:
            return False
        if self.pattern in HALVES:
            return self._matches_half(day, holiday_around(day))
        if self.pattern in ("always", "dates"):
            return True
        return (day.isocalendar().week % 2 == 0) == (self.pattern == "even")

    def _matches_half(self, day, holiday) -> bool:
        if holiday is None:
            return False
        if self.years != "every":
            even = holiday.date_from.year % 2 == 0
            if even != (self.years == "even"):
                return False
        return half(day, holiday.date_from, holiday.date_to) == self.pattern


def half(day: date, start: date, end: date) -> str:
    """Return the half of a period, both ends included, in which a day of it lies.

    >>> half(date(2026, 10, 24), date(2026, 10, 17), date(2026, 11, 1))  # 8th of 16
    'first_half'
    >>> half(date(2026, 10, 25), date(2026, 10, 17), date(2026, 11, 1))
    'second_half'
    """
    middle = start + (end - start) // 2
    return "first_half" if day <= middle else "second_half"


def paying_household(
    on_date: date,
    default: Hashable,
    arrangements: Iterable[Arrangement],
    holiday_around: HolidayAround,
) -> Hashable:
    """Return the one household that pays on a local date.

    It is that of the arrangement that matches in the first layer that has one, else
    `default`. Without `conflicts` the order of the arrangements does not matter.
    """
    found = [a for a in arrangements if a.matches(on_date, holiday_around)]
    return min(found, key=lambda a: a.layer).household if found else default


def conflicts(
    arrangements: Sequence[Arrangement],
) -> list[tuple[Arrangement, Arrangement]]:
    """Return the pairs of different households which could both have one date.

    Only arrangements of one layer meet. Halves are compared without any calendar, so
    that no later change of the school holidays gives a day to two households.
    """
    return [
        (first, second)
        for first, second in combinations(arrangements, 2)
        if first.household != second.household
        and first.layer == second.layer
        and _can_meet(first, second)
    ]


def _can_meet(first: Arrangement, second: Arrangement) -> bool:
    start = max(filter(None, (first.date_from, second.date_from)), default=None)
    end = min(filter(None, (first.date_to, second.date_to)), default=None)
    if first.pattern in HALVES:
        apart = start is not None and end is not None and end < start
        return not apart and _same_halves(first, second)
    return _weeks_can_meet(first, second, start, end)


def _same_halves(first: Arrangement, second: Arrangement) -> bool:
    every = "every" in (first.years, second.years) or first.years == second.years
    return first.pattern == second.pattern and every


def _weeks_can_meet(first, second, start, end) -> bool:
    """Look for a common day at one end of the common range: parities repeat."""
    if start is None:
        start = (end or date(2000, 1, ENOUGH_DAYS)) - timedelta(days=ENOUGH_DAYS - 1)
    last = start + timedelta(days=ENOUGH_DAYS - 1)
    if end is not None:
        last = min(last, end)
    days = (start + timedelta(days=n) for n in range((last - start).days + 1))
    return any(
        first.matches(day, _no_holiday) and second.matches(day, _no_holiday)
        for day in days
    )


def _no_holiday(_day: date) -> None:
    """Weeks and dates are compared without a calendar."""


def runs(
    first_day: date,
    last_day: date,
    default: Hashable,
    arrangements: Sequence[Arrangement],
    holiday_around: HolidayAround,
) -> list[tuple[date, date, Hashable]]:
    """Return (first, last, household) of each run of days with one household.

    Runs end with the week (Sunday) too, so that they can be shown week by week.
    """
    found: list[tuple[date, date, Hashable]] = []
    for number in range((last_day - first_day).days + 1):
        day = first_day + timedelta(days=number)
        household = paying_household(day, default, arrangements, holiday_around)
        if found and found[-1][2] == household and day.weekday():
            found[-1] = (found[-1][0], day, household)
        else:
            found.append((day, day, household))
    return found
