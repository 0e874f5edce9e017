"""What is asked of API Particulier (v3) about a person, and what its answer means.

No Odoo and no network here. Only the quotient, its month and who reckoned it are read
of an answer: the names, the children and the address that it holds are dropped.
"""

import re
from dataclasses import dataclass
from datetime import date

from . import cog

SOURCES = {"CNAF": "caf", "MSA": "msa"}

# What becomes of a question.
FOUND = "found"
UNKNOWN = "unknown"  # this person: another guardian may be known
WRONG = "wrong"  # what was sent: somebody has to correct it
LATER = "later"  # the service: the same question is asked again later
STOPPED = "stopped"  # the token or the rights: no question is of use


@dataclass(frozen=True, slots=True)
class Identity:
    """The civil identity of a person; `sex` is M, F or empty.

    `commune` and `country` are codes of the COG; a commune only for those born in
    France.
    """

    name: str
    firstnames: tuple[str, ...]
    born: date
    country: str
    commune: str = ""
    sex: str = ""
    used_name: str = ""


@dataclass(frozen=True, slots=True)
class Quotient:
    """A quotient familial: whole euros, of a month, by the CAF or the MSA."""

    value: int
    year: int
    month: int
    source: str


class Nonsense(ValueError):
    """An answer that cannot be what the service is documented to say."""


def firstnames(text: str) -> tuple[str, ...]:
    """Return the first names of a text, in their order.

    >>> firstnames("Jean-Pierre, Marie  Anne")
    ('Jean-Pierre', 'Marie', 'Anne')
    """
    return tuple(filter(None, re.split(r"[,\s]+", text or "")))


def missing(identity: Identity) -> list[str]:
    """Return the names of the parts that the service cannot do without."""
    found = [
        part for part in ("name", "firstnames", "born") if not getattr(identity, part)
    ]
    if not cog.is_country(identity.country or ""):
        found.append("country")
    elif identity.country == cog.FRANCE and not cog.is_commune(identity.commune or ""):
        found.append("commune")
    return found


def query(identity: Identity, recipient: str) -> list[tuple[str, str]]:
    """Return the parameters of a question, in order.

    :param str recipient: the SIRET of the commune
    """
    asked = [
        ("recipient", recipient),
        ("nomNaissance", identity.name),
        *(("prenoms[]", name) for name in identity.firstnames),
        ("anneeDateNaissance", str(identity.born.year)),
        ("moisDateNaissance", str(identity.born.month)),
        ("jourDateNaissance", str(identity.born.day)),
        ("codeCogInseePaysNaissance", identity.country),
    ]
    if identity.country == cog.FRANCE:
        asked.append(("codeCogInseeCommuneNaissance", identity.commune))
    if identity.sex:
        asked.append(("sexeEtatCivil", identity.sex))
    if identity.used_name and identity.used_name != identity.name:
        asked.append(("nomUsage", identity.used_name))
    return asked


def read(payload) -> Quotient:
    """Return the quotient of an answer (decoded JSON).

    :raise Nonsense: it is none, or not of this shape
    """
    try:
        data = payload["data"]["quotient_familial"]
        value, year, month = data["valeur"], data["annee"], data["mois"]
        source = SOURCES[data["fournisseur"]]
    except (KeyError, TypeError) as error:
        raise Nonsense(f"no quotient: {error}") from None
    numbers = (value, year, month)
    if any(type(number) is not int for number in numbers):
        raise Nonsense("a quotient that is no number")
    if not (0 <= value <= 100_000 and 2000 <= year <= 2100 and 1 <= month <= 12):
        raise Nonsense("a quotient out of all bounds")
    return Quotient(value, year, month, source)


def read_error(payload) -> tuple[str, float | None]:
    """Return the code of an error, empty if none is said, and its `retry_in` (s)."""
    try:
        error = payload["errors"][0]
        code = str(error["code"])
    except (KeyError, IndexError, TypeError):
        return "", None
    retry = (error.get("meta") or {}).get("retry_in")
    return code, float(retry) if isinstance(retry, int | float) and retry > 0 else None


def outcome(status: int, code: str) -> str:
    """Say what becomes of a question that was refused with an HTTP status.

    >>> outcome(404, "37003"), outcome(401, "00101"), outcome(429, "00429")
    ('unknown', 'stopped', 'later')
    """
    if status == 404:
        return UNKNOWN
    if status in (401, 403):
        return STOPPED
    if status in (400, 422):
        return WRONG
    return LATER


# How long to wait where the service says nothing, in seconds.
WAITS = {429: 60.0, 409: 30.0}


def wait(status: int, retry_in: float | None, header: str | None = None) -> float:
    """Return the seconds to wait before asking again: what the service says, at most
    an hour, else ten minutes.

    :param header: its `Retry-After`
    """
    if retry_in is None and (header or "").strip().isdigit():
        retry_in = float(header)
    if retry_in is None:
        retry_in = WAITS.get(status, 600.0)
    return min(max(retry_in, 1.0), 3600.0)
