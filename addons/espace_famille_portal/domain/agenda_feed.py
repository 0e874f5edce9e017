"""The personal calendar of a family, as iCalendar (RFC 5545)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import vobject

# How often calendars read the feed again.
REFRESH = "PT6H"

# A line of a file has at most so many octets, its end not counted (RFC 5545, 3.1).
LINE = 75
FOLD = b"\r\n "

# Revisions are counted in seconds from here: they only grow (RFC 5545, 3.8.7.4).
FIRST_REVISION = datetime(2020, 1, 1)


@dataclass(frozen=True, slots=True)
class Event:
    """A booking of a child on a day.

    uid: the same for the life of the booking; changed: naive UTC, when anything that
    is said of it was changed last; start, end: hours on the commune's clock, both 0 for
    the whole day; tentative: not confirmed yet.
    """

    uid: str
    changed: datetime
    day: date
    start: float
    end: float
    title: str
    words: str = ""
    place: str = ""
    tentative: bool = False


def write(name, zone, events, around):
    """Return the calendar in bytes; the same events give the same bytes.

    :param str name: shown above the calendar
    :param str zone: name of the time zone of all hours, e.g. Europe/Paris
    :param date around: a day of this time: without bookings the zone of its year is
        the one component that a calendar has to have (RFC 5545, 3.6)
    """
    calendar = vobject.iCalendar()
    calendar.add("prodid").value = "-//Espace Famille//FR"
    calendar.add("method").value = "PUBLISH"
    calendar.add("x-wr-calname").value = name
    calendar.add("x-wr-timezone").value = zone
    calendar.add("refresh-interval").value = REFRESH
    calendar.refresh_interval.params["VALUE"] = ["DURATION"]
    calendar.add("x-published-ttl").value = REFRESH
    days = [event.day for event in events] or [around.replace(month=1, day=1)]
    _add_zone(calendar, zone, min(days), max(days))
    for event in events:
        _add(calendar, event, zone)
    # The library folds by letters, and some have several octets.
    text = calendar.serialize(lineLength=10**9)
    return b"".join(_fold(line) + b"\r\n" for line in text.splitlines())


def _fold(line):
    """Return a line in bytes, folded so that no part is too long or splits a letter."""
    parts, part = [], b""
    for letter in line:
        octets = letter.encode()
        # What continues a line begins with a space.
        if len(part) + len(octets) > LINE - bool(parts):
            parts.append(part)
            part = b""
        part += octets
    return FOLD.join([*parts, part])


# === Events === #


def _add(calendar, event, zone):
    component = calendar.add("vevent")
    component.add("uid").value = event.uid
    component.add("summary").value = event.title
    if event.words:
        component.add("description").value = event.words
    if event.place:
        component.add("location").value = event.place
    component.add("status").value = "TENTATIVE" if event.tentative else "CONFIRMED"
    component.add("transp").value = "TRANSPARENT"
    _put(component, "dtstamp", f"{event.changed:%Y%m%dT%H%M%S}Z")
    revision = event.changed - FIRST_REVISION
    _put(component, "sequence", str(max(0, int(revision.total_seconds()))))
    if event.end > event.start:
        _put(component, "dtstart", _local(event.day, event.start), TZID=[zone])
        _put(component, "dtend", _local(event.day, event.end), TZID=[zone])
    else:
        after = event.day + timedelta(days=1)
        _put(component, "dtstart", f"{event.day:%Y%m%d}", VALUE=["DATE"])
        _put(component, "dtend", f"{after:%Y%m%d}", VALUE=["DATE"])


def _put(component, name, text, **params):
    """Add a property as it is written: the library guesses zones by their offset."""
    line = component.add(name)
    line.isNative = False
    line.value = text
    line.params.update(params)


def _local(day, hours):
    """Write an hour of the wall clock; 24 is the midnight that ends the day."""
    moment = datetime.combine(day, time()) + timedelta(minutes=round(hours * 60))
    return f"{moment:%Y%m%dT%H%M%S}"


# === The time zone === #


def _add_zone(calendar, name, first, last):
    """Describe the zone for these days: its offset before, and each change."""
    zone = ZoneInfo(name)
    component = calendar.add("vtimezone")
    component.add("tzid").value = name
    moment = datetime.combine(first, time(), UTC) - timedelta(days=2)
    _observance(component, zone, moment, moment)
    while moment.date() <= last:
        following = moment + timedelta(days=1)
        if (
            moment.astimezone(zone).utcoffset()
            != following.astimezone(zone).utcoffset()
        ):
            _observance(component, zone, moment, _change(zone, moment, following))
        moment = following


def _change(zone, before, after):
    """Return the first minute, in UTC, of the offset of `after`."""
    new = after.astimezone(zone).utcoffset()
    while after - before > timedelta(minutes=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == new:
            after = middle
        else:
            before = middle
    # Halves of a day are no whole minutes; changes are.
    return (after + timedelta(seconds=30)).replace(second=0, microsecond=0)


def _observance(component, zone, before, moment):
    """Add the offset that starts at `moment`, said on the clock of `before`."""
    old = before.astimezone(zone).utcoffset()
    local = moment.astimezone(zone)
    kind = component.add("daylight" if local.dst() else "standard")
    _put(kind, "dtstart", f"{(moment + old).replace(tzinfo=None):%Y%m%dT%H%M%S}")
    _put(kind, "tzname", local.tzname())
    _put(kind, "tzoffsetfrom", _offset(old))
    _put(kind, "tzoffsetto", _offset(local.utcoffset()))


def _offset(delta):
    minutes = round(delta.total_seconds() / 60)
    return (
        f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}"
    )
