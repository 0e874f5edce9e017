"""What is true of every deadline, whatever the rule and the date.

- No valid rule but `always` closes after the service starts, or after the end of
  its day when it has no slot. `never` closes before all time.
- Moving the service later never moves the cutoff earlier, for the kinds offset,
  monthly, period, and weekly with one line for the whole week. It does not hold
  for several weekly lines (Wednesday may close long before Tuesday does), nor for
  a shift off public holidays of a rule that counts no day at all: the service's own
  day, closed or not, is then the cutoff's.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from espace_famille_domain.cutoff import (
    CALENDARS,
    Rule,
    WeeklyLine,
    cutoff_local,
    is_in_time,
    problems,
    to_utc,
)
from espace_famille_domain.school_calendar import Calendar, seed_periods
from hypothesis import assume, example, given
from hypothesis import strategies as st

CALENDAR = Calendar(
    [period for year in range(2018, 2028) for period in seed_periods("C", year)]
)
DAYS_OPEN = frozenset({1, 2, 4})
ALL_WEEK = frozenset(range(7))
PARIS = ZoneInfo("Europe/Paris")
ZONES = ("Europe/Paris", "Indian/Reunion", "America/Martinique", "Pacific/Noumea")
LAST_MARCH_SUNDAYS = {
    date(year, 3, 31) - timedelta(days=(date(year, 3, 31).weekday() + 1) % 7)
    for year in range(2020, 2031)
}

CLOCK_CHANGES = sorted(
    LAST_MARCH_SUNDAYS
    | {
        date(year, 10, 31) - timedelta(days=(date(year, 10, 31).weekday() + 1) % 7)
        for year in range(2020, 2031)
    }
)

days = st.dates(date(2020, 1, 1), date(2028, 6, 30))
hours = st.integers(0, 96).map(lambda quarters: quarters / 4)
slots = st.none() | st.integers(0, 95).map(lambda quarters: quarters / 4)

common = {"time": hours, "inclusive": st.booleans()}
shift = {"public_holiday_shift": st.booleans()}
counting = {"offset_calendar": st.sampled_from(CALENDARS)}
offset_rules = st.builds(
    Rule,
    st.just("offset"),
    offset_count=st.integers(0, 12),
    offset_from=st.sampled_from(["time", "slot_start"]),
    **common,
    **counting,
    **shift,
)
period_rules = st.builds(
    Rule,
    st.just("period"),
    period_days=st.integers(0, 30),
    **common,
    **counting,
    **shift,
)
monthly_rules = st.builds(
    Rule,
    st.just("monthly"),
    month_day=st.integers(1, 31),
    months_back=st.integers(0, 3),
    **common,
    **shift,
)
whole_week_rules = st.builds(
    lambda line, shifted: Rule("weekly", lines=(line,), public_holiday_shift=shifted),
    st.builds(
        WeeklyLine, st.just(ALL_WEEK), st.integers(0, 6), st.integers(0, 3), hours
    ),
    st.booleans(),
)


@st.composite
def weekly_rules(draw):
    """Split the week between some lines, and leave some days without."""
    line_of_weekday = draw(st.lists(st.integers(0, 3), min_size=7, max_size=7))
    lines = []
    for number in range(1, 4):
        weekdays = frozenset(w for w in range(7) if line_of_weekday[w] == number)
        if weekdays:
            cutoff = draw(st.integers(0, 6)), draw(st.integers(0, 2)), draw(hours)
            lines.append(WeeklyLine(weekdays, *cutoff))
    return Rule("weekly", lines=tuple(lines), public_holiday_shift=draw(st.booleans()))


steady_rules = st.one_of(offset_rules, period_rules, monthly_rules, whole_week_rules)
limiting_rules = st.one_of(steady_rules, weekly_rules(), st.just(Rule("never")))


new_years = st.builds(
    lambda year, gap: date(year, 12, 25) + timedelta(days=gap),
    st.integers(2019, 2031),
    st.integers(0, 20),
)


def cutoff(rule, day, slot_start=None):
    return cutoff_local(
        rule, day, CALENDAR, slot_start, lambda d: d.weekday() in DAYS_OPEN
    )


def start_of(day, slot_start):
    midnight = datetime.combine(day, datetime.min.time())
    return midnight + timedelta(hours=24 if slot_start is None else slot_start)


def counts_nothing(rule):
    own_day = {"offset": rule.offset_count, "period": rule.period_days}
    return own_day.get(rule.kind, 1) == 0


@given(limiting_rules, days, slots)
def test_no_rule_closes_after_the_service_starts(rule, day, slot_start):
    assume(not problems(rule))
    assert cutoff(rule, day, slot_start) <= start_of(day, slot_start)


@given(steady_rules, days, st.integers(1, 60), slots)
@example(Rule("offset", 12.0, offset_count=1), date(2026, 12, 31), 1, None)
@example(Rule("monthly", 24.0, month_day=31, months_back=1), date(2027, 1, 31), 1, None)
def test_a_later_service_never_closes_earlier(rule, day, gap, slot_start):
    assume(not problems(rule))
    assume(not (rule.public_holiday_shift and counts_nothing(rule)))
    later = day + timedelta(days=gap)
    assert cutoff(rule, day, slot_start) <= cutoff(rule, later, slot_start)


def test_several_weekly_lines_may_close_in_another_order():
    lines = (
        WeeklyLine(frozenset({1}), 0, 0, 9.0),  # Tuesday: the eve
        WeeklyLine(frozenset({2}), 3, 1, 12.0),  # Wednesday: Thursday of last week
    )
    rule = Rule("weekly", lines=lines)
    assert not problems(rule)
    tuesday = date(2027, 1, 12)
    assert cutoff(rule, tuesday) > cutoff(rule, tuesday + timedelta(days=1))


def test_a_shift_may_undo_the_order_of_a_rule_that_counts_no_day():
    rule = Rule("offset", 8.0, offset_calendar="school", public_holiday_shift=True)
    sunday = date(2027, 5, 16)
    assert cutoff(rule, sunday) == datetime(2027, 5, 16, 8)
    # Whit Monday is a public holiday: its limit goes back beyond the Sunday's.
    assert cutoff(rule, sunday + timedelta(days=1)) == datetime(2027, 5, 14, 8)


@given(limiting_rules, days | st.sampled_from(CLOCK_CHANGES), slots)
def test_no_rule_closes_after_the_service_starts_in_utc(rule, day, slot_start):
    assume(not problems(rule))
    for zone in ZONES:
        limit = to_utc(cutoff(rule, day, slot_start), zone)
        assert limit <= to_utc(start_of(day, slot_start), zone)


@given(
    st.sampled_from(CLOCK_CHANGES), st.integers(-1, 4), st.integers(0, 4), hours, slots
)
@example(date(2026, 10, 25), 1, 3, 12.0, None)
def test_limits_around_a_change_of_clocks_are_times_of_the_wall(
    change, gap, count, hour, slot_start
):
    rule = Rule("offset", hour, offset_count=count)
    local = cutoff(rule, change + timedelta(days=gap), slot_start)
    assume(not (local.date() in LAST_MARCH_SUNDAYS and local.hour == 2))
    instant = to_utc(local, "Europe/Paris").replace(tzinfo=UTC)
    assert instant.astimezone(PARIS).replace(tzinfo=None) == local
    if gap - count < 0 <= gap and local.date() < change:
        # Limit and service on both sides of the change: hours are not counted.
        days_between = change + timedelta(days=gap) - local.date()
        assert days_between == timedelta(days=count) - timedelta(days=hour == 24)


@given(weekly_rules(), new_years | days, st.integers(1, 60))
@example(
    Rule("weekly", lines=(WeeklyLine(ALL_WEEK, 1, 1, 12.0),)), date(2026, 12, 31), 1
)
def test_weeks_later_closes_as_many_weeks_later(rule, day, weeks):
    rule = replace(rule, public_holiday_shift=False)
    assume(not problems(rule))
    found = cutoff(rule, day)
    assume(found != datetime.min)
    gap = timedelta(weeks=weeks)
    assert cutoff(rule, day + gap) == found + gap


@given(steady_rules, new_years, st.integers(1, 20), slots)
def test_the_order_holds_over_new_year(rule, day, gap, slot_start):
    assume(not problems(rule))
    assume(day + timedelta(days=gap) < date(2028, 6, 30))
    assume(not (rule.public_holiday_shift and counts_nothing(rule)))
    later = day + timedelta(days=gap)
    assert cutoff(rule, day, slot_start) <= cutoff(rule, later, slot_start)


@given(period_rules, days)
def test_all_days_of_one_holiday_close_together(rule, day):
    holiday = CALENDAR.holiday_around(day)
    assume(holiday and not (rule.public_holiday_shift and counts_nothing(rule)))
    assume(rule.period_days > 0)
    assert cutoff(rule, day) == cutoff(rule, holiday.date_from)


@given(
    st.sampled_from(("offset_count", "period_days", "months_back")),
    st.integers(-500, 5000),
)
def test_a_limit_more_than_a_year_before_is_no_limit(name, number):
    kind = {"offset_count": "offset", "period_days": "period"}.get(name, "monthly")
    codes = problems(replace(Rule(kind), **{name: number}))
    maximum = 12 if name == "months_back" else 366
    assert ("too_far" in codes) == (number > maximum)
    assert (name in codes) == (number < 0)


@given(limiting_rules, days, slots)
def test_the_shift_only_advances_and_leaves_public_holidays(rule, day, slot_start):
    assume(not problems(rule))
    plain = cutoff(replace(rule, public_holiday_shift=False), day, slot_start)
    shifted = cutoff(replace(rule, public_holiday_shift=True), day, slot_start)
    assert shifted <= plain
    if shifted < plain:
        assert CALENDAR.is_public_holiday((plain - timedelta(seconds=1)).date()) or (
            CALENDAR.is_public_holiday(plain.date())
        )


@given(st.sampled_from(CALENDARS), st.integers(1, 12), days)
def test_the_days_counted_are_those_of_the_calendar(name, count, day):
    """Count again, slowly, with the day kinds."""
    is_counted = {
        "all": lambda d: True,
        "weekdays": lambda d: d.weekday() <= 4,
        "working": lambda d: (
            d.weekday() <= 4 and CALENDAR.day_kind(d) != "public_holiday"
        ),
        "business": lambda d: (
            d.weekday() <= 5 and CALENDAR.day_kind(d) != "public_holiday"
        ),
        "school": lambda d: CALENDAR.day_kind(d) == "school",
        "service": lambda d: d.weekday() in DAYS_OPEN,
    }[name]
    found = cutoff(Rule("offset", 8.0, offset_count=count, offset_calendar=name), day)
    limit = found.date()
    between = [
        limit + timedelta(days=n)
        for n in range((day - limit).days)
        if is_counted(limit + timedelta(days=n))
    ]
    assert between[0] == limit and len(between) == count


@given(days, st.integers(0, 6), st.integers(0, 3), hours)
@example(date(2020, 12, 31), 1, 1, 12.0)  # week 53
@example(date(2021, 1, 1), 1, 1, 12.0)  # still week 53
@example(date(2021, 1, 4), 1, 1, 12.0)  # week 1, after 53
@example(date(2027, 1, 4), 1, 1, 12.0)  # week 1, after 53
@example(date(2025, 12, 29), 0, 1, 24.0)  # week 1, after 52
def test_weekly_cutoff_is_in_the_right_iso_week(day, weekday, weeks_back, hour):
    line = WeeklyLine(ALL_WEEK, weekday, weeks_back, hour)
    found = cutoff(Rule("weekly", lines=(line,)), day)
    year, week, _weekday = (day - timedelta(weeks=weeks_back)).isocalendar()
    expected = date.fromisocalendar(year, week, weekday + 1)
    assert found == start_of(expected, hour)


@given(days, st.integers(1, 31), st.integers(0, 14))
@example(date(2027, 1, 4), 20, 1)
@example(date(2024, 3, 31), 31, 1)
def test_monthly_cutoff_is_in_the_right_month(day, month_day, months_back):
    rule = Rule("monthly", 12.0, month_day=month_day, months_back=months_back)
    found = cutoff(rule, day)
    months = (day.year - found.year) * 12 + day.month - found.month
    assert months == months_back
    is_last_day = (found + timedelta(days=1)).month != found.month
    assert found.day == month_day or (found.day < month_day and is_last_day)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)))
@example(datetime(2026, 10, 25, 2, 30))
@example(datetime(2027, 3, 28, 2, 30))
@example(datetime(2027, 3, 28, 2, 0, 0, 1))
@example(datetime(2027, 3, 28, 2, 59, 59, 999999))
def test_a_wall_time_that_exists_comes_back_from_utc(local):
    instant = to_utc(local, "Europe/Paris").replace(tzinfo=UTC)
    back = instant.astimezone(PARIS).replace(tzinfo=None)
    if local.date() in LAST_MARCH_SUNDAYS and local.hour == 2:
        local = local.replace(hour=3, minute=0, second=0, microsecond=0)
    assert back == local


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.data())
@example(datetime(2026, 10, 25, 1, 59), None)
@example(datetime(2027, 3, 28, 1, 59), None)
def test_the_order_of_wall_times_is_that_of_instants(local, data):
    minutes = data.draw(st.integers(1, 3000)) if data else 1
    later = local + timedelta(minutes=minutes)
    assert to_utc(local, "Europe/Paris") <= to_utc(later, "Europe/Paris")


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),
    st.integers(-200, 200),
)
def test_until_gives_one_minute_more_than_before(cutoff_utc, seconds):
    cutoff_utc = cutoff_utc.replace(second=0, microsecond=0)
    now = cutoff_utc + timedelta(seconds=seconds)
    assert is_in_time(now, cutoff_utc, inclusive=False) == (seconds < 0)
    assert is_in_time(now, cutoff_utc, inclusive=True) == (seconds < 60)
