"""Find the households of a register.

The same household is the same address and a child in common; guardians of one child
at two addresses are two households. Case, accents, punctuation and usual
abbreviations of an address do not count. A guardian whose e-mail is that of another
line of the same name is the same person, even at another address.

Brothers and sisters are those of a common guardian. Children whom no line gives a
guardian live together if name and address are the same.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from .person import Named
from .values import slug

ABBREVIATIONS = {
    "av": "avenue",
    "ave": "avenue",
    "bd": "boulevard",
    "bld": "boulevard",
    "ch": "chemin",
    "che": "chemin",
    "chem": "chemin",
    "imp": "impasse",
    "pl": "place",
    "rte": "route",
    "r": "rue",
    "st": "saint",
    "ste": "sainte",
}


def written_out(text: str) -> str:
    """Return the slug of an address, its usual abbreviations as words."""
    return "-".join(ABBREVIATIONS.get(part, part) for part in slug(text).split("-"))


class Address(NamedTuple):
    street: str = ""
    zip: str = ""
    city: str = ""

    def __bool__(self):
        return any(self)

    @property
    def key(self) -> str:
        """Return what two ways to write one address have in common."""
        return written_out(" ".join(self))

    @property
    def text(self) -> str:
        town = " ".join(filter(None, (self.zip, self.city)))
        return ", ".join(filter(None, (self.street, town)))


NOWHERE = Address()


@dataclass
class Mention(Named):
    """A guardian as one line names it, with the numbers of the children of the line."""

    lastname: str
    firstname: str
    usage_name: str
    civility: str | None
    email: str
    phones: tuple[str, ...]
    address: Address
    children: tuple[int, ...]
    place: tuple[str, int]


@dataclass
class Guardian(Named):
    """A person: all its lines together, what the first of them says before others."""

    lastname: str
    firstname: str
    usage_name: str = ""
    civility: str | None = None
    email: str = ""
    phones: tuple[str, ...] = ()
    address: Address = NOWHERE
    children: list[int] = field(default_factory=list)
    places: list[tuple[str, int]] = field(default_factory=list)
    other_addresses: list[Address] = field(default_factory=list)

    def take(self, mention: Mention):
        """Add what another line says of the same person."""
        self.civility = self.civility or mention.civility
        self.email = self.email or mention.email
        self.phones = tuple(dict.fromkeys((*self.phones, *mention.phones)))
        self.children += [c for c in mention.children if c not in self.children]
        self.places.append(mention.place)
        known = [self.address.key, *(a.key for a in self.other_addresses)]
        if not self.address:
            self.address = mention.address
        elif mention.address and mention.address.key not in known:
            self.other_addresses.append(mention.address)


@dataclass
class Household:
    """Numbers of the guardians and children of one address."""

    guardians: list[int]
    children: list[int]
    address: Address = NOWHERE
    quotient: Decimal | None = None
    quotient_from: date | None = None
    """The day from which it counts, None for that of the import."""


def gather(mentions: list[Mention], children: list) -> tuple[list, list]:
    """Return (guardians, households), in the order of the lines.

    :param children: `reading.Child`, by number
    """
    _find_addresses(mentions, children)
    guardians = _persons(mentions)
    households = _together(guardians)
    _place_the_others(households, guardians, children)
    return guardians, households


def _find_addresses(mentions, children):
    """Give an address to who has none: the child's, or the other guardian's."""
    others = defaultdict(dict)
    for mention in mentions:
        for child in mention.children:
            if mention.address:
                others[child].setdefault(mention.address.key, mention.address)
    for mention in mentions:
        for child in () if mention.address else mention.children:
            known = list(others[child].values())
            own = children[child].address or (known[0] if len(known) == 1 else None)
            if own:
                mention.address = own
                break


def _persons(mentions) -> list[Guardian]:
    """Unite the lines of one person: name and address, or name and e-mail."""
    guardians: list[Guardian] = []
    by_address: dict[tuple[str, str], Guardian] = {}
    by_email: dict[tuple[str, str], Guardian] = {}
    for mention in mentions:
        name = slug(mention.name)
        at, by = (name, mention.address.key), (name, mention.email)
        guardian = by_email.get(by) if mention.email else None
        guardian = guardian or by_address.get(at)
        if guardian is None:
            guardian = Guardian(mention.lastname, mention.firstname, mention.usage_name)
            guardians.append(guardian)
        guardian.take(mention)
        by_address.setdefault(at, guardian)
        if mention.email:
            by_email.setdefault(by, guardian)
    return guardians


def _together(guardians) -> list[Household]:
    """Return the households of guardians: one address and a child in common."""
    groups = Groups(len(guardians))
    first: dict[tuple[str, int], int] = {}
    for number, guardian in enumerate(guardians):
        for child in guardian.children:
            home = (guardian.address.key, child)
            groups.unite(first.setdefault(home, number), number)
    return [
        Household(
            members,
            list(dict.fromkeys(c for m in members for c in guardians[m].children)),
            next(
                (guardians[m].address for m in members if guardians[m].address),
                NOWHERE,
            ),
        )
        for members in groups.all()
    ]


def _place_the_others(households, guardians, children):
    """Give a home to the children of no guardian."""
    placed = {child for household in households for child in household.children}
    homes = defaultdict(list)
    for household in households:
        for name in {slug(children[child].last) for child in household.children}:
            homes[household.address.key, name].append(household)
    for number, child in enumerate(children):
        if number in placed:
            continue
        key = (child.address.key, slug(child.last))
        if child.address and len(homes[key]) == 1:
            homes[key][0].children.append(number)
        else:
            household = Household([], [number], child.address)
            households.append(household)
            homes[key].append(household)


class Groups:
    """Numbers that belong together, by pairs."""

    def __init__(self, count: int):
        self.parent = list(range(count))

    def head(self, number: int) -> int:
        while self.parent[number] != number:
            self.parent[number] = self.parent[self.parent[number]]
            number = self.parent[number]
        return number

    def unite(self, one: int, other: int):
        """Put both in the group of the lower number."""
        low, high = sorted((self.head(one), self.head(other)))
        self.parent[high] = low

    def all(self) -> Iterable[list[int]]:
        """Return the groups, by their first numbers."""
        groups = defaultdict(list)
        for number in range(len(self.parent)):
            groups[self.head(number)].append(number)
        return list(groups.values())
