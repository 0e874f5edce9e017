"""The waiting list (liste d'attente): who is given a freed place first.

Brothers and sisters who wait for the same day are one group: they are given places
together or not at all, and stand where the best placed of them would.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

CRITERIA = ("sibling", "resident", "working", "youngest", "date")
"""sibling: a brother or sister already has a place that day; resident: the family
lives in the commune; working: its parents work, which no canteen may prefer;
youngest: the youngest first; date: who asked first."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A child that waits for a place of one session.

    `group` is the same for those who are given places together; `since` is when the
    place was asked for (any clock, the same for all); a child without `birth_date`
    comes after those of known age.
    """

    key: int
    group: Hashable
    since: datetime
    sibling: bool = False
    resident: bool = False
    working: bool = False
    birth_date: date | None = None


def ranked(
    candidates: Iterable[Candidate], criteria: Sequence[str] = ()
) -> list[Candidate]:
    """Return the candidates, the first to be served first.

    `criteria`: names of CRITERIA, the weightiest first. Whoever asked first, then
    the lowest key, decides between equals: the order is total, so that a rank shown
    to a family is the one it has. Raises KeyError for an unknown criterion.
    """
    candidates = list(candidates)
    measures = [_MEASURES[name] for name in (*criteria, "date")]
    own = {c.key: (*(measure(c) for measure in measures), c.key) for c in candidates}
    best: dict[Hashable, tuple] = {}
    for candidate in candidates:
        place = own[candidate.key]
        best[candidate.group] = min(best.get(candidate.group, place), place)
    return sorted(candidates, key=lambda c: (best[c.group], own[c.key]))


def served(queue: Iterable[Candidate], free: int | None) -> list[Candidate]:
    """Return those who get the `free` places (None: no limit), in order.

    A group that needs more places than are left is passed over, not cut: a place
    never stays empty while somebody waits who could take it.
    """
    groups: dict[Hashable, list[Candidate]] = {}
    for candidate in queue:
        groups.setdefault(candidate.group, []).append(candidate)
    found = []
    for members in groups.values():
        if free is None:
            found += members
        elif len(members) <= free:
            found += members
            free -= len(members)
    return found


def obstacle(
    status: str,
    free: int | None,
    wanted: int,
    blocked_by: str = "",
    in_time: bool = True,
) -> str:
    """Return why whoever waits is not given a place, '' where the next one is theirs.

    `status`: of the item, as if it were asked for now and no limit bound
    (`booking.status`); `blocked_by`: what blocks, where it is blocked (limits, papers,
    debt, suspended); `free`: places left, None without a limit; `wanted`: children of
    the family who wait for that day, who come together or not at all; `in_time`: the
    booking limit is not over, so that places are given by themselves.

    What keeps the family itself is said before what it waits for: a place that frees
    would pass it over.
    """
    if status == "blocked":
        return blocked_by or "suspended"
    if status not in ("available", "full", "waiting"):
        return status
    if free is not None and free < wanted:
        return "siblings" if free > 0 else "no_place"
    return "" if in_time else "late"


# What sorts before, by criterion: smaller is better.
_MEASURES = {
    "sibling": lambda candidate: not candidate.sibling,
    "resident": lambda candidate: not candidate.resident,
    "working": lambda candidate: not candidate.working,
    "youngest": lambda candidate: -(candidate.birth_date or date.min).toordinal(),
    "date": lambda candidate: candidate.since,
}
