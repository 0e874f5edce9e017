"""Hours counted for the CAF on the Wednesdays of term."""

import pytest
from espace_famille_billing_domain.caf import Caps, Slot, slot_hours, wednesday_hours
from hypothesis import given
from hypothesis import strategies as st

CAPS = Caps()


@pytest.mark.parametrize(
    ("slot", "hours"),
    [
        (Slot(10, True, 8, 18), 9),
        (Slot(8, True, 9, 17), 8),
        (Slot(5, False, 7.5, 12.5), 4),
        (Slot(3, False, 14, 17), 3),
        # A whole day without the meal: two half-days.
        (Slot(10, False, 8, 18), 8),
        (Slot(5.5, True, 8, 13.5), 5.5),
    ],
)
def test_a_slot(slot, hours):
    assert slot_hours(slot, CAPS) == hours


def test_a_day_in_parts_is_not_more_than_a_day():
    morning, meal, afternoon = (
        Slot(4, False, 8, 12),
        Slot(2, True, 12, 14),
        Slot(4, False, 14, 18),
    )
    assert wednesday_hours([morning, meal, afternoon], CAPS) == [4, 2, 3]


def test_no_cap():
    assert wednesday_hours([Slot(10, True), Slot(6, False)], Caps(0, 0)) == [10, 6]


@given(
    st.lists(
        st.builds(
            Slot,
            st.floats(0, 12),
            st.booleans(),
            st.floats(0, 12),
            st.floats(12, 24),
        ),
        max_size=4,
    )
)
def test_never_more_than_the_caps_nor_than_the_slot(slots):
    counted = wednesday_hours(slots, CAPS)
    assert sum(counted) <= CAPS.day + 1e-9
    for slot, hours in zip(slots, counted, strict=True):
        assert 0 <= hours <= slot.hours
