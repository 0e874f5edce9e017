"""Quotients that a commune pastes from a spreadsheet or a file of the CAF.

One family a line: reference or e-mail; quotient; date. The separator is a tab, a
semicolon or a comma between spaces; numbers and dates are written as in France or as
in a database.
"""

import csv
import re
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

DATE_FORMATS = ("%d/%m/%Y", "%Y-%m-%d", "%d/%m/%y", "%d.%m.%Y", "%d-%m-%Y")
SEPARATORS = "\t;|"
# “1 234,50 €”: what follows a point or a comma is cents. “1.000” may be a thousand in a
# sheet, and is one in another: the lowest price is never given by a guess.
AMOUNT = re.compile(r"([0-9]{1,3}(?:\s[0-9]{3})+|[0-9]+)(?:[.,]([0-9]{1,2}))?\s*€?")

LARGEST = 100000


class Row(NamedTuple):
    """A line that was read. `error` is None or one of `ERRORS`; `number` from 1.

    `key`: reference or e-mail; `value`: euros; `day`: None for the default day.
    """

    number: int
    key: str
    value: Decimal | None = None
    day: date | None = None
    error: str | None = None


ERRORS = ("columns", "value", "day")


def parse(text: str) -> list[Row]:
    """Return a row for each line that says something; a header is passed over."""
    lines = [
        (number, line)
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip(SEPARATORS + ", \r\ufeff")
    ]
    if not lines:
        return []
    separator = _separator(lines[0][1])
    rows = [_row(number, _cells(line, separator)) for number, line in lines]
    return rows[1:] if _is_header(rows[0], lines[0][1]) else rows


def _separator(line: str) -> str:
    return next((char for char in SEPARATORS if char in line), ",")


def _cells(line: str, separator: str) -> list[str]:
    [cells] = csv.reader([line.lstrip("\ufeff")], delimiter=separator)
    return [cell.strip() for cell in cells]


def _is_header(row: Row, line: str) -> bool:
    """Tell whether the first line names columns: it holds no digit at all."""
    return row.error is not None and not re.search(r"\d", line)


def _row(number: int, cells: list[str]) -> Row:
    key, *others = cells
    if not key or not others:
        return Row(number, key, error="columns")
    value = parse_value(others[0])
    if value is None:
        return Row(number, key, error="value")
    written = others[1] if len(others) > 1 else ""
    day = parse_day(written) if written else None
    return Row(number, key, value, day, "day" if written and day is None else None)


def parse_value(text: str) -> Decimal | None:
    """Return 1234.5 for “1 234,50 €”; None for what is no quotient, or may be another.

    “1.000” and “1,111” are refused: they may mean a thousand or one.
    """
    read = AMOUNT.fullmatch(text.strip())
    if not read:
        return None
    whole, cents = re.sub(r"\s", "", read[1]), read[2] or "0"
    value = Decimal(f"{whole}.{cents}")
    return value.quantize(Decimal("0.01")) if value < LARGEST else None


def parse_day(text: str) -> date | None:
    """Return the day written in one of `DATE_FORMATS`, None if in none."""
    for pattern in DATE_FORMATS:
        try:
            return datetime.strptime(text, pattern).date()
        except ValueError:
            continue
    return None
