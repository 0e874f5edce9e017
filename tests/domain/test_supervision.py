"""Rates of staff to children, article R227-15 and R227-16 of the CASF."""

from datetime import date

import pytest
from espace_famille_domain import supervision
from espace_famille_domain.supervision import LEGAL, Count, kind_of, needed
from hypothesis import given
from hypothesis import strategies as st

DAY = date(2027, 1, 13)


@pytest.mark.parametrize(
    ("day_kind", "hours", "pedt", "under_6", "from_6"),
    [
        ("school", 2, False, 10, 14),
        ("wednesday", 5, False, 10, 14),
        ("wednesday", 9, False, 8, 12),
        ("school", 2, True, 14, 18),
        ("wednesday", 9, True, 10, 14),
        ("holiday", 9, False, 8, 12),
        ("holiday", 3, True, 8, 12),
        ("weekend", 4, True, 8, 12),
    ],
)
def test_the_law(day_kind, hours, pedt, under_6, from_6):
    kind = kind_of(True, day_kind, hours, pedt)
    assert LEGAL[kind] == (under_6, from_6)


def test_what_is_not_declared_has_no_rate():
    assert kind_of(False, "school", 2, False) is None


@pytest.mark.parametrize(
    ("children", "adults"),
    [
        (Count(), 0),
        (Count(1, 0), 1),
        (Count(10, 0), 1),
        (Count(11, 0), 2),
        (Count(0, 14), 1),
        (Count(0, 15), 2),
        (Count(10, 14), 2),
        # Each age apart: one adult more than by adding the fractions.
        (Count(5, 7), 2),
    ],
)
def test_how_many_adults(children, adults):
    assert needed(children, LEGAL["term_short"]) == adults


@pytest.mark.parametrize(
    ("birth", "level", "young"),
    [
        (date(2021, 1, 14), None, True),
        (date(2021, 1, 13), None, False),
        # The birth date says more than the class.
        (date(2020, 6, 1), "gs", False),
        (None, "gs", True),
        (None, "cp", False),
        (None, None, True),
    ],
)
def test_six_on_the_day(birth, level, young):
    assert supervision.is_under_6(birth, level, DAY) is young


def test_they_are_counted_by_age():
    children = [(date(2022, 1, 1), None), (None, "cm2"), (None, None)]
    assert supervision.count(children, DAY) == Count(2, 1)


@given(
    st.integers(0, 300),
    st.integers(0, 300),
    st.sampled_from(list(LEGAL.values())),
)
def test_never_more_children_than_the_rate(under_6, from_6, rates):
    adults = needed(Count(under_6, from_6), rates)
    young = -(-under_6 // rates.under_6)
    assert under_6 <= young * rates.under_6
    assert from_6 <= (adults - young) * rates.from_6
    assert supervision.most(adults, rates).from_6 >= from_6
