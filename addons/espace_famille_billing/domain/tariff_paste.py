"""A table of prices pasted from a spreadsheet: brackets of quotients and euros.

Cells are separated by tabs, or by semicolons where there is no tab. A first column may
name the brackets as communes write them: “0 à 499”, “de 500 à 1000”, “1001 et plus”,
“moins de 500”. A first line without a number is a heading. A number that can be read in
two ways, such as “1.000”, is refused: no price is guessed.
"""

import re
from decimal import Decimal
from typing import NamedTuple

NUMBER = r"\d{1,3}(?:[\s\u202f\xa0]\d{3})+|\d+"
# What follows a point or a comma is cents, or tenths of a cent where nothing but a
# fraction can be meant: “0,125”.
CURRENCY = r"(?:€(?:uros?)?|eur|euros?)?"
PRICE = re.compile(
    rf"(?P<euros>{NUMBER})(?:[.,](?P<cents>\d{{1,2}}))?\s*{CURRENCY}", re.IGNORECASE
)
FRACTION = re.compile(rf"0[.,](\d{{3,4}})\s*{CURRENCY}", re.IGNORECASE)
BOUND = rf"(?:{NUMBER})(?:[.,]\d{{1,2}})?"
BETWEEN = re.compile(
    rf"(?:qf\s*)?(?:de\s+|entre\s+)?({BOUND})\s*(?:à|a|et|-|–|—)\s*({BOUND})",
    re.IGNORECASE,
)
ABOVE = re.compile(
    rf"(?:qf\s*)?(?:(?:à partir de|a partir de|dès|>=|≥)\s*({BOUND})"
    rf"|({BOUND})\s*(?:et plus|et \+|et au-delà|et au delà|et au-dessus|\+))",
    re.IGNORECASE,
)
OVER = re.compile(
    rf"(?:qf\s*)?(?:>|plus de|au-dessus de|supérieur à)\s*({BOUND})", re.IGNORECASE
)
BELOW = re.compile(
    rf"(?:qf\s*)?(?:<|moins de|jusqu.à|inférieur à)\s*({BOUND})", re.IGNORECASE
)
CENT = Decimal("0.01")


class Cell(NamedTuple):
    """One cell: `value` in euros, None if it is empty or cannot be read (`error`)."""

    text: str
    value: Decimal | None = None
    error: bool = False


class Row(NamedTuple):
    """One line: quotients in [start, end), both None where it names no bracket."""

    start: Decimal | None
    end: Decimal | None
    cells: tuple[Cell, ...]


def price(text: str) -> Decimal | None:
    """Return the euros of a text, None if it is no price or could be two.

    >>> price("3,60 €"), price("1.000"), price("1 250,5")
    (Decimal('3.60'), None, Decimal('1250.5'))
    """
    text = text.strip()
    fraction = FRACTION.fullmatch(text)
    if fraction:
        return Decimal(f"0.{fraction[1]}")
    found = PRICE.fullmatch(text)
    if not found:
        return None
    euros = re.sub(r"\s", "", found["euros"])
    return Decimal(f"{euros}.{found['cents']}" if found["cents"] else euros)


def bracket(text: str) -> tuple[Decimal, Decimal | None] | None:
    """Return (first quotient, last one as it is written, None: without end).

    None if the text names no bracket.
    """
    text = " ".join(text.split()).strip(" .:*")
    if found := BETWEEN.fullmatch(text):
        return _bound(found[1]), _bound(found[2])
    if found := ABOVE.fullmatch(text):
        return _bound(found[1] or found[2]), None
    if found := OVER.fullmatch(text):
        return _bound(found[1]) + CENT, None
    if found := BELOW.fullmatch(text):
        return Decimal(0), _bound(found[1])
    return None


def read(text: str) -> list[Row]:
    """Return the lines of a table that was pasted, without its heading.

    A bracket ends where the next one starts, if that is at most one euro further than
    its own end: “0 à 499” and “500 à 1000” leave no gap for 499,50.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    separator = "\t" if "\t" in text else ";"
    table = [[cell.strip() for cell in line.split(separator)] for line in lines]
    if len(table) > 1 and not any(_says(cell) for cell in table[0]):
        table = table[1:]
    named = bool(table) and all(
        bracket(cells[0]) or (price(cells[0]) is not None and len(cells) > 1)
        for cells in table
    )
    named = named and any(bracket(cells[0]) for cells in table)
    rows = [_row(cells, named) for cells in table]
    return _joined(rows)


def _says(cell):
    return price(cell) is not None or bracket(cell) is not None


def _row(cells, named):
    start = end = None
    if named:
        start, end = bracket(cells[0]) or (price(cells[0]), None)
        cells = cells[1:]
    return Row(start, end, tuple(_cell(cell) for cell in cells))


def _cell(text):
    if not text or text in ("-", "–", "—"):
        return Cell(text)
    value = price(text)
    return Cell(text, value, error=value is None)


def _joined(rows):
    """Have each bracket end where the next one starts."""
    joined = []
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        if row.start is not None:
            after = following and following.start
            if after is not None and (row.end is None or 0 <= after - row.end <= 1):
                row = row._replace(end=after)
        joined.append(row)
    return joined


def _bound(text):
    return Decimal(re.sub(r"\s", "", text).replace(",", "."))
