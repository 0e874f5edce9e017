"""Until when a régie may collect a debt, and what then becomes of it.

A régisseur receives what families pay of their own accord: he sends the bill and a
payment request, and pursues nobody. Past the last day that the act of the régie sets,
the ordonnateur issues a title of what is left, which the public accountant recovers.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

OPEN = "open"
PAST = "past"
TRANSMITTED = "transmitted"


@dataclass(frozen=True, slots=True)
class Debt:
    """What is left to pay of an invoice: `left` in euros, `kept` out of any title.

    `kept`: the family contests it, or a bank is about to pay it.
    """

    key: int
    family: int
    due: date
    left: Decimal
    transmitted_on: date | None = None
    kept: bool = False


def last_day(due: date, days: int) -> date | None:
    """Return the last day on which the régie collects, None where it has none.

    :param days: after the due date; 0: the commune set none

    >>> last_day(date(2027, 1, 31), 60)
    datetime.date(2027, 4, 1)
    """
    return due + timedelta(days=days) if days else None


def stage(debt: Debt, today: date, days: int) -> str:
    """Say whether the régie still collects a debt on the local date `today`."""
    if debt.transmitted_on:
        return TRANSMITTED
    last = last_day(debt.due, days)
    return PAST if last and last < today else OPEN


def to_transmit(
    debts: Iterable[Debt], today: date, days: int, minimum: Decimal = Decimal(0)
) -> list[int]:
    """Return the keys of the debts of which a title is to be issued today.

    :param minimum: euros; below it, of all that a family owes past its last day,
        nothing is put in recovery (D1611-1 of the CGCT: 15 €)
    """
    past = [
        debt for debt in debts if not debt.kept and stage(debt, today, days) == PAST
    ]
    totals: dict[int, Decimal] = {}
    for debt in past:
        totals[debt.family] = totals.get(debt.family, Decimal(0)) + debt.left
    return [debt.key for debt in past if totals[debt.family] >= minimum]
