"""What a family may declare for the care of its young children."""

from datetime import date
from decimal import Decimal as D

import pytest
from espace_famille_billing_domain import tax_certificate as tax
from espace_famille_billing_domain.tax_certificate import Part, Settlement
from hypothesis import given
from hypothesis import strategies as st

MARCH = date(2027, 3, 1)


@pytest.mark.parametrize(
    ("born", "young"),
    [
        (date(2020, 12, 31), False),
        (date(2021, 1, 1), False),  # six years old on that very day
        (date(2021, 1, 2), True),
        (date(2027, 6, 1), True),
    ],
)
def test_under_six_on_the_first_of_january(born, young):
    assert tax.is_young(born, 2027) == young


def test_what_exceeds_the_price_of_a_timely_booking_is_a_surcharge():
    planned = D("3.60")
    assert tax.ordinary_parts([D("3.60")], planned) == [D("3.60")]
    assert tax.ordinary_parts([D("5.40")], planned) == [D("3.60")]
    assert tax.ordinary_parts([D("3.60"), D("1.80")], planned) == [D("3.60"), 0]
    # Justified later: the credit takes back the surcharge, then the price.
    assert tax.ordinary_parts([D("5.40"), D("-5.40")], planned) == [
        D("3.60"),
        D("-3.60"),
    ]
    assert tax.ordinary_parts([D("5.40"), D("-1.80")], planned) == [D("3.60"), 0]


def test_a_payment_is_shared_in_proportion_to_the_lines():
    parts = [Part(D("10.00"), "care"), Part(D("20.00"))]
    [(_payment, shares)] = tax.paid_parts(parts, [Settlement(MARCH, D("15.00"))])
    assert shares == [D("5.00"), D("10.00")]


def test_a_credit_on_the_invoice_lowers_what_was_paid_of_its_child():
    parts = [Part(D("10.00"), "care"), Part(D("-4.00"), "care"), Part(D("6.00"))]
    [(_payment, shares)] = tax.paid_parts(parts, [Settlement(MARCH, D("12.00"))])
    assert shares == [D("10.00"), D("-4.00"), D("6.00")]


@pytest.mark.parametrize(
    ("given", "paid", "year"),
    [
        # LAW.md 5: BOFiP, BOI-IR-RICI-300, as reported since 2014.
        (2027, date(2027, 3, 1), 2027),
        (2028, date(2027, 12, 20), 2028),  # in advance: the year it is given
        (2027, date(2028, 1, 5), 2028),  # late: the year of the payment
        (2026, date(2028, 1, 5), 2028),
        (2027, date(2027, 12, 31), 2027),
        (2027, date(2028, 1, 1), 2028),
    ],
)
def test_care_counts_once_it_is_both_given_and_paid(given, paid, year):
    assert tax.year_of(given, paid) == year


def test_alternating_residence_halves_the_ceiling():
    """3 500 € a child since the income of 2022, 1 750 € each (LAW.md 5)."""
    assert tax.ceiling(alternating=False) == 3500
    assert tax.ceiling(alternating=True) == 1750


def test_nothing_can_be_shared_by_weights_that_add_up_to_nothing():
    with pytest.raises(ValueError):
        tax.share(D("1.00"), [D(5), D(-5)])
    assert tax.share(D("0.00"), [D(5), D(-5)]) == [0, 0]


def test_of_equal_remainders_the_larger_part_gets_the_cent():
    """Of 14.07 × x ÷ 11.04 €, 259/368 of a cent are left of 4.07 and of 0.39."""
    weights = [D("6.44"), D("4.07"), D("0.39"), D("0.14")]
    shares = tax.share(D("14.07"), weights)
    assert shares == [D("8.21"), D("5.19"), D("0.49"), D("0.18")]
    assert tax.share(D("-14.07"), weights) == [-part for part in shares]
    assert tax.share(D("0.01"), [D(1), D(1)]) == [D("0.01"), 0]


CENTS = st.integers(1, 10**5).map(lambda cents: D(cents) / 100)
WEIGHTS = st.lists(CENTS, min_size=1, max_size=8)


@given(CENTS, WEIGHTS)
def test_every_cent_is_shared_once_and_nobody_is_a_cent_off(amount, weights):
    shares = tax.share(amount, weights)
    assert sum(shares) == amount
    for part, weight in zip(shares, weights, strict=True):
        assert abs(part - amount * weight / sum(weights)) < D("0.01")


@given(WEIGHTS, st.lists(st.integers(1, 100), min_size=1, max_size=5))
def test_once_all_is_paid_each_part_has_exactly_its_amount(amounts, steps):
    """However it was paid, in whatever number of payments."""
    total = sum(amounts)
    payments, left = [], total
    for step in steps[:-1]:
        paid = (left * step / 200).quantize(D("0.01"))
        payments.append(Settlement(MARCH, paid))
        left -= paid
    payments.append(Settlement(MARCH, left))
    found = tax.paid_parts([Part(amount) for amount in amounts], payments)
    sums = [
        sum(column) for column in zip(*(shares for _p, shares in found), strict=True)
    ]
    assert sums == amounts
    for payment, shares in found:
        assert sum(shares) == payment.amount
        assert all(part >= 0 for part in shares)


@given(st.lists(CENTS, min_size=1, max_size=5), CENTS)
def test_the_ordinary_parts_never_exceed_the_ordinary_price(amounts, planned):
    parts = tax.ordinary_parts(amounts, planned)
    assert sum(parts) == min(sum(amounts), planned)
    assert all(part <= amount for part, amount in zip(parts, amounts, strict=True))
