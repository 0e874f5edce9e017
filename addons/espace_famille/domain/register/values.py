"""Read the cells of a register: names, dates, telephones, e-mails, levels.

Each reader returns what is meant, or raises Unreadable; an empty cell is None or ''.
"""

import re
import unicodedata
from datetime import date, datetime, timedelta
from functools import lru_cache

import phonenumbers

from .table import Cell

DATE_FORMATS = ("%d/%m/%Y", "%Y-%m-%d", "%d/%m/%y", "%d.%m.%Y", "%d-%m-%Y", "%d %m %Y")
DATE_FORMATS += ("%d.%m.%y", "%d-%m-%y")
OLDEST_PUPIL = 20
"""Years after which whoever is in a register was not born that year."""

REMEMBERED = 8192
"""How many texts are remembered as they were read: each is asked for several times."""

EXCEL_DAY_0 = date(1899, 12, 30)
EXCEL_DAYS = range(30_000, 80_000)
"""Days since `EXCEL_DAY_0` that can be the birth of a pupil."""

LEVELS = ("tps", "ps", "ms", "gs", "cp", "ce1", "ce2", "cm1", "cm2")
LEVEL_NAMES = {
    "toute-petite-section": "tps",
    "petite-section": "ps",
    "moyenne-section": "ms",
    "grande-section": "gs",
    "cours-preparatoire": "cp",
    "cours-elementaire-1": "ce1",
    "cours-elementaire-2": "ce2",
    "cours-moyen-1": "cm1",
    "cours-moyen-2": "cm2",
}

GIVEN = "given"
GIVEN_WORDS = {"oui", "o", "x", "ok", "1", "fourni", "fournie", "recu", "recue", "vu"}
GIVEN_WORDS |= {"a-jour", "valide", "yes"}
NOT_GIVEN_WORDS = {"non", "n", "0", "manquant", "manquante", "absent", "a-fournir"}
NOT_GIVEN_WORDS |= {"en-attente", "no"}

OVERSEAS = ("GP", "MQ", "GF", "RE")
"""Where numbers without country are written with ten figures as in France."""

