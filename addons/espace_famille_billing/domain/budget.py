"""Budget years (exercices): that of a commune is the civil year."""

from datetime import date


def is_of_former_year(booked: date, day: date) -> bool:
    """Tell whether what was booked belongs to a budget year before that of a day.

    A credit of such a charge cancels a title of a former year (673), for the income of
    that year is closed; in the same year it lowers the income itself (7067).

    >>> is_of_former_year(date(2027, 12, 31), date(2028, 1, 1))
    True
    """
    return booked.year < day.year
