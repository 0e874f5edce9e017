"""Hours that the CAF counts: the slot of who came, capped on the Wednesdays of term.

Source: CAF de l'Hérault on the périscolaire: hours realised, the whole slot; Wednesdays
at most 9 hours a day with its meal and 4 hours a half-day. Other CAFs say otherwise:
the caps are settings of the commune. The view `espace.caf.hours` reckons the same.
"""

from collections.abc import Sequence
from typing import NamedTuple

# A slot that begins before and ends after these local hours has two half-days.
NOON, AFTERNOON = 12.0, 14.0


class Caps(NamedTuple):
    """Hours: of a day with a meal, of a half-day; 0 for no cap."""

    day: float = 9.0
    half_day: float = 4.0


class Slot(NamedTuple):
    """What a child came to: hours, whether a meal is in it, local hours of its ends."""

    hours: float
    meal: bool
    start: float = 0.0
    end: float = 0.0


def slot_hours(slot: Slot, caps: Caps) -> float:
    """Return the hours of one slot of a Wednesday of term, by itself."""
    if slot.meal:
        return min(slot.hours, caps.day or slot.hours)
    halves = 2 if slot.start < NOON and slot.end > AFTERNOON else 1
    return min(slot.hours, caps.half_day * halves or slot.hours)


def wednesday_hours(slots: Sequence[Slot], caps: Caps) -> list[float]:
    """Return the hours counted of each slot of a child on a Wednesday of term.

    All together are not more than the cap of a day: the last ones lose the rest.
    """
    counted, before = [], 0.0
    for slot in slots:
        hours = slot_hours(slot, caps)
        left = max(caps.day - before, 0.0) if caps.day else hours
        counted.append(min(hours, left))
        before += hours
    return counted
