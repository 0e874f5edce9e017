"""Who moves up to which class at the end of a school year."""

from datetime import date

import pytest
from espace_famille_domain.rollover import (
    LEAVE,
    LEVELS,
    MOVE,
    OPEN,
    Class,
    Proposal,
    current_level,
    next_class,
    next_level,
    propose,
    usual_level,
)
from hypothesis import given
from hypothesis import strategies as st

AUTUMN = 2026
MATERNELLE, ELEMENTAIRE = 1, 2


def school_class(id, *levels, school=ELEMENTAIRE):
    return Class(id, school, frozenset(levels))


GS = school_class(10, "ms", "gs", school=MATERNELLE)
CP = school_class(20, "cp")
CE = school_class(21, "ce1", "ce2")
CM1 = school_class(22, "cm1")
CM2 = school_class(23, "cm2")
CLASSES = [GS, CP, CE, CM1, CM2]


@pytest.mark.parametrize(
    ("year", "level"),
    [(2024, "tps"), (2023, "ps"), (2020, "cp"), (2016, "cm2"), (2015, None)],
)
def test_most_children_born_in_a_year_are_in_one_level(year, level):
    assert usual_level(date(year, 12, 31), AUTUMN) == level


def test_the_level_of_a_child_is_its_own_before_all():
    born_for_ce1 = date(2019, 5, 1)
    assert current_level("ce2", CE.levels, born_for_ce1, AUTUMN) == ("ce2", False)
    assert current_level(None, CE.levels, born_for_ce1, AUTUMN) == ("ce1", True)
    assert current_level(None, CP.levels, born_for_ce1, AUTUMN) == ("cp", False)


def test_a_level_that_age_does_not_tell_is_not_guessed():
    assert current_level(None, CE.levels, date(2015, 1, 1), AUTUMN) == (None, False)
    assert current_level(None, CE.levels, None, AUTUMN) == (None, False)
    assert current_level(None, frozenset(), date(2019, 1, 1), AUTUMN) == (None, False)
    assert propose(None, None, CE, CLASSES, AUTUMN) == Proposal(OPEN)


def test_ce1_stays_in_the_class_of_two_levels_and_ce2_leaves_it():
    stays = propose("ce1", None, CE, CLASSES, AUTUMN)
    assert stays == Proposal(MOVE, "ce1", False, "ce2", CE.id)
    goes = propose("ce2", None, CE, CLASSES, AUTUMN)
    assert goes == Proposal(MOVE, "ce2", False, "cm1", CM1.id)


def test_the_maternelle_leads_to_the_other_school():
    assert propose("gs", None, GS, CLASSES, AUTUMN).class_id == CP.id


def test_the_own_school_comes_first():
    other = school_class(30, "cm1", school=3)
    assert next_class("cm1", CE, [*CLASSES, other]) == CM1.id
    assert next_class("cm1", GS, [*CLASSES, other]) is None


def test_two_classes_of_a_level_are_for_the_town_hall_to_choose():
    second = school_class(31, "cm2")
    proposal = propose("cm1", None, CM1, [*CLASSES, second], AUTUMN)
    assert proposal == Proposal(OPEN, "cm1", False, "cm2", None)


def test_cm2_leaves():
    assert propose(None, date(2016, 1, 1), CM2, CLASSES, AUTUMN) == Proposal(
        LEAVE, "cm2"
    )


@given(st.sampled_from(LEVELS))
def test_each_level_leads_to_the_one_above(level):
    above = next_level(level)
    assert (above is None) == (level == LEVELS[-1])
    if above:
        assert LEVELS.index(above) == LEVELS.index(level) + 1


@given(
    st.one_of(st.none(), st.sampled_from(LEVELS)),
    st.one_of(st.none(), st.dates(date(2010, 1, 1), date(2026, 12, 31))),
    st.sampled_from(CLASSES),
)
def test_nobody_is_sent_to_a_class_that_does_not_teach_its_level(own, born, current):
    proposal = propose(own, born, current, CLASSES, AUTUMN)
    if proposal.decision == MOVE:
        [place] = [one for one in CLASSES if one.id == proposal.class_id]
        assert proposal.next_level in place.levels
    else:
        assert proposal.class_id is None
