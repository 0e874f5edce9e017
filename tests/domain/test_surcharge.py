"""What surcharges need and may not exceed."""

from decimal import Decimal as D

import pytest
from espace_famille_billing_domain import surcharge
from espace_famille_billing_domain.pricing import Adjustment, Grid, Line

MEAL = "meal"
PLAIN = Line(MEAL, "planned", D("3.60"))


@pytest.mark.parametrize(
    ("lines", "changes", "found"),
    [
        ([PLAIN], [], False),
        ([PLAIN, Line(MEAL, "unplanned", D("5.40"))], [], True),
        ([PLAIN, Line(MEAL, "absence_justified", D(0))], [], False),
        ([PLAIN, Line(MEAL, "late", D(0))], [], False),
        ([PLAIN], [Adjustment("percent", D(-50))], False),
        ([PLAIN], [Adjustment("percent", D(50), event="late")], True),
        ([PLAIN], [Adjustment("amount", D(2))], True),
        ([PLAIN], [Adjustment("set", D(1))], False),
    ],
)
def test_what_is_dearer_than_a_booking_in_time_is_a_surcharge(lines, changes, found):
    assert surcharge.has_surcharge(Grid(lines, changes)) == found


def test_a_meal_does_not_cost_more_than_it_costs_the_commune():
    """R531-53 Code de l'éducation, modulation included (LAW.md 2)."""
    grid = Grid([PLAIN, Line(MEAL, "unplanned", D("9.10"))])
    assert surcharge.too_dear(grid, MEAL, D("9.10")) == []
    assert surcharge.too_dear(grid, MEAL, D("9.00")) == [("unplanned", D("9.10"))]
    # What has no price of its own costs what a booking does.
    assert [event for event, _price in surcharge.too_dear(grid, MEAL, D("3.00"))] == [
        "planned",
        "late",
        "unplanned",
        "absence_unjustified",
    ]


def test_the_dearest_family_counts_with_its_surcharges():
    grid = Grid(
        [
            Line(MEAL, "planned", D("2.00"), qf_max=D(500)),
            Line(MEAL, "planned", D("4.00"), qf_min=D(500)),
        ],
        [
            Adjustment("amount", D("3.00"), residency="non_resident"),
            Adjustment("percent", D(100), sibling_rank_min=3),
        ],
    )
    assert surcharge.too_dear(grid, MEAL, D("13.99"))[0] == ("planned", D("14.00"))
    assert surcharge.too_dear(grid, MEAL, D("14.00")) == []


def test_a_product_without_price_exceeds_nothing():
    assert surcharge.too_dear(Grid([PLAIN]), "other", D(0)) == []
