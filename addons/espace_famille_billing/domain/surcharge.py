"""Surcharges of a tariff: whose decision they need, and what they may not exceed.

A price above that of a booking made in time is legal where the council voted it. The
price of a school meal, surcharge included, does not exceed what the meal costs a user
after subsidies (article R531-53 of the Code de l'éducation).
"""

from collections.abc import Iterator
from decimal import Decimal
from itertools import product as combinations
from typing import NamedTuple

from . import pricing

# Events that cost more than a booking in time, where they have prices of their own.
DEARER = ("late", "unplanned", "absence_unjustified")


def has_surcharge(grid: pricing.Grid) -> bool:
    """Tell whether a grid asks more than its ordinary prices in some case.

    >>> has_surcharge(pricing.Grid([pricing.Line(1, "planned", Decimal(3))]))
    False
    """
    return any(
        line.event in DEARER and (line.amount > 0 or (line.min_amount or 0) > 0)
        for line in grid.lines
    ) or any(
        change.value > 0
        and change.operation not in pricing.LIMITS
        and (change.operation != "set" or change.event in DEARER)
        for change in grid.adjustments
    )


class TooDear(NamedTuple):
    """The highest price of a product for an event, above its cost; in euros."""

    event: str
    price: Decimal


def too_dear(
    grid: pricing.Grid, product: object, cost: Decimal, hours: Decimal = pricing.ONE
) -> list[TooDear]:
    """Return what a grid asks of some family for a product above its cost.

    :param cost: euros a user, after subsidies
    :param hours: of the product, for prices by the hour
    """
    found = []
    for event in pricing.OF_A_DAY:
        dearest = max(_prices(grid, product, event, hours), default=Decimal(0))
        if dearest > cost:
            found.append(TooDear(event, dearest))
    return found


def _prices(grid, product, event, hours) -> Iterator[Decimal]:
    """Yield what each kind of family without a quotient pays: the most there is."""
    rules = (*grid.lines, *grid.adjustments)
    ranks = {1}
    for rule in rules:
        ranks.update(filter(None, (rule.sibling_rank_min, rule.sibling_rank_max)))
        if rule.sibling_rank_max:
            ranks.add(rule.sibling_rank_max + 1)
    for resident, pai, rank in combinations((True, False), (True, False), ranks):
        situation = pricing.Situation(
            product, event, None, resident, rank, pai, hours=hours
        )
        try:
            yield pricing.price(grid, situation).amount
        except pricing.NoPrice:
            continue
