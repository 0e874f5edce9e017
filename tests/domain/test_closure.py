"""Whom a closed day keeps away."""

from datetime import date

from espace_famille_domain.closure import Scope, closing
from hypothesis import given
from hypothesis import strategies as st

DAY = date(2027, 1, 12)
CANTEEN, EVENING = 1, 2
TILLEULS, LILAS = 1, 2
CP, CM1 = 1, 2


def scope(name="Strike", **vals):
    values = {"id": 1, "name": name, "date_from": DAY, "date_to": DAY}
    return Scope(**{**values, **vals})


def test_without_more_words_everything_is_closed_that_day():
    closed = scope()
    assert closed.is_whole
    assert closing([closed], DAY, CANTEEN, TILLEULS, CP) == closed
    assert closing([closed], date(2027, 1, 13), CANTEEN, TILLEULS, CP) is None


def test_other_activities_stay_open():
    closed = scope(activities=frozenset({CANTEEN}))
    assert closing([closed], DAY, CANTEEN, TILLEULS, CP)
    assert closing([closed], DAY, EVENING, TILLEULS, CP) is None


def test_a_class_or_a_school_stays_away_and_the_others_come():
    closed = scope(schools=frozenset({LILAS}), classes=frozenset({CP}))
    assert not closed.is_whole
    assert closing([closed], DAY, CANTEEN, TILLEULS, CP)
    assert closing([closed], DAY, CANTEEN, LILAS, CM1)
    assert closing([closed], DAY, CANTEEN, TILLEULS, CM1) is None
    assert closing([closed], DAY, CANTEEN) is None


def test_of_two_closures_the_whole_one_is_named():
    outing = scope("Outing", id=1, classes=frozenset({CP}))
    strike = scope("Strike", id=2)
    assert closing([outing, strike], DAY, CANTEEN, TILLEULS, CP) == strike


ids = st.frozensets(st.integers(1, 3), max_size=2)


@given(ids, ids, ids, st.integers(1, 3), st.integers(1, 3), st.integers(1, 3))
def test_whoever_a_part_keeps_away_the_whole_does_too(
    activities, schools, classes, activity, school, school_class
):
    part = scope(activities=activities, schools=schools, classes=classes)
    whole = scope(activities=activities)
    if closing([part], DAY, activity, school, school_class):
        assert closing([whole], DAY, activity, school, school_class)
