"""The deadlines of real communes, worked out by hand, all hold."""

import json
import os
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from espace_famille_domain import cutoff, school_calendar

DATA = Path(__file__).resolve().parents[1] / "data"
FOLDER = Path(os.environ.get("ACCEPTANCE_DIR") or DATA)
COMMUNES = json.loads((FOLDER / "deadlines.json").read_text(encoding="utf-8"))


def rule_of(commune):
    fields = dict(commune["rule"])
    fields["lines"] = tuple(
        cutoff.WeeklyLine(**{**line, "weekdays": frozenset(line["weekdays"])})
        for line in fields.get("lines", ())
    )
    return cutoff.Rule(**fields)


def calendar_of(zone, day):
    periods = []
    for first_year in range(day.year - 2, day.year + 1):
        try:
            periods += school_calendar.seed_periods(zone, first_year, forecast=True)
        except school_calendar.SchoolCalendarUnknown:
            periods += school_calendar.public_holidays(first_year)
    return school_calendar.Calendar(periods)


@pytest.mark.parametrize(
    "commune, case",
    [
        pytest.param(commune, case, id=f"{commune['name']}-{case['service_date']}")
        for commune in COMMUNES
        for case in commune["cases"]
    ],
)
def test_acceptance_deadlines(commune, case):
    day = date.fromisoformat(case["service_date"])
    rule = rule_of(commune)
    local = cutoff.cutoff_local(
        rule,
        day,
        calendar_of(commune["school_zone"], day),
        slot_start=case.get("slot_start"),
        is_open=frozenset(map(date.fromisoformat, case.get("open_dates", ()))),
    )
    assert local == datetime.fromisoformat(case["cutoff_local"])

    zone = ZoneInfo(commune["timezone"])
    instant = cutoff.to_utc(local, commune["timezone"]).replace(tzinfo=UTC)
    assert instant.astimezone(zone).replace(tzinfo=None) == local


@pytest.mark.parametrize("commune", COMMUNES, ids=lambda commune: commune["name"])
def test_acceptance_deadlines_are_valid_rules_that_say_themselves(commune):
    rule = rule_of(commune)
    cutoff.validate(rule)
    assert cutoff.describe(rule)
