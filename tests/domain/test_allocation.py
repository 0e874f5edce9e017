"""Each cent of a payment goes to exactly one product, and always to the same."""

from collections import Counter
from fractions import Fraction
from itertools import pairwise

import pytest
from espace_famille_billing_domain.allocation import (
    ADVANCE,
    NOTHING,
    Movement,
    Share,
    allocate,
    impute,
)
from hypothesis import given
from hypothesis import strategies as st

MEAL, EVENING, FEE = (1, 7067), (2, 7067), (3, 7088)

amounts = st.integers(-1_000_000, 1_000_000)
positive = st.dictionaries(
    st.integers(1, 50), st.integers(0, 100_000), min_size=1, max_size=12
).filter(lambda weights: sum(weights.values()))
mixed = st.dictionaries(
    st.integers(1, 50), st.integers(-100_000, 100_000), min_size=1, max_size=12
).filter(lambda weights: sum(weights.values()))


# === One amount === #


@given(amounts, mixed)
def test_shares_add_up_to_the_amount(amount, weights):
    shares = allocate(amount, weights)
    assert shares.keys() == weights.keys()
    assert sum(shares.values()) == amount


@given(amounts, mixed)
def test_each_share_is_within_a_cent_of_its_proportion(amount, weights):
    total = sum(weights.values())
    for key, share in allocate(amount, weights).items():
        assert abs(share - Fraction(amount * weights[key], total)) < 1


@given(amounts, mixed, st.randoms())
def test_the_order_of_the_lines_does_not_matter(amount, weights, random):
    lines = list(weights.items())
    random.shuffle(lines)
    assert allocate(amount, dict(lines)) == allocate(amount, weights)


@given(amounts, mixed)
def test_what_costs_nothing_receives_nothing(amount, weights):
    shares = allocate(amount, weights)
    assert not any(shares[key] for key, weight in weights.items() if not weight)


@given(st.integers(0, 1_000_000), positive)
def test_what_costs_more_receives_at_least_as_much(amount, weights):
    shares = allocate(amount, weights)
    ranked = sorted(weights, key=lambda key: (weights[key], shares[key]))
    for less, more in pairwise(ranked):
        assert weights[less] == weights[more] or shares[less] <= shares[more]


@given(amounts, mixed, st.integers(1, 1000))
def test_only_proportions_matter(amount, weights, scale):
    scaled = {key: weight * scale for key, weight in weights.items()}
    assert allocate(amount, scaled) == allocate(amount, weights)


@given(mixed)
def test_a_whole_invoice_gives_its_lines(weights):
    assert allocate(sum(weights.values()), weights) == weights


@given(amounts, mixed)
def test_taking_back_mirrors_giving(amount, weights):
    opposite = {key: -weight for key, weight in weights.items()}
    shares = allocate(amount, weights)
    assert allocate(-amount, weights) == {k: -share for k, share in shares.items()}
    assert allocate(amount, opposite) == shares


@given(st.integers(0, 100_000), positive)
def test_largest_remainder_is_found_by_hand(amount, weights):
    """Give the cents one by one to who misses most: slow, and the same."""
    total = sum(weights.values())
    exact = {key: Fraction(amount * weight, total) for key, weight in weights.items()}
    shares = {key: int(share) for key, share in exact.items()}
    for _cent in range(amount - sum(shares.values())):
        misses = max(sorted(weights), key=lambda k: (exact[k] - shares[k], weights[k]))
        shares[misses] += 1
    assert allocate(amount, weights) == shares


def test_three_equal_lines_of_ten_euros():
    assert allocate(1000, {1: 5, 2: 5, 3: 5}) == {1: 334, 2: 333, 3: 333}


def test_a_credit_on_the_invoice_has_a_share_of_the_other_sign():
    assert allocate(350, {MEAL: 1000, EVENING: -300}) == {MEAL: 500, EVENING: -150}


def test_nothing_cannot_share_something():
    with pytest.raises(ValueError):
        allocate(1, {MEAL: 500, EVENING: -500})
    with pytest.raises(ValueError):
        allocate(1, {})
    assert allocate(0, {MEAL: 500, EVENING: -500}) == {MEAL: 0, EVENING: 0}
    assert allocate(0, {}) == {}


# === Movements === #


def by_key(shares):
    total = Counter()
    for share in shares:
        total[share.key] += share.cents
    return {key: cents for key, cents in total.items() if cents}


def of(shares, movement):
    return [share for share in shares if share.movement == movement]


keys = st.sampled_from([MEAL, EVENING, FEE, NOTHING])
invoices = st.dictionaries(keys, st.integers(-500, 5000), min_size=1).filter(
    lambda lines: sum(lines.values()) > 0
)


