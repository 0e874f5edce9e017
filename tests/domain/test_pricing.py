"""Lines, brackets, units, adjustments, fallbacks and refusals of a grid."""

from decimal import Decimal as D

import pytest
from espace_famille_billing_domain.pricing import (
    Adjustment,
    EmptyBracket,
    Gap,
    Grid,
    Line,
    NoCeiling,
    NoPrice,
    Overlap,
    Rounding,
    Situation,
    explain,
    find_problems,
    price,
)

LOW = Line("GARDERIE", "planned", D("0.60"), qf_max=D(500), unit="hour")
MIDDLE = Line(
    "GARDERIE", "planned", D("0.65"), qf_min=D(500), qf_max=D(1001), unit="hour"
)
HIGH = Line("GARDERIE", "planned", D("0.80"), qf_min=D(1001), unit="hour")
CARE = Grid([LOW, MIDDLE, HIGH])

MEAL = Line("CANTINE", "planned", D("3.60"))
UNBOOKED = Line("CANTINE", "unplanned", D("5.40"))
CANTEEN = Grid([MEAL, UNBOOKED])

EFFORT = Line(
    "CANTINE",
    "planned",
    D("0.36"),
    "effort_rate",
    min_amount=D("2.60"),
    max_amount=D("4.50"),
)
HALF_HOURS = Line(
    "GARDERIE",
    "planned",
    D("1.15"),
    unit="started_unit",
    unit_minutes=30,
    grace_minutes=5,
)


def amount(grid, product, event="planned", **facts):
    return price(grid, Situation(product, event, **facts)).amount


# === Choice of the line === #


@pytest.mark.parametrize("event", ["late", "unplanned", "absence_unjustified"])
def test_an_event_without_lines_costs_as_planned(event):
    found = price(Grid([MEAL]), Situation("CANTINE", event))
    assert (found.amount, found.event, found.line) == (D("3.60"), event, MEAL)


def test_an_event_with_lines_does_not_fall_back():
    grid = Grid([MEAL, Line("CANTINE", "unplanned", D("5.40"), qf_max=D(500))])
    with pytest.raises(NoPrice):
        price(grid, Situation("CANTINE", "unplanned", qf=D(600)))


def test_a_justified_absence_is_not_due_unless_the_grid_says_so():
    free = price(CANTEEN, Situation("CANTINE", "absence_justified"))
    assert (free.amount, free.line) == (D(0), None)
    kept = Grid([MEAL, Line("CANTINE", "absence_justified", D("1.00"))])
    assert amount(kept, "CANTINE", "absence_justified") == D("1.00")


def test_no_price_carries_what_a_message_needs():
    with pytest.raises(NoPrice) as caught:
        price(CANTEEN, Situation("MERCREDI", "late", qf=D(700)))
    error = caught.value
    assert (error.product, error.event, error.qf) == ("MERCREDI", "late", D(700))


def test_the_first_line_that_matches_wins():
    resident = Line("CANTINE", "planned", D("3.00"), residency="resident")
    outside = Line("CANTINE", "planned", D("6.00"), residency="non_resident")
    grid = Grid([resident, MEAL, outside])
    assert amount(grid, "CANTINE", resident=True) == D("3.00")
    assert amount(grid, "CANTINE", resident=False) == D("3.60")


def test_sibling_ranks_include_both_ends():
    second_or_third = Line(
        "CANTINE", "planned", D("3.00"), sibling_rank_min=2, sibling_rank_max=3
    )
    grid = Grid([second_or_third, MEAL])
    prices = [amount(grid, "CANTINE", sibling_rank=rank) for rank in (1, 2, 3, 4)]
    assert prices == [D("3.60"), D("3.00"), D("3.00"), D("3.60")]


def test_without_qf_the_dearest_bracket_even_if_it_is_not_the_last():
    grid = Grid([HIGH, LOW, MIDDLE])
    assert amount(grid, "GARDERIE", hours=D(2)) == D("1.60")


