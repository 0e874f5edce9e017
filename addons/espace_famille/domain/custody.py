"""Alternating custody (garde alternée): which household pays a child's day.

Weeks are ISO weeks: week 1 holds the first Thursday of January, and years of 53
weeks give two odd weeks in a row (53, then 1), as the family courts read it.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations

PATTERNS = ("always", "even", "odd", "dates")

ENOUGH_DAYS = 28
"""Any four weeks in a row hold a day of each parity, even around week 53."""


@dataclass(frozen=True)
class Arrangement:
    """The days a household has the child.

    `pattern`: 'always', 'even' or 'odd' ISO weeks, or 'dates' (nothing but the
    range). The range, both ends included, limits every pattern; None is open.
    Raises ValueError for another pattern, a range that ends before it starts, or
    'dates' without any date.
    """

    household: Hashable
    pattern: str
    date_from: date | None = None
    date_to: date | None = None

    def __post_init__(self):
        if self.pattern not in PATTERNS:
            raise ValueError(f"Unknown custody pattern: {self.pattern!r}")
        if self.pattern == "dates" and not (self.date_from or self.date_to):
            raise ValueError("A custody by dates needs a date.")
        if self.date_from and self.date_to and self.date_to < self.date_from:
            raise ValueError(f"{self.date_to} is before {self.date_from}")

    def matches(self, day: date) -> bool:
        """Tell whether the household has the child on that local date."""
        if self.date_from and day < self.date_from:
            return False
        if self.date_to and day > self.date_to:
            return False
        if self.pattern in ("always", "dates"):
            return True
        return (day.isocalendar().week % 2 == 0) == (self.pattern == "even")


def paying_household(
    on_date: date, default: Hashable, arrangements: Iterable[Arrangement]
) -> Hashable:
    """Return the one household that pays on a local date.

    It is that of the first arrangement that matches, else `default`.
    """
    return next((a.household for a in arrangements if a.matches(on_date)), default)


def conflicts(
    arrangements: Sequence[Arrangement],
) -> list[tuple[Arrangement, Arrangement]]:
    """Return the pairs of different households which could both have one date."""
    return [
        (first, second)
        for first, second in combinations(arrangements, 2)
        if first.household != second.household and _can_meet(first, second)
    ]


def _can_meet(first: Arrangement, second: Arrangement) -> bool:
    """Look for a common day at one end of the common range: parities repeat."""
    start = max(filter(None, (first.date_from, second.date_from)), default=None)
    end = min(filter(None, (first.date_to, second.date_to)), default=None)
    if start is None:
        start = (end or date(2000, 1, ENOUGH_DAYS)) - timedelta(days=ENOUGH_DAYS - 1)
    last = start + timedelta(days=ENOUGH_DAYS - 1)
    if end is not None:
        last = min(last, end)
    days = (start + timedelta(days=n) for n in range((last - start).days + 1))
    return any(first.matches(day) and second.matches(day) for day in days)
