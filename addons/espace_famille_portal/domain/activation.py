"""Creating an account: the one-time code of an invitation and what the form says.

The code and the three parts of the form are those of the parents' guide: the account,
the guardians (responsables), the children.
"""

import math
import re
import secrets
import unicodedata
from dataclasses import dataclass, field

from .sent import read_id

# Without the letters and figures that are taken for one another: 0 O, 1 I L.
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
LENGTH = 10

# Parts of the form, in their order; an error leads back to the first part it is in.
PARTS = ("account", "guardians", "children")

CIVILITIES = ("madam", "sir")

# How many people a form may name: a household, not a file.
MOST_GUARDIANS = 2
MOST_CHILDREN = 12

MOST_LETTERS = 80

# Of a password: signs, and bits.
SHORTEST = 8
STRONG = 50

_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[ .'’\-])*")


def new_code(choice=secrets.choice):
    """Return a new activation code, some 49 bits of chance.

    :param choice: draws one of a sequence, unpredictably
    """
    return "".join(choice(ALPHABET) for _place in range(LENGTH))


def read_code(text):
    """Return the code that somebody typed or copied: without spaces, in capitals."""
    return re.sub(r"[\s\-]", "", str(text or "")).upper()


@dataclass(frozen=True, slots=True)
class Person:
    """A line of the form.

    `id` names the guardian or child that the commune knows; None for one the parent
    adds.
    """

    firstname: str
    lastname: str
    civility: str | None = None
    id: int | None = None

    @property
    def empty(self):
        return not (self.firstname or self.lastname)


@dataclass(frozen=True, slots=True)
class Form:
    """What the parent typed, cleaned."""

    name: str
    guardians: tuple[Person, ...]
    children: tuple[Person, ...]


@dataclass(slots=True)
class Errors:
    """What is wrong, by name of the input: (part, code of the reason)."""

    of: dict = field(default_factory=dict)

    def add(self, part, name, reason):
        self.of.setdefault(name, (part, reason))

    def __bool__(self):
        return bool(self.of)

    @property
    def part(self):
        """Return the first part that has an error."""
        parts = {part for part, _reason in self.of.values()}
        return next((part for part in PARTS if part in parts), PARTS[0])


def clean(text):
    """Return a typed name: composed letters, single spaces, nothing around."""
    text = unicodedata.normalize("NFC", str(text or ""))
    return " ".join(text.split())


def read_form(values):
    """Read what was posted.

    :param dict values: name, and `guardian_1_firstname`, `guardian_1_lastname`,
        `guardian_1_civility`, `guardian_1_id`, then 2; `child_1_firstname`, …
    :return: (`Form`, `Errors`); reasons are missing, not_a_name, too_long
    """
    errors = Errors()
    name = _read_name(values, "name", "account", errors)
    guardians = _read_people(values, "guardian", MOST_GUARDIANS, errors)
    children = _read_people(values, "child", MOST_CHILDREN, errors)
    return Form(name, guardians, children), errors


def _read_people(values, kind, most, errors):
    part = PARTS[1] if kind == "guardian" else PARTS[2]
    people = []
    for number in range(1, most + 1):
        prefix = f"{kind}_{number}"
        person = Person(
            clean(values.get(f"{prefix}_firstname")),
            clean(values.get(f"{prefix}_lastname")),
            _read_civility(values.get(f"{prefix}_civility")),
            read_id(values.get(f"{prefix}_id")),
        )
        # The first guardian is who creates the account; known people have a name.
        if person.empty and person.id is None and (kind, number) != ("guardian", 1):
            continue
        for column in ("firstname", "lastname"):
            _read_name(values, f"{prefix}_{column}", part, errors)
        if kind == "guardian" and not person.civility:
            errors.add(part, f"{prefix}_civility", "missing")
        people.append(person)
    return tuple(people)


def _read_name(values, key, part, errors):
    text = clean(values.get(key))
    problem = name_problem(text)
    if problem:
        errors.add(part, key, problem)
    return text


def name_problem(text):
    """Return why a name that was cleaned is none: missing, too_long or not_a_name."""
    if not text:
        return "missing"
    if len(text) > MOST_LETTERS:
        return "too_long"
    return None if _NAME.fullmatch(text) else "not_a_name"


def _read_civility(text):
    return text if text in CIVILITIES else None


def strength(password):
    """Return how hard a password is to guess by trying all, in bits.

    What it is made of: 26 small letters, 26 capitals, 10 figures, 33 other signs.
    """
    size = (
        26 * any(sign.islower() for sign in password)
        + 26 * any(sign.isupper() for sign in password)
        + 10 * any(sign.isdigit() for sign in password)
        + 33 * any(not sign.isalnum() for sign in password)
    )
    return len(password) * math.log2(size) if size else 0.0


def password_problem(password, again, words=()):
    """Return why a password is refused, None when it is good.

    The CNIL asks for 50 bits where wrong tries are slowed down, as Odoo does (its
    recommendation of 21 July 2022): twelve small letters, or eight signs of all kinds.

    :param words: names and addresses that the password must not be made of
    :return: missing, different, too_weak or too_easy
    """
    if not password:
        return "missing"
    if password != again:
        return "different"
    if len(password) < SHORTEST or strength(password) < STRONG:
        return "too_weak"
    if _is_made_of(password, words) or len(set(password.lower())) < 5:
        return "too_easy"
    return None


def _is_made_of(password, words):
    """Tell whether little but figures is left without one of the words."""
    left = password.lower()
    named = {str(word or "").lower() for word in words}
    for word in sorted(named, key=len, reverse=True):
        if len(word) >= 4:
            left = left.replace(word, "")
    return left != password.lower() and len(re.sub(r"[\d\W_]", "", left)) < 4
