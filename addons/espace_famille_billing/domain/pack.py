"""What is asked for a pack of days (carnet), and how long it serves.

The price of all its days is that of the tariff. Once it has ended, the règlement says
whether the days that were not used lapse, or are paid back in proportion. Amounts are
exact euros (Decimal), rounded to the cent once.
"""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from .wording import COLON, NBSP, format_euros

CENT = Decimal("0.01")
ZERO = Decimal(0)

# What becomes of days that were not used.
LAPSE, REFUND = "lapse", "refund"


class Asked(NamedTuple):
    """`base`: the price of all days; `off`: paid back for `unused` days."""

    amount: Decimal
    base: Decimal
    unused: int = 0
    off: Decimal = ZERO


def asked(price: Decimal, days: int, unused: int = 0) -> Asked:
    """Return what is asked for a pack of `days`, of which `unused` are paid back.

    >>> asked(Decimal(25), 10, 3).amount
    Decimal('17.50')
    >>> asked(Decimal(10), 3, 1).off
    Decimal('3.33')
    """
    base = price.quantize(CENT, ROUND_HALF_UP)
    off = (base * unused / days).quantize(CENT, ROUND_HALF_UP)
    return Asked(base - off, base, unused, off)


def last_day(first: date, months: int) -> date:
    """Return the last day of so many months that begin on a day.

    >>> last_day(date(2027, 1, 15), 12)
    datetime.date(2028, 1, 14)
    >>> last_day(date(2027, 1, 31), 1)
    datetime.date(2027, 2, 27)
    """
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    day = first.day
    while True:
        try:
            return date(year, month + 1, day) - timedelta(days=1)
        except ValueError:
            day -= 1


# === Words: French, as in `wording` === #


def _count(days: int) -> str:
    return f"{days}{NBSP}séance{'s' if days > 1 else ''}"


def included_words(days: int, bought: str, left: int) -> str:
    """Say why a day of a pack costs nothing more."""
    rest = f"{left} restante{'s' if left > 1 else ''}"
    return f"Compris dans le carnet de {_count(days)} acheté le {bought}, {rest}"


def explained(price_words: str, days: int, until: str, found: Asked) -> str:
    """Say how the price of a pack came about, without a final full stop.

    :param price_words: how the tariff says the price
    :param until: its last day in words
    """
    words = f"{price_words} ({_count(days)}, jusqu'au {until})"
    if not found.unused:
        return words
    return (
        f"{words}, {_count(found.unused)} sur {days} non utilisée"
        f"{'s' if found.unused > 1 else ''}{COLON}"
        f"\N{MINUS SIGN}{NBSP}{format_euros(found.off)}, "
        f"soit {format_euros(found.amount)}"
    )
