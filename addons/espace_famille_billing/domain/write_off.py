"""The three ways in which a commune gives up what a family owes.

An admission en non-valeur, voted by the council when the accountant asks, only says
that the debt is not worth pursuing: it is owed all the same and may be collected later.
A remise gracieuse of the council extinguishes it, and so does a judge (créance
éteinte).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

K = TypeVar("K")

IRRECOVERABLE = "irrecoverable"
REMISSION = "remission"
EXTINGUISHED = "extinguished"


@dataclass(frozen=True, slots=True)
class Kind:
    """`by`: council or judge; `extinguishes`: nothing is owed any more.

    `accounts`: how the codes of the account that bears the loss begin, M57 first.
    """

    by: str
    extinguishes: bool
    accounts: tuple[str, ...]


KINDS = {
    IRRECOVERABLE: Kind("council", False, ("6541", "654")),
    REMISSION: Kind("council", True, ("65888", "6588", "658")),
    EXTINGUISHED: Kind("judge", True, ("6542", "654")),
}


def to_reopen(
    amount: Decimal, written_off: Iterable[tuple[K, Decimal]]
) -> Mapping[K, Decimal]:
    """Say of which debts euros are collected that were written off, the first first.

    :param amount: euros that the family pays, above zero
    :param written_off: (debt, euros given up of it and not collected since)
    :return: {debt: euros}, none of zero, adding up to `amount`
    :raise ValueError: more is paid than was given up

    >>> to_reopen(Decimal(5), [("a", Decimal(3)), ("b", Decimal(4))])
    {'a': Decimal('3'), 'b': Decimal('2')}
    """
    found, left = {}, amount
    for debt, given_up in written_off:
        part = min(left, given_up)
        if part > 0:
            found[debt] = part
            left -= part
    if left or amount <= 0:
        raise ValueError("Not above zero, or more than what was written off.")
    return found
