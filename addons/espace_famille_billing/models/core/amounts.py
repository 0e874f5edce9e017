"""Stored numbers as exact amounts, and what of payments counts."""

from decimal import Decimal

# The states of a payment that is in the books.
POSTED = ("in_process", "paid")


def to_decimal(value):
    """Return the Decimal of a stored number, exact to four decimals."""
    return Decimal(str(round(value, 4)))


def to_cents(euros):
    return round(euros * 100)
