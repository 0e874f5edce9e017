"""Mon foyer: the forms with which a parent proposes corrections, and what they say.

A form is a list of inputs. Reading one gives clean values and, by name of the input,
the code of what is wrong; nothing here knows the records behind.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from .activation import MOST_LETTERS, clean, name_problem
from .sent import read_day

# Children of the services of a commune; a wider range only catches slips.
OLDEST_CHILD = 25
LARGEST_QUOTIENT = Decimal(100_000)

_EMAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;.]{2,}")
_PHONE = re.compile(r"\+?[\d .\-()]+")
_AMOUNT = re.compile(r"([0-9]{1,3}(?:\s[0-9]{3})+|[0-9]+)(?:[.,]([0-9]{1,2}))?\s*€?")
_ZIP = re.compile(r"[0-9A-Za-z \-]{2,10}")


@dataclass(frozen=True, slots=True)
class Input:
    """One field of a form.

    kind: name (of a person), text, phone, email, zip, birth, day (not to come),
    amount, choice (one of some), many (some of some).
    """

    name: str
    kind: str = "text"
    required: bool = False


AUTHORISATIONS = (
    "leave_alone",
    "emergency_care",
    "photo",
    "transport",
    "outing",
    "swimming",
)

_NAMES = (Input("lastname", "name", True), Input("firstname", "name", True))

FORMS = {
    "family": (
        Input("street", required=True),
        Input("street2"),
        Input("zip", "zip", True),
        Input("city", required=True),
        Input("phone", "phone"),
    ),
    "guardian": (
        Input("civility", "choice", True),
        *_NAMES,
        Input("phone", "phone"),
        Input("email", "email"),
    ),
    "child": (
        *_NAMES,
        Input("birth_date", "birth", True),
        Input("class_id", "choice"),
        Input("diet_id", "choice"),
    ),
    "authorisations": tuple(Input(kind, "choice") for kind in AUTHORISATIONS),
    "pickup": (
        Input("name", "name", True),
        Input("relation"),
        Input("phone", "phone", True),
        Input("child_ids", "many", True),
    ),
    "income": (
        Input("value", "amount", True),
        Input("source", "choice", True),
        Input("date_from", "day", True),
    ),
}


def read(inputs, posted, choices, today):
    """Read what was posted for these inputs.

    :param posted: function that returns the list of values of a name
    :param dict choices: name: values that may be chosen, as text
    :param date today: the commune's
    :return: (values, problems): clean values by name, '' where nothing was typed;
        problems by name: missing, not_a_name, too_long, not_a_phone, not_an_email,
        not_a_zip, not_a_day, not_an_amount
    """
    values, problems = {}, {}
    for one in inputs:
        typed = [clean(text) for text in posted(one.name)]
        value, problem = _read_one(one, typed, choices.get(one.name, ()), today)
        if not problem and one.required and value in ("", []):
            problem = "missing"
        values[one.name] = value
        if problem:
            problems[one.name] = problem
    return values, problems


def _read_one(one, typed, choices, today):
    if one.kind == "many":
        return [text for text in typed if text in choices], None
    text = typed[0] if typed else ""
    if one.kind == "choice":
        return (text if text in choices else ""), None
    if not text:
        return "", None
    if one.kind == "name":
        return text, name_problem(text)
    if len(text) > MOST_LETTERS:
        return text, "too_long"
    reader = _READERS.get(one.kind)
    return reader(text, today) if reader else (text, None)


def _read_phone(text, _today):
    figures = sum(sign.isdigit() for sign in text)
    good = _PHONE.fullmatch(text) and 6 <= figures <= 15
    return text, None if good else "not_a_phone"


def _read_email(text, _today):
    return text.lower(), None if _EMAIL.fullmatch(text) else "not_an_email"


def _read_zip(text, _today):
    return text, None if _ZIP.fullmatch(text) else "not_a_zip"


def _read_day(text, today):
    """Return a day that is past, written YYYY-MM-DD."""
    day = read_day(text)
    if not day:
        return text, "not_a_day"
    near = today.year - day.year <= OLDEST_CHILD
    return day.isoformat(), None if day <= today and near else "not_a_day"


def _read_amount(text, _today):
    """Return the text of a number: “1 234,50” is 1234.50.

    “1.000” may be a thousand or one: it is none.
    """
    read = _AMOUNT.fullmatch(text)
    if not read:
        return text, "not_an_amount"
    whole, cents = re.sub(r"\s", "", read[1]), read[2] or "0"
    value = Decimal(f"{whole}.{cents}")
    if value > LARGEST_QUOTIENT:
        return text, "not_an_amount"
    return str(round(value, 2)), None


_READERS = {
    "phone": _read_phone,
    "email": _read_email,
    "zip": _read_zip,
    "birth": _read_day,
    "day": _read_day,
    "amount": _read_amount,
}
