"""From one school year to the next: who moves up to which class.

A level is a code (`LEVELS`, the lowest first). A class may teach several; a child of
such a class has a level of its own, which not every register says.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

LEVELS = ("tps", "ps", "ms", "gs", "cp", "ce1", "ce2", "cm1", "cm2")

# A child is in petite section in the autumn of the year in which it turns three
# (code de l'éducation, L. 113-1 and D. 113-1): years between birth and level.
YOUNGEST = 2

MOVE, STAY, LEAVE, OPEN = "move", "stay", "leave", "open"


@dataclass(frozen=True, slots=True)
class Class:
    """A class of the commune and the levels taught in it."""

    id: int
    school_id: int
    levels: frozenset[str]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a child does: `decision` is MOVE, LEAVE or OPEN (somebody has to decide).

    `level` is that of the year that ends, None if it is not known; `guessed` if the
    day of birth told it. `next_level` is None for who leaves.
    """

    decision: str
    level: str | None = None
    guessed: bool = False
    next_level: str | None = None
    class_id: int | None = None


def usual_level(born: date, autumn: int) -> str | None:
    """Return the level of most children born then, None outside the schools' years.

    :param int autumn: the year in which the school year begins
    """
    rank = autumn - born.year - YOUNGEST
    return LEVELS[rank] if 0 <= rank < len(LEVELS) else None


def current_level(
    own: str | None, taught: Collection[str], born: date | None, autumn: int
) -> tuple[str | None, bool]:
    """Return (level of a child, whether it was guessed).

    :param own: what is recorded with the child, None if nothing is
    :param taught: the levels of its class
    :param int autumn: the year in which the school year that ends began
    """
    if own:
        return own, False
    if len(taught) == 1:
        return next(iter(taught)), False
    usual = usual_level(born, autumn) if born else None
    return (usual, True) if usual in taught else (None, False)


def next_level(level: str) -> str | None:
    """Return the level above, None after the last one of the école."""
    rank = LEVELS.index(level) + 1
    return LEVELS[rank] if rank < len(LEVELS) else None


def next_class(level: str, current: Class, classes: Iterable[Class]) -> int | None:
    """Return the only class that a child may come to, None if there are several.

    Those of its school come before those of others: the maternelle has no CP.
    """
    teaching = [one for one in classes if level in one.levels]
    nearby = [one for one in teaching if one.school_id == current.school_id]
    found = nearby or teaching
    return found[0].id if len(found) == 1 else None


def propose(
    own: str | None,
    born: date | None,
    current: Class,
    classes: Iterable[Class],
    autumn: int,
) -> Proposal:
    """Return what a child does at the end of the school year that began in `autumn`."""
    level, guessed = current_level(own, current.levels, born, autumn)
    if level is None:
        return Proposal(OPEN)
    above = next_level(level)
    if above is None:
        return Proposal(LEAVE, level, guessed)
    class_id = next_class(above, current, classes)
    decision = MOVE if class_id else OPEN
    return Proposal(decision, level, guessed, above, class_id)
