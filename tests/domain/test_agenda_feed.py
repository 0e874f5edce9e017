"""The calendar of a family, read back as calendars do."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import vobject
from espace_famille_portal_domain import agenda_feed
from espace_famille_portal_domain.agenda_feed import Event
from hypothesis import given
from hypothesis import strategies as st

CHANGED = datetime(2027, 1, 1, 8, 0)
ZONES = ("Europe/Paris", "Indian/Reunion", "America/Martinique")


TODAY = date(2027, 1, 4)


def write(name, zone, events):
    return agenda_feed.write(name, zone, events, TODAY)


def event(day, start=16.5, end=18.5, **values):
    return Event("booking-1@x", CHANGED, day, start, end, "Nina – Garderie", **values)


def read(content):
    # The library keeps the first description of a zone that it reads.
    for zone in ZONES:
        vobject.icalendar.registerTzid(zone, None)
    return vobject.readOne(content.decode())


def test_hours_are_those_of_the_commune_on_both_sides_of_the_change():
    days = [date(2027, 3, 26), date(2027, 3, 29), date(2027, 11, 2)]
    calendar = read(write("Ville", "Europe/Paris", [event(day) for day in days]))
    for day, component in zip(days, calendar.vevent_list, strict=True):
        start = component.dtstart.value
        assert (start.date(), start.hour, start.minute) == (day, 16, 30)
        expected = datetime(
            day.year, day.month, day.day, 16, 30, tzinfo=ZoneInfo("Europe/Paris")
        )
        assert start.astimezone(UTC) == expected.astimezone(UTC)
        assert component.dtstart.params["X-VOBJ-ORIGINAL-TZID"] == ["Europe/Paris"]


def test_the_change_of_the_clocks_is_said_on_the_clock_before_it():
    content = write(
        "Ville", "Europe/Paris", [event(date(2027, 3, 1)), event(date(2027, 11, 2))]
    ).decode()
    assert "DTSTART:20270328T020000\r\nTZNAME:CEST" in content
    assert "DTSTART:20271031T030000\r\nTZNAME:CET" in content


def test_a_booking_without_hours_takes_the_day():
    content = write("Ville", "Europe/Paris", [event(date(2027, 1, 11), 0, 0)]).decode()
    assert "DTSTART;VALUE=DATE:20270111\r\n" in content
    assert "DTEND;VALUE=DATE:20270112\r\n" in content


def test_words_cannot_break_out_of_their_line():
    content = write(
        "Ville", "Europe/Paris", [event(date(2027, 1, 11), words="A\r\nEND:VEVENT;B")]
    ).decode()
    assert content.count("END:VEVENT\r\n") == 1
    [component] = read(content.encode()).vevent_list
    assert "END:VEVENT" in component.description.value


def test_the_same_bookings_give_the_same_bytes():
    events = [event(date(2027, 1, 11)), event(date(2027, 1, 12))]
    assert write("V", "Europe/Paris", events) == write("V", "Europe/Paris", events)


def test_no_booking_is_a_calendar_all_the_same():
    calendar = read(write("Ville", "Europe/Paris", []))
    assert calendar.name == "VCALENDAR"
    # RFC 5545, 3.6: at least one component.
    assert [one.name for one in calendar.components()] == ["VTIMEZONE"]


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl"])))
def test_lines_have_75_octets_at_most_and_are_read_back(words):
    content = write("Ville", "Europe/Paris", [event(date(2027, 1, 11), words=words)])
    lines = content.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert all(line.decode() is not None for line in lines)
    [component] = read(content).vevent_list
    found = getattr(component, "description", None)
    assert (found.value if found else "") == words


def test_a_long_name_with_accents_is_folded_between_letters():
    title = "Élémentaire – été à Évry " * 8
    content = write("Ville", "Europe/Paris", [event(date(2027, 1, 11), words=title)])
    assert title.strip() in content.replace(b"\r\n ", b"").decode()
    assert max(map(len, content.split(b"\r\n"))) <= 75


def test_what_changed_has_a_later_stamp_and_a_higher_sequence():
    first = event(date(2027, 1, 11))
    later = Event(
        first.uid, CHANGED + timedelta(minutes=5), first.day, 16.5, 17.5, first.title
    )
    one, two = (
        read(write("Ville", "Europe/Paris", [each])).vevent for each in (first, later)
    )
    assert int(two.sequence.value) > int(one.sequence.value)
    assert two.dtstamp.value > one.dtstamp.value


@given(
    st.sampled_from(ZONES),
    st.dates(date(2020, 1, 1), date(2035, 12, 31)),
    st.integers(0, 22),
    st.integers(1, 4),
)
def test_every_hour_is_read_back(zone, day, start, quarters):
    end = min(start + quarters / 4, 24)
    content = write("Ville", zone, [event(day, start, end)])
    [component] = read(content).vevent_list
    begin, finish = component.dtstart.value, component.dtend.value
    assert begin.replace(tzinfo=None) == datetime(day.year, day.month, day.day, start)
    assert finish.replace(tzinfo=None) - begin.replace(tzinfo=None) == timedelta(
        hours=end - start
    )
