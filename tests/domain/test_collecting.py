"""Until when a régie collects, and what then goes to the public accountant."""

from datetime import date
from decimal import Decimal as D

import pytest
from espace_famille_billing_domain import collecting
from espace_famille_billing_domain.collecting import Debt

DUE = date(2027, 1, 31)
LAST = date(2027, 4, 1)  # sixty days later
AFTER = date(2027, 4, 2)


def debt(key=1, left="20", family=1, **facts):
    return Debt(key, family, DUE, D(left), **facts)


@pytest.mark.parametrize(
    ("today", "days", "stage"),
    [
        (LAST, 60, collecting.OPEN),
        (AFTER, 60, collecting.PAST),
        (date(2029, 1, 1), 0, collecting.OPEN),  # the commune set no last day
    ],
)
def test_the_regie_collects_until_its_last_day(today, days, stage):
    assert collecting.stage(debt(), today, days) == stage


def test_what_was_transmitted_is_no_longer_collected_whatever_the_day():
    sent = debt(transmitted_on=DUE)
    assert collecting.stage(sent, DUE, 0) == collecting.TRANSMITTED
    assert collecting.to_transmit([sent], AFTER, 60) == []


def test_what_is_disputed_or_being_paid_is_kept():
    assert collecting.to_transmit([debt(kept=True), debt(2)], AFTER, 60) == [2]


@pytest.mark.parametrize(
    ("left", "keys"), [("14.99", []), ("15.00", [1]), ("15.01", [1])]
)
def test_below_15_euros_nothing_is_put_in_recovery(left, keys):
    """D1611-1 CGCT since 10 April 2017 (LAW.md 2, tricoteuses.fr, legifrance)."""
    assert collecting.to_transmit([debt(left=left)], AFTER, 60, D(15)) == keys


def test_small_debts_of_one_family_add_up():
    debts = [debt(1, "8"), debt(2, "7"), debt(3, "14", family=2)]
    assert collecting.to_transmit(debts, AFTER, 60, D(15)) == [1, 2]
