"""On any date exactly one household pays for the child."""

from datetime import date, timedelta

import pytest
from espace_famille_domain.custody import Arrangement, conflicts, paying_household
from hypothesis import given
from hypothesis import strategies as st

EVEN = Arrangement("mother", "even")
ODD = Arrangement("father", "odd")

days = st.dates(date(2020, 1, 1), date(2035, 12, 31))
bounds = st.none() | days


@st.composite
def arrangements(draw):
    pattern = draw(st.sampled_from(["always", "even", "odd", "dates"]))
    start, length = draw(bounds), draw(st.none() | st.integers(0, 40))
    end = start + timedelta(days=length) if start and length is not None else None
    if start is None:
        end = draw(days if pattern == "dates" else bounds)
    return Arrangement(draw(st.sampled_from("ABC")), pattern, start, end)


def test_weeks_alternate_between_the_parents():
    assert paying_household(date(2027, 1, 11), "mother", [ODD]) == "mother"  # week 2
    assert paying_household(date(2027, 1, 18), "mother", [ODD]) == "father"  # week 3
    assert paying_household(date(2027, 1, 24), "mother", [ODD]) == "father"  # a Sunday


def test_week_53_is_followed_by_another_odd_week():
    """2026 has 53 ISO weeks: the same parent has 28 December and 4 January."""
    assert paying_household(date(2026, 12, 28), "mother", [ODD]) == "father"
    assert paying_household(date(2027, 1, 1), "mother", [ODD]) == "father"
    assert paying_household(date(2027, 1, 4), "mother", [ODD]) == "father"
    assert paying_household(date(2026, 12, 21), "mother", [ODD]) == "mother"


def test_the_first_arrangement_that_matches_wins():
    july = Arrangement("father", "dates", date(2027, 7, 1), date(2027, 7, 31))
    assert paying_household(date(2027, 7, 31), "mother", [july, EVEN]) == "father"
    assert paying_household(date(2027, 8, 1), "nobody", [july]) == "nobody"


@given(days, st.lists(arrangements()))
def test_exactly_one_household_pays(day, found):
    payer = paying_household(day, "default", found)
    claims = [a.household for a in found if a.matches(day)]
    assert payer == (claims[0] if claims else "default")


def test_even_and_odd_weeks_never_conflict():
    assert conflicts([EVEN, ODD]) == []
    assert conflicts([EVEN, Arrangement("mother", "always")]) == []


def test_the_same_weeks_conflict():
    rival = Arrangement("father", "even", date(2027, 1, 1))
    assert conflicts([EVEN, rival]) == [(EVEN, rival)]


def test_a_short_range_conflicts_only_if_it_holds_the_week():
    odd_week = Arrangement("aunt", "dates", date(2027, 1, 18), date(2027, 1, 24))
    assert conflicts([EVEN, odd_week]) == []
    assert conflicts([ODD, odd_week]) == [(ODD, odd_week)]


@given(arrangements(), arrangements())
def test_conflicts_are_found_as_by_trying_every_day(first, second):
    start, end = date(2019, 11, 1), date(2036, 3, 1)
    every_day = (start + timedelta(days=n) for n in range((end - start).days))
    meet = any(first.matches(day) and second.matches(day) for day in every_day)
    expected = meet and first.household != second.household
    assert bool(conflicts([first, second])) == expected


@pytest.mark.parametrize(
    "fields",
    [
        {"pattern": "sometimes"},
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
