"""Which reminder (relance) a family gets today, if any, and for which invoices.

Levels are climbed one at a time: an invoice gets the first level before the second,
however old it is, so that nobody receives the last reminder for a debt never mentioned
before. None of them is an act of recovery: that is the public accountant's, to whom the
debt goes after the last day to collect (`collecting.py`). A family gets one reminder a
day at most, of the highest level that one of its invoices has come to.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

NOTHING_OVERDUE = "nothing_overdue"
EXEMPT = "exempt"
ON_ITS_WAY = "on_its_way"
DISPUTED = "disputed"
TRANSMITTED = "transmitted"
TOO_SOON = "too_soon"
CREDIT = "credit"
BELOW_MINIMUM = "below_minimum"
NOT_YET = "not_yet"
ALL_SENT = "all_sent"


@dataclass(frozen=True, slots=True)
class Level:
    """`rank` orders the levels; `days` after the due date; `minimum` in euros."""

    key: int
    rank: int
    days: int
    minimum: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Invoice:
    """An unpaid invoice: `left` euros to pay, `reached` the highest rank reminded of.

    `covered` is what of it the family's credits pay, the oldest invoices first.
    `reached` is None while nothing was sent. `disputed`, `on_its_way` (the bank was
    asked, or has the money) and `transmitted` (the public accountant recovers it) keep
    it out of reminders.
    """

    key: int
    due: date
    left: Decimal
    reached: int | None = None
    disputed: bool = False
    on_its_way: bool = False
    covered: Decimal = Decimal(0)
    transmitted: bool = False


class Verdict(NamedTuple):
    """`level` is None where nothing is sent, for the `reason`; then `keys` is empty.

    `amount` is in euros: what the invoices `keys` still ask, less what credits cover.
    """

    level: Level | None
    amount: Decimal
    keys: tuple = ()
    reason: str = ""


def verdict(
    invoices: Iterable[Invoice],
    levels: Iterable[Level],
    today: date,
    exempt: bool = False,
    last_sent: date | None = None,
    gap_days: int = 0,
    at_most: int = 0,
) -> Verdict:
    """Return what a family with these unpaid invoices gets on the local date `today`.

    :param last_sent: the day of the family's last reminder, whatever its level
    :param gap_days: days between two reminders of a family
    :param at_most: how many levels are sent of one invoice; 0: all of them

    >>> level = Level(1, 1, 10)
    >>> verdict([Invoice(7, date(2027, 1, 1), Decimal(20))], [level], date(2027, 1, 11))
    Verdict(level=Level(key=1, rank=1, days=10, minimum=Decimal('0')), \
amount=Decimal('20'), keys=(7,), reason='')
    """
    overdue = [invoice for invoice in invoices if invoice.due < today]
    if not overdue:
        return _nothing(NOTHING_OVERDUE)
    if exempt:
        return _nothing(EXEMPT)
    asked = [i for i in overdue if not (i.disputed or i.on_its_way or i.transmitted)]
    if not asked:
        return _nothing(_why_not_asked(overdue))
    asked = [i for i in asked if i.left > i.covered]
    if not asked:
        return _nothing(CREDIT)
    climbed = sorted(levels, key=lambda level: level.rank)
    steps = _steps(asked, climbed[:at_most] if at_most else climbed)
    if not steps:
        return _nothing(ALL_SENT)
    ripe = _ripe(steps, today)
    if not ripe:
        return _nothing(NOT_YET)
    if last_sent and today < last_sent + timedelta(days=gap_days):
        return _nothing(TOO_SOON)
    for level, group in sorted(ripe.items(), key=lambda step: -step[0].rank):
        amount = sum((i.left - i.covered for i in group), Decimal(0))
        if amount >= level.minimum:
            keys = tuple(invoice.key for invoice in group)
            return Verdict(level, amount, keys)
    return _nothing(BELOW_MINIMUM)


def _nothing(reason: str) -> Verdict:
    return Verdict(None, Decimal(0), (), reason)


def _why_not_asked(overdue: Sequence[Invoice]) -> str:
    """Return why none of these overdue invoices is asked for."""
    if all(invoice.disputed for invoice in overdue):
        return DISPUTED
    if all(invoice.transmitted or invoice.disputed for invoice in overdue):
        return TRANSMITTED
    return ON_ITS_WAY


def _steps(asked: Sequence[Invoice], levels: Sequence[Level]):
    """Return [(invoice, its next level)]; invoices that had the last one are left."""
    steps = []
    for invoice in asked:
        level = next(
            (
                level
                for level in levels
                if invoice.reached is None or level.rank > invoice.reached
            ),
            None,
        )
        if level:
            steps.append((invoice, level))
    return steps


def _ripe(steps, today: date) -> dict[Level, list[Invoice]]:
    """Return {level: invoices that have come to it today}."""
    ripe = {}
    for invoice, level in steps:
        if invoice.due + timedelta(days=level.days) <= today:
            ripe.setdefault(level, []).append(invoice)
    return ripe
