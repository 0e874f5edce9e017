"""Vue Période: the month or the week that the page opens on by itself."""

from datetime import date, timedelta

import pytest
from espace_famille_portal_domain.period import PLENTY, Span, columns_over, opening_span
from hypothesis import given
from hypothesis import strategies as st

SCHOOL_WEEK = (0, 1, 3, 4)


def coming(today, first, last):
    """Return the school days between two dates that are not over."""
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return {day for day in days if day >= today and day.weekday() in SCHOOL_WEEK}


YEAR = (date(2026, 9, 1), date(2027, 7, 2)), (date(2027, 9, 2), date(2028, 6, 30))


@pytest.mark.parametrize(
    ("today", "month"),
    [
        (date(2027, 1, 1), date(2027, 1, 1)),
        (date(2027, 1, 21), date(2027, 1, 1)),
        (date(2027, 1, 22), date(2027, 1, 1)),  # 22, 25, 26, 28 and 29
        (date(2027, 1, 23), date(2027, 2, 1)),  # one day fewer
        (date(2027, 1, 30), date(2027, 2, 1)),
        (date(2027, 2, 28), date(2027, 3, 1)),
        (date(2026, 12, 31), date(2027, 1, 1)),
        (date(2027, 6, 30), date(2027, 9, 1)),  # two days of July are few
        (date(2027, 7, 5), date(2027, 9, 1)),
    ],
)
def test_the_month_that_opens_has_five_days_to_book(today, month):
    bookable = set().union(*(coming(today, *dates) for dates in YEAR))
    assert opening_span("month", today, bookable).start == month


def test_without_five_days_anywhere_the_first_that_has_any_opens():
    today = date(2027, 1, 27)
    few = {date(2027, 3, 1), date(2027, 2, 1), date(2027, 2, 2)}
    assert opening_span("month", today, few).start == date(2027, 2, 1)
    assert opening_span("month", today, few | {today}).start == date(2027, 1, 1)


def test_five_days_later_on_go_before_a_few_now():
    today, few = date(2027, 1, 28), {date(2027, 1, 28), date(2027, 1, 29)}
    plenty = {date(2027, 4, day) for day in range(1, 6)}
    assert opening_span("month", today, few | plenty).start == date(2027, 4, 1)


def test_the_first_week_with_any_day_opens():
    friday, sunday = date(2027, 1, 8), date(2027, 1, 10)
    for today, monday in ((friday, date(2027, 1, 4)), (sunday, date(2027, 1, 11))):
        days = coming(today, today, date(2027, 1, 31))
        assert opening_span("week", today, days).start == monday


@given(
    st.sampled_from(sorted(PLENTY)),
    st.dates(date(2026, 9, 1), date(2027, 8, 31)),
    st.sets(st.integers(0, 366), max_size=60),
)
def test_nothing_before_the_opening_has_plenty(view, today, offsets):
    bookable = {today + timedelta(days=offset) for offset in offsets}
    opened = opening_span(view, today, bookable)
    if not bookable:
        assert opened == Span.around(view, today)
        return

    def count(span):
        return sum(span.start <= day <= span.end for day in bookable)

    spans = {Span.around(view, day) for day in bookable}
    plenty = [span for span in spans if count(span) >= PLENTY[view]]
    assert opened == min(plenty or spans, key=lambda span: span.start)


# === Columns that lie over others === #


def days(*numbers):
    return {date(2027, 1, number) for number in numbers}


SCHOOL, WEDNESDAYS = days(4, 5, 7, 8), days(6, 13)


def test_services_of_wednesday_lie_over_the_columns_of_school_days():
    open_days = [SCHOOL, SCHOOL, SCHOOL, SCHOOL, WEDNESDAYS]
    assert columns_over(open_days) == [0, 0, 0, 0, 4]


def test_several_services_of_wednesday_share_the_width():
    open_days = [SCHOOL, WEDNESDAYS, SCHOOL, SCHOOL, WEDNESDAYS]
    assert columns_over(open_days) == [0, 2, 0, 0, 1]


def test_services_that_meet_on_a_day_keep_their_columns():
    assert columns_over([SCHOOL, SCHOOL | WEDNESDAYS, WEDNESDAYS]) == [0, 0, 0]
    assert columns_over([SCHOOL, SCHOOL]) == [0, 0]
    assert columns_over([]) == []
    assert columns_over([set(), set()]) == [0, 0]


def test_more_services_than_columns_keep_their_own():
    assert columns_over([SCHOOL, WEDNESDAYS, WEDNESDAYS]) == [0, 0, 0]


def test_a_service_without_any_day_keeps_its_column():
    assert columns_over([SCHOOL, set(), WEDNESDAYS]) == [0, 0, 2]
