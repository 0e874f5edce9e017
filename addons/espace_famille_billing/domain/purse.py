"""A family's prepaid account (porte-monnaie): what it may bring, hold and get back.

Amounts are exact euros (Decimal). There is no purse beside the ledger: it is what the
commune owes a family, so that nothing here adds up money twice.
"""

from decimal import Decimal
from typing import NamedTuple

from .net import Net

ZERO = Decimal(0)


class Purse(NamedTuple):
    """What a family holds in advance, at one moment.

    `balance` is the money that the ledger has, `waiting` what no credit note holds
    yet. Of both, `deducted` is about to pay debts and `held` is what carts that wait
    for their payment count on.
    """

    balance: Decimal = ZERO
    waiting: Decimal = ZERO
    deducted: Decimal = ZERO
    held: Decimal = ZERO

    @property
    def available(self) -> Decimal:
        """What the next booking uses.

        >>> Purse(Decimal(50), held=Decimal(20)).available
        Decimal('30')
        """
        return self.balance + self.waiting - self.deducted - self.held


def purse(balance: Decimal, now: Net, once_paid: Net) -> Purse:
    """Return the `Purse` of a family.

    :param balance: what the ledger owes it
    :param now: its account
    :param once_paid: its account once the carts that wait have their part
    """
    return Purse(
        balance=balance,
        waiting=now.credit - balance,
        deducted=now.deducted,
        held=now.left - once_paid.left,
    )


def top_up_problem(amount: Decimal, least: Decimal, most: Decimal) -> str:
    """Say why an amount cannot be paid in: "less", "more", or "" if it can.

    >>> top_up_problem(Decimal("0.50"), Decimal(10), Decimal(200))
    'less'
    """
    if not amount.is_finite() or amount < least or amount <= 0:
        return "less"
    return "more" if amount > most else ""


def is_low(available: Decimal, threshold: Decimal) -> bool:
    """Tell whether a family is told that little is left; never below nothing.

    >>> is_low(Decimal(4), Decimal(10)), is_low(Decimal(4), Decimal(0))
    (True, False)
    """
    return available < threshold


def refundable(balance: Decimal, held: Decimal) -> Decimal:
    """Return what may be paid back: never what a cart counts on at this moment.

    >>> refundable(Decimal(50), Decimal(20))
    Decimal('30')
    """
    return max(balance - held, ZERO)
