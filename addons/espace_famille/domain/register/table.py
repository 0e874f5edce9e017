"""Open the files of a register: CSV, XLSX and XLS become tables of cells.

What a file is is told by its content, not by its name. Formulas are read as the value
that the spreadsheet last showed. The number of a line is that of the spreadsheet,
counted from 1, empty lines included.
"""

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice

import openpyxl
import xlrd

MAX_BYTES = 20_000_000
MAX_UNPACKED_BYTES = 200_000_000
MAX_ROWS = 20_000
MAX_COLUMNS = 250
SEPARATORS = ";,\t"
LINES_LOOKED_AT = 50

Cell = str | int | float | date | None


class NotATable(ValueError):
    """The file is not a table that can be read; `code` says why.

    'kind': neither CSV nor XLSX nor XLS; 'broken': it cannot be opened; 'large': too
    many bytes or lines; 'empty': it says nothing; 'locked': it has a password.
    """

    def __init__(self, code: str, message: str = ""):
        self.code = code
        super().__init__(message or code)


@dataclass(frozen=True)
class Row:
    """A line of a table; `number` is its number in the spreadsheet, from 1."""

    number: int
    cells: tuple[Cell, ...]

    def __bool__(self):
        return any(cell not in (None, "") for cell in self.cells)


@dataclass(frozen=True)
class Table:
    """A sheet of a file; `sheet` is empty where the file has only one."""

    file: str
    rows: tuple[Row, ...]
    sheet: str = ""

    @property
    def name(self) -> str:
        return f"{self.file} – {self.sheet}" if self.sheet else self.file


def open_file(name: str, content: bytes) -> list[Table]:
    """Return the tables of a file, those without any word left out.

    Raises NotATable.
    """
    if len(content) > MAX_BYTES:
        raise NotATable("large")
    if content.startswith(b"PK\x03\x04"):
        sheets = _read_xlsx(content)
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        sheets = _read_xls(content)
    else:
        sheets = [("", _read_csv(content))]
    tables = []
    for sheet, rows in sheets:
        kept = tuple(row for row in _numbered(rows) if row)
        if kept:
            tables.append(Table(name, kept, sheet if len(sheets) > 1 else ""))
    if not tables:
        raise NotATable("empty")
    return tables


def _numbered(rows: Iterable[Iterable[Cell]]) -> Iterator[Row]:
    for number, cells in enumerate(rows, 1):
        if number > MAX_ROWS:
            raise NotATable("large")
        yield Row(number, tuple(_cell(cell) for cell in islice(cells, MAX_COLUMNS)))


def _cell(value) -> Cell:
    """Return a cell as it is meant: midnight is a day, 81090.0 a whole number."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, bool | time):
        return str(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str):
        return value.strip()
    return value


# === Spreadsheets === #


def _read_xlsx(content: bytes) -> list[tuple[str, list]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(one.file_size for one in archive.infolist()) > MAX_UNPACKED_BYTES:
                raise NotATable("large")
            if "xl/workbook.xml" not in archive.namelist():
                raise NotATable("kind")
        book = openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, data_only=True
        )
        sheets = []
        for sheet in book.worksheets:
            # What the file says of its size may be wrong.
            sheet.reset_dimensions()
            rows = islice(sheet.iter_rows(values_only=True), MAX_ROWS + 1)
            sheets.append((sheet.title, list(rows)))
        return sheets
    except NotATable:
        raise
    except Exception as error:  # openpyxl lets through many kinds
        raise NotATable("broken", str(error)) from error


def _read_xls(content: bytes) -> list[tuple[str, list]]:
    try:
        book = xlrd.open_workbook(file_contents=content)
        return [
            (sheet.name, [_xls_row(book, sheet, n) for n in range(sheet.nrows)])
            for sheet in book.sheets()
        ]
    except Exception as error:  # xlrd lets through many kinds
        code = "locked" if "encrypted" in str(error).lower() else "broken"
        raise NotATable(code, str(error)) from error


def _xls_row(book, sheet, number: int) -> list[Cell]:
    cells = []
    for cell in sheet.row(number):
        if cell.ctype == xlrd.XL_CELL_DATE:
            cells.append(xlrd.xldate_as_datetime(cell.value, book.datemode))
        elif cell.ctype in (xlrd.XL_CELL_ERROR, xlrd.XL_CELL_EMPTY):
            cells.append(None)
        else:
            cells.append(cell.value)
    return cells


# === CSV === #


def _read_csv(content: bytes) -> list[list[str]]:
    text = decode(content)
    try:
        return list(csv.reader(io.StringIO(text), delimiter=_separator(text)))
    except csv.Error as error:
        raise NotATable("broken", str(error)) from error


def decode(content: bytes) -> str:
    """Return the text of a file in UTF-8 or UTF-16, else in that of old Windows.

    Raises NotATable for what is no text.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    if content.startswith(b"%PDF") or b"\x00" in content:
        raise NotATable("kind")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _separator(text: str) -> str:
    """Return the separator by which most of the first lines have as many cells."""
    lines = "\n".join(text.splitlines()[:LINES_LOOKED_AT])

    def regularity(separator):
        rows = csv.reader(io.StringIO(lines), delimiter=separator)
        widths = Counter(len(row) for row in rows if len(row) > 1)
        return max(((lines, width) for width, lines in widths.items()), default=(0, 0))

    try:
        return max(SEPARATORS, key=regularity)
    except csv.Error:
        return ";"
