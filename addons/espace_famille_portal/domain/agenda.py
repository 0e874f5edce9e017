"""The Vue Agenda: from a week and a range, or from days to copy, to dates.

Dates are those of the commune's wall clock; weekdays count from Monday = 0. Nothing
here decides whether a child may be booked: it only says which days are asked for.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from .period import REACH, Span
from .sent import read_id

# A whole school year at once, and no more.
MAX_DAYS = 366
WEEKDAYS = "0123456"
WEEK = timedelta(days=7)
EVERY_DAY = "all"

# The days among which families choose; services never open on the other kinds.
KINDS = ("school", "wednesday", "holiday")


# === What a form asks for === #


class Choice(NamedTuple):
    """A box that was ticked: an option, on one day of the week or on all (None).

    `child_id` is 0 where the box stands for all the children that were ticked.
    """

    child_id: int
    product_id: int
    weekday: int | None

    def __str__(self):
        day = EVERY_DAY if self.weekday is None else self.weekday
        return f"{self.child_id}-{self.product_id}-{day}"


def read_choices(texts):
    """Read the values of the ticked boxes, “0-5-2”, “12-5-all”; leave nonsense out.

    :return: list of `Choice`, each once
    """
    return list(dict.fromkeys(filter(None, map(_read_choice, texts))))


def _read_choice(text):
    parts = str(text).split("-")
    try:
        child_text, product_text, day = parts
        weekday = None if day == EVERY_DAY else WEEKDAYS.index(day)
    except ValueError:
        return None
    child = 0 if child_text == "0" else read_id(child_text)
    product = read_id(product_text)
    if child is None or product is None:
        return None
    return Choice(child, product, weekday)


class RangeRefused(ValueError):
    """A range of days that cannot be taken; `code` says why.

    missing, reversed, over (it is past), too_long (more than `MAX_DAYS`), too_far.
    """

    def __init__(self, code):
        self.code = code
        super().__init__(code)


def checked_range(first, last, today):
    """Return the days that may be asked for: (first, last), the last from today on.

    Days that are over by then stay in it: the gate refuses each, with its reason.

    :raise RangeRefused: one of them misses, or the range makes no sense
    """
    if not (first and last):
        raise RangeRefused("missing")
    if last < first:
        raise RangeRefused("reversed")
    if last < today:
        raise RangeRefused("over")
    if (last - first).days >= MAX_DAYS:
        raise RangeRefused("too_long")
    if last - today > REACH:
        raise RangeRefused("too_far")
    return first, last


def days_of(first, last):
    """Return the days from the first to the last, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def planned(choices, offer, days, children, kinds=None, kind_of=None):
    """Return what the ticked boxes ask for on these days.

    :param choices: list of `Choice`
    :param dict offer: {(child id, product id): weekdays} of what may be asked for
    :param days: dates, in order
    :param children: ids of the children that were ticked, for the boxes of all
    :param kinds: kinds of days to keep, all if None; other kinds are always kept
    :param kind_of: function of a date
    :return: list of (child id, product id, date), each once, by date
    """
    wanted = defaultdict(set)
    for child, product, weekday in choices:
        for one in children if child == 0 else [child]:
            opened = offer.get((one, product), frozenset())
            wanted[one, product] |= opened & (
                opened if weekday is None else frozenset({weekday})
            )
    kept = [
        day
        for day in days
        if kinds is None or kind_of(day) in kinds or kind_of(day) not in KINDS
    ]
    return [
        (child, product, day)
        for day in kept
        for (child, product), weekdays in wanted.items()
        if day.weekday() in weekdays
    ]


# === Copying === #


def copied_week(monday, days):
    """Return {day: the day of the week from `monday` that it repeats}.

    Days of that week itself repeat nothing.
    """
    return {
        day: monday + timedelta(days=day.weekday())
        for day in days
        if not monday <= day < monday + WEEK
    }


def copied_month(month, open_days, days):
    """Return {day: the day of a month that it repeats}, for one service.

    A day repeats the one of the same weekday and rank (the second Tuesday repeats
    the second Tuesday); where the service was closed then, or the month has no such
    day, the nearest one of that weekday, the earlier of two.

    :param Span month: the month to copy
    :param open_days: dates on which the service was open
    :param days: dates to fill, outside the month
    """
    sources = defaultdict(list)
    for day in sorted(open_days):
        if month.start <= day <= month.end:
            sources[day.weekday()].append(day)
    return {
        day: _nearest(sources[day.weekday()], day)
        for day in days
        if sources[day.weekday()] and not month.start <= day <= month.end
    }


def _nearest(days, day):
    """Return the day whose rank is nearest to that of `day`, the earlier of two."""
    rank = _rank(day)
    return min(days, key=lambda other: abs(_rank(other) - rank))


def _rank(day):
    """Return which of its weekday a day is in its month: 0 for the first Tuesday."""
    return (day.day - 1) // 7


def source_span(kind, day):
    """Return the `Span` of the week or the month that contains the day to copy."""
    return Span.around(kind, day)


# === Saying many dates in few words === #


@dataclass(frozen=True, slots=True)
class Series:
    """Dates at the same distance: `step` 1 (day after day) or 7 (every week)."""

    first: date
    last: date
    step: int = 1

    def days(self):
        count = (self.last - self.first).days // self.step + 1
        return [self.first + timedelta(days=n * self.step) for n in range(count)]


def series(days):
    """Say dates as few series: weeks in a row or days in a row, whichever is fewer.

    :param days: dates, in any order
    :return: list of `Series` by first day; together they hold each date once
    """
    daily = _series(days, 1)
    weekly = _series(days, 7)
    return min(daily, weekly, key=len)


def _series(days, step):
    found = {}  # last day so far: series
    for day in sorted(set(days)):
        before = found.pop(day - timedelta(days=step), None)
        found[day] = Series(before.first if before else day, day, step)
    return sorted(found.values(), key=lambda one: (one.first, one.last))
