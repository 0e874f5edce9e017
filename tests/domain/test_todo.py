"""What a family has to do, the most urgent first: plain rules, without a database."""

from datetime import date, datetime, timedelta

import pytest
from espace_famille_portal_domain.todo import (
    SHOWN,
    Task,
    Urgency,
    cart_urgency,
    coming_days,
    fold,
    habit,
    in_order,
    invoice_urgency,
    is_expected,
    limit_urgency,
    time_left,
)
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2027, 1, 4, 8, 0)
TODAY = NOW.date()


def after(**how):
    return NOW + timedelta(**how)


def task(urgency, by=None, name=""):
    return Task(urgency, name or urgency.name, "", "", "", "", by)


# === How urgent === #


@pytest.mark.parametrize(
    "left, urgency",
    [
        (timedelta(minutes=-1), None),
        (timedelta(), None),
        (timedelta(minutes=1), Urgency.CLOSING),
        (timedelta(hours=2), Urgency.CLOSING),
        (timedelta(hours=2, seconds=1), Urgency.LIMIT_NEAR),
        (timedelta(hours=48), Urgency.LIMIT_NEAR),
        (timedelta(hours=48, seconds=1), None),
    ],
)
def test_a_limit_is_urgent_by_what_is_left(left, urgency):
    assert limit_urgency(NOW + left, NOW) is urgency


@pytest.mark.parametrize(
    "limits, urgency",
    [
        ([], Urgency.CART),
        ([None], Urgency.CART),
        ([after(days=5)], Urgency.CART),
        ([after(days=5), after(hours=30)], Urgency.CART_NEAR),
        ([after(hours=30), None, after(hours=1)], Urgency.CLOSING),
    ],
)
def test_a_cart_is_as_urgent_as_its_first_limit(limits, urgency):
    assert cart_urgency(limits, NOW) is urgency


def test_an_invoice_is_late_from_the_day_after():
    assert invoice_urgency(TODAY - timedelta(1), TODAY) is Urgency.OVERDUE
    assert invoice_urgency(TODAY, TODAY) is Urgency.DUE
    assert invoice_urgency(None, TODAY) is Urgency.DUE


# === Order === #


def test_the_order_is_that_of_urgency():
    names = [
        "CLOSING",
        "OVERDUE",
        "UNPAID_SEATS",
        "CART_NEAR",
        "LIMIT_NEAR",
        "ANSWER",
        "PROOF",
        "CART",
        "FREE_DAYS",
        "DUE",
    ]
    tasks = in_order(task(Urgency[name]) for name in reversed(names))
    assert [one.urgency.name for one in tasks] == names


def test_of_two_alike_what_ends_first_comes_first():
    first, last, never = (
        task(Urgency.LIMIT_NEAR, by) for by in (after(hours=3), after(hours=9), None)
    )
    assert in_order([never, last, first]) == [first, last, never]


@given(st.lists(st.sampled_from(Urgency), max_size=12))
def test_nothing_is_lost_and_no_more_than_four_are_in_sight(urgencies):
    tasks = in_order(map(task, urgencies))
    shown, folded = fold(tasks)
    assert shown + folded == tasks
    assert len(shown) <= SHOWN
    assert bool(folded) == (len(tasks) > SHOWN)


def test_red_is_for_what_is_late_and_orange_for_what_ends_soon():
    assert task(Urgency.OVERDUE).tone == "danger"
    assert task(Urgency.CLOSING).tone == "warn"
    assert task(Urgency.CART).tone == ""


@pytest.mark.parametrize(
    "left, told",
    [
        (timedelta(minutes=40, seconds=59), (0, 40)),
        (timedelta(hours=26), (26, 0)),
        (-timedelta(hours=1), (0, 0)),
    ],
)
def test_time_left_is_never_more_than_there_is(left, told):
    assert time_left(NOW + left, NOW) == told


# === Habits === #

MONDAYS = [date(2026, 11, 30), date(2026, 12, 7)]


def test_nobody_knows_the_habits_of_a_child_that_never_came():
    assert habit([]) is None
    assert is_expected(None, TODAY)


def test_once_is_no_habit_and_twice_in_one_week_neither():
    assert habit(MONDAYS[:1]) == frozenset()
    assert habit([MONDAYS[0], MONDAYS[0]]) == frozenset()
    assert not is_expected(habit(MONDAYS[:1]), TODAY)


def test_a_weekday_of_two_weeks_is_a_habit():
    weekdays = habit([*MONDAYS, date(2026, 12, 8)])
    assert weekdays == {0}
    assert is_expected(weekdays, date(2027, 1, 4))
    assert not is_expected(weekdays, date(2027, 1, 5))


# === The next days === #


@pytest.mark.parametrize(
    "today, booked, days",
    [
        (date(2027, 1, 4), [], [4, 5, 6, 7, 8]),
        (date(2027, 1, 7), [], [7, 8, 11, 12, 13]),
        (date(2027, 1, 9), [], [11, 12, 13, 14, 15]),
        (date(2027, 1, 8), [date(2027, 1, 9)], [8, 9, 11, 12, 13]),
    ],
)
def test_the_next_five_days_of_school(today, booked, days):
    assert [day.day for day in coming_days(today, booked)] == days
