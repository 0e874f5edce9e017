"""Loading an official calendar again changes only what staff did not decide."""

from datetime import date, timedelta

from espace_famille_domain.calendar_loading import (
    Recorded,
    Step,
    official_keys,
    outcome,
    plan,
)
from espace_famille_domain.school_calendar import Period, seed_periods
from espace_famille_domain.school_icalendar import Event
from hypothesis import given
from hypothesis import strategies as st

OFFICIAL = seed_periods("C", 2026)
KEYS = official_keys(OFFICIAL)
WINTER = "holiday:vacances-d-hiver"


def recorded(periods=OFFICIAL, source="official"):
    """Return the periods as a year holds them once loaded."""
    return [
        Recorded(number, key, source, period)
        for number, (key, period) in enumerate(official_keys(periods).items(), 1)
    ]


def default(step):
    return step.taken_by_default


def moved(period, days):
    shift = timedelta(days=days)
    return Period(
        period.kind, period.name, period.date_from + shift, period.date_to + shift
    )


def changed(key, source, days=-1):
    """Return the loaded year, one period of which was moved."""
    return [
        Recorded(known.id, key, source, moved(known.period, days))
        if known.key == key
        else known
        for known in recorded()
    ]


def action(steps, key):
    [step] = [step for step in steps if step.key == key]
    return step.action


def test_an_empty_year_takes_everything():
    steps = plan([], OFFICIAL)
    assert {step.action for step in steps} == {"add"}
    assert outcome(steps, default) == OFFICIAL


def test_each_official_period_has_an_identity_of_its_own():
    assert len(KEYS) == len(OFFICIAL)
    following = seed_periods("C", 2027)
    summers = [k for k in official_keys(following) if "d-ete" in k]
    assert summers == ["holiday:vacances-d-ete:2", "holiday:vacances-d-ete"]


def test_a_moved_start_does_not_lose_the_identity():
    steps = plan(changed(WINTER, "manual"), OFFICIAL)
    assert action(steps, WINTER) == "keep"
    kept = [p for p in outcome(steps, default) if p.name == "Vacances d'hiver"]
    assert [p.date_from for p in kept] == [date(2027, 2, 5)]


def test_the_decree_moves_what_staff_left_alone():
    steps = plan(changed(WINTER, "official"), OFFICIAL)
    assert action(steps, WINTER) == "update"
    assert outcome(steps, default) == OFFICIAL


def test_a_forecast_is_confirmed_and_replaces_nothing_official():
    forecast = recorded(source="forecast")
    assert action(plan(forecast, OFFICIAL), WINTER) == "confirm"
    steps = plan(recorded(), [moved(p, 7) for p in OFFICIAL], "forecast")
    assert {step.action for step in steps} == {"unchanged"}


def test_what_staff_removed_comes_back_only_when_asked_for():
    known = [k for k in recorded() if k.key != WINTER]
    steps = plan(known, OFFICIAL, dismissed=[WINTER])
    assert action(steps, WINTER) == "dismissed"
    assert KEYS[WINTER] not in outcome(steps, default)
    assert outcome(steps, lambda step: True) == OFFICIAL


def test_a_kind_that_the_source_does_not_know_stays():
    public = [p for p in OFFICIAL if p.kind == "public_holiday"]
    steps = plan(recorded(), public, kinds=("public_holiday",))
    assert outcome(steps, default) == OFFICIAL


def unread(name, first, last=None):
    return Event(name, first, last or first, unclear=True)


def test_what_a_file_could_not_say_is_neither_taken_away_nor_cut():
    """An end before its start, a summer that is the teachers': what stands stays."""
    noel, summer = "holiday:vacances-de-noel", "holiday:vacances-d-ete"
    told = [p for p in OFFICIAL if p not in (KEYS[noel], KEYS[summer])]
    steps = plan(
        recorded(),
        told,
        unread=[
            unread("Vacances de Noël", date(2026, 12, 19)),
            unread(
                "Vacances d'Été(prérentrée Enseignants)",
                date(2027, 7, 10),
                date(2027, 8, 30),
            ),
        ],
    )
    assert outcome(steps, default) == OFFICIAL
    assert {step.action for step in steps} == {"unchanged"}
    # Without them, it is no longer official.
    assert "remove" in {step.action for step in plan(recorded(), told)}


def test_a_period_of_which_only_a_piece_was_read_stays_whole():
    noel = KEYS["holiday:vacances-de-noel"]
    piece = Period(noel.kind, noel.name, noel.date_from, noel.date_from)
    told = [piece if period == noel else period for period in OFFICIAL]
    rest = unread("Vacances de Noël - suite", date(2026, 12, 20), date(2027, 1, 3))
    assert outcome(plan(recorded(), told, unread=[rest]), default) == OFFICIAL
    assert piece in outcome(plan(recorded(), told), default)


def test_a_period_that_would_overlap_another_is_not_taken():
    own = Recorded(90, "", "manual", moved(KEYS[WINTER], 30))
    other = moved(KEYS[WINTER], 31)
    steps = plan(
        [*recorded(), own], [*OFFICIAL, Period("holiday", "Ski", *_dates(own))]
    )
    assert action(steps, "holiday:ski") == "keep"
    steps = plan(
        [*recorded(), own],
        [
            *OFFICIAL,
            Period("holiday", "Ski", *_dates(own)),
            Period("holiday", "Skis", other.date_from, other.date_to),
        ],
    )
    assert action(steps, "holiday:skis") == "conflict"


def _dates(known):
    return known.period.date_from, known.period.date_to


def test_what_staff_entered_is_never_chosen_away():
    own = Recorded(
        90, "", "manual", Period("bridge", "Pont", date(2027, 1, 11), date(2027, 1, 12))
    )
    steps = plan([*recorded(), own], OFFICIAL)
    assert Step("own", "", recorded=own) in steps
    assert own.period in outcome(steps, lambda step: True)


@given(
    st.sets(st.sampled_from(sorted(KEYS))),
    st.sets(st.sampled_from(sorted(KEYS))),
    st.sets(st.sampled_from(sorted(KEYS))),
)
def test_loading_twice_is_loading_once(missing, corrected, dismissed):
    known = [
        Recorded(k.id, k.key, "manual" if k.key in corrected else k.source, k.period)
        for k in recorded()
        if k.key not in missing
    ]
    steps = plan(known, OFFICIAL, dismissed=dismissed)
    left = outcome(steps, default)
    source = {k.period: k.source for k in known}
    again = [
        Recorded(n, key, source.get(period, "official"), period)
        for n, (key, period) in enumerate(official_keys(left).items(), 1)
    ]
    following = plan(again, OFFICIAL, dismissed=dismissed)
    assert not [step for step in following if step.taken_by_default]
    assert outcome(following, default) == left


def test_a_local_day_is_offered_and_not_taken_by_itself():
    day = date(2027, 3, 26)
    local = Period("public_holiday", "Vendredi saint", day, day, custom=True)
    [step] = plan([], [local])
    assert (step.action, step.choosable, step.taken_by_default) == (
        "offer",
        True,
        False,
    )
    assert outcome([step], lambda one: one.taken_by_default) == []
    assert outcome([step], lambda one: True) == [local]
