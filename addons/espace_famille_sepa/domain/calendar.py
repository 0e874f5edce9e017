"""On which days banks debit: those of TARGET, the system of the Eurosystem.

Closed on Saturdays, Sundays, 1 January, Good Friday, Easter Monday, 1 May, 25 and 26
December (ECB, long-term calendar for TARGET closing days).
"""

from datetime import timedelta

from holidays import financial_holidays


def is_target_day(day):
    """Tell whether banks settle debits on a day."""
    return day.weekday() < 5 and day not in financial_holidays("ECB", years=day.year)


def next_target_day(day):
    """Return that day, or the next one on which banks settle."""
    while not is_target_day(day):
        day += timedelta(days=1)
    return day


def target_days_before(day, days):
    """Return the day that is so many days of banks before another."""
    while days:
        day -= timedelta(days=1)
        days -= is_target_day(day)
    return day
