"""The school calendar (calendrier scolaire): which kind of day a date is.

`seed_periods` proposes the periods of one school year from the library
`holidays`; staff correct them; `Calendar` answers from the corrected ones.
Every date is a local `datetime.date` of the commune, every range inclusive.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import groupby

import holidays

PERIOD_KINDS = ("holiday", "public_holiday", "bridge")

ZONES = {"A": "Zone A", "B": "Zone B", "C": "Zone C"}
"""School zones (zones scolaires) whose holidays the library knows."""

REGIONS = {
    "guadeloupe": "971",
    "martinique": "972",
    "guyane": "973",
    "reunion": "974",
    "mayotte": "976",
    "nouvelle_caledonie": "NC",
    "polynesie": "PF",
    "saint_pierre_et_miquelon": "PM",
    "wallis_et_futuna": "WF",
}
"""Subdivision of the public holidays of each overseas zone."""

OVERSEAS = frozenset({*REGIONS.values(), "BL", "MF"})
ABOLITION = "Abolition de l'esclavage"

SOUTHERN = frozenset({"nouvelle_caledonie", "wallis_et_futuna"})
"""Zones whose school year follows the southern summer, February to December."""

FIRST_DECREED_YEAR = 2018
LAST_DECREED_YEAR = 2027
"""First autumns of the years known by decree (arrêté du 21 juillet 2026).

The library extrapolates later years; a guess is only given when asked for.
"""

SUMMER_FROM = {2027: date(2028, 7, 8)}
"""First day of the summer of a year, where the decree says another than the library.

