"""Until when an absence is declared and proved, and which of its days stay due."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from espace_famille_domain.absence import (
    Policy,
    Span,
    carence,
    declaration_deadline,
    first_day_of_run,
    proof_deadline,
    proof_type,
)
from hypothesis import given
from hypothesis import strategies as st

PARIS = "Europe/Paris"
MONDAY = date(2027, 1, 11)
# Monday to Friday of two weeks, without Wednesdays.
WEEKDAYS = [MONDAY + timedelta(days=n) for n in range(14) if (n % 7) not in (2, 5, 6)]

days = st.dates(date(2026, 1, 1), date(2028, 12, 31))
zones = st.sampled_from([PARIS, "Indian/Reunion", "America/Martinique"])
policies = st.builds(
    Policy,
    delay=st.integers(0, 30),
    unit=st.sampled_from(["hours", "days"]),
    start=st.sampled_from(["absence", "declaration"]),
    carence_days=st.integers(0, 5),
    declare_days=st.integers(0, 30),
)


def local(utc, zone=PARIS):
    aware = utc.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone))
    return aware.replace(tzinfo=None)


# === Proof === #


@pytest.mark.parametrize(
    ("delay", "unit", "expected"),
    [
        (48, "hours", datetime(2027, 1, 14)),
        (2, "days", datetime(2027, 1, 14)),
        (72, "hours", datetime(2027, 1, 15)),
        (8, "days", datetime(2027, 1, 20)),
    ],
)
def test_from_the_absence_the_first_day_does_not_count(delay, unit, expected):
    policy = Policy(delay=delay, unit=unit)
    deadline = proof_deadline(policy, MONDAY, datetime(2027, 1, 4, 9), PARIS)
    assert local(deadline) == expected


def test_from_the_declaration_hours_run_from_that_minute():
    policy = Policy(delay=48, unit="hours", start="declaration")
    deadline = proof_deadline(policy, MONDAY, datetime(2027, 1, 4, 9, 30), PARIS)
    assert local(deadline) == datetime(2027, 1, 6, 9, 30)


def test_from_the_declaration_days_run_to_the_end_of_the_last():
    policy = Policy(delay=8, unit="days", start="declaration")
    deadline = proof_deadline(policy, MONDAY, datetime(2027, 1, 4, 9, 30), PARIS)
    assert local(deadline) == datetime(2027, 1, 13)


def test_delays_run_on_the_wall_clock_when_the_clocks_change():
    friday = date(2026, 10, 23)  # clocks go back on Sunday 25 October
    deadline = proof_deadline(Policy(delay=72), friday, datetime(2026, 10, 23), PARIS)
    assert local(deadline) == datetime(2026, 10, 27)


def test_an_activity_that_asks_no_proof_sets_no_deadline():
    assert proof_deadline(Policy(proof=False), MONDAY, datetime.now(), PARIS) is None


@given(policies, days, st.integers(0, 20), zones)
def test_a_proof_is_never_due_before_the_delay_starts(policy, first, late, zone):
    declared = datetime.combine(first, datetime.min.time()) + timedelta(days=late)
    deadline = local(proof_deadline(policy, first, declared, zone), zone)
    start = declared if policy.start == "declaration" else declared - timedelta(late)
    assert deadline >= start


@given(policies, days, zones)
def test_a_later_absence_is_never_proved_earlier(policy, first, zone):
    declared = datetime.combine(first, datetime.min.time())
    deadline = proof_deadline(policy, first, declared, zone)
    later = proof_deadline(policy, first + timedelta(days=1), declared, zone)
    assert later >= deadline


# === Declaration === #


def test_the_day_itself_may_be_declared_until_midnight():
    deadline = declaration_deadline(Policy(declare_days=0), MONDAY, PARIS)
    assert local(deadline) == datetime(2027, 1, 12)


@given(policies, days, zones)
def test_declarations_close_at_a_midnight_after_the_day(policy, day, zone):
    deadline = local(declaration_deadline(policy, day, zone), zone)
    assert deadline.time() == datetime.min.time()
    assert (deadline.date() - day).days == policy.declare_days + 1


# === Carence === #


def test_the_first_day_of_service_stays_due_booked_or_not():
    assert carence(Policy(carence_days=1), MONDAY, WEEKDAYS) == {MONDAY}
    saturday = date(2027, 1, 16)
    assert carence(Policy(carence_days=1), saturday, WEEKDAYS) == {date(2027, 1, 18)}


def test_carence_passes_over_the_days_without_service():
    friday = date(2027, 1, 15)
    due = carence(Policy(carence_days=2), friday, WEEKDAYS)
    assert due == {friday, date(2027, 1, 18)}


@given(policies, days, st.sets(days, max_size=20))
def test_carence_days_are_the_first_days_of_service(policy, first, service):
    due = carence(policy, first, service)
    rest = {day for day in service if day >= first} - due
    assert due <= service
    assert len(due) <= policy.carence_days
    assert not rest or len(due) == policy.carence_days
    assert all(early < late for early in due for late in rest)
    assert all(day >= first for day in due)


def test_an_absence_that_goes_on_has_its_carence_once():
    first_part = Span(MONDAY, date(2027, 1, 12))
    thursday = date(2027, 1, 14)  # Wednesday has no service
    start = first_day_of_run(thursday, [first_part], WEEKDAYS)
    assert start == MONDAY
    assert carence(Policy(carence_days=1), start, WEEKDAYS) == {MONDAY}


def test_a_day_of_presence_between_them_parts_two_absences():
    first_part = Span(MONDAY, MONDAY)
    thursday = date(2027, 1, 14)
    assert first_day_of_run(thursday, [first_part], WEEKDAYS) == thursday


def test_several_parts_are_followed_back_to_the_first():
    parts = [Span(date(2027, 1, 14), date(2027, 1, 15)), Span(MONDAY, MONDAY)]
    parts.append(Span(date(2027, 1, 12), date(2027, 1, 13)))
    assert first_day_of_run(date(2027, 1, 18), parts, WEEKDAYS) == MONDAY


@given(days, st.lists(st.tuples(days, st.integers(0, 20)), max_size=6), st.sets(days))
def test_a_run_starts_on_its_first_day_or_with_one_of_its_parts(first, parts, service):
    spans = [Span(start, start + timedelta(days=n)) for start, n in parts]
    start = first_day_of_run(first, spans, service)
    assert start <= first
    assert start in {first, *(span.date_from for span in spans)}
    missed = {
        start + timedelta(days=n) for start, length in parts for n in range(length + 1)
    }
    assert all(day in missed for day in service if start <= day < first)


# === Files === #


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"%PDF-1.7 ...", "application/pdf"),
        (b"\xff\xd8\xff\xe0...", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"<html><script>", None),
        (b"MZ\x90", None),
        (b"", None),
    ],
)
def test_a_proof_is_known_by_its_bytes_not_by_its_name(content, expected):
    assert proof_type(content) == expected
