"""What a family may declare for the care of its young children (attestation fiscale).

Article 200 quater B of the Code général des impôts gives a tax credit for the care,
outside the home, of children under 6 on 1 January of the year of the income. What
counts is what a household really bore for being looked after: neither food nor
penalties. Care paid in advance counts in the year it is given, care paid late in the
year of its payment. In alternating residence each household certifies all that it
paid: the ceiling of the credit is halved, not what was borne.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from .allocation import allocate

AGE = 6
CENT = Decimal("0.01")

CEILING = Decimal(3500)
"""Euros a child and year that the tax office takes into account: see `ceiling`."""


def is_young(birth_date: date, year: int) -> bool:
    """Tell whether a child was under 6 on 1 January of the year of the income.

    >>> is_young(date(2021, 1, 1), 2027), is_young(date(2021, 1, 2), 2027)
    (False, True)
    """
    return date(year - AGE, 1, 1) < birth_date


def year_of(given: int, paid: date) -> int:
    """Return the year of the income in which euros count.

    What is paid in December for January is of the next year, what is paid in January
    for December too.

    :param given: the year in which the child was looked after
    :param paid: the day on which the euros came, or were given back

    >>> year_of(2028, date(2027, 12, 20)), year_of(2027, date(2028, 1, 5))
    (2028, 2028)
    """
    return max(given, paid.year)


def ceiling(alternating: bool) -> Decimal:
    """Return the euros of a child and year that the tax office takes into account.

    >>> ceiling(True)
    Decimal('1750')
    """
    return CEILING / 2 if alternating else CEILING


def share(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Divide euros in proportion to weights, to the cent: see `allocate`.

    A cent that is left over goes to the largest remainder; among equal ones, to the
    larger weight, then to the one before. The shares add up to `amount` exactly. A
    negative weight (a credit) gets a share of the other sign.

    :raise ValueError: the weights add up to nothing, and `amount` does not

    >>> [str(part) for part in share(Decimal("1.00"), [Decimal(1)] * 3)]
    ['0.34', '0.33', '0.33']
    """
    cents = {number: _to_cents(weight) for number, weight in enumerate(weights)}
    shares = allocate(_to_cents(amount), cents)
    return [shares[number] * CENT for number in cents]


def _to_cents(euros: Decimal) -> int:
    """Return the cents of an amount that has no part of a cent."""
    return int((euros / CENT).to_integral_exact())


def ordinary_parts(amounts: Sequence[Decimal], planned: Decimal) -> list[Decimal]:
    """Return of each charge of one booking what is no penalty, in euros.

    All that exceeds the price of a booking made in time is a surcharge. The charges
    are in the order they were made; a credit first takes the surcharge back.

    >>> ordinary_parts([Decimal("3.60"), Decimal("1.80")], Decimal("3.60"))
    [Decimal('3.60'), Decimal('0.00')]
    """
    parts, charged, kept = [], Decimal(0), Decimal(0)
    for amount in amounts:
        charged += amount
        ordinary = min(charged, planned)
        parts.append(ordinary - kept)
        kept = ordinary
    return parts


def part_of(amount: Decimal, kept: Decimal, asked: Decimal) -> Decimal:
    """Return what of an amount is of the part `kept` of a price, to the cent.

    >>> part_of(Decimal("-2.70"), Decimal("3.60"), Decimal("5.40"))
    Decimal('-1.80')
    """
    return (amount * kept / asked).quantize(CENT, ROUND_HALF_UP)


class Part(NamedTuple):
    """A part of an invoice: `amount` in euros, of what (`key`, None: not declared)."""

    amount: Decimal
    key: object = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """Euros that settled a part of a document on a day, of a means of payment.

    `means` is None where no money came: a credit note deducted, a debt written off.
    `counted` says whether it makes the document's parts paid (a credit note does, a
    debt written off does not).
    """

    on: date
    amount: Decimal
    means: str | None = None
    counted: bool = True


def paid_parts(
    parts: Sequence[Part], settlements: Sequence[Settlement]
) -> list[tuple[Settlement, list[Decimal]]]:
    """Allocate what settled one document to its parts, in the order it came.

    Each settlement goes to what is left of the parts, in proportion: once a document
    is settled each part has exactly its amount.

    :return: for each settlement the euros of each part
    """
    left = [part.amount for part in parts]
    allocated = []
    for settlement in settlements:
        # Nothing, or a credit alone, is left where a document was paid too much.
        weights = left if sum(left) else [part.amount for part in parts]
        shares = share(settlement.amount, weights)
        left = [before - part for before, part in zip(left, shares, strict=True)]
        allocated.append((settlement, shares))
    return allocated
