from decimal import Decimal

import pytest
from espace_famille_billing_domain.fec import COLUMNS, tidied
from hypothesis import given
from hypothesis import strategies as st


def written(*entries):
    """Write entries as Odoo does: padded amounts, the currency on each line."""
    lines = ["|".join(COLUMNS)]
    for entry in entries:
        row = dict.fromkeys(COLUMNS, "x") | {
            "Debit": "0,00",
            "Credit": "0,00",
            "Montantdevise": "",
            "Idevise": "EUR",
            **entry,
        }
        lines.append("|".join(row[column] for column in COLUMNS))
    return "\r\n".join(lines)


def read(text):
    header, *lines = text.split("\r\n")
    assert tuple(header.split("|")) == COLUMNS
    return [dict(zip(COLUMNS, line.split("|"), strict=True)) for line in lines]


def test_amounts_are_plain():
    [entry] = read(tidied(written({"Debit": " 000000000000002,85"}), "EUR"))
    assert (entry["Debit"], entry["Credit"]) == ("2,85", "0,00")


def test_an_opening_balance_of_zero_is_left_out():
    text = written({"JournalCode": "OUV"}, {"Credit": " 000000000000010,80"})
    assert [entry["Credit"] for entry in read(tidied(text, "EUR"))] == ["10,80"]


def test_the_own_currency_is_no_foreign_one():
    text = written({"Debit": "1,00", "Montantdevise": " 000000000000001,00"})
    [own], [foreign] = read(tidied(text, "EUR")), read(tidied(text, "CHF"))
    assert (own["Montantdevise"], own["Idevise"]) == ("", "")
    assert (foreign["Montantdevise"], foreign["Idevise"]) == ("1,00", "EUR")


def test_quotation_marks_and_line_ends_separate_nothing():
    text = written({"Debit": "1,00", "EcritureLib": '"Repas ""bio""\n11 janvier"'})
    [entry] = read(tidied(text, "EUR"))
    assert entry["EcritureLib"] == "Repas ’bio’ 11 janvier"


def test_another_heading_is_refused():
    with pytest.raises(ValueError, match="heading"):
        tidied("JournalCode|JournalLib", "EUR")


@given(st.lists(st.tuples(st.integers(0, 10**9), st.booleans())))
def test_no_cent_is_lost(cents):
    entries = [
        {side: f" {Decimal(amount) / 100:018.2f}".replace(".", ",")}
        for amount, is_debit in cents
        for side in ["Debit" if is_debit else "Credit"]
    ]
    rows = read(tidied(written(*entries), "EUR"))

    def total(side, source):
        return sum(Decimal(row.get(side, "0").replace(",", ".")) for row in source)

    for side in ("Debit", "Credit"):
        assert total(side, rows) == total(side, entries)
    assert len(rows) == sum(1 for amount, _debit in cents if amount)
