"""Quotients that are pasted, those that are too old, and prices of next year."""

from datetime import date
from decimal import Decimal as D

import pytest
from espace_famille_billing_domain.quotient_import import Row, parse
from espace_famille_billing_domain.quotient_validity import oldest_fresh
from espace_famille_billing_domain.tariff_increase import raised
from hypothesis import given
from hypothesis import strategies as st

CENT = D("0.01")

# === Import === #


@pytest.mark.parametrize(
    "line, expected",
    [
        ("F1;750;01/02/2027", ("F1", D(750), date(2027, 2, 1))),
        ("F1\t1 234,50 €\t2027-02-01", ("F1", D("1234.5"), date(2027, 2, 1))),
        ("c@example.org; 0", ("c@example.org", D(0), None)),
        ("F1,750,2027-02-01", ("F1", D(750), date(2027, 2, 1))),
        ("F1; 750 ;", ("F1", D(750), None)),
        ("F1;1 000", ("F1", D(1000), None)),
        ("F1;1\u202f000,5", ("F1", D("1000.5"), None)),
        ('"F1";"750,5";"01.02.2027"', ("F1", D("750.5"), date(2027, 2, 1))),
    ],
)
def test_a_line_is_read_as_it_is_written_here_or_there(line, expected):
    assert parse(line) == [Row(1, *expected)]


@pytest.mark.parametrize(
    "line, error",
    [
        ("F1", "columns"),
        (";750", "columns"),
        ("F1;", "value"),
        ("F1;-3", "value"),
        ("F1;NaN", "value"),
        ("F1;1e9", "value"),
        ("F1;sept cents", "value"),
        # A thousand or one, eleven hundred or one: nobody gets the lowest price by it.
        ("F1;1.000", "value"),
        ("F1;1,111", "value"),
        ("F1;1.234.567", "value"),
        ("F1;12 34", "value"),
        ("F1;750;31/02/2027", "day"),
        ("F1;750;demain", "day"),
    ],
)
def test_a_line_that_says_nothing_clear_is_an_error(line, error):
    [row] = parse(line)
    assert row.error == error


def test_the_header_and_empty_lines_are_passed_over_but_counted():
    rows = parse("\ufeffRéférence;QF;Date\n\n;;\nF1;750\nF2;x\n")
    assert [(row.number, row.key, row.error) for row in rows] == [
        (4, "F1", None),
        (5, "F2", "value"),
    ]
    assert parse(" \n\t;\n") == []


@given(st.text())
def test_no_text_breaks_the_reading(text):
    for row in parse(text):
        assert (row.error is None) == (row.value is not None and row.error != "day")


# === Renewal === #


@pytest.mark.parametrize(
    "today, settings, expected",
    [
        (date(2027, 1, 4), ("never",), None),
        (date(2027, 1, 4), ("months", 12), date(2026, 1, 4)),
        (date(2027, 3, 31), ("months", 1), date(2027, 2, 28)),
        (date(2027, 1, 4), ("months", 13), date(2025, 12, 4)),
        (date(2027, 1, 4), ("yearly", 0, 1, 1), date(2027, 1, 1)),
        (date(2027, 1, 1), ("yearly", 0, 1, 1), date(2027, 1, 1)),
        (date(2027, 1, 4), ("yearly", 0, 9, 1), date(2026, 9, 1)),
        (date(2027, 3, 1), ("yearly", 0, 2, 31), date(2027, 2, 28)),
    ],
)
def test_from_when_a_quotient_is_recent_enough(today, settings, expected):
    assert oldest_fresh(today, *settings) == expected


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(1, 60))
def test_the_limit_is_never_after_today(today, months):
    assert oldest_fresh(today, "months", months) < today
    assert oldest_fresh(today, "yearly", 0, months % 12 + 1, months % 31 + 1) <= today


# === Next year's prices === #


@pytest.mark.parametrize(
    "amount, percent, step, mode, expected",
    [
        ("3.60", "2", "0.01", "half_up", "3.67"),  # 3.672
        ("3.60", "2", "0.05", "half_up", "3.65"),
        ("3.60", "2", "0.05", "up", "3.70"),
        ("3.60", "2", "0.05", "down", "3.65"),
        ("3.60", "-10", "0.10", "half_up", "3.20"),  # 3.24
        ("0.02", "-90", "0.01", "down", "0.01"),
        ("3.60", "-100", "0.01", "half_up", "0"),
        ("3.60", "-250", "0.01", "half_up", "0"),
        ("3.63", "0", "0.05", "half_up", "3.63"),
        ("0", "10", "0.05", "up", "0"),
    ],
)
def test_a_price_is_raised_and_rounded_once(amount, percent, step, mode, expected):
    assert raised(D(amount), D(percent), D(step), mode) == D(expected)


@given(
    st.decimals(0, 50, places=2),
    st.decimals(0, 50, places=2),
    st.decimals(-120, 120, places=2),
    st.sampled_from([CENT, D("0.05"), D("0.1"), D(1)]),
    st.sampled_from(["half_up", "up", "down"]),
)
def test_raised_prices_keep_their_order_and_stay_positive(
    one, two, percent, step, mode
):
    low, high = sorted([one, two])
    new_low, new_high = (raised(x, percent, step, mode) for x in (low, high))
    assert D(0) <= new_low <= new_high
    assert (new_low == 0) == (low == 0 or percent <= -100)
