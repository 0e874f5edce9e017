"""Find the header of a table, and what each of its columns is.

What a column is, its *field*, is named “person.attribute”: `child.birth_date`,
`guardian1.email`, `family.zip`. The columns of ONDE and those that town halls write
are recognised by their words; what an agent chose before comes first.

The same header again, as in ONDE's file of guardians, is that of the next child.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice

from .table import Row, Table
from .values import slug, words

IGNORED = ""
"""The field of a column that is left out."""

GUARDIANS = 4
"""How many guardians a line may name."""

CHILD = (
    "lastname",
    "usage_name",
    "firstname",
    "fullname",
    "birth_date",
    "class",
    "level",
    "school",
    "diet",
)
GUARDIAN = (
    "civility",
    "lastname",
    "usage_name",
    "firstname",
    "fullname",
    "email",
    "phone",
    "phone_home",
    "phone_work",
    "street",
    "zip",
    "city",
)
ADDRESS = ("street", "zip", "city")
FAMILY = (*ADDRESS, "quotient", "quotient_date")

FIELDS = (
    *(f"child.{name}" for name in CHILD),
    *(f"guardian{n}.{name}" for n in range(1, GUARDIANS + 1) for name in GUARDIAN),
    *(f"family.{name}" for name in FAMILY),
)

DOCUMENT = "document."
"""How the field of a column about a document given begins; the rest is its type."""

HEADER_WITHIN = 30
"""Lines among which the header is looked for: titles may stand above it."""

EXAMPLES = 3

EXAMPLE = "exemple"
"""What the first cell of a line says that is not to be read."""

_QUOTIENT = r"(?:qf|quotients?(?:-familial)?)"
_SINCE = r"(?:au|depuis|du|a-partir-du|date)"
# What the words of a header say. Longer ways to say it come first.
_ATTRIBUTES = (
    ("firstname", r"prenoms?"),
    ("usage_name", r"nom-(?:d-)?(?:usage|epouse)|nom-marital"),
    ("birth_date", r"(?:date-(?:de-)?)?naissance|nee?(?:-e)?-le|ddn|date-naiss"),
    ("lastname", r"noms?"),
    ("civility", r"civilite|civ"),
    ("email", r"(?:e-?)?mails?|mels?|courriels?|adresses?-electroniques?"),
    ("phone_home", r"(?:tel|telephone)-(?:du-)?(?:domicile|fixe|maison)|fixe"),
    ("phone_work", r"(?:tel|telephone)-(?:du-)?(?:travail|pro|professionnel)"),
    ("phone", r"tel|telephones?|portables?|mobiles?|gsm"),
    ("zip", r"cp|code-postal"),
    ("city", r"villes?|communes?|localite"),
    ("street", r"adresses?|rue|voie|adr"),
    ("quotient_date", rf"(?:date|debut)-(?:du-)?{_QUOTIENT}|{_QUOTIENT}-{_SINCE}"),
    ("quotient", r"qf|quotients?(?:-familial)?"),
    ("diet", r"regimes?(?:-alimentaires?)?"),
    ("level", r"niveaux?"),
    ("school", r"ecoles?|etablissements?"),
    ("class", r"classes?"),
)
_PERSONS = (
    ("child", r"enfants?|eleves?"),
    ("guardian", r"resp|responsables?|parents?|tuteurs?|representants?|rl"),
    ("mother", r"meres?|maman"),
    ("father", r"peres?|papa"),
    ("family", r"famille|foyer"),
)
# Headers of ONDE that hold such a word and are something else.
_NOT_THESE = (
    r"lignes?|identifiant|autorisation|attestation|decision|pays|ine|cycle|sexe|lieu"
)


@dataclass(frozen=True)
class Column:
    """A column: its place from 0, header, field, and the values that it begins with.

    `field` is None where it has to be chosen; `repeated` counts the columns of the
    same header before it.
    """

    index: int
    header: str
    field: str | None
    repeated: int = 0
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layout:
    """A table, the line of its header and its columns."""

    table: Table
    header: Row
    columns: tuple[Column, ...]

    @property
    def rows(self) -> Iterable[Row]:
        """Return the lines below the header."""
        return (
            row
            for row in self.table.rows
            if row.number > self.header.number and not is_example(row)
        )

    @property
    def key(self) -> str:
        """Return what is the same for all tables of these columns."""
        return "|".join(slug(column.header) for column in self.columns)

    def has(self, *fields: str) -> bool:
        known = {column.field for column in self.columns}
        return all(field in known for field in fields)

    def choose(self, fields: Mapping[int, str]) -> "Layout":
        """Return the same table with other fields, by the place of the column."""
        columns = (
            replace(column, field=fields.get(column.index, column.field))
            for column in self.columns
        )
        return replace(self, columns=tuple(columns))

    @cached_property
    def _places(self) -> dict[tuple[str, int], Column]:
        return {(c.field, c.repeated): c for c in reversed(self.columns) if c.field}

    def place_of(self, field: str, repeated: int = 0) -> Column | None:
        """Return the column of a field, None if there is none."""
        return self._places.get((field, repeated))

    @cached_property
    def groups(self) -> int:
        """Return how many children a line may name."""
        children = [c for c in self.columns if (c.field or "").startswith("child.")]
        return max((column.repeated for column in children), default=-1) + 1

    @cached_property
    def documents(self) -> list[str]:
        """Return the fields of its columns about documents."""
        told = (column.field or "" for column in self.columns)
        return [name for name in told if name.startswith(DOCUMENT)]

    @property
    def holds_guardians(self) -> bool:
        """Tell whether its lines name guardians."""
        return any((c.field or "").startswith("guardian") for c in self.columns)

    @property
    def holds_pupils(self) -> bool:
        """Tell whether its lines say when children were born."""
        return self.has("child.birth_date")


def is_example(row: Row) -> bool:
    """Tell whether a line is that of the sheet to fill in, which shows how."""
    return bool(row.cells) and slug(words(row.cells[0])) == EXAMPLE


def lay_out(table: Table, known: Mapping[str, str] | None = None) -> Layout:
    """Find the header of a table and propose what its columns are.

    :param known: {header: field} chosen before; case and accents do not count
    """
    known = {slug(header): field for header, field in (known or {}).items()}
    header = _find_header(table, known)
    texts = [words(cell) for cell in header.cells]
    fields = _propose(texts, known)
    rows = [
        row for row in table.rows if row.number > header.number and not is_example(row)
    ]
    seen: dict[str, int] = {}
    columns = []
    for index, (text, field) in enumerate(zip(texts, fields, strict=True)):
        examples = _examples(rows, index)
        if not text and not examples:
            continue
        repeated = seen.get(slug(text), 0)
        seen[slug(text)] = repeated + 1
        columns.append(
            Column(index, text, field if text else IGNORED, repeated, examples)
        )
    return Layout(table, header, tuple(columns))


def _examples(rows: list[Row], index: int) -> tuple[str, ...]:
    cells = (row.cells[index] for row in rows if index < len(row.cells))
    found = (text for cell in cells if (text := words(cell)))
    return tuple(islice(dict.fromkeys(islice(found, 50)), EXAMPLES))


def _find_header(table: Table, known: Mapping[str, str]) -> Row:
    """Return the line that names most columns; the first of them."""
    return max(table.rows[:HEADER_WITHIN], key=lambda row: _headings(row, known))


def _headings(row: Row, known: Mapping[str, str]) -> tuple[int, int]:
    texts = [text for cell in row.cells if (text := words(cell))]
    named = {
        key
        for text in texts
        if (key := slug(text)) in known or (len(key) < 60 and _meaning(key))
    }
    return len(named), sum(not re.search(r"\d{3}|@", text) for text in texts)


# === What a column is === #


def _propose(headers: list[str], known: Mapping[str, str]) -> list[str | None]:
    meanings = [_meaning(slug(header)) for header in headers]
    parents = _numbers_of_parents(meanings)
    about_child = any(person == "child" for person, _n, _a in filter(None, meanings))
    tells_birth = any(a == "birth_date" for _p, _n, a in filter(None, meanings))
    # The two addresses of a pupil say nothing of who lives there.
    several = any(
        p in parents or (n == 2 and a not in ADDRESS)
        for p, n, a in filter(None, meanings)
    )
    guardians = several or any(p == "guardian" for p, _n, _a in filter(None, meanings))
    fields: list[str | None] = []
    for header, meaning in zip(headers, meanings, strict=True):
        key = slug(header)
        if key in known:
            fields.append(known[key])
        elif not meaning:
            fields.append(IGNORED if _left_out(key) else None)
        else:
            person, number, attribute = meaning
            if person in parents:
                person, number = "guardian", parents[person]
            if not person:
                person = _person_of(
                    attribute, number, guardians, about_child, tells_birth
                )
            fields.append(_field(person, number or 1, attribute))
    return _once(headers, fields)


def _meaning(key: str) -> tuple[str | None, int, str] | None:
    """Return (person, number, attribute) of a header, None if it says nothing."""
    if _left_out(key):
        return None
    attribute = next((name for name, way in _ATTRIBUTES if _says(way, key)), None)
    if attribute == "firstname" and _says(
        r"noms?-(?:et-)?prenoms?|prenoms?-noms?", key
    ):
        attribute = "fullname"
    if attribute is None and (whole := re.fullmatch(r"(\w+?)-?(\d)?", key)):
        # “Enfant”, “Responsable 1”: a name in one cell.
        person = next((n for n, way in _PERSONS[:4] if _says(way, whole[1])), None)
        return (person, int(whole[2] or 0), "fullname") if person else None
    if attribute is None:
        return None
    person = next((name for name, way in _PERSONS if _says(way, key)), None)
    if person == "family" and attribute in ("lastname", "usage_name"):
        # “Nom de famille enfant”: not the name of a family.
        person = next((name for name, way in _PERSONS[:4] if _says(way, key)), None)
    number = re.search(r"(\d)(?!\d)", key)
    return person, int(number[1]) if number else 0, attribute


def _says(way: str, key: str) -> bool:
    return re.search(rf"(?:^|-)(?:{way})\d?(?:-|$)", key) is not None


def _left_out(key: str) -> bool:
    return _says(_NOT_THESE, key)


def _numbers_of_parents(meanings) -> dict[str, int]:
    named = dict.fromkeys(m[0] for m in meanings if m and m[0] in ("mother", "father"))
    return {person: number for number, person in enumerate(named, 1)}


def _person_of(attribute, number, guardians, about_child, tells_birth) -> str:
    """Return whose attribute it is where the header does not say it."""
    if attribute in ("quotient", "quotient_date"):
        return "family"
    if attribute in ADDRESS:
        return "guardian" if number and guardians else "family"
    if attribute in CHILD and attribute not in GUARDIAN:
        return "child"
    if attribute in ("lastname", "usage_name", "firstname", "fullname"):
        return "guardian" if about_child and guardians or not tells_birth else "child"
    return "guardian"


def _field(person: str, number: int, attribute: str) -> str | None:
    if person == "child":
        field = f"child.{attribute}"
    elif person == "guardian":
        field = f"guardian{number}.{attribute}"
    else:
        # The second address of a pupil is that of the other guardian's line.
        field = f"family.{attribute}" if number == 1 else IGNORED
    return field if field in FIELDS or field == IGNORED else None


def _once(headers: list[str], fields: list[str | None]) -> list[str | None]:
    """Leave a field to the first header that bears it, and to the same header again.

    Another telephone of a guardian is kept as one of those called second.
    """
    owner: dict[str, str] = {}
    for number, (header, field) in enumerate(zip(headers, fields, strict=True)):
        ways = (field, *_other_phones(field)) if field else ()
        free = (w for w in ways if owner.setdefault(w, slug(header)) == slug(header))
        fields[number] = next(free, None) if field else field
    return fields


def _other_phones(field: str) -> tuple[str, ...]:
    person, _dot, attribute = field.partition(".")
    if attribute != "phone":
        return ()
    return f"{person}.phone_home", f"{person}.phone_work"
