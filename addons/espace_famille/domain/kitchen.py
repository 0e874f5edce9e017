"""What the kitchen is to cook: numbered orders, what changed since, who will come.

Days are the commune's. Meals are counted, never named: no child is in an order.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

# Portions differ by age, not by class (GEMRCN's and caterers' own groups).
NURSERY = "nursery"  # maternelle, 3 to 5 years
PRIMARY = "primary"  # élémentaire, 6 to 11 years
ADULT = "adult"
AGES = (NURSERY, PRIMARY, ADULT)
NURSERY_LEVELS = frozenset({"tps", "ps", "ms", "gs"})
FIRST_YEARS_OF_PRIMARY = 6

# A forecast learns from as many past weeks, and a week counts for half after so many.
HISTORY_WEEKS = 12
HALF_LIFE_WEEKS = 4
# As many days, weighted, of all weekdays together stand behind those of one weekday.
SHRINKAGE = 1
# It is judged on as many past days, each foretold from those before it alone.
JUDGED_DAYS = 16
LEAST_DAYS_BEFORE = 10
LEAST_DAYS_JUDGED = 8
# A little better may be luck.
CLEARLY_BETTER = 0.9


class Portion(NamedTuple):
    """What meals are counted by.

    `school` and `diet` are whatever identifies them, `None` where there is none.
    """

    day: date
    school: int | None
    age: str
    diet: int | None


class Change(NamedTuple):
    """How many meals more (or fewer: negative) of a portion than were ordered."""

    portion: Portion
    meals: int


Order = Mapping[Portion, int]


def age_of(level: str | None, birth: date | None, day: date) -> str:
    """Return the group of a child: by the class's level, else by age on the day.

    A child without either is given a primary portion, the larger one.
    """
    if level:
        return NURSERY if level in NURSERY_LEVELS else PRIMARY
    if birth is None:
        return PRIMARY
    # Children start primary school in the calendar year of their sixth birthday.
    school_year = day.year if day.month >= 9 else day.year - 1
    young = school_year - birth.year < FIRST_YEARS_OF_PRIMARY
    return NURSERY if young else PRIMARY


def number(day: date, rank: int) -> str:
    """Return the number of an order, “2026-49-3”: ISO year, week, rank in the week."""
    year, week, _weekday = day.isocalendar()
    return f"{year}-{week:02}-{rank}"


def changes(before: Order, now: Order, days: Iterable[date]) -> list[Change]:
    """Return what changed on some days between what was ordered and what is true now.

    By day, then as the portions are compared; nothing for what stayed.
    """
    wanted = set(days)
    portions = {p for p in (*before, *now) if p.day in wanted}
    found = (Change(p, now.get(p, 0) - before.get(p, 0)) for p in portions)
    return sorted((change for change in found if change.meals), key=_in_order)


def _in_order(change: Change):
    day, school, age, diet = change.portion
    return day, school is None, school or 0, AGES.index(age), diet is not None, diet


class Served(NamedTuple):
    """A past day: meals booked, of these announced absent, and meals really eaten."""

    day: date
    booked: int
    announced: int
    came: int


class Forecast(NamedTuple):
    """Meals that will really be eaten.

    `error` and `booked_error`: mean absolute error, in meals a day, of the forecast
    and of the booked count itself, on `days` past days that it did not learn from.
    """

    meals: int
    error: float
    booked_error: float
    days: int


def forecast(
    past: Sequence[Served], day: date, booked: int, announced: int
) -> Forecast | None:
    """Foretell the meals of a day.

    `None` where it knows too few days, or did not beat the booked count, with and
    without the announced absences, on the past.
    """
    known = sorted(one for one in past if one.day < day)
    judged = []
    for index in range(len(known) - 1, LEAST_DAYS_BEFORE - 1, -1):
        if len(judged) == JUDGED_DAYS:
            break
        one = known[index]
        said = _estimate(known[:index], one.day, one.booked - one.announced)
        judged.append((one, said))
    if len(judged) < LEAST_DAYS_JUDGED:
        return None
    error = _mean(abs(said - one.came) for one, said in judged)
    booked_error = _mean(abs(one.booked - one.came) for one, _said in judged)
    expected_error = _mean(
        abs(one.booked - one.announced - one.came) for one, _said in judged
    )
    if error >= CLEARLY_BETTER * min(booked_error, expected_error):
        return None
    meals = round(_estimate(known, day, booked - announced))
    return Forecast(meals, error, booked_error, len(judged))


def _estimate(known: Sequence[Served], day: date, expected: int) -> float:
    """Scale who is expected by how many of those expected came, lately."""
    weights = {one: _weight(one, day) for one in known}
    everyday = _rate(known, weights)
    same = [one for one in known if one.day.weekday() == day.weekday()]
    weight = sum(weights[one] for one in same)
    own = _rate(same, weights) if same else everyday
    share = weight / (weight + SHRINKAGE)
    return max(expected, 0) * (share * own + (1 - share) * everyday)


def _weight(one: Served, day: date) -> float:
    weeks = (day - one.day).days / 7
    return 0.0 if weeks > HISTORY_WEEKS else 0.5 ** (weeks / HALF_LIFE_WEEKS)


def _rate(days: Sequence[Served], weights: Mapping[Served, float]) -> float:
    expected = sum(weights[one] * (one.booked - one.announced) for one in days)
    came = sum(weights[one] * one.came for one in days)
    return came / expected if expected else 1.0


def _mean(numbers: Iterable[float]) -> float:
    values = list(numbers)
    return sum(values) / len(values)
