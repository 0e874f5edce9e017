"""When a quotient familial is too old and has to be given again."""

from calendar import monthrange
from datetime import date

KINDS = ("never", "months", "yearly")


def oldest_fresh(
    today: date, kind: str, months: int = 12, month: int = 1, day: int = 1
) -> date | None:
    """Return the first day from which a quotient is recent enough today.

    'months': it may be that many months old; 'yearly': it must be of the last
    `day`/`month` or later; 'never': None, no quotient is too old. A day that the month
    does not have is its last.
    """
    if kind == "months":
        years, index = divmod(today.year * 12 + today.month - 1 - months, 12)
        return _day(years, index + 1, today.day)
    if kind == "yearly":
        renewal = _day(today.year, month, day)
        return renewal if renewal <= today else _day(today.year - 1, month, day)
    return None


def _day(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, monthrange(year, month)[1]))
