"""The people and places of a commune, as a register is compared with them."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from .households import Address
from .values import slug


@dataclass(frozen=True, slots=True)
class KnownFamily:
    id: int
    name: str
    address: Address
    active: bool = True
    quotient: Decimal | None = None
    quotients: tuple[tuple[date, Decimal], ...] = ()
    """All of them, the earliest first; `quotient` is that of today."""

    def quotient_on(self, day: date | None) -> Decimal | None:
        """Return the one in force on a day, today's for None."""
        if day is None:
            return self.quotient
        return next((v for start, v in reversed(self.quotients) if start <= day), None)


@dataclass(frozen=True, slots=True)
class KnownGuardian:
    id: int
    family_id: int
    firstname: str
    lastname: str
    civility: str = ""
    email: str = ""
    phone: str = ""
    phone2: str = ""

    @property
    def name(self) -> str:
        return f"{self.firstname} {self.lastname}".strip()


@dataclass(frozen=True, slots=True)
class KnownChild:
    """A child of the commune; its own household comes first of `family_ids`."""

    id: int
    firstname: str
    lastname: str
    birth: date | None
    family_ids: tuple[int, ...]
    class_id: int | None = None
    school_id: int | None = None
    diet_id: int | None = None
    active: bool = True
    level: str | None = None
    documents: tuple[tuple[str, date], ...] = ()
    """Until when those given count, by field of a column; `date.max` for ever."""

    @property
    def key(self) -> tuple[str, str]:
        name = slug(f"{self.firstname} {self.lastname}")
        return name, self.birth.isoformat() if self.birth else ""


@dataclass(frozen=True, slots=True)
class KnownClass:
    id: int
    name: str
    school_id: int


@dataclass
class Known:
    """The people and places that a register is compared with.

    `schools`: {id: name}; `diets`: {slug of a name: id}; `school`: the one, or the name
    of a new one, whose classes are meant where the register names none.
    """

    families: list[KnownFamily] = field(default_factory=list)
    guardians: list[KnownGuardian] = field(default_factory=list)
    children: list[KnownChild] = field(default_factory=list)
    classes: list[KnownClass] = field(default_factory=list)
    schools: dict[int, str] = field(default_factory=dict)
    diets: dict[str, int] = field(default_factory=dict)
    school: int | str | None = None
