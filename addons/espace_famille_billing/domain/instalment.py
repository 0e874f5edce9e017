"""Sums at dates: deposits before the due date, terms that the accountant granted.

Amounts are exact euros (Decimal). Nothing here is money: what was paid is what the
ledger says was settled of the debt, and it fills the dates in their order.
"""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

ZERO = Decimal(0)
CENT = Decimal("0.01")

# Why sums at dates cannot be.
NONE = "none"
AMOUNT = "amount"
ORDER = "order"
EARLY = "early"
LATE = "late"
SUM = "sum"


class Part(NamedTuple):
    """What is to be paid by a date."""

    date: date
    amount: Decimal


def schedule(
    total: Decimal,
    today: date,
    due: date,
    *,
    share: Decimal,
    count: int,
    month_day: int,
) -> list[Part]:
    """Return the deposits of a sum that is due on a day to come.

    `share` percent are asked at once, the rest in equal parts on a day of each of the
    next months; where too few of them come before the due date, in fewer parts, and
    where none does, on the due date. The last one has the cents that are left.

    >>> [str(part.amount) for part in schedule(
    ...     Decimal(100), date(2027, 3, 2), date(2027, 6, 30),
    ...     share=Decimal(40), count=3, month_day=5)]
    ['40.00', '30.00', '30.00']
    """
    first = (total * share / 100).quantize(CENT, ROUND_HALF_UP)
    first = min(max(first, ZERO), total)
    parts = [Part(today, first)] if first else []
    rest = total - first
    if not rest:
        return parts
    days = _month_days(today, due, month_day)[: max(count - len(parts), 1)] or [due]
    each = (rest / len(days)).quantize(CENT, "ROUND_DOWN")
    amounts = [each] * (len(days) - 1) + [rest - each * (len(days) - 1)]
    later = (Part(*pair) for pair in zip(days, amounts, strict=True))
    return parts + [part for part in later if part.amount]


def _month_days(today: date, due: date, month_day: int) -> list[date]:
    """Return that day of each month after `today`, until `due`."""
    days, month = [], today.replace(day=1)
    while month <= due:
        last = monthrange(month.year, month.month)[1]
        day = month.replace(day=min(month_day, last))
        if today < day <= due:
            days.append(day)
        month = (month + timedelta(days=31)).replace(day=1)
    return days


def problem(
    parts: Sequence[Part], total: Decimal, first: date, last: date | None = None
) -> str:
    """Say why these cannot be: NONE, AMOUNT, ORDER, EARLY, LATE, SUM; "" if they can.

    :param total: what they have to add up to
    :param first: no date before it
    :param last: no date after it

    >>> problem([Part(date(2027, 3, 1), Decimal(5))], Decimal(6), date(2027, 3, 1))
    'sum'
    """
    if not parts:
        return NONE
    if any(part.amount <= 0 for part in parts):
        return AMOUNT
    days = [part.date for part in parts]
    if days != sorted(set(days)):
        return ORDER
    if days[0] < first:
        return EARLY
    if last and days[-1] > last:
        return LATE
    return SUM if sum((part.amount for part in parts), ZERO) != total else ""


def paid(amounts: Iterable[Decimal], settled: Decimal) -> list[Decimal]:
    """Return what is paid of each of these sums, the first ones first.

    >>> paid([Decimal(30), Decimal(30)], Decimal(40))
    [Decimal('30'), Decimal('10')]
    """
    found = []
    for amount in amounts:
        part = min(max(settled, ZERO), amount)
        found.append(part)
        settled -= part
    return found
