from datetime import date, timedelta
from decimal import Decimal

import pytest
from espace_famille_billing_domain.regie import (
    CESU_ALWAYS,
    CESU_NEVER,
    CESU_UNDER_6,
    Ceilings,
    admits_cesu,
    cash_left,
    has_to_hand_over,
)
from hypothesis import given
from hypothesis import strategies as st

BIRTHDAY = date(2021, 1, 14)
EUROS = st.decimals(0, 1000, places=2)


@pytest.mark.parametrize(
    ("rule", "day", "expected"),
    [
        (CESU_ALWAYS, date(2035, 1, 1), True),
        (CESU_NEVER, date(2022, 1, 1), False),
        (CESU_UNDER_6, date(2027, 1, 13), True),
        (CESU_UNDER_6, date(2027, 1, 14), False),
        (CESU_UNDER_6, date(2026, 12, 31), True),
        (CESU_UNDER_6, date(2028, 1, 1), False),
        (False, date(2022, 1, 1), False),
    ],
)
def test_a_cesu_pays_by_activity_and_age_on_the_day(rule, day, expected):
    assert admits_cesu(rule, BIRTHDAY, day) is expected


def test_an_unknown_age_is_not_below_six():
    assert not admits_cesu(CESU_UNDER_6, None, date(2027, 1, 1))
    assert admits_cesu(CESU_ALWAYS, None, None)


def test_a_child_of_29_february_is_six_on_1_march():
    born = date(2020, 2, 29)
    assert admits_cesu(CESU_UNDER_6, born, date(2026, 2, 28))
    assert not admits_cesu(CESU_UNDER_6, born, date(2026, 3, 1))


@given(limit=EUROS, parts=st.lists(EUROS, max_size=6))
def test_however_many_payments_make_no_more_than_the_limit_in_cash(limit, parts):
    paid = Decimal(0)
    for part in parts:
        left = cash_left(limit, paid)
        paid += part if left is None else min(part, left)
    assert not limit or paid <= limit


def test_300_euros_are_paid_in_cash_and_not_a_cent_more():
    assert cash_left(Decimal(300), Decimal(0)) == 300
    assert cash_left(Decimal(300), Decimal("299.99")) == Decimal("0.01")
    assert cash_left(Decimal(300), Decimal(400)) == 0
    assert cash_left(Decimal(0), Decimal(400)) is None


@pytest.mark.parametrize(
    ("cash", "total", "expected"),
    [
        (1000, 5000, []),
        (Decimal("1000.01"), 5000, ["cash"]),
        (0, Decimal("5000.01"), ["total"]),
        (2000, 6000, ["cash", "total"]),
    ],
)
def test_both_ceilings_are_looked_at(cash, total, expected):
    assert Ceilings(Decimal(1000), Decimal(5000)).exceeded(cash, total) == expected


def test_no_ceiling_is_never_exceeded():
    assert Ceilings().exceeded(Decimal(10**9), Decimal(10**9)) == []


def test_money_is_handed_over_in_the_days_of_the_act():
    today = date(2027, 2, 4)
    for days, expected in ((31, False), (32, True)):
        last = today - timedelta(days=days)
        assert has_to_hand_over(Decimal(1), last, today, 31) is expected
    assert not has_to_hand_over(Decimal(0), date(2020, 1, 1), today, 31)
    assert not has_to_hand_over(Decimal(1), None, today, 31)
    assert not has_to_hand_over(Decimal(1), date(2020, 1, 1), today, 0)
