"""What a register would change, and what has to be decided before."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from . import values
from .lines import Place

SAME, OTHER = "same", "other"
NEW, CHANGED, UNCHANGED = "new", "changed", "same"


@dataclass
class SchoolPlan:
    key: str
    name: str
    id: int | None = None


@dataclass
class ClassPlan:
    """A class of the register; `levels` are all that are taught, the lowest first."""

    key: str
    name: str
    school: str
    levels: tuple[str, ...] = ()
    id: int | None = None


@dataclass
class GuardianPlan:
    """What is written of a guardian; `old` is what it said of the same fields."""

    number: int
    id: int | None
    values: dict
    old: dict


@dataclass
class FamilyPlan:
    """What is written of a household; `group` is of those that depend on each other."""

    number: int
    key: str
    id: int | None
    values: dict
    old: dict
    guardians: list[GuardianPlan]
    group: int = 0
    quotient_from: date | None = None

    @property
    def state(self) -> str:
        if self.id is None:
            return NEW
        changed = self.values or any(g.values for g in self.guardians)
        return CHANGED if changed else UNCHANGED


@dataclass
class ChildPlan:
    """What is written of a child.

    `school_class` is the key of its class, if another than it has. `home` is the number
    of the household where it lives first, `other_homes` of those to add.
    """

    number: int
    key: str
    id: int | None
    values: dict
    old: dict
    school_class: str | None
    home: int
    other_homes: tuple[int, ...]
    documents: dict = field(default_factory=dict)
    """By field of a column: until when they count, None if unsaid."""

    group: int = 0

    @property
    def state(self) -> str:
        if self.id is None:
            return NEW
        changed = self.values or self.school_class or self.other_homes or self.documents
        return CHANGED if changed else UNCHANGED


@dataclass(frozen=True)
class PlanDoubt:
    """A question with a proposed answer.

    `code`: 'twice', 'addresses' (see `reading.Doubt`), 'moved' (a guardian's e-mail at
    another address), 'archived' (a family or child that had left), 'elsewhere' (a child
    of that name and birth in another family), 'birth' (a child of that name in the
    family, born another day), 'double' (the commune has it twice), 'split' (the
    guardians of one family live at two addresses). Those of
    `ANSWERED` may be answered. `child` and `guardian` are numbers of the reading,
    `known_id` is of the family or child that is meant.
    """

    key: str
    code: str
    answer: str
    child: int | None = None
    guardian: int | None = None
    known_id: int | None = None
    places: tuple[Place, ...] = ()


ANSWERED = {"twice", "moved", "archived", "elsewhere", "birth"}


@dataclass
class Plan:
    schools: list[SchoolPlan]
    classes: list[ClassPlan]
    families: list[FamilyPlan]
    children: list[ChildPlan]
    doubts: list[PlanDoubt]
    leavers: list[int]
    """Ids of children."""

    unknown_diets: list[int]
    """Numbers of children whose diet has no such name."""


def class_level(levels: Iterable[str]) -> str | None:
    """Return the highest of the levels of a class."""
    ranked = [one for one in values.LEVELS if one in set(levels)]
    return ranked[-1] if ranked else None
