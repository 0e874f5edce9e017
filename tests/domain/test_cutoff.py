"""Each kind of deadline, its modifiers, its refusals and its clock."""

from datetime import date, datetime, timedelta

import pytest
from espace_famille_domain.cutoff import (
    InvalidRule,
    NoCutoff,
    Rule,
    WeeklyLine,
    cutoff_local,
    is_in_time,
    problems,
    to_utc,
    validate,
)
from espace_famille_domain.school_calendar import Calendar, seed_periods

CALENDAR = Calendar(seed_periods("C", 2026))
ALL_WEEK = frozenset(range(7))
MONDAY = date(2027, 1, 11)
EASTER_TUESDAY = date(2027, 3, 30)


def local(rule, day=MONDAY, **kwargs):
    return cutoff_local(rule, day, CALENDAR, **kwargs)


def test_always_and_never():
    assert local(Rule("always"), slot_start=8.0) == datetime.max
    assert local(Rule("never")) == datetime.min


def test_business_days_count_saturday_but_not_public_holidays():
    rule = Rule("offset", 12.0, offset_count=1, offset_calendar="business")
    assert local(rule) == datetime(2027, 1, 9, 12)
    assert local(rule, EASTER_TUESDAY) == datetime(2027, 3, 27, 12)


def test_days_the_service_is_open():
    rule = Rule("offset", 12.0, offset_count=2, offset_calendar="service")
    wednesdays = {date(2026, 12, 16), date(2027, 1, 6), date(2027, 1, 13)}
    for is_open in (wednesdays, wednesdays.__contains__):
        expected = datetime(2026, 12, 16, 12)
        assert local(rule, date(2027, 1, 13), is_open=is_open) == expected
    with pytest.raises(ValueError):
        local(rule)


def test_a_service_that_never_opens_has_no_cutoff():
    rule = Rule("offset", 12.0, offset_count=1, offset_calendar="service")
    with pytest.raises(NoCutoff):
        local(rule, is_open=set())


def test_from_the_start_of_the_slot():
    rule = Rule("offset", 9.0, offset_count=3, offset_from="slot_start")
    assert local(rule, slot_start=7.5) == datetime(2027, 1, 8, 7, 30)
    assert local(rule) == datetime(2027, 1, 8, 9)


def test_a_service_that_has_begun_cannot_be_booked():
    rule = Rule("offset", 9.0)
    assert local(rule, slot_start=12.0) == datetime(2027, 1, 11, 9)
    assert local(rule, slot_start=7.5) == datetime(2027, 1, 11, 7, 30)


def test_weekday_without_a_line_cannot_be_booked():
    rule = Rule("weekly", lines=(WeeklyLine(frozenset({0, 1}), 4, 1, 9.0),))
    assert local(rule, date(2027, 1, 13)) == datetime.min


def test_day_31_is_the_last_day_of_the_month():
    rule = Rule("monthly", 24.0, month_day=31, months_back=1)
    assert local(rule, date(2027, 3, 9)) == datetime(2027, 3, 1)
    assert local(rule, date(2024, 3, 9)) == datetime(2024, 3, 1)
    assert local(rule, date(2027, 1, 4)) == datetime(2027, 1, 1)


def test_period_counts_from_the_start_of_the_holidays():
    rule = Rule("period", 12.0, period_days=14)
    assert local(rule, date(2027, 2, 6)) == datetime(2027, 1, 23, 12)
    assert local(rule, date(2027, 2, 19)) == datetime(2027, 1, 23, 12)
    assert local(rule, date(2027, 2, 24)) == datetime(2027, 2, 10, 12)


def test_period_may_count_working_days():
    rule = Rule("period", 12.0, period_days=5, offset_calendar="working")
    assert local(rule, date(2027, 2, 19)) == datetime(2027, 2, 1, 12)


@pytest.mark.parametrize(
    "rule, expected",
    [
        (Rule("offset", 17.0, offset_count=1), datetime(2027, 3, 28, 17)),
        (
            Rule("offset", 17.0, offset_count=1, offset_calendar="weekdays"),
            datetime(2027, 3, 26, 17),
        ),
        (
            Rule("weekly", lines=(WeeklyLine(ALL_WEEK, 0, 0, 9.0),)),
            datetime(2027, 3, 28, 9),
        ),
    ],
)
def test_cutoff_on_a_public_holiday_is_advanced(rule, expected):
    """Easter Monday, 29 March 2027, goes back to the previous counted day."""
    fields = {**rule.__dict__, "public_holiday_shift": True}
    assert local(rule, EASTER_TUESDAY).date() == date(2027, 3, 29)
    assert local(Rule(**fields), EASTER_TUESDAY) == expected


