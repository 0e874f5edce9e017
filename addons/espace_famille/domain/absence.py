"""Absences: until when they are declared and proved, and which days stay due.

Delays are those of the communes' règlements: a proof within 48 h, 72 h or 8 days, the
first day due (jour de carence). They run on the commune's wall clock, and the day from
which a delay runs does not count (Code de procédure civile, article 641): 48 hours
from the first day of absence end with the second day after it, as 2 days do.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from .cutoff import to_utc

UNITS = ("hours", "days")
STARTS = ("absence", "declaration")

ONE_DAY = timedelta(days=1)

# First bytes of the files that are taken as a proof.
SIGNATURES = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
}


@dataclass(frozen=True)
class Policy:
    """What an activity asks of an absence.

    proof
        the family must send a proof; without, `automatic` accepts at once.
    delay, unit, start
        the proof comes within `delay` hours or days of the first day of absence
        ('absence') or of the declaration ('declaration').
    carence_days
        the first days of service of an absence that stay due.
    declare_days
        days after the day itself during which the family may still declare it.
    """

    allowed: bool = True
    proof: bool = True
    automatic: bool = True
    delay: int = 48
    unit: str = "hours"
    start: str = "absence"
    carence_days: int = 0
    declare_days: int = 2


@dataclass(frozen=True)
class Span:
    """The days of an absence, both ends included."""

    date_from: date
    date_to: date


def end_of_day(day: date) -> datetime:
    """Return the midnight that ends `day`, wall clock."""
    return datetime.combine(day + ONE_DAY, time.min)


def proof_deadline(
    policy: Policy, first_day: date, declared_on: datetime, tz_name: str
) -> datetime | None:
    """Return until when the proof may come, naive UTC; None when none is asked.

    :param declared_on: naive wall clock of the commune
    :param tz_name: time zone of the commune
    """
    if not policy.proof:
        return None
    if policy.start == "declaration" and policy.unit == "hours":
        local = declared_on + timedelta(hours=policy.delay)
    else:
        day = first_day if policy.start == "absence" else declared_on.date()
        local = end_of_day(day)
        if policy.unit == "hours":
            local += timedelta(hours=policy.delay)
        else:
            local += timedelta(days=policy.delay)
    return to_utc(local, tz_name)


def declaration_deadline(policy: Policy, day: date, tz_name: str) -> datetime:
    """Return until when a family may declare the absence of `day`, naive UTC."""
    return to_utc(end_of_day(day + timedelta(days=policy.declare_days)), tz_name)


def first_day_of_run(
    first_day: date, others: Iterable[Span], service_days: Collection[date]
) -> date:
    """Return the first day of the absence that `first_day` prolongs.

    An absence prolongs another when the child missed every day of service between
    them: a week declared in two parts has its carence once.

    :param others: other absences of the same child
    :param service_days: days on which the service is open
    """
    moved = True
    others = list(others)
    while moved:
        moved = False
        for other in others:
            if not other.date_from < first_day:
                continue
            gap = any(other.date_to < day < first_day for day in service_days)
            if not gap:
                first_day, moved = other.date_from, True
    return first_day


def carence(policy: Policy, first_day: date, service_days: Iterable[date]) -> set[date]:
    """Return the days of service from `first_day` on that stay due.

    Days of service count, booked or not: a Friday and the Monday after it follow each
    other.
    """
    days: Sequence[date] = sorted({day for day in service_days if day >= first_day})
    return set(days[: max(policy.carence_days, 0)])


def proof_type(content: bytes) -> str | None:
    """Return the media type of a file by its first bytes, None if it is not taken."""
    for signature, media_type in SIGNATURES.items():
        if content.startswith(signature):
            return media_type
    return None