def test_without_qf_a_line_hidden_behind_another_is_not_charged():
    own_lunch = Line("CANTINE", "planned", D("1.75"), pai=True)
    grid = Grid([own_lunch, EFFORT])
    assert amount(grid, "CANTINE", pai=True) == D("1.75")
    assert amount(grid, "CANTINE", pai=False) == D("4.50")


def test_without_qf_the_general_line_that_follows_a_helped_bracket_is_charged():
    one_euro = Line("CANTINE", "planned", D("1.00"), qf_max=D(1000))
    assert amount(Grid([one_euro, MEAL]), "CANTINE") == D("3.60")


def test_without_qf_an_effort_rate_without_maximum_ends_with_its_bracket():
    rate = Line("CANTINE", "planned", D("0.36"), "effort_rate", qf_max=D(1000))
    beyond = Line("CANTINE", "planned", D("3.50"), qf_min=D(1000))
    assert amount(Grid([rate, beyond]), "CANTINE") == D("3.60")
    with pytest.raises(NoPrice):
        amount(Grid([Line("CANTINE", "planned", D("0.36"), "effort_rate")]), "CANTINE")


# === Units === #


@pytest.mark.parametrize(
    "minutes, units",
    [(0, 0), (5, 0), (6, 1), (35, 1), (36, 2), (None, 2)],
)
def test_grace_is_deducted_before_the_units_begun_are_counted(minutes, units):
    found = price(
        Grid([HALF_HOURS]),
        Situation("GARDERIE", duration_minutes=minutes, hours=D(1)),
    )
    assert (found.quantity, found.amount) == (units, units * D("1.15"))


def test_the_rounding_comes_once_after_the_hours():
    rate = Line(
        "GARDERIE", "planned", D("0.0333"), "effort_rate", max_amount=D(2), unit="hour"
    )
    found = price(Grid([rate]), Situation("GARDERIE", qf=D(1000), hours=D("2.5")))
    assert found.unit_price == D("0.333")
    assert found.amount == D("0.83")  # 0.8325; 0.33 × 2.5 would make 0.825


# === Adjustments and rounding === #


def test_adjustments_apply_in_their_order():
    half, less = Adjustment("percent", D(-50)), Adjustment("amount", D("-0.60"))
    assert amount(Grid([MEAL], [half, less]), "CANTINE") == D("1.20")
    assert amount(Grid([MEAL], [less, half]), "CANTINE") == D("1.50")
    assert amount(Grid([MEAL], [Adjustment("set", D(1)), half]), "CANTINE") == D("0.50")


def test_a_reduction_never_makes_a_price_negative():
    assert amount(Grid([MEAL], [Adjustment("amount", D(-5))]), "CANTINE") == D(0)


def test_a_floor_limits_the_reductions_before_it_and_raises_nothing():
    half = Adjustment("percent", D(-50))
    floor = Adjustment("floor", D("2.00"))
    assert amount(Grid([MEAL], [half, floor]), "CANTINE") == D("2.00")
    # What comes after the floor is not held by it.
    assert amount(Grid([MEAL], [floor, half]), "CANTINE") == D("1.80")
    # The grid itself asks 3.60: a floor above it is no surcharge.
    dear = Adjustment("floor", D("9.00"))
    assert amount(Grid([MEAL], [half, dear]), "CANTINE") == D("3.60")
    assert price(Grid([MEAL], [dear]), Situation("CANTINE")).adjustments == ()


def test_floors_make_a_second_grid_by_quotient():
    half = Adjustment("percent", D(-50))
    low = Adjustment("floor", D("2.00"), qf_max=D(500))
    high = Adjustment("floor", D("3.00"), qf_min=D(500))
    grid = Grid([MEAL], [half, low, high])
    asked = {
        qf: price(grid, Situation("CANTINE", qf=qf)).amount
        for qf in (D(0), D("499.99"), D(500), None)
    }
    # Without a quotient the dearest is asked, and the highest floor holds.
    assert asked == {
        D(0): D("2.00"),
        D("499.99"): D("2.00"),
        D(500): D("3.00"),
        None: D("3.00"),
    }


