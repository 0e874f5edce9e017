"""Non-valeur, remise gracieuse, créance éteinte."""

from decimal import Decimal as D

import pytest
from espace_famille_billing_domain import write_off
from hypothesis import given
from hypothesis import strategies as st

CENTS = st.integers(1, 10**5).map(lambda cents: D(cents) / 100)


def test_only_a_non_valeur_leaves_the_debt_owed():
    """LAW.md 2: legibase, journaldesmaires; 6542 to be signed by the accountant."""
    assert {key: kind.extinguishes for key, kind in write_off.KINDS.items()} == {
        "irrecoverable": False,
        "remission": True,
        "extinguished": True,
    }


def test_the_council_decides_two_of_them_and_a_judge_the_third():
    assert [kind.by for kind in write_off.KINDS.values()] == [
        "council",
        "council",
        "judge",
    ]
    assert write_off.KINDS["irrecoverable"].accounts[0] == "6541"
    assert write_off.KINDS["extinguished"].accounts[0] == "6542"


@given(st.lists(CENTS, min_size=1, max_size=5), st.integers(1, 100))
def test_what_is_collected_is_all_found_and_nowhere_more_than_given_up(debts, percent):
    amount = (sum(debts) * percent / 100).quantize(D("0.01"))
    if not amount:
        return
    found = write_off.to_reopen(amount, enumerate(debts))
    assert sum(found.values()) == amount
    assert all(0 < part <= debts[debt] for debt, part in found.items())


@pytest.mark.parametrize("amount", [D(0), D(-1), D("7.01")])
def test_neither_nothing_nor_too_much_is_collected(amount):
    with pytest.raises(ValueError):
        write_off.to_reopen(amount, [("a", D(3)), ("b", D(4))])
