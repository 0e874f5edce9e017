"""Orders of the kitchen, what changed since, and the forecast of who will come."""

from datetime import date, timedelta
from random import Random

import pytest
from espace_famille_domain.kitchen import (
    ADULT,
    JUDGED_DAYS,
    NURSERY,
    PRIMARY,
    Change,
    Portion,
    Served,
    age_of,
    changes,
    forecast,
    number,
)
from hypothesis import given
from hypothesis import strategies as st

MONDAY = date(2027, 1, 11)
TUESDAY = MONDAY + timedelta(days=1)


@pytest.mark.parametrize(
    ("level", "birth", "day", "age"),
    [
        ("gs", date(2016, 1, 1), MONDAY, NURSERY),
        ("cp", date(2023, 1, 1), MONDAY, PRIMARY),
        # Six in the year 2026: primary school since September.
        (None, date(2020, 12, 31), MONDAY, PRIMARY),
        (None, date(2021, 1, 1), MONDAY, NURSERY),
        (None, date(2021, 1, 1), date(2027, 8, 31), NURSERY),
        (None, date(2021, 1, 1), date(2027, 9, 1), PRIMARY),
        (None, None, MONDAY, PRIMARY),
    ],
)
def test_the_portion_follows_the_class_else_the_age(level, birth, day, age):
    assert age_of(level, birth, day) == age


def test_a_number_says_year_week_and_rank():
    assert number(date(2026, 11, 30), 3) == "2026-49-3"
    # The first days of January may be of the last week of the year before.
    assert number(date(2027, 1, 1), 1) == "2026-53-1"
    assert number(date(2027, 1, 4), 12) == "2027-01-12"


def test_what_changed_is_said_by_day_school_age_and_diet():
    plain = Portion(MONDAY, 1, PRIMARY, None)
    meatless = Portion(MONDAY, 1, PRIMARY, 7)
    small = Portion(MONDAY, 1, NURSERY, None)
    elsewhere = Portion(MONDAY, None, ADULT, None)
    later = Portion(TUESDAY, 1, PRIMARY, None)
    before = {plain: 40, meatless: 2, small: 20, later: 30}
    now = {plain: 42, small: 20, elsewhere: 1, later: 29}
    assert changes(before, now, [MONDAY, TUESDAY]) == [
        Change(plain, 2),
        Change(meatless, -2),
        Change(elsewhere, 1),
        Change(later, -1),
    ]
    assert changes(before, now, [TUESDAY]) == [Change(later, -1)]
    assert changes(now, now, [MONDAY, TUESDAY]) == []


portions = st.builds(
    Portion,
    st.sampled_from([MONDAY, TUESDAY]),
    st.none() | st.integers(1, 3),
    st.sampled_from([NURSERY, PRIMARY, ADULT]),
    st.none() | st.integers(1, 3),
)
orders = st.dictionaries(portions, st.integers(0, 50))


@given(orders, orders)
def test_an_order_and_its_changes_make_what_is_true_now(before, now):
    result = dict(before)
    for portion, meals in changes(before, now, [MONDAY, TUESDAY]):
        assert meals
        result[portion] = result.get(portion, 0) + meals
    assert {p: n for p, n in result.items() if n} == {p: n for p, n in now.items() if n}


def history(came, weeks=12, booked=100, announced=0):
    """School days before `MONDAY`; `came`: function of the day."""
    days = (MONDAY - timedelta(days=n) for n in range(1, 7 * weeks + 1))
    return [
        Served(day, booked, announced, came(day))
        for day in days
        if day.weekday() in (0, 1, 3, 4)
    ]


def test_it_learns_that_fewer_come_on_mondays():
    past = history(lambda day: 80 if day.weekday() == 0 else 98)
    found = forecast(past, MONDAY, 110, 0)
    assert found.days == JUDGED_DAYS
    assert found.error < found.booked_error
    assert abs(found.meals - 88) <= 5
    assert forecast(past, TUESDAY, 110, 0).meals > found.meals


def test_announced_absences_are_taken_off_before():
    past = history(lambda day: 85, announced=10)
    # 85 of the 90 expected came.
    assert forecast(past, MONDAY, 100, 40).meals == round(60 * 85 / 90)


def test_it_is_silent_where_the_booked_count_is_right():
    assert forecast(history(lambda day: 100), MONDAY, 100, 0) is None
    # The count without announced absences is right: nothing to add to it either.
    assert forecast(history(lambda day: 90, announced=10), MONDAY, 100, 10) is None


def test_it_is_silent_on_noise():
    noise = Random(20270111)
    past = history(lambda day: 100 + noise.randint(-9, 9))
    assert forecast(past, MONDAY, 100, 0) is None


def test_it_is_silent_on_few_days():
    few = history(lambda day: 80, weeks=4)
    assert len(few) == 16
    assert forecast(few, MONDAY, 100, 0) is None
    assert forecast([], MONDAY, 100, 0) is None


def test_it_judges_without_what_it_did_not_know_then():
    past = history(lambda day: 80)
    # What came after the day foretold changes nothing.
    later = [Served(TUESDAY + timedelta(days=n), 100, 0, 5) for n in range(20)]
    assert forecast([*past, *later], TUESDAY, 100, 0) == forecast(past, TUESDAY, 100, 0)


@given(
    st.lists(
        st.builds(
            lambda ago, booked, announced, came: Served(
                MONDAY - timedelta(days=ago), booked, min(announced, booked), came
            ),
            st.integers(1, 200),
            st.integers(0, 60),
            st.integers(0, 60),
            st.integers(0, 80),
        ),
        max_size=60,
        unique_by=lambda one: one.day,
    ),
    st.integers(0, 100),
)
def test_what_is_shown_beat_the_booked_count(past, booked):
    found = forecast(past, MONDAY, booked, 0)
    if found:
        assert found.error < found.booked_error
        assert found.meals >= 0
