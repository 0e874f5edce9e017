"""On any date exactly one household pays for the child."""

from datetime import date, timedelta

import pytest
from espace_famille_domain.custody import (
    Arrangement,
    conflicts,
    half,
    paying_household,
    runs,
)
from espace_famille_domain.school_calendar import Calendar, Period
from hypothesis import assume, given
from hypothesis import strategies as st

EVEN = Arrangement("mother", "even")
ODD = Arrangement("father", "odd")

AUTUMN = Period("holiday", "Toussaint", date(2026, 10, 17), date(2026, 11, 1))
CHRISTMAS = Period("holiday", "Noël", date(2026, 12, 19), date(2027, 1, 3))
WINTER = Period("holiday", "Hiver", date(2027, 2, 6), date(2027, 2, 21))
CALENDAR = Calendar((AUTUMN, CHRISTMAS, WINTER))


def payer_on(day, default, found):
    return paying_household(day, default, found, CALENDAR.holiday_around)


days = st.dates(date(2020, 1, 1), date(2035, 12, 31))
bounds = st.none() | days


@st.composite
def calendars(draw):
    """Any holidays at all, even those that touch or hold one day."""
    spans = draw(st.lists(st.tuples(days, st.integers(0, 70)), max_size=6))
    return Calendar(
        Period("holiday", f"Holidays {number}", start, start + timedelta(days=length))
        for number, (start, length) in enumerate(spans)
    )


@st.composite
def arrangements(draw):
    pattern = draw(
        st.sampled_from(["always", "even", "odd", "first_half", "second_half", "dates"])
    )
    years = draw(st.sampled_from(["every", "even", "odd"]))
    start, length = draw(bounds), draw(st.none() | st.integers(0, 40))
    end = start + timedelta(days=length) if start and length is not None else None
    if start is None:
        end = draw(days if pattern == "dates" else bounds)
    if "half" not in pattern:
        years = "every"
    return Arrangement(draw(st.sampled_from("ABC")), pattern, start, end, years)


def test_weeks_alternate_between_the_parents():
    assert payer_on(date(2027, 1, 11), "mother", [ODD]) == "mother"  # week 2
    assert payer_on(date(2027, 1, 18), "mother", [ODD]) == "father"  # week 3
    assert payer_on(date(2027, 1, 24), "mother", [ODD]) == "father"  # a Sunday


def test_week_53_is_followed_by_another_odd_week():
    """2026 has 53 ISO weeks: the same parent has 28 December and 4 January."""
    assert payer_on(date(2026, 12, 28), "mother", [ODD]) == "father"
    assert payer_on(date(2027, 1, 1), "mother", [ODD]) == "father"
    assert payer_on(date(2027, 1, 4), "mother", [ODD]) == "father"
    assert payer_on(date(2026, 12, 21), "mother", [ODD]) == "mother"


def test_dates_come_before_holidays_and_holidays_before_weeks():
    weeks = [Arrangement("mother", "even"), Arrangement("father", "odd")]
    half_day = date(2026, 10, 20)  # week 43, odd, first half
    assert payer_on(half_day, "nobody", weeks) == "father"
    first = Arrangement("mother", "first_half")
    assert payer_on(half_day, "nobody", [*weeks, first]) == "mother"
    named = Arrangement("aunt", "dates", half_day, half_day)
    assert payer_on(half_day, "nobody", [*weeks, first, named]) == "aunt"
    assert payer_on(date(2026, 11, 2), "nobody", [first, named]) == "nobody"


def test_the_main_household_takes_a_half_back():
    found = [ODD, Arrangement("mother", "first_half")]
    assert payer_on(date(2026, 10, 20), "mother", found) == "mother"
    assert payer_on(date(2026, 10, 26), "mother", found) == "mother"  # week 44
    assert payer_on(date(2026, 11, 2), "mother", found) == "father"  # week 45


def test_sixteen_days_change_hands_in_the_middle_night():
    first = Arrangement("father", "first_half")
    second = Arrangement("mother", "second_half")
    payers = [payer_on(day, "nobody", [first, second]) for day in AUTUMN.days()]
    assert payers == ["father"] * 8 + ["mother"] * 8
    assert payer_on(date(2026, 10, 16), "nobody", [first, second]) == "nobody"


def test_the_middle_day_of_an_odd_number_is_in_the_first_half():
    start = date(2027, 2, 6)
    halves = [
        half(start + timedelta(days=n), start, start + timedelta(days=8))
        for n in range(9)
    ]
    assert halves == ["first_half"] * 5 + ["second_half"] * 4
    assert half(start, start, start) == "first_half"


def test_a_holiday_belongs_to_the_year_in_which_it_starts():
    even = Arrangement("father", "second_half", years="even")
    odd = Arrangement("aunt", "second_half", years="odd")
    assert payer_on(date(2027, 1, 2), "mother", [even, odd]) == "father"  # Christmas
    assert payer_on(date(2027, 2, 20), "mother", [even, odd]) == "aunt"  # winter


