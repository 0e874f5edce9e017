"""May this child come to that activity? Age and class limits (conditions d'accès).

Ages are counted as birthdays are: in whole years and months reached. A règlement says
“à partir de 3 ans” or “3-11 ans”: a child of eleven years and eleven months is eleven,
so that the last day of the limit is the day before the twelfth birthday. A child born
on the 29th, 30th or 31st reaches a month that has no such day on the first of the next.

The age is reckoned on the day of the service (“3 ans révolus”), or, as the schools
count (articles L113-1 and L131-5 of the Code de l'éducation: the calendar year in which
the child is three), on 31 December of the year in which the school year starts: all
children of one year of birth then come or stay together.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

RECKONINGS = ("day", "autumn")
SCHOOL_YEAR_STARTS = 9
"""The school year of metropolitan France and most of overseas starts in September."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Who may come to an activity.

    Ages are in months, `max_months` excluded; 0 is no limit. `reckoned` is 'day' or
    'autumn'. A child passes the school limits when its class is one of `class_ids`, its
    school one of `school_ids` (whatever classes it will have), or its level, else that
    of its class, one of `levels`; all empty: no limit.
    Raises ValueError when no age could pass, or for another reckoning.
    """

    min_months: int = 0
    max_months: int = 0
    reckoned: str = "day"
    class_ids: frozenset = frozenset()
    levels: frozenset = frozenset()
    school_ids: frozenset = frozenset()

    def __post_init__(self):
        if self.reckoned not in RECKONINGS:
            raise ValueError(f"Unknown reckoning of ages: {self.reckoned!r}")
        if self.min_months < 0 or self.max_months < 0:
            raise ValueError("An age is not negative.")
        if self.max_months and self.max_months <= self.min_months:
            raise ValueError("The oldest age is below the youngest.")

    def __bool__(self):
        return bool(self.min_months or self.max_months or self.asks_school)

    @property
    def asks_school(self):
        return bool(self.class_ids or self.levels or self.school_ids)


@dataclass(frozen=True, slots=True)
class Pupil:
    """What the limits look at of a child; None where it is not known."""

    birth_date: date | None = None
    class_id: int | None = None
    level: str | None = None
    school_id: int | None = None


class Refusal(NamedTuple):
    """Why a child may not come.

    `code`: 'no_birth_date', 'too_young', 'too_old' or 'other_class'; `day`: the first
    day on which it is old enough, or the first on which it is too old.
    """

    code: str
    day: date | None = None


def refusal(limits, pupil, first_day, last_day=None):
    """Return why the child may not come on all days of a range, None if it may.

    :param Limits limits: of the activity
    :param Pupil pupil: the child
    :param date first_day: local date of the service or first day of the enrolment
    :param last_day: last day of the enrolment, `first_day` if None
    :return: `Refusal` or None
    """
    last_day = last_day or first_day
    if limits.min_months or limits.max_months:
        if pupil.birth_date is None:
            return Refusal("no_birth_date")
        found = _age_refusal(limits, pupil.birth_date, first_day, last_day)
        if found:
            return found
    if not _passes_school(limits, pupil):
        return Refusal("other_class")
    return None


def _age_refusal(limits, born, first_day, last_day):
    """Ages only grow: the first day decides who is too young, the last too old."""
    if limits.min_months:
        day = first_day_aged(born, limits.min_months, limits.reckoned)
        if first_day < day:
            return Refusal("too_young", day)
    if limits.max_months:
        day = first_day_aged(born, limits.max_months, limits.reckoned)
        if last_day >= day:
            return Refusal("too_old", day)
    return None


def _passes_school(limits, pupil):
    return (
        not limits.asks_school
        or pupil.class_id in limits.class_ids
        or pupil.level in limits.levels
        or pupil.school_id in limits.school_ids
    )


def age_in_months(born: date, day: date) -> int:
    """Return the whole months lived on a day, negative before the birth."""
    months = (day.year - born.year) * 12 + day.month - born.month
    return months - (day.day < born.day)


def first_day_aged(born: date, months: int, reckoned: str = "day") -> date:
    """Return the first day on which a child counts as `months` old.

    With 'autumn' it is the 1 September before the 31 December on which the age is
    reached: the first day of that school year.
    """
    birthday = _add_months(born, months)
    if reckoned == "autumn":
        return date(birthday.year, SCHOOL_YEAR_STARTS, 1)
    return birthday


def _add_months(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    try:
        return date(day.year + years, month + 1, day.day)
    except ValueError:
        # The month has no such day: the age is reached on the first of the next.
        first = date(day.year + years, month + 1, 28) + timedelta(days=4)
        return first.replace(day=1)
