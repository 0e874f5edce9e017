"""How many adults a declared leisure centre needs for its children.

Source: articles R227-15 and R227-16 of the Code de l'action sociale et des familles
(LAW: in term at most 5 hours in a row 1 for 10 under six and 1 for 14 above, longer 1
for 8 and 1 for 12; with a PEDT 1 for 14 and 18, longer 10 and 14; holidays and weekends
8 and 12). A simple garderie or a canteen that is not declared has no rate.
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

# Longer than so many hours in a row is long.
SHORT_HOURS = 5
UNDER = 6  # years
NURSERY_LEVELS = frozenset({"tps", "ps", "ms", "gs"})
# Days of term, the Wednesday among them since 2018; the others are extrascolaire.
TERM_DAYS = frozenset({"school", "wednesday"})


class Rates(NamedTuple):
    """How many children one adult may have."""

    under_6: int
    from_6: int


class Count(NamedTuple):
    """How many children there are."""

    under_6: int = 0
    from_6: int = 0

    def plus(self, other: "Count") -> "Count":
        return Count(self.under_6 + other.under_6, self.from_6 + other.from_6)


LEGAL = {
    "term_short": Rates(10, 14),
    "term_long": Rates(8, 12),
    "pedt_short": Rates(14, 18),
    "pedt_long": Rates(10, 14),
    "break": Rates(8, 12),
}
"""The rates of the law, by what `kind_of` returns."""


def kind_of(declared: bool, day_kind: str, hours: float, pedt: bool) -> str | None:
    """Return which rates hold, a key of `LEGAL`; None where there is no rate.

    :param day_kind: as of `school_calendar.Calendar.day_kind`
    :param hours: of the longest option, in a row
    :param pedt: the commune has a projet éducatif territorial
    """
    if not declared:
        return None
    if day_kind not in TERM_DAYS:
        return "break"
    length = "long" if hours > SHORT_HOURS else "short"
    return f"{'pedt' if pedt else 'term'}_{length}"


def is_under_6(birth: date | None, level: str | None, day: date) -> bool:
    """Tell whether a child counts as under six on a day.

    Without a birth date the level says; who has neither counts as the younger.
    """
    if birth is None:
        return level is None or level in NURSERY_LEVELS
    years = day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
    return years < UNDER


def count(children: Iterable[tuple[date | None, str | None]], day: date) -> Count:
    """Return the children, each as (birth date, level), by age."""
    young = [is_under_6(birth, level, day) for birth, level in children]
    return Count(sum(young), len(young) - sum(young))


def needed(children: Count, rates: Rates) -> int:
    """Return how many adults are needed, each age reckoned apart: the safer reading."""
    return -(-children.under_6 // rates.under_6) - (-children.from_6 // rates.from_6)


def most(adults: int, rates: Rates) -> Count:
    """Return how many children so many adults may have: all young, or all older."""
    return Count(adults * rates.under_6, adults * rates.from_6)
