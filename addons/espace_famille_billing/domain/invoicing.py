"""What becomes of what a family has waiting when a campaign invoices it.

Amounts are exact euros (Decimal). The floor below which a commune sends no invoice is
15 € for its titres (article D1611-1 of the CGCT): small debts wait and accumulate.
"""

from datetime import timedelta
from decimal import Decimal

NOTHING = "nothing"
INVOICE = "invoice"
CREDIT_NOTE = "credit_note"
REPORT = "report"


def outcome(amounts, minimum=Decimal(0), is_last=False, shared=False):
    """Return what to make of a family's waiting charges and credits.

    :param amounts: their euros, credits being negative
    :param Decimal minimum: the smallest total that is invoiced; 0 for none
    :param bool is_last: the last run of the year: nothing that is owed is carried over
    :param bool shared: third parties pay a part, who are not kept waiting for the rest
    :return: `NOTHING` where nothing waits; `CREDIT_NOTE` where the family is owed;
        `REPORT` where the total is too small or nil, `INVOICE` otherwise
    """
    amounts = list(amounts)
    if not amounts:
        return NOTHING
    total = sum(amounts, Decimal(0))
    if total < 0:
        return CREDIT_NOTE
    if shared:
        return INVOICE
    if not total or (total < minimum and not is_last):
        return REPORT
    return INVOICE


def previous_month(day):
    """Return the first and the last day of the month before that of `day`."""
    last = day.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def move_to_working_day(day, direction, is_working, earliest):
    """Return the day itself, or the working day that is next to it.

    :param str direction: 'as_is', 'before' or 'after'
    :param is_working: function of a day
    :param date earliest: nothing is due before that day, working or not
    """
    step = {"as_is": 0, "before": -1, "after": 1}[direction]
    moved = day
    while step and not is_working(moved):
        moved += timedelta(days=step)
    return max(moved, earliest)


def is_whole_month(first, last):
    """Tell whether two days are the first and the last one of the same month."""
    following = last + timedelta(days=1)
    same = (first.year, first.month) == (last.year, last.month)
    return same and first.day == 1 and following.day == 1
