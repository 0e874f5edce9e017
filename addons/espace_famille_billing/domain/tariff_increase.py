"""Next year's prices: a percentage on this year's, rounded to a step."""

from decimal import Decimal

from .pricing import ROUNDING_MODES

HUNDRED = Decimal(100)


def raised(amount: Decimal, percent: Decimal, step: Decimal, mode: str) -> Decimal:
    """Return the amount plus `percent` of it, as a multiple of `step`.

    No percentage leaves the amount as it is, even off the steps; what cost something
    costs at least a step, and nothing becomes negative: below -100 % it is free.
    """
    if not percent or not amount:
        return amount
    exact = max(amount * (HUNDRED + percent) / HUNDRED, Decimal(0))
    steps = (exact / step).to_integral_value(ROUNDING_MODES[mode])
    return (max(steps, Decimal(1)) if exact else steps) * step
