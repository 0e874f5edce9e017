"""How the quotients of families are spread, without telling whose they are."""

from collections.abc import Mapping
from typing import NamedTuple

# Brackets of so many euros, joined until each holds so many families: fewer could be
# recognised (CNIL; the statistical secret of the INSEE asks for as many).
STEP = 200
LEAST = 5


class Bracket(NamedTuple):
    """Families with a quotient from `low` on, below `high`; None: without end."""

    low: int
    high: int | None
    families: int


def spread(
    counts: Mapping[int, int], step: int = STEP, least: int = LEAST
) -> list[Bracket]:
    """Join neighbouring brackets until none holds fewer than `least` families.

    :param counts: {number of the bracket from 0 on: families}
    :return: brackets without a gap from 0 on, the last one without an end; nothing
        where there are too few families in all

    >>> spread({0: 3, 1: 3, 4: 7, 6: 2})
    [Bracket(low=0, high=400, families=6), Bracket(low=400, high=None, families=9)]
    >>> spread({0: 4})
    []
    """
    found: list[Bracket] = []
    low, families = 0, 0
    for number in sorted(counts):
        families += counts[number]
        if families >= least:
            high = (number + 1) * step
            found.append(Bracket(low, high, families))
            low, families = high, 0
    if found:
        last = found.pop()
        found.append(Bracket(last.low, None, last.families + families))
    return found