def test_cutoff_stays_when_the_day_is_no_public_holiday():
    rule = Rule("offset", 17.0, offset_count=1, public_holiday_shift=True)
    assert local(rule, date(2027, 3, 29)) == datetime(2027, 3, 28, 17)


# === The clock === #


def test_72_hours_over_the_change_to_winter_time():
    """Counted on the wall clock: Monday noon less 72 hours is Friday noon."""
    rule = Rule("offset", offset_count=3, offset_from="slot_start")
    wall = local(rule, date(2026, 10, 26), slot_start=12.0)
    assert wall == datetime(2026, 10, 23, 12)
    assert to_utc(wall, "Europe/Paris") == datetime(2026, 10, 23, 10)


@pytest.mark.parametrize(
    "wall, zone, utc",
    [
        ("2027-01-11T17:00", "Europe/Paris", "2027-01-11T16:00"),
        ("2027-07-11T17:00", "Europe/Paris", "2027-07-11T15:00"),
        ("2027-01-11T17:00", "Indian/Reunion", "2027-01-11T13:00"),
        ("2026-10-25T01:59", "Europe/Paris", "2026-10-24T23:59"),
        ("2026-10-25T02:30", "Europe/Paris", "2026-10-25T01:30"),
        ("2026-10-25T03:00", "Europe/Paris", "2026-10-25T02:00"),
        ("2027-03-28T01:59", "Europe/Paris", "2027-03-28T00:59"),
        ("2027-03-28T02:00", "Europe/Paris", "2027-03-28T01:00"),
        ("2027-03-28T02:30", "Europe/Paris", "2027-03-28T01:00"),
        ("2027-03-28T03:00", "Europe/Paris", "2027-03-28T01:00"),
    ],
)
def test_wall_clock_to_utc(wall, zone, utc):
    found = to_utc(datetime.fromisoformat(wall), zone)
    assert found == datetime.fromisoformat(utc)


def test_always_and_never_have_no_time_zone():
    assert to_utc(datetime.max, "Europe/Paris") == datetime.max
    assert to_utc(datetime.min, "Europe/Paris") == datetime.min


def test_before_is_strict_and_until_lasts_its_minute():
    noon = datetime(2027, 1, 11, 12)
    just_before, late = noon - timedelta(seconds=1), noon + timedelta(seconds=59)
    assert is_in_time(just_before, noon, inclusive=False)
    assert not is_in_time(noon, noon, inclusive=False)
    assert is_in_time(late, noon, inclusive=True)
    assert not is_in_time(noon + timedelta(minutes=1), noon, inclusive=True)


@pytest.mark.parametrize("inclusive", [True, False])
def test_always_is_in_time_and_never_is_not(inclusive):
    for now in (datetime.min, datetime(2027, 1, 11), datetime.max):
        assert is_in_time(now, datetime.max, inclusive)
        assert not is_in_time(now, datetime.min, inclusive)


# === Refusals === #


@pytest.mark.parametrize(
    "rule, code",
    [
        (Rule("sometimes"), "kind"),
        (Rule("offset", 24.5), "time"),
        (Rule("offset", -1), "time"),
        (Rule("offset", offset_count=-1), "offset_count"),
        (Rule("offset", offset_calendar="lunar"), "offset_calendar"),
        (Rule("offset", offset_from="slot_end"), "offset_from"),
        (Rule("period", period_days=-1), "period_days"),
        (Rule("monthly", months_back=-1), "months_back"),
        (Rule("monthly", month_day=0, months_back=1), "month_day"),
        (Rule("monthly", month_day=20), "month_after_service"),
        (Rule("weekly"), "no_line"),
        (
            Rule("weekly", lines=(WeeklyLine(frozenset(), 1, 1, 12.0),)),
            "line_weekdays",
        ),
        (Rule("weekly", lines=(WeeklyLine(ALL_WEEK, 7, 1, 12.0),)), "line_weekdays"),
        (Rule("weekly", lines=(WeeklyLine(ALL_WEEK, 1, 1, 25.0),)), "line_time"),
        (Rule("weekly", lines=(WeeklyLine(ALL_WEEK, 1, -1, 12.0),)), "weeks_back"),
        (
            Rule("weekly", lines=(WeeklyLine(frozenset({0, 3}), 1, 0, 12.0),)),
            "line_after_service",
        ),
        (
            Rule("weekly", lines=(WeeklyLine(frozenset({0, 1}), 4, 1, 9.0),) * 2),
            "weekday_twice",
        ),
    ],
)
def test_nonsense_is_refused_with_its_reason(rule, code):
    assert problems(rule) == (code,)
    with pytest.raises(InvalidRule) as caught:
        validate(rule)
    assert caught.value.codes == (code,)


def test_several_problems_are_told_together():
    rule = Rule("monthly", 25.0, month_day=32, months_back=-1)
    assert problems(rule) == ("time", "months_back", "month_day")