def test_a_reduction_of_a_bracket_is_not_for_who_gave_no_quotient():
    half = Adjustment("percent", D(-50), qf_max=D(500))
    more = Adjustment("amount", D(1), qf_min=D(500))
    grid = Grid([MEAL], [half, more])
    asked = [
        price(grid, Situation("CANTINE", qf=qf)).amount for qf in (D(1), D(500), None)
    ]
    assert asked == [D("1.80"), D("4.60"), D("4.60")]


@pytest.mark.parametrize(
    "value, expected", [("1.80", "1.80"), ("1.81", "0.00"), ("1.79", "1.80")]
)
def test_what_is_below_a_minimum_is_not_asked(value, expected):
    half, waived = Adjustment("percent", D(-50)), Adjustment("waive", D(value))
    assert amount(Grid([MEAL], [half, waived]), "CANTINE") == D(expected)


def test_what_a_reduction_could_not_take_is_not_owed_by_the_next_surcharge():
    taken, added = Adjustment("amount", D(-5)), Adjustment("amount", D(1))
    assert amount(Grid([MEAL], [taken, added]), "CANTINE") == D("1.00")


def test_an_adjustment_follows_the_event_that_happened():
    """A surcharge on the unbooked applies though the planned line serves."""
    surcharge = Adjustment("percent", D(50), event="unplanned")
    grid = Grid([MEAL], [surcharge])
    assert amount(grid, "CANTINE") == D("3.60")
    assert amount(grid, "CANTINE", "unplanned") == D("5.40")


def test_an_adjustment_only_touches_what_it_selects():
    other = Adjustment("set", D(0), product="GARDERIE")
    eldest = Adjustment("set", D(0), sibling_rank_min=2)
    outside = Adjustment("set", D(0), residency="non_resident")
    own_lunch = Adjustment("set", D(0), pai=True)
    grid = Grid([MEAL], [other, eldest, outside, own_lunch])
    found = price(grid, Situation("CANTINE"))
    assert (found.amount, found.adjustments) == (D("3.60"), ())


def test_nothing_is_added_to_a_presence_of_no_duration():
    grid = Grid([HALF_HOURS], [Adjustment("amount", D(1))])
    assert amount(grid, "GARDERIE", duration_minutes=0) == D(0)


@pytest.mark.parametrize(
    "step, mode, expected",
    [
        ("0.01", "half_up", "1.53"),
        ("0.01", "half_even", "1.52"),
        ("0.01", "down", "1.52"),
        ("0.01", "up", "1.53"),
        ("0.05", "half_up", "1.55"),
        ("0.10", "down", "1.50"),
        ("1", "up", "2.00"),
    ],
)
def test_rounding_steps_and_modes(step, mode, expected):
    assert str(Rounding(D(step), mode).apply(D("1.525"))) == expected


# === Refusals === #


@pytest.mark.parametrize(
    "build",
    [
        lambda: Line("CANTINE", "eaten", D(1)),
        lambda: Line("CANTINE", "planned", D(1), "free"),
        lambda: Line("CANTINE", "planned", D(1), unit="week"),
        lambda: Line("CANTINE", "planned", D(1), unit="started_unit"),
        lambda: Line("CANTINE", "planned", D(1), residency="local"),
        lambda: Adjustment("divide", D(2)),
        lambda: Adjustment("set", D(2), event="eaten"),
        lambda: Rounding(D("0.001")),
        lambda: Rounding(D(0)),
        lambda: Rounding(mode="nearest"),
    ],
)
def test_nonsense_is_refused(build):
    with pytest.raises(ValueError):
        build()


def told(problem):
    return (
        type(problem),
        problem.product,
        problem.event,
        problem.qf_min,
        problem.qf_max,
    )


def problems_of(*lines):
    return [told(problem) for problem in find_problems(lines)]