def test_a_range_limits_the_halves():
    later = Arrangement("father", "first_half", date_from=date(2027, 1, 1))
    assert payer_on(date(2026, 10, 20), "mother", [later]) == "mother"
    assert payer_on(date(2027, 2, 8), "mother", [later]) == "father"


@given(days, st.lists(arrangements(), max_size=5), calendars(), st.randoms())
def test_exactly_one_household_pays(day, found, calendar, chance):
    """By construction: the top layer that says something names one household."""
    assume(not conflicts(found))
    around = calendar.holiday_around
    claims = [a for a in found if a.matches(day, around)]
    top = min((a.layer for a in claims), default=None)
    households = {a.household for a in claims if a.layer == top}
    assert len(households) <= 1
    payer = paying_household(day, "default", found, around)
    assert payer == (households.pop() if households else "default")
    shuffled = chance.sample(found, len(found))
    assert paying_household(day, "default", shuffled, around) == payer


@given(days, st.integers(0, 60), st.integers(0, 60))
def test_the_halves_share_a_period_and_differ_by_one_day_at_most(start, before, after):
    end = start + timedelta(days=before + after)
    every = [half(start + timedelta(days=n), start, end) for n in range(before + after)]
    every.append(half(end, start, end))
    assert every == sorted(every)  # first_half, then second_half
    assert every.count("first_half") - every.count("second_half") in (0, 1)


def test_runs_cut_at_the_end_of_each_week():
    found = runs(date(2027, 1, 4), date(2027, 1, 17), "m", [ODD], lambda day: None)
    assert found == [
        (date(2027, 1, 4), date(2027, 1, 10), "father"),
        (date(2027, 1, 11), date(2027, 1, 17), "m"),
    ]


@given(days, st.integers(0, 60), st.lists(arrangements(), max_size=4), calendars())
def test_runs_say_the_payer_of_every_day(start, length, found, calendar):
    around, end = calendar.holiday_around, start + timedelta(days=length)
    shown = {
        first + timedelta(days=n): household
        for first, last, household in runs(start, end, "default", found, around)
        for n in range((last - first).days + 1)
    }
    assert shown == {
        day: paying_household(day, "default", found, around)
        for day in (start + timedelta(days=n) for n in range(length + 1))
    }


def test_even_and_odd_weeks_never_conflict():
    assert conflicts([EVEN, ODD]) == []
    assert conflicts([EVEN, Arrangement("mother", "always")]) == []


def test_the_same_weeks_conflict():
    rival = Arrangement("father", "even", date(2027, 1, 1))
    assert conflicts([EVEN, rival]) == [(EVEN, rival)]


def test_layers_never_conflict():
    odd_week = Arrangement("aunt", "dates", date(2027, 1, 18), date(2027, 1, 24))
    half_of_it = Arrangement("uncle", "first_half")
    assert conflicts([ODD, odd_week, half_of_it]) == []


def test_a_short_range_conflicts_only_if_it_holds_the_week():
    start, end = date(2027, 1, 18), date(2027, 1, 24)
    even_for_a_week = Arrangement("aunt", "even", start, end)
    odd_for_a_week = Arrangement("aunt", "odd", start, end)
    always_for_a_week = Arrangement("aunt", "always", start, end)
    assert conflicts([EVEN, odd_for_a_week]) == []
    assert conflicts([EVEN, always_for_a_week]) == []
    assert conflicts([ODD, always_for_a_week]) == [(ODD, always_for_a_week)]
    assert conflicts([ODD, even_for_a_week]) == []


def test_halves_conflict_when_half_and_years_meet():
    first = Arrangement("father", "first_half")
    even = Arrangement("mother", "first_half", years="even")
    odd = Arrangement("aunt", "first_half", years="odd")
    second = Arrangement("mother", "second_half")
    assert conflicts([first, even]) == [(first, even)]
    assert conflicts([even, odd, second]) == []
    after = Arrangement("aunt", "first_half", date_from=date(2027, 9, 1))
    until = Arrangement("father", "first_half", date_to=date(2027, 8, 31))
    assert conflicts([after, until]) == []


@given(arrangements(), arrangements())
def test_conflicts_are_found_as_by_trying_every_day(first, second):
    """For dates and weeks; the halves are compared for every calendar at once."""
    assume("half" not in first.pattern + second.pattern)
    start, end = date(2019, 11, 1), date(2036, 3, 1)
    every_day = (start + timedelta(days=n) for n in range((end - start).days))
    meet = first.layer == second.layer and any(
        first.matches(day, CALENDAR.holiday_around)
        and second.matches(day, CALENDAR.holiday_around)
        for day in every_day
    )
    expected = meet and first.household != second.household
    assert bool(conflicts([first, second])) == expected


@pytest.mark.parametrize(
    "fields",
    [
        {"pattern": "sometimes"},
        {"pattern": "first_half", "years": "leap"},
        {"pattern": "even", "years": "odd"},
        {"pattern": "dates"},
        {
            "pattern": "even",
            "date_from": date(2027, 2, 1),
            "date_to": date(2027, 1, 1),
        },
    ],
)
def test_nonsense_is_refused(fields):
    with pytest.raises(ValueError):
        Arrangement("mother", **fields)
