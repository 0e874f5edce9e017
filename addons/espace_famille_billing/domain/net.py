"""What a family owes once what it is owed is set against it (compensation).

All amounts are exact euros (Decimal), not negative.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from .spread import spread

ZERO = Decimal(0)


class Open(NamedTuple):
    """A debt of which `left` euros are open, due on a local date.

    `apart`: no credit is set against it, for it is disputed or a bank is about to pay.
    """

    due: date
    left: Decimal
    apart: bool = False


class Net(NamedTuple):
    """The account of a family at one moment.

    `due` is what open documents ask for, `credit` all that the commune owes: credit
    notes, money that paid nothing yet, and credits without a credit note so far.
    `deducted` is what of the credit lowers what is due; `overdue` what of the rest was
    due before today.
    """

    due: Decimal = ZERO
    credit: Decimal = ZERO
    deducted: Decimal = ZERO
    overdue: Decimal = ZERO

    @property
    def owed(self):
        """What the family has to pay."""
        return self.due - self.deducted

    @property
    def left(self):
        """What of the credit lowers what comes next."""
        return self.credit - self.deducted


def net(debts: Sequence[Open], credit: Decimal, today: date) -> Net:
    """Return the `Net` of these debts, given in the order in which they are settled.

    >>> meal = Open(date(2027, 1, 1), Decimal("25.60"))
    >>> net([meal], Decimal("20.40"), date(2027, 1, 4)).owed
    Decimal('5.20')
    """
    parts = spread(credit, [ZERO if debt.apart else debt.left for debt in debts])
    return Net(
        due=sum((debt.left for debt in debts), ZERO),
        credit=credit,
        deducted=sum(parts, ZERO),
        overdue=sum(
            (
                debt.left - part
                for debt, part in zip(debts, parts, strict=True)
                if debt.due < today
            ),
            ZERO,
        ),
    )


class Sums(NamedTuple):
    """What became of the total of an invoice: `total` = `deducted` + `paid` + `left`.

    `deducted` is what the family was owed, `paid` the money for this invoice.
    """

    total: Decimal = ZERO
    deducted: Decimal = ZERO
    paid: Decimal = ZERO
    left: Decimal = ZERO


def add_up(sums) -> Sums:
    """Return the `Sums` of several invoices together."""
    return Sums(*(sum(column, ZERO) for column in zip(*sums, strict=True)))
