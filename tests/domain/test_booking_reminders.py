"""Who is reminded of what, and when: plain rules, without a database."""

from datetime import date, datetime, timedelta

import pytest
from espace_famille_portal_domain.reminders import (
    PATIENCE,
    QUIET,
    Cart,
    is_daytime,
    is_expected,
    is_forgotten,
    is_near,
    is_settled,
    limit_day,
    usually_comes,
)
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2027, 1, 4, 11, 0)
HOURS = {n: timedelta(hours=n) for n in (0, 1, 3, 4, 5, 12, 24, 25, 100)}
MONDAY = date(2027, 1, 11)
WEEK = [MONDAY, MONDAY + timedelta(1), MONDAY + timedelta(3), MONDAY + timedelta(4)]


def cart(age, *until_limits):
    return Cart((1, 2), NOW - HOURS[age], tuple(NOW + HOURS[h] for h in until_limits))


@pytest.mark.parametrize(
    "hour, minute, day",
    [(7, 59, False), (8, 0, True), (19, 59, True), (20, 0, False), (2, 0, False)],
)
def test_nobody_is_reminded_at_night(hour, minute, day):
    assert is_daytime(datetime(2027, 1, 4, hour, minute)) is day


# === Cart === #


@pytest.mark.parametrize(
    "age, limits, forgotten",
    [
        (3, [100], False),
        (4, [100], True),
        (3, [24], True),  # the limit comes within a day
        (3, [25], False),
        (0, [5], False),  # still choosing
        (100, [], False),
        (1, [12, 100], True),  # its first limit counts
    ],
)
def test_a_cart_is_forgotten_after_hours_or_before_a_limit(age, limits, forgotten):
    assert is_forgotten(cart(age, *limits), NOW, HOURS[4], HOURS[24]) is forgotten


def test_a_cart_whose_limits_are_all_past_is_not_reminded():
    past = Cart((1,), NOW - HOURS[100], (NOW - HOURS[1], NOW))
    assert not is_forgotten(past, NOW, HOURS[4], HOURS[24])


@given(st.sets(st.integers(1, 10**6), min_size=1), st.randoms())
def test_the_key_of_a_cart_is_its_content(lines, random):
    shuffled = list(lines)
    random.shuffle(shuffled)
    key = Cart(tuple(shuffled), NOW, ()).key
    assert key == Cart(tuple(sorted(lines)), NOW - HOURS[5], (NOW,)).key
    assert key != Cart((*lines, max(lines) + 1), NOW, ()).key


# === Limits === #


def test_midnight_is_a_limit_of_the_day_it_ends():
    assert limit_day(datetime(2027, 1, 11, 0, 0)) == date(2027, 1, 10)
    assert limit_day(datetime(2027, 1, 10, 17, 0)) == date(2027, 1, 10)


@pytest.mark.parametrize(
    "now, days, near",
    [
        (datetime(2027, 1, 4, 8, 0), 1, True),  # the eve
        (datetime(2027, 1, 3, 19, 59), 1, False),
        (datetime(2027, 1, 3, 8, 0), 2, True),
        (datetime(2027, 1, 5, 11, 59), 0, True),  # the day itself
        (datetime(2027, 1, 4, 23, 0), 0, False),
        (datetime(2027, 1, 5, 12, 0), 1, False),  # past
    ],
)
def test_a_limit_is_near_from_its_day_less_the_delay(now, days, near):
    assert is_near(datetime(2027, 1, 5, 12, 0), now, days) is near


def test_a_child_usually_comes_who_came_in_two_weeks_on_such_weekdays():
    one, two = MONDAY - timedelta(7), MONDAY - timedelta(14)
    assert usually_comes([one, two], [MONDAY])
    assert not usually_comes([one, one + timedelta(1)], WEEK)  # one week only
    assert not usually_comes([one + timedelta(1), two + timedelta(1)], [MONDAY])


def test_the_turn_of_the_year_does_not_hide_a_week():
    """Thursday 31 December and Monday 4 January are two weeks of two years."""
    assert usually_comes([date(2026, 12, 31), date(2027, 1, 4)], WEEK)


def test_an_enrolment_counts_where_a_limit_is_for_several_days():
    assert is_expected([], WEEK, enrolled=True)
    assert not is_expected([], [MONDAY], enrolled=True)
    assert not is_expected([], WEEK, enrolled=False)


# === Changes === #


def test_changes_are_told_once_it_is_quiet():
    assert not is_settled([], NOW, unpaid=False)
    assert is_settled([NOW - QUIET], NOW, unpaid=False)
    assert not is_settled([NOW - QUIET, NOW], NOW, unpaid=False)


def test_a_payment_is_waited_for_but_not_for_ever():
    assert not is_settled([NOW - QUIET], NOW, unpaid=True)
    assert is_settled([NOW - PATIENCE], NOW, unpaid=True)


@given(st.lists(st.integers(0, 3600), min_size=1), st.booleans())
def test_whoever_goes_on_is_told_in_the_end(ages, unpaid):
    changes = [NOW - timedelta(seconds=age) for age in ages]
    if max(ages) >= PATIENCE.total_seconds():
        assert is_settled(changes, NOW, unpaid)
    elif min(ages) < QUIET.total_seconds():
        assert not is_settled(changes, NOW, unpaid)