Source: arrêté du 21 juillet 2026, calendar of 2027-2028.
"""

SEPTEMBER = 9
SATURDAY = 5


class SchoolCalendarUnknown(ValueError):
    """The library holds no official school holidays for this zone and year."""

    def __init__(self, zone: str, first_year: int):
        self.zone = zone
        self.first_year = first_year
        super().__init__(
            f"No official school calendar for zone {zone!r} in "
            f"{first_year}-{first_year + 1}: enter its periods by hand."
        )


@dataclass(frozen=True)
class Period:
    """A named range of days on which the ordinary week does not apply.

    `kind`: 'holiday' (vacances scolaires), 'public_holiday' (jour férié) or
    'bridge' (pont: the schools are closed). Both dates are included. `custom`: a
    day of overseas that is not on the State's list, see `public_holidays_between`.
    Raises ValueError for another kind or for a range that ends before it starts.
    """

    kind: str
    name: str
    date_from: date
    date_to: date
    custom: bool = False

    def __post_init__(self):
        if self.kind not in PERIOD_KINDS:
            raise ValueError(f"Unknown kind of period: {self.kind!r}")
        if self.date_to < self.date_from:
            raise ValueError(f"{self.name}: {self.date_to} is before {self.date_from}")

    def days(self) -> Iterator[date]:
        """Yield every day of the period, in order."""
        for ordinal in range(self.date_from.toordinal(), self.date_to.toordinal() + 1):
            yield date.fromordinal(ordinal)


# === Seeding === #


def seed_periods(
    zone: str,
    first_year: int,
    subdivision: str | None = None,
    forecast: bool = False,
) -> list[Period]:
    """Return the periods from 1 September `first_year` to 31 August, in order.

    See `seed_between`.
    """
    return seed_between(zone, *_school_year(first_year), subdivision, forecast)


def seed_between(
    zone: str,
    date_from: date,
    date_to: date,
    subdivision: str | None = None,
    forecast: bool = False,
) -> list[Period]:
    """Return the periods of a school year, whatever its dates, in order.

    `zone` is 'A', 'B' or 'C'. `subdivision` adds local public holidays: '57'
    (Moselle), '6AE' (Alsace), '971' to '976', 'BL', 'MF', 'NC', 'PF', 'PM', 'WF'.
    With `forecast`, years without a decree yet are extrapolated by the library.
    Raises SchoolCalendarUnknown when the zone (Corsica, overseas) or the year is
    not covered; `public_holidays_between` still answers then.
    """
    public = public_holidays_between(date_from, date_to, subdivision)
    school = school_holidays_between(zone, date_from, date_to, forecast)
    return united(public, school)


def united(public: Iterable[Period], school: Iterable[Period]) -> list[Period]:
    """Return public and school holidays in order; bridges keep what neither frees."""
    public, school = list(public), list(school)
    days_off = {day for period in public for day in period.days()}
    closings = [_without_days_off(p, days_off) for p in school if p.kind == "bridge"]
    breaks = [period for period in school if period.kind == "holiday"]
    return sorted(
        [*public, *breaks, *filter(None, closings)],
        key=lambda period: (period.date_from, period.kind),
    )


def public_holidays(first_year: int, subdivision: str | None = None) -> list[Period]:
    """Return the public holidays from 1 September `first_year` to 31 August."""
    return public_holidays_between(*_school_year(first_year), subdivision)


def public_holidays_between(
    date_from: date, date_to: date, subdivision: str | None = None
) -> list[Period]:
    """Return the public holidays (jours fériés) between two dates, in order.

    Source: article L3133-1 of the Code du travail and its local variants. Overseas,
    only the abolition of slavery is added to the national list (décret n° 83-1003 of
    23 November 1983): the other days of a territory are `custom`, and a commune says
    whether its schools are closed on them.
    Raises NotImplementedError, from the library, for an unknown subdivision.
    """
    entries = holidays.France(
        years=range(date_from.year, date_to.year + 1),
        subdiv=subdivision,
        language="fr",
    )
    national = (
        holidays.France(years=range(date_from.year, date_to.year + 1), language="fr")
        if subdivision in OVERSEAS
        else entries
    )
    return [
        Period(
            "public_holiday",
            name.replace("; ", " et "),
            day,
            day,
            custom=day not in national and ABOLITION not in name,
        )
        for day, name in sorted(entries.items())
        if date_from <= day <= date_to
    ]


def school_holidays_between(
    zone: str, date_from: date, date_to: date, forecast: bool = False
) -> list[Period]:
    """Return the school holidays (vacances) and bridges between two dates, in order.

    They start on the Saturday after class and end on the day before the resumption.
    Source: calendar published by the ministry of education, as in `holidays`.
    Raises SchoolCalendarUnknown when the zone is not covered, or the school year
    in which the middle of the range falls.
    """
    main = school_year_of(date_from + (date_to - date_from) // 2)
    if zone not in ZONES or not (
        is_decreed(main) or (forecast and main >= FIRST_DECREED_YEAR)
    ):
        raise SchoolCalendarUnknown(zone, main)
    days_by_name: dict[str, list[date]] = {}
    for first_year in range(school_year_of(date_from), school_year_of(date_to) + 1):
        if is_decreed(first_year) or forecast:
            for day, names in _school_days_off(zone, first_year):
                if date_from <= day <= date_to:
                    for name in names:
                        days_by_name.setdefault(name, []).append(day)
    found = (
        Period("bridge" if name.startswith("Pont") else "holiday", name, start, end)
        for name, days in days_by_name.items()
        for start, end in _runs(days)
    )
    return sorted(found, key=lambda period: period.date_from)


def school_year_of(day: date) -> int:
    """Return the autumn in which the school year of a day begins, 1 September on."""
    return day.year if day.month >= SEPTEMBER else day.year - 1


def is_decreed(first_year: int) -> bool:
    """Tell whether the library holds the decree of a school year, not a guess."""
    return FIRST_DECREED_YEAR <= first_year <= LAST_DECREED_YEAR


def usual_dates(day: date, zone: str | None) -> tuple[date, date]:
    """Return the first and last day of the school year around a day, as is usual.

    1 September to 31 August; 1 February to 31 January in the south.
    """
    month = 2 if zone in SOUTHERN else SEPTEMBER
    first_year = day.year if day.month >= month else day.year - 1
    start = date(first_year, month, 1)
    return start, date(first_year + 1, month, 1) - timedelta(days=1)


def _school_year(first_year: int) -> tuple[date, date]:
    return date(first_year, SEPTEMBER, 1), date(first_year + 1, 8, 31)


def _school_days_off(zone: str, first_year: int) -> Iterator[tuple[date, list[str]]]:
    """Yield the days without school of one school year, with their names."""
    entries = holidays.France(
        years=(first_year, first_year + 1),
        subdiv=ZONES[zone],
        categories=("school",),
        language="fr",
    )
    start, end = _school_year(first_year)
    summer = SUMMER_FROM.get(first_year)
    for day in sorted(entries):
        too_early = summer and day.year > first_year and day.month > 6 and day < summer
        if start <= day <= end and not too_early:
            yield day, entries.get_list(day)


def _without_days_off(bridge: Period, days_off: set[date]) -> Period | None:
    """Keep of a bridge the weekdays that nothing else frees: often one Friday."""
    days = [
        day for day in bridge.days() if day.weekday() < SATURDAY and day not in days_off
    ]
    return Period(bridge.kind, bridge.name, days[0], days[-1]) if days else None


def _runs(days: Iterable[date]) -> Iterator[tuple[date, date]]:
    """Yield (first, last) of each run of consecutive days of a sorted sequence."""
    ranked = enumerate(days)
    for _key, run in groupby(ranked, lambda pair: pair[1].toordinal() - pair[0]):
        run_days = [day for _rank, day in run]
        yield run_days[0], run_days[-1]


# === Calendar === #


@dataclass(frozen=True)
class Calendar:
    """An immutable calendar over any number of school years.

    `periods`: any iterable of `Period`, overlaps allowed. `school_weekdays`: days
    of the week with school, Monday = 0; by default the week of four days. `weeks`:
    (first day, last day, weekdays with school) of years with a week of their own.
    A date outside all periods is an ordinary day of term.
    """

    periods: tuple[Period, ...] = ()
    school_weekdays: frozenset[int] = frozenset({0, 1, 3, 4})
    weeks: tuple[tuple[date, date, frozenset[int]], ...] = ()

    def __post_init__(self):
        object.__setattr__(self, "periods", tuple(self.periods))
        object.__setattr__(self, "school_weekdays", frozenset(self.school_weekdays))
        object.__setattr__(self, "weeks", tuple(self.weeks))

    def day_kind(self, day: date) -> str:
        """Return what kind of day it is; the first that applies of:

        'public_holiday', 'closed' (a bridge), 'weekend' (unless school is held
        that Saturday), 'holiday', 'school', 'wednesday' (a day of term without
        school: the Wednesday of most communes).
        """
        if day in self._public_holidays:
            return "public_holiday"
        if day in self._closed_days:
            return "closed"
        has_school = day.weekday() in self._school_weekdays_on(day)
        in_holiday = day in self._holiday_of_day
        if day.weekday() >= SATURDAY and (in_holiday or not has_school):
            return "weekend"
        if in_holiday:
            return "holiday"
        return "school" if has_school else "wednesday"

    def is_public_holiday(self, day: date) -> bool:
        """Tell whether the day is a public holiday (jour férié)."""
        return day in self._public_holidays

    def is_school_day(self, day: date) -> bool:
        """Tell whether the schools are open that day."""
        return self.day_kind(day) == "school"

    def holiday_around(self, day: date) -> Period | None:
        """Return the whole school holidays which contain the day, weekends and all.

        Ranges of one name that touch are one: summer may end on 2 September, in
        the following school year.
        """
        return self._holiday_of_day.get(day)

    def _school_weekdays_on(self, day: date) -> frozenset[int]:
        for start, end, weekdays in self.weeks:
            if start <= day <= end:
                return weekdays
        return self.school_weekdays

    @cached_property
    def _public_holidays(self) -> frozenset[date]:
        return self._days_of_kind("public_holiday")

    @cached_property
    def _closed_days(self) -> frozenset[date]:
        return self._days_of_kind("bridge")

    @cached_property
    def _holiday_of_day(self) -> dict[date, Period]:
        days_by_name: dict[str, set[date]] = {}
        for period in self.periods:
            if period.kind == "holiday":
                days_by_name.setdefault(period.name, set()).update(period.days())
        merged = (
            Period("holiday", name, start, end)
            for name, days in days_by_name.items()
            for start, end in _runs(sorted(days))
        )
        return {day: period for period in merged for day in period.days()}

    def _days_of_kind(self, kind: str) -> frozenset[date]:
        return frozenset(
            day
            for period in self.periods
            if period.kind == kind
            for day in period.days()
        )
