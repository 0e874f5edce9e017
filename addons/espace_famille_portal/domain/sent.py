"""What a browser sends, read in one way: nonsense is nothing, and never an error.

Forms send texts and files, scripts send JSON. What no page of ours could have sent is
told apart first, by a code; the readers then turn a text into a day, an id, a name.
"""

import math
import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

# Days of other centuries concern no family, and would leave the calendar of Python.
FIRST_YEAR, LAST_YEAR = 1900, 2199

# Identifiers of PostgreSQL: what is larger exists nowhere.
MAX_ID = 2**31 - 1

# Of one text, and of one form: a year of a family of twelve in the Vue Agenda fits.
MOST_LETTERS = 20_000
MOST_FIELDS = 5_000
MOST_LETTERS_OF_NAME = 120

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ID = re.compile(r"[1-9]\d{0,9}", re.ASCII)
_EUROS = re.compile(r"\d{1,7}(?:[.,]\d{1,2})?", re.ASCII)
_TOKEN = re.compile(r"[\x21-\x7e]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


# === Readers === #


def read_day(text):
    """Return the date written YYYY-MM-DD, None when it is none of 1900 to 2199."""
    if not isinstance(text, str) or not _DAY.fullmatch(text.strip()):
        return None
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def read_id(text):
    """Return the id of a record that was sent as text or number, None if it is none."""
    if isinstance(text, bool) or not isinstance(text, int | str):
        return None
    if isinstance(text, str):
        if not _ID.fullmatch(text):
            return None
        text = int(text)
    return text if 0 < text <= MAX_ID else None


def read_ids(texts, most=None):
    """Return the set of ids among what was sent; the rest is left out.

    :param texts: iterable of text or numbers
    :param int most: how many are looked at, all if None
    """
    found = map(read_id, list(texts)[:most])
    return {one for one in found if one is not None}


def read_euros(text):
    """Return an amount as typed, to the cent, None if it is none: a Decimal.

    >>> read_euros(" 12,50 €"), read_euros("-3"), read_euros("1e9")
    (Decimal('12.50'), None, None)
    """
    if not isinstance(text, str):
        return None
    typed = re.sub(r"[\s\u00a0\u202f€]", "", text)
    return Decimal(typed.replace(",", ".")) if _EUROS.fullmatch(typed) else None


def read_text(text, most):
    """Return a typed text without what surrounds it, at most so many letters."""
    return text.strip()[:most] if isinstance(text, str) else ""


def read_file_name(text):
    """Return the name of a file without folders and signs that cannot be seen."""
    name = re.split(r"[/\\]", text if isinstance(text, str) else "")[-1]
    name = _CONTROL.sub("", _writable(name)).strip()
    start, dot, ending = name.rpartition(".")
    if len(name) <= MOST_LETTERS_OF_NAME or not dot or len(ending) > 10:
        return name[:MOST_LETTERS_OF_NAME]
    return f"{start[: MOST_LETTERS_OF_NAME - len(ending) - 1]}.{ending}"


def _writable(text):
    """Return a text without halves of letters, which no database takes."""
    return text.encode("utf-8", "ignore").decode()


# === What no page of ours sends === #


def problem_of_form(fields, file_names=()):
    """Return why a form cannot be read, None if it can.

    :param fields: iterable of (name, text), of the address and of the body
    :param file_names: names of the fields that hold a file
    :return: None, unreadable or too_long
    """
    fields = list(fields)
    # The token of a form is a text; Odoo looks at it before anybody else.
    if len(fields) > MOST_FIELDS:
        return "too_long"
    if "csrf_token" in file_names or not all(
        _TOKEN.fullmatch(text) for name, text in fields if name == "csrf_token"
    ):
        return "unreadable"
    return _first_problem(part for field in fields for part in field)


def is_call(body):
    """Tell whether a JSON value is an object whose `params` are an object, or none."""
    return isinstance(body, Mapping) and isinstance(body.get("params", {}), Mapping)


def problem_of_params(params):
    """Return why what a script sent cannot be read, None if it can.

    :param dict params: JSON values by name; only plain ones are sent by pages of ours
    :return: None, unreadable or too_long
    """
    if len(params) > MOST_FIELDS:
        return "too_long"
    return _first_problem(part for pair in params.items() for part in pair)


def _first_problem(values: Iterable):
    return next(filter(None, map(_problem, values)), None)


def _problem(value):
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, str):
        if len(value) > MOST_LETTERS:
            return "too_long"
        return "unreadable" if "\0" in value or _writable(value) != value else None
    if isinstance(value, int):
        return None if abs(value) <= MAX_ID else "unreadable"
    if isinstance(value, float):
        return None if math.isfinite(value) else "unreadable"
    return "unreadable"


def texts_of(params, known=()):
    """Return what a method may be called with: files are read from the request.

    :param dict params: values by name, as Odoo gathers them
    :param known: types that no browser sends: what the address was turned into
    """
    return {
        name: value
        for name, value in params.items()
        if value is None or isinstance(value, (*_PLAIN, *known))
    }


_PLAIN = (bool, int, float, str)
