import doctest

from espace_famille_billing_domain import quotient_spread
from hypothesis import given
from hypothesis import strategies as st

COUNTS = st.dictionaries(st.integers(0, 40), st.integers(0, 30), max_size=15)


@given(COUNTS)
def test_no_bracket_holds_fewer_than_five_families(counts):
    for bracket in quotient_spread.spread(counts):
        assert bracket.families >= quotient_spread.LEAST


@given(COUNTS)
def test_every_family_is_in_one_bracket_or_nothing_is_shown(counts):
    found = quotient_spread.spread(counts)
    total = sum(counts.values())
    if total < quotient_spread.LEAST:
        assert not found
    else:
        assert sum(bracket.families for bracket in found) == total


@given(COUNTS)
def test_brackets_follow_one_another_without_a_gap(counts):
    found = quotient_spread.spread(counts)
    lows = [bracket.low for bracket in found]
    assert lows == sorted(set(lows))
    assert [b.high for b in found] == [*lows[1:], *([None] if found else [])]


def test_the_examples_hold():
    assert doctest.testmod(quotient_spread).failed == 0