def bracket(start, end, product="GARDERIE", **fields):
    qf = {"qf_min": start, "qf_max": end}
    fields |= {name: None if at is None else D(at) for name, at in qf.items()}
    return Line(product, "planned", D(1), **fields)


def place(kind, start, end):
    bounds = [None if at is None else D(at) for at in (start, end)]
    return (kind, "GARDERIE", "planned", *bounds)


def test_a_complete_grid_has_no_problem():
    assert problems_of(LOW, MIDDLE, HIGH, MEAL, UNBOOKED) == []
    assert problems_of(bracket(0, 500), bracket(500, None)) == []


def test_gaps_are_found_below_between_and_above():
    assert problems_of(bracket(100, 500), bracket(600, 1000)) == [
        place(Gap, 0, 100),
        place(Gap, 500, 600),
        place(Gap, 1000, None),
    ]


def test_overlaps_and_duplicates_are_found():
    assert problems_of(bracket(None, 600), bracket(500, None)) == [
        place(Overlap, 500, 600)
    ]
    assert problems_of(MEAL, MEAL) == [(Overlap, "CANTINE", "planned", None, None)]
    assert problems_of(
        bracket(None, 1000), bracket(100, 200), bracket(300, 400), bracket(1000, None)
    ) == [place(Overlap, 100, 200), place(Overlap, 300, 400)]


def test_an_overlap_names_its_two_lines():
    first, second = bracket(None, 600), bracket(500, None)
    [overlap] = find_problems([second, first])
    assert overlap.lines == (first, second)


def test_only_lines_of_the_same_selectors_are_compared():
    residents = [bracket(None, 500, residency="resident")]
    residents.append(bracket(500, None, residency="resident"))
    outside = bracket(None, None, residency="non_resident")
    assert problems_of(*residents, outside) == []


def test_a_wider_line_fills_a_gap():
    helped = bracket(None, 500, residency="resident")
    assert problems_of(helped, bracket(None, None)) == []
    assert problems_of(helped, bracket(None, None, residency="non_resident")) == [
        place(Gap, 500, None)
    ]


def test_a_line_that_is_not_wider_in_all_fills_no_gap():
    helped = bracket(None, 500)
    for narrower in (
        {"pai": True},
        {"sibling_rank_min": 2},
        {"sibling_rank_max": 2},
        {"residency": "resident"},
    ):
        lines = [helped, bracket(None, None, **narrower)]
        assert problems_of(*lines) == [place(Gap, 500, None)]


def test_an_empty_bracket_is_found():
    assert problems_of(bracket(500, 500), bracket(None, None)) == [
        place(EmptyBracket, 500, 500)
    ]


def test_an_effort_rate_that_knows_no_maximum_is_found():
    rate = Line("GARDERIE", "planned", D("0.3"), "effort_rate")
    assert problems_of(rate) == [place(NoCeiling, None, None)]


# === Explanation === #


def said(grid, *facts, subject="Accueil", **more):
    sentence = explain(price(grid, Situation(*facts, **more)), subject)
    return sentence.replace("\N{NO-BREAK SPACE}", " ")


def test_brackets_are_told_as_the_guide_prints_them():
    two_hours = {"hours": D(2)}
    assert said(CARE, "GARDERIE", "planned", D(750), **two_hours) == (
        "QF 750 (tranche 500 à 1000), 0,65 €/h × 2 h = 1,30 €"
    )
    assert said(CARE, "GARDERIE", "planned", D(499)) == (
        "QF 499 (tranche 0 à 499), 0,60 €/h × 1 h"
    )
    assert said(CARE, "GARDERIE", "planned", D("1200.50"), **two_hours) == (
        "QF 1200,5 (tranche à partir de 1001), 0,80 €/h × 2 h = 1,60 €"
    )
    assert said(CARE, "GARDERIE") == ("QF non fourni : tarif maximum, 0,80 €/h × 1 h")


