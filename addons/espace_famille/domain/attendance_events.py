"""What gestures of several devices say about one child, whatever order they arrive in.

A device gives each gesture an identity, its time, and what it had *seen*: the gestures
that held for this child when the agent touched the screen. A gesture takes the place of
those it had seen (a correction); those that had not seen each other stand side by side,
and the rules below say what holds. The answer depends on the set of gestures alone, not
on the order in which they arrive nor on how often: devices may send again what they
have sent, and all screens end up saying the same.

Answers are those of the screen. Times of a child are local hours as floats, None where
they are not known; instants are naive UTC.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from .attendance import to_hours

EXPECTED, PRESENT, ABSENT, EXCUSED, GONE = (
    "expected",
    "present",
    "absent",
    "excused",
    "gone",
)
ANSWERS = (EXPECTED, PRESENT, ABSENT, EXCUSED, GONE)
ABSENCES = (ABSENT, EXCUSED)
CAME = (PRESENT, GONE)

MARK, UNDO, OPTION, UNKNOWN = "mark", "undo", "option", "unknown"
KINDS = (MARK, UNDO, OPTION, UNKNOWN)

# Clocks that differ by more are spoken of.
CLOCK_TOLERANCE = timedelta(minutes=5)
# A device keeps its lists for 36 hours, and its gestures until they are sent.
OLDEST = timedelta(days=31)
# Gestures of one request, and letters of one text.
MOST_EVENTS = 500
LONGEST_TEXT = 120

UID = re.compile(r"[A-Za-z0-9][A-Za-z0-9:_-]{7,63}")


class Event(NamedTuple):
    """One gesture. `target` is what an undo takes back, or the unknown child meant."""

    uid: str
    author: int
    at: datetime
    kind: str = MARK
    answer: str = EXPECTED
    seen: tuple[str, ...] = ()
    target: str = ""
    arrived: float | None = None
    left: float | None = None
    with_words: str = ""


class Side(NamedTuple):
    """What another agent says of the same child."""

    answer: str
    author: int
    at: datetime


class Standing(NamedTuple):
    """What holds for a child.

    `heads` are the gestures that it rests on: who sees the child has seen these.
    `clash` is what somebody else says, until an agent decides.
    """

    answer: str = EXPECTED
    arrived: float | None = None
    left: float | None = None
    with_words: str = ""
    author: int = 0
    at: datetime | None = None
    heads: tuple[str, ...] = ()
    clash: Side | None = None


def undone(events: Iterable[Event]) -> set[str]:
    """Return the uids of the gestures that have been taken back.

    A gesture that a later one rests on is not: only once that one is taken back too.
    """
    by_uid = {event.uid: event for event in events}
    wanted = {e.target for e in by_uid.values() if e.kind == UNDO} & by_uid.keys()
    gone: set[str] = set()
    while True:
        taken = _superseded(by_uid.values(), gone)
        more = {uid for uid in wanted - gone if uid not in taken}
        if not more:
            return gone
        gone |= more


def what_followed(target: str, events: Iterable[Event]) -> Event | None:
    """Return the latest gesture that rests on `target`, for which it stays; or None."""
    events = list(events)
    gone = undone(events)
    if target in gone:
        return None
    later = [e for e in _marks(events, gone) if target in e.seen]
    return max(later, key=_order, default=None)


def fold(events: Iterable[Event]) -> Standing:
    """Return what holds for a child after these gestures, in whatever order they come.

    The same answer twice is one, with the earliest arrival and departure. Of Present
    and Absent that had not seen each other, Present counts until somebody decides: no
    price of an absence, no message to a family, and nobody is forgotten in a building.
    A child that somebody saw after it was said to have left is present as well.
    """
    events = list({event.uid: event for event in events}.values())
    gone = undone(events)
    taken = _superseded(events, gone)
    heads = [event for event in _marks(events, gone) if event.uid not in taken]
    heads.sort(key=_order)
    uids = tuple(sorted(event.uid for event in heads))
    answers = {event.answer for event in heads} - {EXPECTED}
    if not answers:
        last = heads[-1] if heads else None
        return Standing(
            author=last.author if last else 0, at=last and last.at, heads=uids
        )
    came = [event for event in heads if event.answer in CAME]
    away = [event for event in heads if event.answer in ABSENCES]
    if not came:
        # Whether an absence is excused is the office's decision: it holds.
        held = next((e for e in away if e.answer == EXCUSED), away[0])
        return Standing(held.answer, author=held.author, at=held.at, heads=uids)
    here = [event for event in came if event.answer == PRESENT]
    left = [event for event in came if event.answer == GONE]
    first_left = min(left, key=_departure, default=None)
    seen_after = [e for e in here if first_left and e.at > first_left.at]
    by_uid = {event.uid: event for event in events}
    arrivals = [_arrival(event, by_uid) for event in came]
    arrived = min((hours for hours in arrivals if hours is not None), default=None)
    if first_left and not seen_after:
        held, other = first_left, away[0] if away else None
    else:
        held = here[0]
        other = away[0] if away else first_left
    return Standing(
        held.answer,
        arrived,
        held.left if held.answer == GONE else None,
        held.with_words,
        held.author,
        held.at,
        uids,
        Side(other.answer, other.author, other.at) if other else None,
    )


def _marks(events, gone):
    return [e for e in events if e.kind == MARK and e.uid not in gone]


def _superseded(events, gone):
    """Return the uids that gestures still standing had seen."""
    return {uid for event in _marks(events, gone) for uid in event.seen}


def _order(event):
    return event.at, event.uid


def _arrival(event, by_uid):
    """Return when a child came: as said, or as what this gesture goes on from says."""
    known = set()
    waiting = [event]
    while waiting:
        event = waiting.pop()
        if event.arrived is not None:
            return event.arrived
        known.add(event.uid)
        seen = [by_uid[uid] for uid in event.seen if uid in by_uid]
        waiting += sorted(
            (e for e in seen if e.answer in CAME and e.uid not in known),
            key=_order,
            reverse=True,
        )
    return None


def _departure(event):
    return event.left if event.left is not None else to_hours(event.at), *_order(event)


# === What a device sends === #


class Sent(NamedTuple):
    """A gesture as it was sent, read: ids are those of records, None where not said."""

    uid: str
    kind: str
    at: datetime
    session_id: int | None
    child_id: int | None
    product_id: int | None
    answer: str
    seen: tuple[str, ...]
    target: str
    arrived: float | None
    left: float | None
    with_words: str
    words: str
    token: str


def read(sent: object, now: datetime) -> Sent | None:
    """Return what a device sent as one gesture, None where nobody could know what.

    No instant is later than `now`: a clock that is ahead forbids no later gesture.
    """
    if not isinstance(sent, dict):
        return None
    uid, kind = sent.get("uid"), sent.get("kind", MARK)
    instant = _instant(sent.get("at"), now)
    answer = sent.get("answer", EXPECTED)
    if not (is_uid(uid) and kind in KINDS and instant):
        return None
    if answer not in (EXPECTED, PRESENT, ABSENT, GONE):
        return None
    seen = sent.get("seen") or []
    if not isinstance(seen, list) or len(seen) > 50 or not all(map(is_uid, seen)):
        return None
    target = sent.get("target") or ""
    if target and not is_uid(target):
        return None
    return Sent(
        uid,
        kind,
        instant,
        *(_number(sent.get(name)) for name in ("session", "child", "product")),
        answer,
        tuple(seen),
        target,
        _hours(sent.get("arrived")),
        _hours(sent.get("left")),
        read_text(sent.get("with")),
        read_text(sent.get("words")),
        read_text(sent.get("token"), 400),
    )


def is_uid(value: object) -> bool:
    """Tell whether this may be the identity of a gesture."""
    return isinstance(value, str) and bool(UID.fullmatch(value))


def clock_is_off(said: object, now: datetime) -> int:
    """Return by how many minutes the clock of a device differs, 0 if that is nothing.

    :param said: its present in milliseconds since 1970, corrected by what it knew
    """
    instant = _plain_instant(said)
    if instant is None or abs(instant - now) <= CLOCK_TOLERANCE:
        return 0
    return round((instant - now).total_seconds() / 60)


def _instant(value, now):
    instant = _plain_instant(value)
    if instant is None or instant < now - OLDEST:
        return None
    return min(instant, now).replace(microsecond=0)


def _plain_instant(value):
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime(1970, 1, 1) + timedelta(milliseconds=value)
    except (OverflowError, ValueError):
        return None


def _number(value):
    plain = isinstance(value, int) and not isinstance(value, bool)
    return value if plain and 0 < value < 2**31 else None


def _hours(value):
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return round(value * 60) / 60 if plain and 0 < value <= 24 else None


def read_text(value: object, longest: int = LONGEST_TEXT) -> str:
    """Return what was sent as a text that a database takes, '' where it is none."""
    if not isinstance(value, str):
        return ""
    plain = value.encode(errors="ignore").decode().replace("\0", "")
    return plain.strip()[:longest]


# === Options === #


class Option(NamedTuple):
    """An option of an activity; its hours are 0 when it has none."""

    product_id: int
    start: float
    end: float


def option_at(options: Iterable[Option], hours: float) -> Option | None:
    """Return the option of a child that comes unannounced at this local hour.

    The first that has not ended, and the last one of the day after that.
    """
    ordered = sorted(options, key=lambda option: (option.end or 24, option.product_id))
    for option in ordered:
        if hours < (option.end or 24):
            return option
    return ordered[-1] if ordered else None


def next_option(
    options: Iterable[Option], current: Option, hours: float, grace: float
) -> Option | None:
    """Return the option to propose to a child that stayed until `hours`, or None.

    :param float grace: hours past the end of its option that are not counted
    """
    if not current.end or hours <= current.end + grace:
        return None
    later = [option for option in options if option.end > current.end]
    later.sort(key=lambda option: (option.end, option.product_id))
    return next(
        (option for option in later if hours <= option.end + grace),
        later[-1] if later else None,
    )
