"""Make children, guardians and households of the lines of a register.

A line with a problem never stops the others. A child without a birth date that can be
read stays out, and with it the guardians who have no other child; a wrong e-mail,
telephone or quotient is left out alone. What stays out is in `left_out`, whole lines
that can be corrected and read again.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from . import values
from .columns import GUARDIANS, Layout
from .households import NOWHERE, Address, Guardian, Household, Mention, gather
from .lines import Line, Place, Problem
from .person import Named
from .values import Unreadable, slug


class Doubt(NamedTuple):
    """What may be meant in two ways: `who` is the number of a child or a guardian.

    'twice': a child on several lines that do not agree; 'addresses': a guardian with
    one e-mail and two addresses.
    """

    code: str
    who: int
    places: tuple[Place, ...]


class Pupil(NamedTuple):
    """A child that the commune knows, to be named by a file of guardians alone."""

    lastname: str
    firstname: str
    birth: date | None = None
    school_class: str = ""


@dataclass
class Child(Named):
    """A pupil; `lastname` is that of birth, `usage_name` the one in use, if another."""

    lastname: str
    firstname: str
    birth: date | None
    usage_name: str = ""
    level: str | None = None
    school_class: str = ""
    school: str = ""
    diet: str = ""
    documents: dict[str, date | None] = field(default_factory=dict)
    """By the field of a column: until when a document counts, None if unsaid."""

    address: Address = NOWHERE
    places: list[Place] = field(default_factory=list)
    households: list[int] = field(default_factory=list)
    is_known: bool = False
    """Only named by a guardian's line: nothing of it is read."""

    @property
    def key(self) -> tuple[str, str]:
        """Return what makes it the same child: name and birth."""
        return slug(self.name), self.birth.isoformat() if self.birth else ""


@dataclass
class Reading:
    """What the files hold; households and children point at one another by number."""

    children: list[Child] = field(default_factory=list)
    guardians: list[Guardian] = field(default_factory=list)
    households: list[Household] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    left_out: list[Place] = field(default_factory=list)
    holds_pupils: bool = False

    @property
    def custody_to_set(self) -> list[Child]:
        """Return the children of two households: who has them when is not known."""
        return [child for child in self.children if len(child.households) > 1]


def read(
    layouts: Iterable[Layout],
    today: date,
    *,
    known: Iterable[Pupil] = (),
    apart: Iterable[tuple[str, str]] = (),
    amount: Callable[[str], Decimal | None] | None = None,
) -> Reading:
    """Read the tables of a register together.

    :param today: the commune's; nobody is born later
    :param known: children that lines of guardians may name beside those of the files
    :param apart: keys of children (`Child.key`) who are another one on each line
    :param amount: reads a quotient, None for what is none; None: they are left out
    """
    return _Reader(list(layouts), today, known, set(apart), amount).run()


