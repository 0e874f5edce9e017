"""Read the school holidays of an iCalendar file (.ics).

The ministry of education publishes one such file for each zone, Corsica and overseas
included, where the library `holidays` has none. Its events last whole days, and
DTEND is the day after (RFC 5545, 3.6.1). Other calendars of the kind are read the
same way; what is not understood is returned, never dropped in silence.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import vobject

from .school_calendar import Period

MAX_BYTES = 2_000_000
ONE_DAY = timedelta(days=1)

# “Zones A, B et C”, “Zones B/C”, “Zones A B C”.
_ZONES = re.compile(
    r"[\s,(–-]*\bzones?\s+([ABC]\b(?:(?:\s*(?:,|/|-|et|&)\s*|\s+)[ABC]\b)*)\)?",
    re.IGNORECASE,
)
REGIONS = {
    "corse": "corse",
    "guadeloupe": "guadeloupe",
    "guyane": "guyane",
    "martinique": "martinique",
    "mayotte": "mayotte",
    "reunion": "reunion",
    "saint-pierre-et-miquelon": "saint_pierre_et_miquelon",
    "polynesie": "polynesie",
    "polynesie-francaise": "polynesie",
    "nouvelle-caledonie": "nouvelle_caledonie",
    "wallis-et-futuna": "wallis_et_futuna",
}
"""Zones that have no letter, by the slug of their name in a title."""

_TITLE = re.compile(r"^SUMMARY[:;].*$", re.IGNORECASE | re.MULTILINE)
_START_OF = re.compile(r"^d[ée]but des\s+", re.IGNORECASE)


class NotACalendar(ValueError):
    """The file is not an iCalendar, or too large to be one of a school year."""


class NothingForThisYear(ValueError):
    """The calendar says nothing of these dates; `zones` are those it is made for."""

    def __init__(self, zones: frozenset[str] = frozenset()):
        self.zones = zones
        super().__init__("No school holidays in the file between these dates.")


@dataclass(frozen=True)
class Event:
    """A whole-day event, both dates included; `zones` it is limited to, if any.

    What is `unclear` is not read: it ends before it starts, or is for something beside
    its zones. Where the end is the wrong one, both dates are the start.
    """

    name: str
    date_from: date
    date_to: date
    zones: frozenset[str] = frozenset()
    repeats: bool = False
    unclear: bool = False


@dataclass(frozen=True)
class Reading:
    """What a file holds: periods to load, and events that are left to the reader."""

    periods: tuple[Period, ...]
    unread: tuple[Event, ...] = ()


def slug(name: str) -> str:
    """Return a name without case, accents nor punctuation: “vacances-d-ete”."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")


# === Events === #


def events(content: bytes, tz_name: str) -> list[Event]:
    """Return the events of an iCalendar file, in order.

    Times of day, where the file has some, are read on the wall clock of `tz_name`.
    Raises NotACalendar.
    """
    if len(content) > MAX_BYTES:
        raise NotACalendar("The file is too large.")
    try:
        calendar = vobject.readOne(_text(content))
    except Exception as error:  # vobject raises many kinds, StopIteration too
        raise NotACalendar(str(error)) from error
    if calendar.name != "VCALENDAR":
        raise NotACalendar(f"The file is a {calendar.name}.")
    zone = ZoneInfo(tz_name)
    found = (_event(raw, zone) for raw in calendar.contents.get("vevent", ()))
    return sorted(filter(None, found), key=lambda event: event.date_from)