_EMAIL = re.compile(r"[^@\s,;<>\"]+@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
_LEVEL = re.compile("|".join(LEVELS))
# “cm1”, “cm1cm2”, “cpa”, “ce1b”.
_LEVEL_WORD = re.compile(rf"((?:{'|'.join(LEVELS)})+)[a-z0-9]?")
_SPACES = re.compile(r"[\s\u00a0\u202f]+")
_CIVILITIES = {
    **dict.fromkeys(("m", "mr", "monsieur", "pere", "homme", "h"), "sir"),
    **dict.fromkeys(("mme", "mlle", "madame", "mere", "femme", "f"), "madam"),
}


class Unreadable(ValueError):
    """A cell does not say what it should; `code` says what is wrong.

    'not_a_day', 'not_yet_born', 'too_old', 'not_an_email', 'not_a_phone',
    'not_a_document'.
    """

    def __init__(self, code: str):
        self.code = code
        super().__init__(code)


# === Words === #


@lru_cache(maxsize=REMEMBERED)
def slug(text: str) -> str:
    """Return a text without case, accents nor punctuation: “d-arnaud-de-l-isle”."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe"))
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")


def words(cell: Cell) -> str:
    """Return the text of a cell, its spaces single."""
    return "" if cell is None else _SPACES.sub(" ", str(cell)).strip().lstrip("'")


def zip_code(cell: Cell) -> str:
    """Return a postal code, with the zero that spreadsheets take away."""
    text = words(cell).replace(" ", "")
    return text.zfill(5) if text.isdigit() else text


def split_name(text: str) -> tuple[str, str]:
    """Return (last name, first name) of “DE LA TOUR Tom”, “Tom DE LA TOUR”, “Roux Tom”.

    Last names are the words in capitals; without any, the first word.
    """
    parts = text.split()
    last = [part for part in parts if part.isupper() and len(part) > 1]
    if not last or len(last) == len(parts):
        last = parts[:1]
    first = list(parts)
    for part in last:
        first.remove(part)
    return " ".join(last), " ".join(first)


def civility(cell: Cell) -> str | None:
    """Return 'madam' or 'sir', None where it does not say which of them."""
    return _CIVILITIES.get(slug(words(cell)))


# === Dates === #


def birth_date(cell: Cell, today: date) -> date | None:
    """Return the day on which a pupil was born, None for an empty cell.

    Raises Unreadable: a pupil is born, and not more than `OLDEST_PUPIL` years ago.
    """
    born = day(cell)
    if born is None:
        return None
    if born > today:
        raise Unreadable("not_yet_born")
    if today.year - born.year > OLDEST_PUPIL:
        raise Unreadable("too_old")
    return born


def day(cell: Cell) -> date | None:
    """Return a day, None for an empty cell. Raises Unreadable."""
    if isinstance(cell, date):
        return cell
    text = words(cell)
    if not text:
        return None
    if text.isdigit() and int(text) in EXCEL_DAYS:
        return EXCEL_DAY_0 + timedelta(days=int(text))
    text = re.sub(r"[ T]\d\d?:\d\d(:\d\d)?$", "", text)
    for pattern in DATE_FORMATS:
        try:
            return datetime.strptime(text, pattern).date()
        except ValueError:
            continue
    raise Unreadable("not_a_day")


def document(cell: Cell) -> date | str | None:
    """Return until when a document that was given counts.

    `GIVEN` where the cell only says that it was; None where it was not, or nothing is
    said. Raises Unreadable.
    """
    text = slug(words(cell))
    if text in GIVEN_WORDS:
        return GIVEN
    if not text or text in NOT_GIVEN_WORDS:
        return None
    if not isinstance(cell, date):
        # “jusqu'au 31/08/2027”, “oui, 31/08/2027”.
        cell = re.sub(r"^[^\d]*(?=\d)", "", words(cell))
    try:
        return day(cell)
    except Unreadable as error:
        raise Unreadable("not_a_document") from error


# === How to reach somebody === #


def email(cell: Cell) -> str:
    """Return an address in small letters. Raises Unreadable."""
    text = words(cell).removeprefix("mailto:").lower()
    if text and not _EMAIL.fullmatch(text):
        raise Unreadable("not_an_email")
    return text


def phone(cell: Cell) -> str:
    """Return a number as “+33612345678”, whatever a spreadsheet made of it.

    It may have lost its first zero, or have become 3.3612345678E+10.
    Raises Unreadable.
    """
    return _phone(words(cell))


@lru_cache(maxsize=REMEMBERED)
def _phone(text: str) -> str:
    if re.fullmatch(r"\d(?:[.,]\d+)?[eE]\+\d+", text):
        text = f"{float(text.replace(',', '.')):.0f}"
    text = re.sub(r"\.0$", "", text)
    text = re.sub(r"[^\d+]", "", text.replace("(0)", ""))
    if not text.strip("0+"):
        return ""
    if text.startswith("00"):
        text = "+" + text[2:]
    elif re.fullmatch(r"[1-9]\d{8}", text):
        text = "0" + text
    usual = _number(text, "FR")
    found = (_number(text, region) for region in ("FR", *OVERSEAS))
    valid = (one for one in found if one and phonenumbers.is_valid_number(one))
    number = next(valid, usual)
    if number is None:
        raise Unreadable("not_a_phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _number(text: str, region: str):
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) else None


def shown_phone(number: str) -> str:
    """Return “+33612345678” as it is written in France: “06 12 34 56 78”."""
    parsed = phonenumbers.parse(number, None)
    form = phonenumbers.PhoneNumberFormat
    french = parsed.country_code == 33
    return phonenumbers.format_number(
        parsed, form.NATIONAL if french else form.INTERNATIONAL
    )


def same_phone(one: str, other: str) -> bool:
    """Tell whether two numbers, however written, are one."""
    try:
        return phone(one) == phone(other)
    except Unreadable:
        return one == other


# === School === #


def levels(text: str) -> tuple[str, ...]:
    """Return the levels that a text names, the lowest first: “CE1-CE2 Mme Brun”."""
    name = slug(text)
    for long, short in LEVEL_NAMES.items():
        name = re.sub(rf"\b{long}\b", short, name)
    name = re.sub(r"\b(ce|cm)-([12])\b", r"\1\2", name)  # “CE 1”
    found = {
        level
        for word in name.split("-")
        if (named := _LEVEL_WORD.fullmatch(word))
        for level in _LEVEL.findall(named[1])
    }
    return tuple(level for level in LEVELS if level in found)
