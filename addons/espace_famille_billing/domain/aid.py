"""What a third party (CCAS, employer, CAF…) pays of what a family is charged.

Amounts are exact euros (Decimal). Family's part and third party's part always add up to
the price.
"""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal(0)
HUNDRED = Decimal(100)

# Over what a limit counts. A booking and a day are those of one child.
BOOKING, DAY, MONTH, YEAR, ALL = "booking", "day", "month", "year", "all"


def granted(
    price: Decimal, share: Decimal, rest: Decimal, left: Iterable[Decimal] = ()
) -> Decimal:
    """Return what a third party pays of a price.

    :param share: in percent of the price
    :param rest: what others leave of the price: nobody pays more than that
    :param left: what is left of each limit of the decision

    >>> granted(Decimal("3.33"), Decimal(50), Decimal("3.33"))
    Decimal('1.67')
    >>> granted(Decimal("3.60"), HUNDRED, Decimal("3.60"), [Decimal("1.00")])
    Decimal('1.00')
    """
    wanted = (price * share / HUNDRED).quantize(CENT, ROUND_HALF_UP)
    return max(min(wanted, rest, *left), ZERO)


def given_back(paid: Decimal, charged: Decimal, credited: Decimal) -> Decimal:
    """Return what a third party gets back where a part of a charge is credited.

    :param paid: what it pays of what was charged
    :param charged: what was charged, above 0
    :param credited: what of it is given back

    >>> given_back(Decimal("1.67"), Decimal("3.33"), Decimal("3.33"))
    Decimal('1.67')
    >>> given_back(Decimal("1.80"), Decimal("3.60"), Decimal("1.20"))
    Decimal('0.60')
    """
    if credited >= charged:
        return paid
    return (paid * credited / charged).quantize(CENT, ROUND_HALF_UP)


def bucket(scope: str, day: date, child: int, booking: int) -> tuple:
    """Return what a limit is counted over, for a booking of a child on a day."""
    return {
        BOOKING: (BOOKING, booking),
        DAY: (DAY, child, day),
        MONTH: (MONTH, day.year, day.month),
        YEAR: (YEAR, day.year),
        ALL: (ALL,),
    }[scope]