def _text(content: bytes) -> str:
    """Decode and unfold the lines; a title may hold commas, escaped or not."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    unfolded = re.sub(r"\r?\n[ \t]", "", text)
    return _TITLE.sub(lambda line: re.sub(r"(?<!\\),", r"\,", line[0]), unfolded)


def _event(raw, zone: ZoneInfo) -> Event | None:
    """Read one VEVENT; None without a name or a start."""
    name = _value(raw, "summary")
    start = _value(raw, "dtstart")
    if not name or not isinstance(start, date):
        return None
    start, _at_midnight = _day(start, zone)
    end = _last_day(raw, start, zone)
    title, zones, is_understood = _title(name)
    return Event(
        name=title,
        date_from=start,
        date_to=max(end, start),
        zones=zones,
        repeats="rrule" in raw.contents,
        unclear=not is_understood or _ends_before(raw, start, zone),
    )


def _title(name: str) -> tuple[str, frozenset[str], bool]:
    """Return (title without its zones, zones, whether all of it was understood).

    >>> _title("Vacances d'Hiver - Zones B/C - Corse")
    ("Vacances d'Hiver", frozenset({'B', 'C', 'corse'}), True)
    """
    zones: set[str] = set()
    understood = True
    named = _ZONES.search(name)
    if named:
        zones.update(re.findall("[ABC]", named.group(1).upper()))
        title, rest = name[: named.start()], _parts(name[named.end() :])
        regions = [REGIONS.get(_region(part)) for part in rest]
        understood = bool(title.strip()) and None not in regions
        zones.update(filter(None, regions))
        if not understood:
            return name.strip(), frozenset(zones), False
    else:
        title = name
    parts = _parts(title)
    regions = {part: REGIONS.get(_region(part)) for part in parts}
    kept = [part for part in parts if not regions[part]]
    if len(kept) < len(parts) and kept:
        zones.update(filter(None, regions.values()))
        title = " - ".join(kept)
    return title.strip(), frozenset(zones), understood


def _parts(text: str) -> list[str]:
    """Return what stands between dashes, commas and brackets in a title."""
    parts = re.split(r"\s+[–-]\s+|^\s*[–,/&-]\s*|\s*[(),]\s*|\s*[/&]\s*", text)
    return [part.strip() for part in parts if part and part.strip(" -–,")]


def _region(text: str) -> str:
    return re.sub(r"^(et-)?(academie-(de-|d-)?)?(la-)?", "", slug(text))


def _ends_before(raw, start: date, zone: ZoneInfo) -> bool:
    end = _value(raw, "dtend")
    return isinstance(end, date) and _day(end, zone)[0] < start


def _last_day(raw, start: date, zone: ZoneInfo) -> date:
    end = _value(raw, "dtend")
    if isinstance(end, date):
        end, at_midnight = _day(end, zone)
        return end - ONE_DAY if at_midnight else end
    duration = _value(raw, "duration")
    if isinstance(duration, timedelta):
        return start + duration - ONE_DAY
    return start


def _value(raw, name: str):
    values = raw.contents.get(name)
    value = values[0].value if values else None
    return value.strip() if isinstance(value, str) else value


def _day(moment: date, zone: ZoneInfo) -> tuple[date, bool]:
    """Return the local day of a date or datetime, and whether it is its first hour."""
    if not isinstance(moment, datetime):
        return moment, True
    if moment.tzinfo:
        moment = moment.astimezone(zone)
    return moment.date(), moment.time() == time.min


# === Periods === #


def read(
    content: bytes, date_from: date, date_to: date, tz_name: str, zone: str | None
) -> Reading:
    """Return what a file says of the school year between two dates, both included.

    An event that is named vacances is a period of holidays, one that is named pont
    a bridge. “Début des vacances d'été” lasts until the day before the next rentrée, or
    the end of the year. Rentrées themselves are read no further; what remains is
    unread: also what ends before it starts, and holidays that are the teachers' or for
    something beside zones. Events of another `zone` are passed over.
    Raises NotACalendar, and NothingForThisYear.
    """
    everything = events(content, tz_name)
    own = [event for event in everything if not event.zones or zone in event.zones]
    own = _with_ends(own, date_from, date_to)
    own = [clipped for event in own if (clipped := _clip(event, date_from, date_to))]
    periods = [
        Period(kind, event.name, event.date_from, event.date_to)
        for event in own
        if (kind := _kind(event)) in ("holiday", "bridge")
    ]
    if not any(period.kind == "holiday" for period in periods):
        raise NothingForThisYear(_other_zones(everything, zone))
    unread = tuple(event for event in own if _kind(event) is None)
    return Reading(tuple(_united(periods)), unread)


def _kind(event: Event) -> str | None:
    """Return holiday, bridge, back (a rentrée), teachers, or None when unknown."""
    words = slug(event.name).split("-")
    if event.repeats or event.unclear:
        return None
    is_for_teachers = bool({"prerentree", "enseignants"} & {*words})
    if "vacances" in words:
        # Those of the teachers are not those of the pupils.
        return None if is_for_teachers else "holiday"
    if "pont" in words:
        return "bridge"
    if is_for_teachers:
        return "teachers"
    return "back" if {"rentree", "reprise"} & {*words} else None


def _with_ends(found: list[Event], year_start: date, year_end: date) -> list[Event]:
    """Give “Début des vacances…” its name and its end."""
    backs = [event.date_from for event in found if _kind(event) == "back"]
    ended = []
    for event in found:
        if _START_OF.match(event.name) and _kind(event) == "holiday":
            back = min((d for d in backs if d > event.date_from), default=None)
            in_year = year_start <= event.date_from <= year_end
            end = back - ONE_DAY if back else year_end if in_year else event.date_to
            name = _START_OF.sub("", event.name)
            event = replace(event, name=name[:1].upper() + name[1:], date_to=end)
        ended.append(event)
    return ended


def _clip(event: Event, date_from: date, date_to: date) -> Event | None:
    start, end = max(event.date_from, date_from), min(event.date_to, date_to)
    return replace(event, date_from=start, date_to=end) if start <= end else None


def _united(periods: Iterable[Period]) -> list[Period]:
    """Unite periods of one name that overlap or touch: a file may repeat them."""
    united: list[Period] = []
    for period in sorted(periods, key=lambda p: (p.kind, slug(p.name), p.date_from)):
        last = united[-1] if united else None
        same = last and (last.kind, slug(last.name)) == (period.kind, slug(period.name))
        if same and period.date_from <= last.date_to + ONE_DAY:
            united[-1] = replace(last, date_to=max(last.date_to, period.date_to))
        else:
            united.append(period)
    return sorted(united, key=lambda period: period.date_from)


def _other_zones(found: list[Event], zone: str | None) -> frozenset[str]:
    zones = frozenset(letter for event in found for letter in event.zones)
    return frozenset() if zone in zones else zones
