"""The school calendar is the official one, and says what kind of day a date is."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from espace_famille_domain.school_calendar import (
    Calendar,
    Period,
    SchoolCalendarUnknown,
    public_holidays,
    seed_periods,
)


def ranges(zone, first_year, kind="holiday"):
    return [
        (period.name, period.date_from.isoformat(), period.date_to.isoformat())
        for period in seed_periods(zone, first_year)
        if period.kind == kind
    ]


def test_school_holidays_of_zone_c_in_2026_2027():
    assert ranges("C", 2026) == [
        ("Vacances de la Toussaint", "2026-10-17", "2026-11-01"),
        ("Vacances de Noël", "2026-12-19", "2027-01-03"),
        ("Vacances d'hiver", "2027-02-06", "2027-02-21"),
        ("Vacances de printemps", "2027-04-03", "2027-04-18"),
        ("Vacances d'été", "2027-07-03", "2027-08-31"),
    ]
    assert ranges("C", 2026, "bridge") == [
        ("Pont de l'Ascension", "2027-05-07", "2027-05-07")
    ]


# Zone: (name, first day without class, day on which classes resume); the arrêtés of 22
# October 2025 (2026-2027) and 21 July 2026 (2027-2028).
AUTUMN = {
    2026: [("la Toussaint", "10-17", "11-02"), ("Noël", "12-19", "01-04")],
    2027: [("la Toussaint", "10-23", "11-08"), ("Noël", "12-18", "01-03")],
}
WINTER_AND_SPRING = {
    (2026, "A"): (("02-13", "03-01"), ("04-10", "04-26")),
    (2026, "B"): (("02-20", "03-08"), ("04-17", "05-03")),
    (2026, "C"): (("02-06", "02-22"), ("04-03", "04-19")),
    (2027, "A"): (("02-19", "03-06"), ("04-22", "05-09")),
    (2027, "B"): (("02-05", "02-21"), ("04-08", "04-24")),
    (2027, "C"): (("02-12", "02-28"), ("04-15", "05-02")),
}
SUMMER = {2026: date(2027, 7, 3), 2027: date(2028, 7, 8)}
ASCENSION = {
    2026: (date(2027, 5, 7), date(2027, 5, 8)),
    2027: (date(2028, 5, 26), date(2028, 5, 27)),
}


def at(year, month_day):
    return date.fromisoformat(f"{year}-{month_day}")


@pytest.mark.parametrize("first_year, zone", WINTER_AND_SPRING)
def test_the_years_by_decree_are_those_of_the_decree(first_year, zone):
    """From the day after class to the day on which classes resume, and the bridges."""
    year = first_year + 1
    (toussaint, start, resume), (noel, before, after) = AUTUMN[first_year]
    winter, spring = WINTER_AND_SPRING[first_year, zone]
    expected = {
        f"Vacances de {toussaint}": (at(first_year, start), at(first_year, resume)),
        f"Vacances de {noel}": (at(first_year, before), at(year, after)),
        "Vacances d'hiver": tuple(at(year, day) for day in winter),
        "Vacances de printemps": tuple(at(year, day) for day in spring),
    }
    periods = seed_periods(zone, first_year)
    found = {
        period.name: (period.date_from, period.date_to + timedelta(days=1))
        for period in periods
        if period.kind == "holiday" and "été" not in period.name
    }
    assert found == expected
    calendar = Calendar(periods)
    for start, resume in expected.values():
        assert calendar.holiday_around(start - timedelta(days=1)) is None
        assert calendar.is_school_day(resume)
    first = SUMMER[first_year]
    assert calendar.holiday_around(first)
    assert calendar.holiday_around(first - timedelta(days=1)) is None
    for day in ASCENSION[first_year]:
        assert not calendar.is_school_day(day)
    assert calendar.day_kind(ASCENSION[first_year][0]) == "closed"


def test_classes_of_2026_begin_on_the_first_of_september():
    for zone in "ABC":
        calendar = Calendar(seed_periods(zone, 2026))
        assert calendar.is_school_day(date(2026, 9, 1))


@pytest.mark.parametrize(
    "subdivision, listed, local",
    [
        ("971", {"Abolition de l'esclavage"}, {"Mi-Carême", "Vendredi saint"}),
        ("972", {"Abolition de l'esclavage"}, {"Fête de Victor Schoelcher"}),
        ("974", {"Abolition de l'esclavage"}, set()),
        ("NC", set(), {"Fête de la Citoyenneté"}),
        ("57", {"Saint-Étienne", "Vendredi saint"}, set()),
        (None, {"Noël", "Fête nationale"}, set()),
    ],
)
def test_overseas_days_beyond_the_list_of_the_state_are_apart(
    subdivision, listed, local
):
    found = public_holidays(2026, subdivision)
    assert listed <= {period.name for period in found if not period.custom}
    assert local <= {period.name for period in found if period.custom}
    assert bool(local) == any(period.custom for period in found)


@pytest.mark.parametrize(
    "zone, first_year, start, end",
    [
        ("A", 2026, "2027-02-13", "2027-02-28"),
        ("B", 2026, "2027-02-20", "2027-03-07"),
        ("C", 2026, "2027-02-06", "2027-02-21"),
        ("A", 2022, "2023-02-04", "2023-02-19"),
        ("B", 2025, "2026-02-14", "2026-03-01"),
    ],
)
def test_each_zone_has_its_own_winter(zone, first_year, start, end):
    assert ("Vacances d'hiver", start, end) in ranges(zone, first_year)


@pytest.mark.parametrize("zone", ["A", "B", "C"])
def test_the_resumption_is_a_school_day(zone):
    periods = [p for year in range(2018, 2028) for p in seed_periods(zone, year)]
    calendar = Calendar(periods)
    assert calendar.is_school_day(date(2026, 11, 2))
    assert calendar.is_school_day(date(2027, 1, 4))
    assert not calendar.is_school_day(date(2027, 9, 1))
    assert calendar.is_school_day(date(2027, 9, 2))


@pytest.mark.parametrize("zone", ["A", "B", "C"])
def test_seeded_years_follow_one_another_without_overlap(zone):
    for first_year in range(2018, 2028):
        periods = seed_periods(zone, first_year)
        assert min(p.date_from for p in periods) >= date(first_year, 9, 1)
        assert max(p.date_to for p in periods) <= date(first_year + 1, 8, 31)
        breaks = [p for p in periods if p.kind == "holiday"]
        for previous, following in pairwise(breaks):
            assert previous.date_to < following.date_from


def test_summer_that_ends_in_september_is_one_period():
    calendar = Calendar(seed_periods("C", 2026) + seed_periods("C", 2027))
    summer = calendar.holiday_around(date(2027, 7, 14))
    assert (summer.date_from, summer.date_to) == (date(2027, 7, 3), date(2027, 9, 1))
    assert calendar.holiday_around(date(2027, 9, 1)) == summer
    assert calendar.holiday_around(date(2027, 9, 2)) is None


@pytest.mark.parametrize(
    "zone, first_year", [("corse", 2026), ("C", 2017), ("C", 2028), ("974", 2026)]
)
def test_what_is_not_official_is_refused_rather_than_guessed(zone, first_year):
    with pytest.raises(SchoolCalendarUnknown) as caught:
        seed_periods(zone, first_year)
    assert (caught.value.zone, caught.value.first_year) == (zone, first_year)


def test_a_forecast_is_given_when_asked_for():
    assert seed_periods("C", 2030, forecast=True)
    with pytest.raises(SchoolCalendarUnknown):
        seed_periods("corse", 2030, forecast=True)


@pytest.mark.parametrize(
    "subdivision, name, day",
    [
        ("6AE", "Vendredi saint", date(2027, 3, 26)),
        ("57", "Saint-Étienne", date(2026, 12, 26)),
        ("974", "Abolition de l'esclavage", date(2026, 12, 20)),
    ],
)
def test_local_public_holidays(subdivision, name, day):
    local = Period("public_holiday", name, day, day)
    assert local in public_holidays(2026, subdivision)
    assert local in seed_periods("B", 2026, subdivision)
    assert local not in public_holidays(2026)


def test_two_public_holidays_on_one_day_are_named_together():
    [both] = [p for p in public_holidays(2007) if p.date_from == date(2008, 5, 1)]
    assert both.name == "Ascension et Fête du Travail"


@pytest.mark.parametrize(
    "day, kind",
    [
        ("2027-01-11", "school"),
        ("2027-01-13", "wednesday"),
        ("2027-01-16", "weekend"),
        ("2027-02-09", "holiday"),
        ("2027-02-10", "holiday"),  # a Wednesday
        ("2027-02-13", "weekend"),  # a Saturday of holidays
        ("2026-12-25", "public_holiday"),  # a Friday of holidays
        ("2027-05-01", "public_holiday"),  # a Saturday
        ("2026-11-11", "public_holiday"),  # a Wednesday
        ("2027-05-06", "public_holiday"),
        ("2027-05-07", "closed"),
        ("2027-05-08", "public_holiday"),
        ("2027-05-09", "weekend"),
    ],
)
def test_day_kind(day, kind):
    calendar = Calendar(seed_periods("C", 2026))
    assert calendar.day_kind(date.fromisoformat(day)) == kind


def test_school_on_wednesday_or_saturday_morning():
    periods = seed_periods("C", 2026)
    wednesdays = Calendar(periods, frozenset(range(5)))
    assert wednesdays.day_kind(date(2027, 1, 13)) == "school"
    saturdays = Calendar(periods, frozenset({0, 1, 3, 4, 5}))
    assert saturdays.day_kind(date(2027, 1, 16)) == "school"
    assert saturdays.day_kind(date(2027, 2, 13)) == "weekend"


def test_a_correction_by_staff_is_obeyed():
    strike_bridge = Period("bridge", "Pont", date(2027, 1, 11), date(2027, 1, 12))
    calendar = Calendar([*seed_periods("C", 2026), strike_bridge])
    assert calendar.day_kind(date(2027, 1, 12)) == "closed"
    assert not calendar.is_school_day(date(2027, 1, 12))


def test_calendars_are_values():
    periods = seed_periods("C", 2026)
    assert Calendar(periods) == Calendar(tuple(periods))
    assert hash(Calendar(periods)) == hash(Calendar(tuple(periods)))


def test_nonsense_periods_are_refused():
    with pytest.raises(ValueError):
        Period("strike", "Grève", date(2027, 1, 1), date(2027, 1, 1))
    with pytest.raises(ValueError):
        Period("holiday", "Hiver", date(2027, 1, 2), date(2027, 1, 1))
