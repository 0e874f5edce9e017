"""What is asked for the days of a month at one price (forfait mensuel).

The price of a whole month is that of the tariff. The règlement says what becomes of a
month of which a child has only a part, and whether absences lower it. Amounts are exact
euros (Decimal), rounded to the cent once a step, as they are written on the invoice.
"""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from .wording import COLON, NBSP, format_euros

CENT = Decimal("0.01")
ONE_DAY = timedelta(days=1)
ZERO = Decimal(0)

# What is asked for a month that begins, or ends, with a part of its days.
FULL, HALF, PRORATA = "full", "half", "prorata"

MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août"),
    *("septembre", "octobre", "novembre", "décembre"),
)


class Rules(NamedTuple):
    """What the règlement says of a flat price.

    partial: `FULL`, `HALF` (where at most half of the open days are left) or `PRORATA`
    absence_part: 20 takes a 20th of the price off for each day; 0: nothing
    absence_days: justified absences of a month for which nothing is taken off
    """

    partial: str = FULL
    absence_part: int = 0
    absence_days: int = 0


class Month(NamedTuple):
    """What a child has of a month: `open` days of the activity, `covered` ones."""

    open: int
    covered: int
    absences: int = 0


class Asked(NamedTuple):
    """`base`: for the days covered; `days` absent are deducted: `off` euros."""

    amount: Decimal
    base: Decimal
    days: int
    off: Decimal


def month_asked(price: Decimal, rules: Rules, month: Month) -> Asked:
    """Return what is asked for a month whose whole price is `price`.

    Nothing for a month without open days, or of which the child has none.

    >>> month_asked(Decimal(60), Rules(PRORATA), Month(20, 9)).amount
    Decimal('27.00')
    >>> month_asked(Decimal(60), Rules(FULL, 20, 2), Month(20, 20, 5)).amount
    Decimal('51.00')
    """
    base = _base(price, rules.partial, month)
    days = max(month.absences - rules.absence_days, 0) if rules.absence_part else 0
    off = _cents(price * days / rules.absence_part) if days else ZERO
    off = min(off, base)
    return Asked(base - off, base, days, off)


def _base(price: Decimal, partial: str, month: Month) -> Decimal:
    if not month.covered:
        return ZERO
    if partial == PRORATA:
        return _cents(price * month.covered / month.open)
    if partial == HALF and month.covered * 2 <= month.open:
        return _cents(price / 2)
    return _cents(price)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


# === Months === #


def month_of(day: date) -> date:
    """Return the first day of the month of a day."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    """Return the first day of the month after.

    >>> next_month(date(2027, 12, 1))
    datetime.date(2028, 1, 1)
    """
    return month_of(month_of(month) + timedelta(days=31))


def last_day(month: date) -> date:
    return next_month(month) - ONE_DAY


def months_between(first: date, last: date) -> list[date]:
    """Return the first day of each month that holds a day from `first` to `last`."""
    months, month = [], month_of(first)
    while month <= last:
        months.append(month)
        month = next_month(month)
    return months


# === Words: French, as in `wording` === #


def month_words(month: date) -> str:
    """Say “mars 2027”."""
    return f"{MONTHS[month.month - 1]} {month.year}"


def of_month(month: date) -> str:
    """Say “de mars 2027”, “d'avril 2027”."""
    words = month_words(month)
    return f"d'{words}" if words[0] in "ao" else f"de {words}"


def included_words(day: date) -> str:
    """Say why a day under a flat price costs nothing.

    >>> included_words(date(2027, 4, 12))
    "Compris dans le forfait d'avril 2027"
    """
    return f"Compris dans le forfait {of_month(day)}"


def month_explained(
    month: date, price_words: str, rules: Rules, days: Month, asked: Asked
) -> str:
    """Say how the price of a month came about, without a final full stop.

    :param price_words: how the tariff says the whole price
    """
    words = [f"{price_words} ({month_words(month)})"]
    if days.covered < days.open:
        words.append(
            f"{_count(days.covered, 'jour')} d'ouverture sur {days.open}"
            f"{COLON}{_partial_words(rules.partial, days)}{format_euros(asked.base)}"
        )
    if asked.days:
        beyond = f" au-delà de {rules.absence_days}" if rules.absence_days else ""
        words.append(
            f"{_count(asked.days, 'jour')} d'absence justifiée{beyond}, "
            f"1/{rules.absence_part} du prix chacun{COLON}"
            f"\N{MINUS SIGN}{NBSP}{format_euros(asked.off)}"
        )
    if len(words) > 1:
        words.append(f"soit {format_euros(asked.amount)}")
    return ", ".join(words)


def _partial_words(partial: str, days: Month) -> str:
    if not days.covered:
        return ""
    if partial == HALF and days.covered * 2 <= days.open:
        return "moitié du prix, "
    return "au prorata, " if partial == PRORATA else "mois entier, "


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'s' if number > 1 else ''}"
