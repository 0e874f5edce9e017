"""A week of meals as a table: schools, in each the ages and diets, a column a day."""

from datetime import date
from typing import NamedTuple

from ...domain.kitchen import Order, Portion


class Cell(NamedTuple):
    """Meals of a day, and how many of them are new since the last order."""

    meals: int
    change: int


class Row(NamedTuple):
    """`key`: (school, age, diet) of the portions; `cells`: one a day."""

    key: tuple
    cells: list[Cell]

    @property
    def total(self) -> int:
        return sum(cell.meals for cell in self.cells)


class Group(NamedTuple):
    """The rows of a school and an age, and their sums."""

    key: tuple
    sums: Row
    rows: list[Row]


def table(days: list[date], now: Order, before: Order | None, rank) -> list[Group]:
    """Return the groups of a week, in order.

    :param before: the last order; None: there is none yet, and nothing is a change
    :param rank: function of a portion's (school, age, diet) that sorts
    """
    keys = sorted({p[1:] for p in (*now, *(before or ())) if p.day in days}, key=rank)
    rows = [_row(key, days, now, before) for key in keys]
    groups: dict[tuple, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.key[:2], []).append(row)
    return [Group(key, summed(key, found), found) for key, found in groups.items()]


def _row(key, days, now, before):
    portions = [Portion(day, *key) for day in days]
    return Row(
        key,
        [
            Cell(
                now.get(portion, 0),
                0 if before is None else now.get(portion, 0) - before.get(portion, 0),
            )
            for portion in portions
        ],
    )


def summed(key: tuple, rows: list[Row]) -> Row:
    """Return the sums of some rows, day by day."""
    days = zip(*(row.cells for row in rows), strict=True)
    return Row(
        key,
        [Cell(sum(c.meals for c in day), sum(c.change for c in day)) for day in days],
    )
