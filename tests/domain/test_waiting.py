"""The order of the waiting list, and who gets the places that are free."""

from datetime import date, datetime, timedelta

import pytest
from espace_famille_domain.waiting import (
    CRITERIA,
    Candidate,
    obstacle,
    ranked,
    served,
)
from hypothesis import given
from hypothesis import strategies as st

ASKED = datetime(2027, 1, 4, 8, 0)


def candidate(key, minutes=0, group=None, **facts):
    since = ASKED + timedelta(minutes=minutes)
    return Candidate(key, group or f"family {key}", since, **facts)


def keys(candidates):
    return [candidate.key for candidate in candidates]


candidates = st.lists(
    st.builds(
        Candidate,
        key=st.integers(1, 10_000),
        group=st.sampled_from("abcdef"),
        since=st.datetimes(datetime(2027, 1, 1), datetime(2027, 1, 3)),
        sibling=st.booleans(),
        resident=st.booleans(),
        birth_date=st.none() | st.dates(date(2015, 1, 1), date(2024, 1, 1)),
    ),
    unique_by=lambda c: c.key,
    max_size=12,
)
criteria = st.lists(st.sampled_from(CRITERIA), unique=True)


def test_who_asked_first_stands_first():
    assert keys(ranked([candidate(1, 5), candidate(2, 0), candidate(3, 9)])) == [
        2,
        1,
        3,
    ]


def test_the_weightiest_criterion_decides_then_the_next_then_the_date():
    queue = [
        candidate(1, 0),
        candidate(2, 1, resident=True),
        candidate(3, 2, sibling=True),
        candidate(4, 3, sibling=True, resident=True),
    ]
    assert keys(ranked(queue, ["sibling", "resident"])) == [4, 3, 2, 1]
    assert keys(ranked(queue, ["resident", "sibling"])) == [4, 2, 3, 1]


def test_the_youngest_stands_first_and_an_unknown_age_last():
    queue = [
        candidate(1, 0),
        candidate(2, 1, birth_date=date(2019, 5, 1)),
        candidate(3, 2, birth_date=date(2021, 5, 1)),
    ]
    assert keys(ranked(queue, ["youngest"])) == [3, 2, 1]


def test_siblings_stand_together_where_the_best_of_them_would():
    queue = [candidate(1, 0, "x"), candidate(2, 1, "y"), candidate(3, 2, "x")]
    assert keys(ranked(queue)) == [1, 3, 2]


def test_siblings_get_places_together_or_not_at_all():
    queue = [candidate(1, 0, "x"), candidate(2, 1, "x"), candidate(3, 2, "y")]
    assert keys(served(queue, 1)) == [3]
    assert keys(served(queue, 2)) == [1, 2]
    assert keys(served(queue, None)) == [1, 2, 3]


def test_an_unknown_criterion_is_an_error():
    with pytest.raises(KeyError):
        ranked([candidate(1)], ["astrology"])


@given(candidates, criteria)
def test_the_order_is_total_whatever_the_order_of_arrival(queue, chosen):
    order = ranked(queue, chosen)
    assert sorted(keys(order)) == sorted(keys(queue))
    assert ranked(reversed(queue), chosen) == order


@given(candidates, criteria)
def test_members_of_a_group_are_next_to_each_other(queue, chosen):
    groups = [c.group for c in ranked(queue, chosen)]
    runs = [group for n, group in enumerate(groups) if n == 0 or groups[n - 1] != group]
    assert len(runs) == len(set(runs))


@given(candidates, criteria, st.integers(0, 12))
def test_no_group_is_cut_no_place_oversold_none_left_that_somebody_could_take(
    queue, chosen, free
):
    order = ranked(queue, chosen)
    taken = served(order, free)
    assert len(taken) <= free
    left = [c for c in order if c not in taken]
    assert not {c.group for c in taken} & {c.group for c in left}
    sizes = [sum(c.group == group for c in left) for group in {c.group for c in left}]
    assert all(size > free - len(taken) for size in sizes)


@given(candidates, criteria, st.integers(0, 12))
def test_the_first_group_is_passed_over_only_when_it_does_not_fit(queue, chosen, free):
    order = ranked(queue, chosen)
    if not order:
        return
    first = [c for c in order if c.group == order[0].group]
    assert (first[0] in served(order, free)) == (len(first) <= free)


# === Why nobody is given a place === #


@pytest.mark.parametrize(
    ("status", "free", "wanted", "blocked_by", "in_time", "expected"),
    [
        ("full", 0, 1, "", True, "no_place"),
        ("waiting", 0, 2, "", True, "no_place"),
        ("available", 1, 2, "", True, "siblings"),
        ("available", 2, 2, "", True, ""),
        ("available", None, 9, "", True, ""),
        ("available", 1, 1, "", False, "late"),
        ("full", 0, 1, "", False, "no_place"),
        # What keeps the family itself comes first: a place would pass it over.
        ("blocked", 0, 1, "debt", True, "debt"),
        ("blocked", 5, 1, "papers", False, "papers"),
        ("blocked", 5, 1, "", True, "suspended"),
        ("not_enrolled", 0, 1, "", True, "not_enrolled"),
        ("closed", 3, 1, "", True, "closed"),
    ],
)
def test_the_obstacle(status, free, wanted, blocked_by, in_time, expected):
    assert obstacle(status, free, wanted, blocked_by, in_time) == expected


@given(
    st.sampled_from(["available", "full", "waiting"]),
    st.none() | st.integers(0, 30),
    st.integers(1, 5),
)
def test_who_has_no_obstacle_in_time_is_served(status, free, wanted):
    group = [candidate(key, group="one family") for key in range(wanted)]
    is_served = len(served(group, free)) == wanted
    assert is_served == (obstacle(status, free, wanted) == "")
