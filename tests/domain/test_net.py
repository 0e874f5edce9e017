"""What a family owes once what it is owed is set against it."""

from datetime import date
from decimal import Decimal

import pytest
from espace_famille_billing_domain.net import Net, Open, Sums, add_up, net
from hypothesis import given
from hypothesis import strategies as st

TODAY = date(2027, 3, 1)
BEFORE, AFTER = date(2027, 2, 1), date(2027, 4, 1)


def debt(left, due=BEFORE, apart=False):
    return Open(due, Decimal(left), apart)


@pytest.mark.parametrize(
    ("debts", "credit", "owed", "left", "overdue"),
    [
        ([], "0", "0", "0", "0"),
        ([], "5", "0", "5", "0"),
        ([debt("25.60")], "20.40", "5.20", "0", "5.20"),
        ([debt("5.20")], "20.40", "0", "15.20", "0"),
        # The oldest first: what is not due yet keeps waiting.
        ([debt("3"), debt("4", AFTER)], "5", "2", "0", "0"),
        ([debt("3"), debt("4", AFTER)], "2", "5", "0", "1"),
        # Nothing is set against what is disputed, or being paid.
        ([debt("3", apart=True), debt("4", AFTER)], "5", "3", "1", "3"),
        ([debt("3", apart=True)], "5", "3", "5", "3"),
    ],
)
def test_what_is_owed(debts, credit, owed, left, overdue):
    found = net(debts, Decimal(credit), TODAY)
    assert (found.owed, found.left, found.overdue) == tuple(
        map(Decimal, (owed, left, overdue))
    )


EUROS = st.decimals("0.01", "500", places=2)
DEBTS = st.lists(
    st.builds(Open, st.sampled_from([BEFORE, TODAY, AFTER]), EUROS, st.booleans())
)


@given(DEBTS, st.decimals("0", "900", places=2))
def test_a_credit_changes_nothing_of_the_balance(debts, credit):
    found = net(sorted(debts), credit, TODAY)
    assert found.owed - found.left == found.due - found.credit
    assert 0 <= found.overdue <= found.owed <= found.due
    apart = sum(one.left for one in debts if one.apart)
    assert found.owed >= apart
    assert not found.left or found.owed == apart


def test_nothing_is_owed_by_nobody():
    assert (Net().owed, Net().left) == (0, 0)


def test_sums_add_up():
    one = Sums(Decimal(8), Decimal(1), Decimal(2), Decimal(5))
    assert add_up([Sums(), one, one]) == Sums(16, 2, 4, 10)
