"""A child may come within the ages and classes of the activity, and says why not."""

from datetime import date, timedelta

import pytest
from espace_famille_domain.eligibility import (
    Limits,
    Pupil,
    Refusal,
    age_in_months,
    first_day_aged,
    refusal,
)
from hypothesis import given
from hypothesis import strategies as st

BORN = date(2023, 11, 12)
NINA = Pupil(BORN, class_id=7, level="ps")

days = st.dates(date(2010, 1, 1), date(2035, 12, 31))


def test_three_years_are_reached_on_the_birthday():
    limits = Limits(min_months=36)
    eve, birthday = date(2026, 11, 11), date(2026, 11, 12)
    assert refusal(limits, NINA, eve) == Refusal("too_young", birthday)
    assert refusal(limits, NINA, birthday) is None


def test_months_count():
    limits = Limits(min_months=30)
    assert refusal(limits, NINA, date(2026, 5, 11)).code == "too_young"
    assert refusal(limits, NINA, date(2026, 5, 12)) is None


def test_a_child_of_eleven_stays_eleven_until_the_eve_of_the_twelfth_birthday():
    limits = Limits(max_months=12 * 12)
    tom = Pupil(date(2015, 3, 3))
    assert refusal(limits, tom, date(2027, 3, 2)) is None
    assert refusal(limits, tom, date(2027, 3, 3)) == Refusal(
        "too_old", date(2027, 3, 3)
    )


def test_schools_count_the_year_of_birth():
    """Born in November 2023: three on 31 December 2026, from September 2026 on."""
    limits = Limits(min_months=36, reckoned="autumn")
    assert refusal(limits, NINA, date(2026, 9, 1)) is None
    assert refusal(limits, NINA, date(2026, 8, 31)) == Refusal(
        "too_young", date(2026, 9, 1)
    )
    january = Pupil(date(2024, 1, 1))
    assert refusal(limits, january, date(2027, 1, 4)).day == date(2027, 9, 1)


def test_an_enrolment_must_fit_on_all_its_days():
    year = date(2026, 9, 1), date(2027, 8, 31)
    assert refusal(Limits(min_months=36), NINA, *year).code == "too_young"
    assert refusal(Limits(max_months=36), NINA, *year).code == "too_old"
    assert refusal(Limits(min_months=24, max_months=48), NINA, *year) is None


def test_an_unknown_birth_date_is_asked_for_only_where_an_age_matters():
    unknown = Pupil(class_id=7)
    assert refusal(Limits(min_months=36), unknown, BORN) == Refusal("no_birth_date")
    assert refusal(Limits(class_ids=frozenset({7})), unknown, BORN) is None


def test_a_class_or_its_level_opens_the_activity():
    limits = Limits(class_ids=frozenset({7}), levels=frozenset({"cp"}))
    assert refusal(limits, NINA, BORN) is None
    assert refusal(limits, Pupil(class_id=8, level="cp"), BORN) is None
    for other in (Pupil(class_id=8, level="ce1"), Pupil()):
        assert refusal(limits, other, BORN) == Refusal("other_class")


def test_a_school_opens_the_activity_to_all_its_classes():
    limits = Limits(school_ids=frozenset({1}), levels=frozenset({"cp"}))
    assert limits
    assert refusal(limits, Pupil(class_id=9, school_id=1), BORN) is None
    assert refusal(limits, Pupil(class_id=8, level="cp", school_id=2), BORN) is None
    for other in (Pupil(class_id=9, school_id=2), Pupil()):
        assert refusal(limits, other, BORN) == Refusal("other_class")


def test_without_limits_everybody_may_come():
    assert not Limits()
    assert Limits(min_months=1)
    assert refusal(Limits(), Pupil(), BORN) is None


@pytest.mark.parametrize(
    ("born", "months", "expected"),
    [
        (date(2024, 2, 29), 36, date(2027, 3, 1)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2023, 8, 31), 30, date(2026, 3, 1)),
        (date(2023, 12, 31), 2, date(2024, 3, 1)),
        (date(2023, 1, 15), 11, date(2023, 12, 15)),
    ],
)
def test_ages_at_the_ends_of_months(born, months, expected):
    assert first_day_aged(born, months) == expected


@given(days, st.integers(0, 240))
def test_the_first_day_is_the_first_one_of_that_age(born, months):
    day = first_day_aged(born, months)
    assert age_in_months(born, day) >= months
    assert age_in_months(born, day - timedelta(days=1)) < months


@given(days, days, st.integers(0, 240), st.sampled_from(["day", "autumn"]))
def test_every_day_is_below_or_above_a_limit_never_both(born, day, months, reckoned):
    pupil = Pupil(born)
    young = refusal(Limits(min_months=months, reckoned=reckoned), pupil, day)
    old = refusal(Limits(max_months=months, reckoned=reckoned), pupil, day)
    if months:
        assert (young is None) != (old is None)


@given(days, days, st.integers(1, 240))
def test_the_autumn_counts_the_age_of_31_december(born, day, months):
    limits = Limits(min_months=months, reckoned="autumn")
    autumn = date(day.year - (day.month < 9), 12, 31)
    old_enough = age_in_months(born, autumn) >= months
    assert (refusal(limits, Pupil(born), day) is None) == old_enough


@pytest.mark.parametrize(
    "fields",
    [
        {"reckoned": "someday"},
        {"min_months": -1},
        {"min_months": 36, "max_months": 36},
    ],
)
def test_limits_that_nobody_meets_are_refused(fields):
    with pytest.raises(ValueError):
        Limits(**fields)
