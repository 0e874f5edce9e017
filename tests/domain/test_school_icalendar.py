"""The ministry's calendar files are read as they are, or refused with a reason."""

from datetime import date

import pytest
from espace_famille_domain.school_calendar import Period
from espace_famille_domain.school_icalendar import (
    MAX_BYTES,
    NotACalendar,
    NothingForThisYear,
    events,
    read,
    slug,
)

YEAR = date(2026, 9, 1), date(2027, 8, 31)


def calendar(*entries, head="BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"):
    """Build a file from (summary, dtstart line, other lines…)."""
    body = "".join(
        "BEGIN:VEVENT\r\nSUMMARY:" + "\r\n".join(entry) + "\r\nEND:VEVENT\r\n"
        for entry in entries
    )
    return f"{head}{body}END:VCALENDAR\r\n".encode()


def day(text, name="DTSTART"):
    return f"{name};VALUE=DATE:{text}"


WINTER = ("Vacances d'hiver", day("20270213"), day("20270301", "DTEND"))


def periods(*entries, zone="corse", tz="Europe/Paris"):
    return list(read(calendar(*entries), *YEAR, tz, zone).periods)


def test_the_end_of_a_whole_day_event_is_the_day_after():
    assert periods(WINTER) == [
        Period("holiday", "Vacances d'hiver", date(2027, 2, 13), date(2027, 2, 28))
    ]


@pytest.mark.parametrize(
    "lines, start, end",
    [
        ([day("20270213")], "2027-02-13", "2027-02-13"),
        ([day("20270213"), day("20270213", "DTEND")], "2027-02-13", "2027-02-13"),
        ([day("20270213"), "DURATION:P16D"], "2027-02-13", "2027-02-28"),
        (
            ["DTSTART:20270212T230000Z", "DTEND:20270228T230000Z"],
            "2027-02-13",
            "2027-02-28",
        ),
        (
            ["DTSTART:20270213T000000", "DTEND:20270228T180000"],
            "2027-02-13",
            "2027-02-28",
        ),
    ],
)
def test_dates_are_those_of_the_commune(lines, start, end):
    [period] = periods(("Vacances d'hiver", *lines))
    assert (str(period.date_from), str(period.date_to)) == (start, end)


def test_summer_ends_on_the_eve_of_the_resumption():
    [summer] = periods(
        ("Début des Vacances d'Été", day("20270703")),
        ("Prérentrée des enseignants", day("20270825")),
        ("Rentrée scolaire des élèves", day("20270826")),
    )
    assert summer == Period(
        "holiday", "Vacances d'Été", date(2027, 7, 3), date(2027, 8, 25)
    )


def test_summer_without_a_resumption_lasts_to_the_end_of_the_year():
    [summer] = periods(("Début des vacances d'été", day("20270703")))
    assert summer.date_to == date(2027, 8, 31)


def test_an_old_summer_does_not_cover_this_year():
    with pytest.raises(NothingForThisYear):
        periods(("Début des vacances d'été", day("20170708")))


def test_what_lies_outside_the_year_is_cut_off():
    [summer] = periods(
        ("Vacances d'été", day("20270703"), day("20270906", "DTEND")),
        ("Vacances d'été", day("20250705"), day("20250901", "DTEND")),
    )
    assert summer.date_to == date(2027, 8, 31)


def test_a_period_that_the_file_repeats_is_one():
    assert periods(WINTER, WINTER) == periods(WINTER)


def test_bridges_are_read_and_other_days_are_left_to_the_reader():
    reading = read(
        calendar(
            WINTER,
            ("Pont de l'Ascension", day("20270507")),
            ("Notre-Dame", day("20261208")),
            ("Rentrée des élèves", day("20260901")),
        ),
        *YEAR,
        "Europe/Paris",
        "corse",
    )
    assert [period.kind for period in reading.periods] == ["holiday", "bridge"]
    assert [event.name for event in reading.unread] == ["Notre-Dame"]


def test_a_weekly_event_is_no_period():
    reading = read(
        calendar(WINTER, ("Pont levé", day("20261201"), "RRULE:FREQ=WEEKLY")),
        *YEAR,
        "Europe/Paris",
        "corse",
    )
    assert [event.name for event in reading.unread] == ["Pont levé"]