def test_a_bound_that_is_no_integer_is_told_as_it_is():
    grid = Grid([bracket(None, "500.50"), bracket("500.50", None)])
    assert said(grid, "GARDERIE", "planned", D(500)) == (
        "QF 500 (tranche 0 à moins de 500,5), 1,00 €"
    )


@pytest.mark.parametrize(
    "event, sentence",
    [
        ("planned", "Repas réservé : 3,60 €"),
        ("late", "Repas réservé hors délai : 3,60 €"),
        ("unplanned", "Repas non réservé : 5,40 €"),
        ("absence_unjustified", "Absence injustifiée : 3,60 €"),
        ("absence_justified", "Absence justifiée : non facturée"),
    ],
)
def test_what_happened_is_told(event, sentence):
    assert said(CANTEEN, "CANTINE", event, subject="Repas") == sentence


def test_an_unbooked_price_that_depends_on_the_qf_tells_both():
    assert said(CARE, "GARDERIE", "unplanned", D(750)) == (
        "Accueil non réservé, QF 750 (tranche 500 à 1000), 0,65 €/h × 1 h"
    )


@pytest.mark.parametrize(
    "qf, sentence",
    [
        (D(1125), "QF 1125 × 0,36 % = 4,05 €"),
        (D(1179), "QF 1179 × 0,36 % = 4,24 €"),
        (D(300), "QF 300 × 0,36 %, minimum 2,60 €"),
        (D(2000), "QF 2000 × 0,36 %, maximum 4,50 €"),
        (None, "QF non fourni : tarif maximum, 4,50 €"),
    ],
)
def test_an_effort_rate_is_told(qf, sentence):
    assert said(Grid([EFFORT]), "CANTINE", "planned", qf) == sentence


@pytest.mark.parametrize(
    "minutes, sentence",
    [
        (0, "Accueil réservé : 1,15 € × 0 demi-heure commencée = 0,00 €"),
        (30, "Accueil réservé : 1,15 € × 1 demi-heure commencée"),
        (70, "Accueil réservé : 1,15 € × 3 demi-heures commencées = 3,45 €"),
    ],
)
def test_units_begun_are_told(minutes, sentence):
    found = said(Grid([HALF_HOURS]), "GARDERIE", duration_minutes=minutes)
    assert found == sentence


@pytest.mark.parametrize(
    "operation, value, told_as",
    [
        ("percent", "-50", "réduction de 50 % = 1,80 €"),
        ("percent", "25", "majoration de 25 % = 4,50 €"),
        ("amount", "-0.5", "réduction de 0,50 € = 3,10 €"),
        ("set", "2", "prix fixé à 2,00 € = 2,00 €"),
    ],
)
def test_adjustments_are_told(operation, value, told_as):
    grid = Grid([MEAL], [Adjustment(operation, D(value))])
    assert (
        said(grid, "CANTINE", subject="Repas") == f"Repas réservé : 3,60 €, {told_as}"
    )


def test_what_limits_a_reduction_is_told_with_its_bracket():
    half = Adjustment("percent", D(-50))
    floor = Adjustment("floor", D(2), qf_min=D(500))
    waive = Adjustment("waive", D("1.90"))
    assert said(Grid([MEAL], [half, floor]), "CANTINE", "planned", D(600)) == (
        "Accueil réservé : 3,60 €, réduction de 50 %, pas moins de 2,00 € "
        "(tranche à partir de 500) = 2,00 €"
    )
    assert said(Grid([MEAL], [half, waive]), "CANTINE") == (
        "Accueil réservé : 3,60 €, réduction de 50 %, "
        "non demandé en dessous de 1,90 € = 0,00 €"
    )


def test_amounts_are_printed_in_french():
    dear = Grid([Line("SÉJOUR", "planned", D("1234.5"))])
    sentence = explain(price(dear, Situation("SÉJOUR")))
    assert sentence == "Accueil réservé\u00a0: 1\u00a0234,50\u00a0€"