@st.composite
def partial_payments(draw):
    """An invoice, and the parts in which it is paid; some in an earlier statement."""
    lines = draw(invoices)
    total = sum(lines.values())
    cuts = draw(st.lists(st.integers(0, total), max_size=6))
    steps = [0, *sorted(cuts), total]
    parts = [after - before for before, after in pairwise(steps)]
    return lines, parts, draw(st.integers(0, len(parts)))


@given(partial_payments())
def test_the_parts_of_a_paid_invoice_add_up_to_its_lines(case):
    lines, parts, closed = case
    movements = [Movement(n, {10: cents}) for n, cents in enumerate(parts)]
    first = impute(movements[:closed], {10: lines})
    second = impute(movements[closed:], {10: lines}, recorded=first)
    whole = first + second
    assert by_key(whole) == {key: cents for key, cents in lines.items() if cents}
    for number, cents in enumerate(parts):
        assert sum(share.cents for share in of(whole, number)) == cents
    assert whole == impute(movements, {10: lines})


@given(st.lists(st.tuples(invoices, st.integers(0, 9000)), min_size=1, max_size=5))
def test_every_cent_of_a_payment_is_imputed(cases):
    documents = {number: lines for number, (lines, _paid) in enumerate(cases)}
    applied = {number: paid for number, (_lines, paid) in enumerate(cases)}
    shares = impute([Movement(1, {**applied, ADVANCE: 77})], documents)
    assert sum(share.cents for share in shares) == sum(applied.values()) + 77
    assert all(share.cents for share in shares)


@given(partial_payments(), st.data())
def test_what_is_taken_back_leaves_nothing(case, data):
    lines, parts, _closed = case
    movements = [Movement(n, {10: cents}) for n, cents in enumerate(parts)]
    back = data.draw(st.integers(0, len(parts) - 1))
    taken = Movement(99, reverses=back, amount=-parts[back])
    again = Movement(100, {10: parts[back]})
    shares = impute([*movements, taken, again], {10: lines})
    assert not by_key(of(shares, back) + of(shares, 99))
    assert by_key(shares) == {key: cents for key, cents in lines.items() if cents}


def test_money_without_an_invoice_is_an_advance():
    [share] = impute([Movement(1, {ADVANCE: 500})], {})
    assert share == Share(1, ADVANCE, NOTHING, 500)


def test_an_advance_used_later_moves_to_its_products():
    recorded = impute([Movement(1, {ADVANCE: 500})], {})
    lines = {MEAL: 360, EVENING: 140}
    later = impute([Movement(1, {ADVANCE: -500, 10: 500})], {10: lines}, recorded)
    assert by_key(later) == {**lines, NOTHING: -500}
    assert by_key(recorded + later) == lines


def test_a_payment_moved_to_another_invoice():
    documents = {10: {MEAL: 360, EVENING: 140}, 11: {FEE: 500}}
    recorded = impute([Movement(1, {10: 500})], documents)
    later = impute([Movement(1, {10: -500, 11: 500})], documents, recorded)
    assert by_key(recorded + later) == {FEE: 500}


def test_an_invoice_credited_in_full_gives_back_what_it_had():
    recorded = impute([Movement(1, {10: 500})], {10: {MEAL: 500}})
    later = impute([Movement(1, {10: -500, ADVANCE: 500})], {10: {MEAL: 0}}, recorded)
    assert by_key(recorded + later) == {NOTHING: 500}


def test_money_taken_back_that_nobody_recorded_is_an_advance_less():
    [share] = impute([Movement(2, reverses=1, amount=-500)], {})
    assert share == Share(2, ADVANCE, NOTHING, -500)


def test_paying_a_rejected_payment_again_pays_the_same_products():
    lines = {MEAL: 360, EVENING: 140}
    shares = impute(
        [
            Movement(1, {10: 500}),
            Movement(2, reverses=1, amount=-500),
            Movement(3, {20: 200}),
            Movement(4, {20: 300}),
        ],
        {10: lines},
        debts={20: 2},
    )
    assert by_key(shares) == lines
    assert sum(share.cents for share in of(shares, 3)) == 200


def test_a_rejection_of_a_part_takes_a_part_of_each_product():
    lines = {MEAL: 300, EVENING: 100}
    shares = impute(
        [Movement(1, {10: 400}), Movement(2, reverses=1, amount=-100)], {10: lines}
    )
    assert by_key(of(shares, 2)) == {MEAL: -75, EVENING: -25}


@given(positive, st.integers(0, 10))
def test_few_cents_are_given_to_few(weights, amount):
    shares = allocate(amount, weights)
    assert all(0 <= share <= amount for share in shares.values())
