"""Who came and when: points that arrive late, twice or in any order."""

from datetime import date, datetime, timedelta

import pytest
from espace_famille_domain.attendance import (
    ATTENDANCE_STATES,
    Mark,
    attendance_state,
    is_listed,
    latest,
    minutes_present,
    supersedes,
    times_problem,
    to_hours,
)
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2027, 1, 4, 12, 0)

instants = st.datetimes(NOW - timedelta(hours=4), NOW + timedelta(hours=4))
points = st.lists(
    st.builds(
        Mark, st.integers(1, 4), st.sampled_from(["present", "absent"]), instants
    ),
    max_size=12,
)
quarters = st.integers(1, 96).map(lambda n: n / 4)


def replay(batches, now=NOW):
    """Return {reservation: (attendance, at)} after these batches."""
    recorded = {}
    for batch in batches:
        for key, point in latest(batch, now).items():
            if supersedes(point.at, recorded.get(key, (None, None))[1]):
                recorded[key] = (point.attendance, point.at)
    return recorded


# === Points === #


@given(points)
def test_a_batch_sent_twice_changes_nothing(batch):
    assert replay([batch, batch]) == replay([batch])


@given(points, points)
def test_a_batch_sent_again_later_changes_nothing(first, second):
    assert replay([first, second, first]) == replay([first, second])


@given(st.lists(points, max_size=4))
def test_the_instant_that_is_kept_is_the_last_whatever_comes_first(batches):
    there, back = replay(batches), replay(reversed(batches))
    assert {k: at for k, (_a, at) in there.items()} == {
        k: at for k, (_a, at) in back.items()
    }


@given(points)
def test_no_instant_counts_as_later_than_now(batch):
    assert all(point.at <= NOW for point in latest(batch, NOW).values())


def test_of_two_at_the_same_instant_the_later_in_the_list_counts():
    batch = [Mark(1, "present", NOW), Mark(1, "absent", NOW)]
    assert latest(batch, NOW)[1].attendance == "absent"


# === Days === #


@pytest.mark.parametrize(
    ("locked", "over", "expected", "recorded", "state"),
    [
        (True, True, 3, 0, "locked"),
        (False, True, 3, 9, "to_mark"),
        (False, True, 0, 9, "marked"),
        (False, True, 0, 0, "marked"),
        (False, False, 3, 9, "to_come"),
        (False, False, 0, 9, "marked"),
        (False, False, 0, 0, "to_come"),
    ],
)
def test_how_far_a_day_is(locked, over, expected, recorded, state):
    found = attendance_state(
        locked=locked, over=over, expected=expected, recorded=recorded
    )
    assert found == state
    assert found in ATTENDANCE_STATES


# === Times === #


def test_hours_are_those_of_the_wall_clock_to_the_minute():
    assert to_hours(datetime(2027, 1, 4, 16, 30, 59)) == 16.5


@pytest.mark.parametrize(
    ("arrived", "left", "problem"),
    [
        (16.5, 17.5, None),
        (16.5, 16.5, None),
        (0, 17.5, None),
        (16.5, None, None),
        (17.5, 16.5, "reversed"),
        (-1, 0, "outside"),
        (0, 24.5, "outside"),
    ],
)
def test_what_is_wrong_with_two_times(arrived, left, problem):
    assert times_problem(arrived, left) == problem


@pytest.mark.parametrize(
    ("arrived", "left", "start", "end", "minutes"),
    [
        (16.5, 17.75, 16.5, 18.5, 75),
        (0, 17.25, 16.5, 18.5, 45),
        (17, 0, 16.5, 18.5, 90),
        (0, 0, 16.5, 18.5, None),
        (17, 0, 0, 0, None),
        (0, 16, 16.5, 18.5, None),
        (19, 0, 16.5, 18.5, None),
        (16 + 32 / 60, 17 + 47 / 60, 0, 0, 75),
    ],
)
def test_minutes_a_child_was_there(arrived, left, start, end, minutes):
    assert minutes_present(arrived, left, start, end) == minutes


@given(quarters, quarters)
def test_the_minutes_are_whole_and_never_negative(arrived, left):
    minutes = minutes_present(arrived, left)
    if left < arrived:
        assert minutes is None
    else:
        assert minutes == (left - arrived) * 60


@pytest.mark.parametrize(
    ("day", "listed"),
    [
        (date(2027, 1, 11), True),
        (date(2027, 1, 18), True),
        (date(2027, 1, 25), True),
        (date(2027, 1, 10), False),
        (date(2027, 1, 26), False),
    ],
)
def test_lists_reach_a_week_back_and_a_week_ahead(day, listed):
    assert is_listed(day, date(2027, 1, 18)) is listed