def test_only_the_own_zone_of_a_shared_file_is_read():
    entries = [
        ("Vacances d'hiver - Zone A", day("20270213"), day("20270301", "DTEND")),
        ("Vacances d'hiver - Zone C", day("20270206"), day("20270222", "DTEND")),
        ("Vacances de Noël - Zones A, B et C", day("20261219")),
    ]
    found = periods(*entries, zone="C")
    assert [(period.name, str(period.date_from)) for period in found] == [
        ("Vacances de Noël", "2026-12-19"),
        ("Vacances d'hiver", "2027-02-06"),
    ]


def test_the_file_of_another_zone_is_named():
    with pytest.raises(NothingForThisYear) as caught:
        periods(("Vacances d'hiver - Zone A", day("20270213")), zone="C")
    assert caught.value.zones == {"A"}


@pytest.mark.parametrize(
    "title, zones",
    [
        ("Vacances d'Hiver - Zones B/C - Corse", {"B", "C", "corse"}),
        ("Vacances d'Hiver - Zones A B C", {"A", "B", "C"}),
        ("Vacances d'Hiver (Zone B)", {"B"}),
        ("Vacances d'Hiver - Zones A, B et C", {"A", "B", "C"}),
        ("Vacances d'Hiver - Zone C, Corse", {"C", "corse"}),
        ("Vacances d'Hiver - Corse", {"corse"}),
        ("Vacances d'Hiver (La Réunion)", {"reunion"}),
        ("Saint-Pierre-et-Miquelon - Vacances d'Hiver", {"saint_pierre_et_miquelon"}),
        ("Vacances d'Hiver", set()),
    ],
)
def test_zones_are_read_however_they_are_written(title, zones):
    [event] = events(
        calendar((title, day("20270213"), day("20270301", "DTEND"))), "Europe/Paris"
    )
    assert (event.name, event.zones, event.unclear) == (
        "Vacances d'Hiver",
        zones,
        False,
    )


def reading_of(*entries, zone="corse"):
    return read(calendar(*entries), *YEAR, "Europe/Paris", zone)


def test_holidays_of_zones_and_a_region_are_of_both():
    entry = ("Vacances d'Hiver - Zones B/C - Corse", *WINTER[1:])
    for zone in ("B", "C", "corse"):
        [period] = periods(entry, zone=zone)
        assert period.name == "Vacances d'Hiver"
    with pytest.raises(NothingForThisYear) as caught:
        periods(entry, zone="A")
    assert caught.value.zones == {"B", "C", "corse"}


@pytest.mark.parametrize(
    "title",
    [
        "Vacances d'Hiver - Zone C - sauf lycées",
        "Vacances d'Été(prérentrée Enseignants)",
        "Zone C",
    ],
)
def test_a_title_that_says_something_else_too_is_left_unread(title):
    spring = ("Vacances de printemps", day("20270417"), day("20270503", "DTEND"))
    reading = reading_of((title, *WINTER[1:]), spring, zone="C")
    assert [period.name for period in reading.periods] == ["Vacances de printemps"]
    assert [event.name for event in reading.unread] == [title]


def test_holidays_that_end_before_they_start_are_left_unread():
    noel = ("Vacances de Noël", day("20261219"), day("20260103", "DTEND"))
    reading = reading_of(noel, WINTER)
    assert [period.name for period in reading.periods] == ["Vacances d'hiver"]
    assert [(e.name, str(e.date_from)) for e in reading.unread] == [
        ("Vacances de Noël", "2026-12-19")
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"\x89PNG\r\n\x1a\n\x00",
        b"BEGIN:VCARD\r\nFN:x\r\nEND:VCARD\r\n",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:x",
        calendar(("Vacances", "DTSTART:soon")),
        b"B" * (MAX_BYTES + 1),
    ],
)
def test_what_is_no_calendar_is_refused(content):
    with pytest.raises(NotACalendar):
        events(content, "Europe/Paris")


def test_files_of_old_programs_are_read_too():
    latin = calendar(("Vacances de No\u00ebl", day("20261219"))).decode()
    assert events(latin.encode("cp1252"), "Europe/Paris")[0].name == "Vacances de Noël"
    assert events(b"\xef\xbb\xbf" + latin.encode(), "Europe/Paris")


def test_names_are_one_whatever_their_typography():
    assert slug("Vacances d\u2019Été") == slug("vacances d'ete") == "vacances-d-ete"