class _Reader:
    def __init__(self, layouts, today, known, apart, amount):
        self.layouts = layouts
        self.today = today
        self.apart = apart
        self.amount = amount
        self.reading = Reading(
            holds_pupils=any(layout.holds_pupils for layout in layouts)
        )
        self.by_key: dict[tuple[str, str], int] = {}
        self.by_firstname: dict[str, list[Child]] = defaultdict(list)
        self.known: dict[str, list[Pupil]] = defaultdict(list)
        for pupil in known:
            self.known[slug(pupil.firstname)].append(pupil)
        self.number: dict[int, int] = {}
        self.refused: set[tuple[str, str, str]] = set()
        self.on_row: dict[tuple[str, int], list[int]] = defaultdict(list)
        self.mentions: list[Mention] = []
        self.amounts: list[tuple[Problem, Decimal, date | None, list[int]]] = []

    def run(self) -> Reading:
        for layout in self.layouts:
            if layout.holds_pupils:
                for row in layout.rows:
                    self._read_pupils(Line(layout, row, self.reading.problems))
        for layout in self.layouts:
            if layout.holds_guardians or layout.has("family.quotient"):
                for row in layout.rows:
                    self._read_guardians(Line(layout, row, self.reading.problems))
        self._make_households()
        order = {layout.table.name: n for n, layout in enumerate(self.layouts)}
        self.reading.problems.sort(key=lambda p: (order[p.file], p.line))
        self.reading.left_out = sorted(
            set(self.reading.left_out), key=lambda p: (order[p.file], p.line)
        )
        return self.reading

    # === Pupils === #

    def _read_pupils(self, line: "Line"):
        for group in range(line.groups):
            child = self._read_child(line, group)
            if child:
                self.on_row[line.place].append(self._keep(child, line.place))

    def _read_child(self, line, group) -> Child | None:
        last, usage, first = line.names("child", group)
        if group and not (last or usage or first):
            return None
        who = f"{first} {usage or last}".strip()
        problem = None
        if not first or not (last or usage):
            name = "firstname" if last or usage else "lastname"
            fields = (f"child.{name}", "child.fullname", "child.lastname")
            problem = line.problem(fields, "no_name", group, who)
        else:
            birth, problem = self._read_birth(line, group, who)
        if problem:
            self.refused.add((slug(last), slug(usage), slug(first)))
            self.reading.left_out.append(line.place)
            return None
        return Child(
            lastname=last or usage,
            firstname=first,
            birth=birth,
            usage_name="" if slug(usage) == slug(last) else usage,
            school_class=line.text("child.class", group),
            level=_level(line, group),
            school=line.text("child.school", group),
            diet=line.text("child.diet", group),
            documents={} if group else self._read_documents(line, who),
            address=line.address("family"),
        )

    def _read_documents(self, line, who) -> dict[str, date | None]:
        """Return what was given, as columns of documents say: “oui”, or until when."""
        found = {}
        for name in line.layout.documents:
            try:
                told = values.document(line.cell(name))
            except Unreadable as error:
                line.problem((name,), error.code, who=who, stays_out=False)
                continue
            if told is None:
                continue
            if told is not values.GIVEN and told < self.today:
                line.problem((name,), "ended", who=who, stays_out=False)
                continue
            found[name] = None if told is values.GIVEN else told
        return found

    def _read_birth(self, line, group, who):
        name = "child.birth_date"
        try:
            birth = values.birth_date(line.cell(name, group), self.today)
        except Unreadable as error:
            return None, line.problem((name,), error.code, group, who)
        if not birth:
            return None, line.problem((name,), "no_birth_date", group, who)
        return birth, None

    def _keep(self, child, place) -> int:
        """Return the number of the child, the one of an earlier line if it is it."""
        child.places.append(place)
        number = self.by_key.get(child.key)
        if number is None:
            return self._add(child)
        kept = self.reading.children[number]
        if child.key in self.apart:
            self._doubt(number, kept, place)
            return self._add(child)
        kept.places.append(place)
        kept.documents = child.documents | kept.documents
        for name in ("school_class", "level", "school", "diet"):
            setattr(kept, name, getattr(kept, name) or getattr(child, name))
        classes = {slug(kept.school_class), slug(child.school_class)} - {""}
        if len(classes) > 1:
            self._doubt(number, kept)
        return number

    def _add(self, child) -> int:
        number = len(self.reading.children)
        self.reading.children.append(child)
        self.number[id(child)] = number
        self.by_key.setdefault(child.key, number)
        self.by_firstname[slug(child.firstname)].append(child)
        return number

    def _doubt(self, number, child, *others):
        """Ask about all the lines of a child once."""
        doubts = self.reading.doubts
        before = next((d for d in doubts if (d.code, d.who) == ("twice", number)), None)
        places = (*(before.places if before else ()), *child.places, *others)
        doubts[:] = [doubt for doubt in doubts if doubt is not before]
        doubts.append(Doubt("twice", number, tuple(dict.fromkeys(places))))

    # === Guardians === #

    def _read_guardians(self, line: "Line"):
        if line.layout.holds_pupils:
            children = self.on_row.get(line.place, [])
        else:
            children = self._find_children(line)
        mentions = list(self._read_mentions(line, children))
        if mentions and not children:
            self.reading.left_out.append(line.place)
        if children:
            self.mentions += mentions
            self._read_amount(line, children)

    def _find_children(self, line) -> list[int]:
        """Return the children that a line names; those unknown are a problem.

        Who stayed out for a problem of its own is none again.
        """
        found = []
        for group in range(line.groups):
            last, usage, first = line.names("child", group)
            if not (last or usage or first):
                continue
            names = slug(last), slug(usage), slug(first)
            candidates = self._candidates(names, line.text("child.class", group))
            if len(candidates) == 1:
                found.append(self._number_of(candidates[0]))
            elif names not in self.refused:
                code = "unclear_child" if candidates else "unknown_child"
                fields = ("child.lastname", "child.fullname", "child.firstname")
                who = f"{first} {usage or last}".strip()
                line.problem(fields, code, group, who)
                self.reading.left_out.append(line.place)
        return found

    def _candidates(self, names, school_class) -> list:
        """Return the children of these names: one, unless it is not clear which."""
        last, usage, first = names
        for pool in (self.by_firstname, self.known):
            found = [c for c in pool.get(first, ()) if _named(c, last, usage)]
            for decides in (
                lambda c: slug(getattr(c, "usage_name", "")) == usage,
                lambda c: slug(c.school_class) == slug(school_class),
            ):
                if len(found) > 1:
                    found = [c for c in found if decides(c)] or found
            if found:
                return found
        return []

    def _number_of(self, child) -> int:
        if isinstance(child, Child):
            return self.number[id(child)]
        known = Child(child.lastname, child.firstname, child.birth, is_known=True)
        number = self.by_key.get(known.key)
        return self._add(known) if number is None else number

    def _read_mentions(self, line, children) -> Iterator[Mention]:
        for number in range(1, GUARDIANS + 1):
            person = f"guardian{number}"
            last, usage, first = line.names(person)
            phones, email = (
                self._read_phones(line, person),
                self._read_email(line, person),
            )
            if not (last or usage or first):
                if phones or email:
                    fields = (f"{person}.lastname", f"{person}.email")
                    line.problem((*fields, f"{person}.phone"), "no_guardian_name")
                continue
            yield Mention(
                lastname=last or usage,
                usage_name="" if slug(usage) == slug(last) else usage,
                firstname=first,
                civility=values.civility(line.cell(f"{person}.civility")),
                email=email,
                phones=phones,
                address=line.address(person) or line.address("family"),
                children=tuple(dict.fromkeys(children)),
                place=line.place,
            )

    def _read_email(self, line, person) -> str:
        name = f"{person}.email"
        try:
            return values.email(line.cell(name))
        except Unreadable as error:
            line.problem((name,), error.code, who=line.who(person), stays_out=False)
            return ""

    def _read_phones(self, line, person) -> tuple[str, ...]:
        """Return the numbers, the mobile one first."""
        phones = []
        for attribute in ("phone", "phone_home", "phone_work"):
            name = f"{person}.{attribute}"
            try:
                phones.append(values.phone(line.cell(name)))
            except Unreadable as error:
                line.problem((name,), error.code, who=line.who(person), stays_out=False)
        return tuple(dict.fromkeys(filter(None, phones)))

    def _read_amount(self, line, children):
        name = "family.quotient"
        text = line.text(name)
        if not text or not self.amount:
            return
        found = self.amount(text)
        if found is None:
            line.problem((name,), "not_an_amount", stays_out=False)
        else:
            problem = line.as_problem((name,), "other_amount")
            day = self._read_amount_day(line)
            self.amounts.append((problem, found, day, children))

    def _read_amount_day(self, line) -> date | None:
        """Return the day from which a quotient counts, None where it is unclear."""
        name = "family.quotient_date"
        try:
            return values.day(line.cell(name))
        except Unreadable:
            line.problem((name,), "not_a_start", stays_out=False)
            return None

    # === Households === #

    def _make_households(self):
        reading = self.reading
        reading.guardians, reading.households = gather(self.mentions, reading.children)
        for number, guardian in enumerate(reading.guardians):
            if guardian.other_addresses:
                places = tuple(guardian.places)
                reading.doubts.append(Doubt("addresses", number, places))
        for number, household in enumerate(reading.households):
            for child in household.children:
                reading.children[child].households.append(number)
        for child in reading.children:
            # The address of the pupil's own line is where it lives first.
            home = child.address.key
            child.households.sort(
                key=lambda n, home=home: reading.households[n].address.key != home
            )
        for number, child in enumerate(reading.children):
            if self._told_differently(child):
                self._doubt(number, child)
        for problem, value, day, children in self.amounts:
            for number in reading.children[children[0]].households[:1]:
                household = reading.households[number]
                if household.quotient not in (None, value):
                    reading.problems.append(problem)
                else:
                    household.quotient = value
                    household.quotient_from = household.quotient_from or day

    def _told_differently(self, child) -> bool:
        """Tell whether two lines of a child have no guardian and no home in common."""
        if len(child.places) < 2 or len(child.households) < 2:
            return False
        homes = [self.reading.households[number] for number in child.households]
        lines = [
            {p for g in home.guardians for p in self.reading.guardians[g].places}
            & set(child.places)
            for home in homes
        ]
        return all(lines) and not set.intersection(*lines)


def _named(child, last, usage) -> bool:
    """Tell whether a child bears the last name of a line, in use or of birth."""
    own = {slug(child.lastname), slug(getattr(child, "usage_name", ""))} - {""}
    return bool(own & ({last, usage} - {""}))


def _level(line, group) -> str | None:
    for name in ("child.level", "child.class"):
        found = values.levels(line.text(name, group))
        if len(found) == 1:
            return found[0]
    return None
