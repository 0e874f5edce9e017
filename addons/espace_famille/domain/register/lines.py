"""A line of a register, read by what its columns are."""

from dataclasses import dataclass
from typing import NamedTuple

from . import values
from .columns import Layout
from .households import Address
from .table import Cell, Row
from .values import words


class Place(NamedTuple):
    """A line of a file; `file` names the sheet too where it has several."""

    file: str
    line: int


class Problem(NamedTuple):
    """What is wrong in a cell, by file, line and header of the column.

    `code`: one of `values.Unreadable`, or 'no_name', 'no_guardian_name',
    'no_birth_date', 'unknown_child', 'unclear_child' (several bear that name),
    'not_an_amount', 'other_amount' (of a line of the same household), 'not_a_start' (of
    a quotient), 'ended' (a document).
    `stays_out`: the line, or a person of it, is not imported.
    """

    file: str
    line: int
    column: str
    code: str
    value: str = ""
    who: str = ""
    stays_out: bool = False


@dataclass
class Line:
    """A row read by the fields of its columns; problems are collected."""

    layout: Layout
    row: Row
    problems: list[Problem]

    @property
    def place(self) -> Place:
        return Place(self.layout.table.name, self.row.number)

    @property
    def groups(self) -> int:
        return self.layout.groups

    def cell(self, name: str, group: int = 0) -> Cell:
        column = self.layout.place_of(name, group)
        if column is None or column.index >= len(self.row.cells):
            return None
        return self.row.cells[column.index]

    def text(self, name: str, group: int = 0) -> str:
        return words(self.cell(name, group))

    def names(self, person: str, group: int = 0) -> tuple[str, str, str]:
        """Return (last name of birth, name in use, first name)."""
        last = self.text(f"{person}.lastname", group)
        usage = self.text(f"{person}.usage_name", group)
        first = self.text(f"{person}.firstname", group)
        whole = self.text(f"{person}.fullname", group)
        if whole and not (last or first):
            last, first = values.split_name(whole)
        return last, usage, first

    def who(self, person: str) -> str:
        last, usage, first = self.names(person)
        return f"{first} {usage or last}".strip()

    def address(self, person: str) -> Address:
        return Address(
            self.text(f"{person}.street"),
            values.zip_code(self.cell(f"{person}.zip")),
            self.text(f"{person}.city"),
        )

    def problem(self, fields, code, group=0, who="", stays_out=True) -> Problem:
        """Note what is wrong in the first of the fields that has a column."""
        problem = self.as_problem(fields, code, group, who, stays_out)
        self.problems.append(problem)
        return problem

    def as_problem(self, fields, code, group=0, who="", stays_out=False) -> Problem:
        places = (self.layout.place_of(name, group) for name in fields)
        column = next(filter(None, places), None)
        return Problem(
            *self.place,
            column.header if column else "",
            code,
            self._shown(column),
            who,
            stays_out,
        )

    def _shown(self, column) -> str:
        if column is None or column.index >= len(self.row.cells):
            return ""
        return words(self.row.cells[column.index])
