"""Closures (fermetures): whom a closed day concerns."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Scope:
    """What a closure closes; an empty set of activities means all of them.

    Without school and class it is whole: the session itself is closed. With them, only
    the children of one of the schools or of one of the classes stay away. Activities
    that are `spared` are open all the same: a strike does not close the emergency
    service that strikes open.
    """

    id: int
    name: str
    date_from: date
    date_to: date
    activities: frozenset[int] = field(default_factory=frozenset)
    schools: frozenset[int] = field(default_factory=frozenset)
    classes: frozenset[int] = field(default_factory=frozenset)
    spared: frozenset[int] = field(default_factory=frozenset)

    @property
    def is_whole(self) -> bool:
        return not (self.schools or self.classes)

    def closes(self, day: date, activity: int) -> bool:
        """Tell whether the closure is about this activity on that day."""
        if activity in self.spared or not self.date_from <= day <= self.date_to:
            return False
        return not self.activities or activity in self.activities

    def concerns(self, school: int | None, school_class: int | None) -> bool:
        """Tell whether a child of this school and class stays away."""
        return self.is_whole or school in self.schools or school_class in self.classes


def closing(
    scopes: Iterable[Scope],
    day: date,
    activity: int,
    school: int | None = None,
    school_class: int | None = None,
) -> Scope | None:
    """Return the closure that keeps a child away on that day, whole ones first."""
    found = [
        scope
        for scope in scopes
        if scope.closes(day, activity) and scope.concerns(school, school_class)
    ]
    return min(found, key=lambda scope: (not scope.is_whole, scope.id), default=None)
