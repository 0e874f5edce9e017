"""Prices copied from a spreadsheet: read in one way only, or refused."""

from decimal import Decimal

import pytest
from espace_famille_billing_domain.tariff_paste import bracket, price, read


@pytest.mark.parametrize(
    ("text", "euros"),
    [
        ("3,60", "3.60"),
        ("3.60 €", "3.60"),
        ("0.60 €uros", "0.60"),
        ("5", "5"),
        ("5,4", "5.4"),
        ("1 250,50", "1250.50"),
        ("1\u202f250", "1250"),
        ("0,125", "0.125"),
    ],
)
def test_a_price_is_read_as_it_is_written_in_france(text, euros):
    assert price(text) == Decimal(euros)


@pytest.mark.parametrize(
    "text", ["1.000", "1,111", "12.345", "-3", "3,60/h", "gratuit", "", "1e3", "3,6,0"]
)
def test_what_could_be_two_prices_or_none_is_refused(text):
    assert price(text) is None


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("0 à 499", "0", "499"),
        ("* De 500 et 1000", "500", "1000"),
        ("entre 500 et 1 000", "500", "1000"),
        ("500 – 1000,50", "500", "1000.50"),
        ("A partir de 1001", "1001", None),
        ("1001 et plus", "1001", None),
        ("QF ≥ 1001", "1001", None),
        ("plus de 1000", "1000.01", None),
        ("< 500", "0", "500"),
        ("moins de 500", "0", "500"),
    ],
)
def test_brackets_are_named_as_in_a_deliberation(text, start, end):
    assert bracket(text) == (Decimal(start), end and Decimal(end))


@pytest.mark.parametrize("text", ["Tranche 1", "1.000 à 2.000", "3,60", "", "QF"])
def test_other_words_name_no_bracket(text):
    assert bracket(text) is None


def test_a_sheet_with_a_heading_and_brackets_leaves_no_gap():
    rows = read(
        "Quotient\tMatin\tSoir\r\n0 à 499\t0,60\t1,20\r\n"
        "500 à 1000\t0,65\t1,30\r\n1001 et plus\t0,80\t\r\n"
    )
    assert [(row.start, row.end) for row in rows] == [
        (Decimal(0), Decimal(500)),
        (Decimal(500), Decimal(1001)),
        (Decimal(1001), None),
    ]
    assert [cell.value for cell in rows[1].cells] == [Decimal("0.65"), Decimal("1.30")]
    assert rows[2].cells[1].value is None
    assert not rows[2].cells[1].error


def test_brackets_that_are_apart_stay_apart():
    rows = read("0 à 400\t1\n500 et plus\t2")
    assert rows[0].end == Decimal(400)


def test_prices_alone_name_no_bracket():
    rows = read("0,60\t1,20\n0,65\t1,30")
    assert [row.start for row in rows] == [None, None]
    assert len(rows[0].cells) == 2


def test_a_price_that_could_be_two_is_an_error_of_its_cell():
    [row] = read("0,60\t1.000")
    assert [cell.error for cell in row.cells] == [False, True]


def test_semicolons_do_where_there_is_no_tab():
    assert len(read("0,60;1,20")[0].cells) == 2
