"""What a family owes once what it is owed is set against it."""

from datetime import date
from decimal import Decimal

import pytest
from espace_famille_billing_domain.net import (
    ANY_REGIE,
    NO_REGIE,
    Credit,
    Net,
    Open,
    Sums,
    add_up,
    meets,
    net,
)
from hypothesis import given
from hypothesis import strategies as st

TODAY = date(2027, 3, 1)
BEFORE, AFTER = date(2027, 2, 1), date(2027, 4, 1)


def debt(left, due=BEFORE, **facts):
    return (due, Decimal(left), facts)


def found(debts, *credits_):
    opens = [
        Open(key, due, left, **facts) for key, (due, left, facts) in enumerate(debts)
    ]
    return net(
        opens, [c if isinstance(c, Credit) else credit(c) for c in credits_], TODAY
    )


def credit(left, **facts):
    return Credit(Decimal(left), **facts)


@pytest.mark.parametrize(
    ("debts", "amount", "owed", "left", "overdue"),
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
def test_what_is_owed(debts, amount, owed, left, overdue):
    of_family = found(debts, amount)
    assert (of_family.owed, of_family.left, of_family.overdue) == tuple(
        map(Decimal, (owed, left, overdue))
    )


def test_each_regie_keeps_its_own_money():
    of_family = found([debt("3", regie=1), debt("4", regie=2)], credit("9", regie=2))
    assert (of_family.owed, of_family.left) == (3, 5)
    assert of_family.parts == {1: 4}
    assert of_family.usable([(1, Decimal(2)), (2, Decimal(2))]) == 2


@pytest.mark.parametrize(
    ("one", "other", "may"),
    [
        (1, 1, True),
        (1, 2, False),
        (1, ANY_REGIE, True),
        (1, NO_REGIE, False),
        (ANY_REGIE, NO_REGIE, True),
        (NO_REGIE, NO_REGIE, True),
    ],
)
def test_which_regies_meet(one, other, may):
    assert meets(one, other) is meets(other, one) is may


def test_a_cesu_lowers_only_what_a_cesu_may_pay():
    voucher = credit("5", cesu=True)
    assert found([debt("4")], voucher).owed == 4
    assert found([debt("4", cesu=Decimal(4))], voucher).owed == 0
    assert found([debt("4", cesu=Decimal(3))], voucher).owed == 4
    assert found([], voucher).usable([(0, Decimal(4))]) == 0


def test_the_same_credit_is_used_once():
    of_family = found([], "5", "2")
    amounts = [(0, Decimal(4)), (1, Decimal(4))]
    assert of_family.usable(amounts) == 7
    assert of_family.usable(amounts[:1]) == 4
    left = of_family.without(amounts[:1])
    assert (left.usable(amounts[1:]), left.credit, left.owed) == (3, 3, 0)


EUROS = st.decimals("0.01", "500", places=2)
REGIES = st.integers(-1, 2)
DEBTS = st.lists(
    st.builds(
        Open,
        st.just(0),
        st.sampled_from([BEFORE, TODAY, AFTER]),
        EUROS,
        REGIES,
        st.booleans(),
        st.just(Decimal(0)),
    )
)
CREDITS = st.lists(st.builds(Credit, EUROS, REGIES, st.just(False)))


@given(DEBTS, CREDITS)
def test_a_credit_changes_nothing_of_the_balance(debts, credits_):
    debts = [one._replace(key=key) for key, one in enumerate(debts)]
    of_family = net(debts, credits_, TODAY)
    assert of_family.owed - of_family.left == of_family.due - of_family.credit
    assert 0 <= of_family.overdue <= of_family.owed <= of_family.due
    assert of_family.left == sum(one.left for one in of_family.rest)
    for one in debts:
        paid = of_family.parts.get(one.key, 0)
        assert 0 <= paid <= one.left
        assert not (paid and one.apart)
        # What is left of both may not meet.
        assert (
            paid == one.left
            or one.apart
            or not any(meets(one.regie, rest.regie) for rest in of_family.rest)
        )


def test_nothing_is_owed_by_nobody():
    assert (Net().owed, Net().left) == (0, 0)


def test_sums_add_up():
    one = Sums(Decimal(8), Decimal(1), Decimal(2), Decimal(5))
    assert add_up([Sums(), one, one]) == Sums(16, 2, 4, 10)
