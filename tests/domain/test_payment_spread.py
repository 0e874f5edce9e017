"""How an amount received is shared among debts."""

from decimal import Decimal

from espace_famille_billing_domain.spread import spread
from hypothesis import given
from hypothesis import strategies as st

cents = st.integers(0, 100_000).map(lambda value: Decimal(value) / 100)


def test_the_first_debts_are_filled_first():
    dues = [Decimal("3.60"), Decimal("1.30"), Decimal(5)]
    assert spread(Decimal(4), dues) == [Decimal("3.60"), Decimal("0.40"), 0]


def test_nothing_received_pays_nothing():
    assert spread(Decimal(0), [Decimal(1)]) == [0]
    assert spread(Decimal(1), []) == []


@given(cents, st.lists(cents))
def test_no_cent_is_lost_nor_made_up(amount, dues):
    parts = spread(amount, dues)
    assert sum(parts) == min(amount, sum(dues))
    assert all(0 <= part <= due for part, due in zip(parts, dues, strict=True))


@given(cents, st.lists(cents))
def test_a_debt_waits_until_those_before_it_are_filled(amount, dues):
    parts = spread(amount, dues)
    for number, part in enumerate(parts):
        if part:
            assert parts[:number] == dues[:number]
