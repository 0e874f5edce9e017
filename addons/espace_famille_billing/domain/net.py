"""What a family owes once what it is owed is set against it (compensation).

All amounts are exact euros (Decimal), not negative. A régie is told by its id.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

ZERO = Decimal(0)

# Of no régie: what may meet anything, and what is for activities that none collects.
ANY_REGIE = 0
NO_REGIE = -1


def meets(one: int, other: int) -> bool:
    """Tell whether a debt and a credit of these régies may settle each other.

    >>> meets(1, 1), meets(1, 2), meets(1, ANY_REGIE), meets(1, NO_REGIE)
    (True, False, True, False)
    """
    if one > 0 and other > 0:
        return one == other
    return max(one, other) <= 0 or min(one, other) == ANY_REGIE


class Open(NamedTuple):
    """A debt of which `left` euros are open, due on a local date.

    `apart`: no credit is set against it, for it is disputed, a bank is about to pay it
    or the public accountant recovers it.
    `cesu` is what of it a CESU may pay.
    """

    key: int
    due: date
    left: Decimal
    regie: int = ANY_REGIE
    apart: bool = False
    cesu: Decimal = ZERO


class Credit(NamedTuple):
    """What the commune owes; money of a `cesu` pays only what a CESU may pay."""

    left: Decimal
    regie: int = ANY_REGIE
    cesu: bool = False


class Net(NamedTuple):
    """The account of a family at one moment.

    `due` is what open documents ask for, `credit` all that the commune owes: credit
    notes, money that paid nothing yet, and credits without a credit note so far.
    `parts` is what the credits pay, by key of the debts; `rest` what is left of the
    credits. `overdue` is what stays to be paid of what was due before today.
    """

    due: Decimal = ZERO
    credit: Decimal = ZERO
    overdue: Decimal = ZERO
    parts: dict[int, Decimal] = {}
    rest: tuple[Credit, ...] = ()

    @property
    def deducted(self):
        """What of the credit lowers what is due."""
        return sum(self.parts.values(), ZERO)

    @property
    def owed(self):
        """What the family has to pay."""
        return self.due - self.deducted

    @property
    def left(self):
        """What of the credit lowers what comes next."""
        return self.credit - self.deducted

    def paid_of(self, keys: Iterable[int]) -> Decimal:
        """Return what the credits pay of the debts with these keys."""
        return sum((self.parts.get(key, ZERO) for key in keys), ZERO)

    def left_at(self, regie: int) -> Decimal:
        """Return what of the rest a régie may use."""
        return sum((c.left for c in self.rest if meets(regie, c.regie)), ZERO)

    def usable(self, amounts: Iterable[tuple[int, Decimal]]) -> Decimal:
        """Return what of the rest new documents use, each (régie, euros), in order.

        Money of a CESU is not counted: what it may pay of them is not known yet.
        """
        return self.credit - self.without(amounts).credit

    def without(self, amounts: Iterable[tuple[int, Decimal]]) -> "Net":
        """Return this account once new documents have used their part: see `usable`."""
        rest = list(self.rest)
        used = ZERO
        for regie, amount in amounts:
            for number, credit in enumerate(rest):
                if not credit.cesu and meets(regie, credit.regie):
                    part = min(credit.left, amount)
                    rest[number] = credit._replace(left=credit.left - part)
                    amount -= part
                    used += part
        return self._replace(
            credit=self.credit - used,
            rest=tuple(credit for credit in rest if credit.left),
        )


def net(debts: Sequence[Open], credits_: Sequence[Credit], today: date) -> Net:
    """Return the `Net` of these, each in the order in which they are used.

    >>> meal = Open(1, date(2027, 1, 1), Decimal("25.60"))
    >>> net([meal], [Credit(Decimal("20.40"))], date(2027, 1, 4)).owed
    Decimal('5.20')
    """
    parts = {}
    rest = []
    for credit in credits_:
        for debt in debts:
            part = _part(debt, credit, parts.get(debt.key, ZERO))
            if part:
                parts[debt.key] = parts.get(debt.key, ZERO) + part
                credit = credit._replace(left=credit.left - part)
        if credit.left:
            rest.append(credit)
    return Net(
        due=sum((debt.left for debt in debts), ZERO),
        credit=sum((credit.left for credit in credits_), ZERO),
        overdue=sum(
            (
                debt.left - parts.get(debt.key, ZERO)
                for debt in debts
                if debt.due < today
            ),
            ZERO,
        ),
        parts=parts,
        rest=tuple(rest),
    )


def _part(debt: Open, credit: Credit, used: Decimal) -> Decimal:
    """Return what of a credit lowers a debt of which `used` euros are paid so far."""
    if debt.apart or not meets(debt.regie, credit.regie):
        return ZERO
    part = min(debt.left - used, credit.left)
    return ZERO if credit.cesu and part > debt.cesu else part


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
