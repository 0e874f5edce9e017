"""What is true of every price, and a slow second opinion on each."""

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import ceil

import pytest
from espace_famille_billing_domain.pricing import (
    Adjustment,
    Gap,
    Grid,
    Line,
    NoPrice,
    Overlap,
    Rounding,
    Situation,
    explain,
    find_problems,
    price,
)
from hypothesis import assume, given
from hypothesis import strategies as st

CENT = Decimal("0.01")
EVENTS = ["planned", "late", "unplanned", "absence_unjustified", "absence_justified"]

amounts = st.decimals(0, 20, places=2)
quotients = st.decimals(0, 3000, places=2)
bounds = st.none() | st.sampled_from([Decimal(q) for q in (0, 300, 500, 1000, 2000)])
selectors = {
    "residency": st.sampled_from(["any", "resident", "non_resident"]),
    "sibling_rank_min": st.none() | st.integers(1, 3),
    "sibling_rank_max": st.none() | st.integers(1, 3),
    "pai": st.sampled_from([None, True, False]),
}
lines = st.builds(
    Line,
    st.sampled_from(["CANTINE", "GARDERIE"]),
    st.sampled_from(EVENTS),
    amounts,
    st.sampled_from(["fixed", "effort_rate"]),
    qf_min=bounds,
    qf_max=bounds,
    min_amount=st.none() | amounts,
    max_amount=amounts,
    unit=st.sampled_from(["session", "hour", "started_unit"]),
    unit_minutes=st.sampled_from([15, 30, 60]),
    grace_minutes=st.integers(0, 15),
    **selectors,
)
adjustments = st.builds(
    Adjustment,
    st.sampled_from(["percent", "amount", "set"]),
    st.decimals(-150, 150, places=1),
    product=st.sampled_from([None, "CANTINE"]),
    event=st.sampled_from(["any", *EVENTS]),
    **selectors,
)
roundings = st.builds(
    Rounding,
    st.sampled_from([CENT, Decimal("0.05"), Decimal("0.1"), Decimal(1)]),
)
grids = st.builds(
    Grid, st.lists(lines, max_size=8), st.lists(adjustments, max_size=3), roundings
)
situations = st.builds(
    Situation,
    st.sampled_from(["CANTINE", "GARDERIE"]),
    st.sampled_from(EVENTS),
    st.none() | quotients,
    st.booleans(),
    st.integers(1, 4),
    st.booleans(),
    st.none() | st.integers(0, 300),
    st.sampled_from([Decimal(1), Decimal(2), Decimal("1.5")]),
)


# === The slow reference: exact fractions, every QF tried === #


def admits(rule, case):
    ranks = range(rule.sibling_rank_min or 0, (rule.sibling_rank_max or 99) + 1)
    return (
        rule.residency in ("any", "resident" if case.resident else "non_resident")
        and case.sibling_rank in ranks
        and rule.pai in (None, case.pai)
    )


def slow_amount(line, case, qf):
    unit = Fraction(line.amount)
    if line.kind == "effort_rate":
        unit = Fraction(line.max_amount)
        if qf is not None:
            rate = Fraction(qf) * Fraction(line.amount) / 100
            unit = min(max(rate, Fraction(line.min_amount or 0)), unit)
    if line.unit == "hour":
        return unit * Fraction(case.hours)
    if line.unit == "started_unit":
        minutes = case.duration_minutes
        minutes = case.hours * 60 if minutes is None else minutes
        paid = max(Fraction(minutes) - line.grace_minutes, 0)
        return unit * ceil(paid / line.unit_minutes)
    return unit


def slow_line(grid, case, qf):
    for event in (case.event, "planned"):
        own = [x for x in grid.lines if (x.product, x.event) == (case.product, event)]
        if own or case.event == "absence_justified":
            break
    for line in own:
        low = line.qf_min if line.qf_min is not None else Decimal("-Infinity")
        high = line.qf_max if line.qf_max is not None else Decimal("Infinity")
        if low <= qf < high and admits(line, case):
            return line
    return None


def slow_price(grid, case):
    """Return the exact price before rounding, None where there is none."""
    events = {line.event for line in grid.lines if line.product == case.product}
    if case.event == "absence_justified" and case.event not in events:
        return Fraction(0)
    tried = range(-1, 3002) if case.qf is None else [case.qf]
    found = {slow_line(grid, case, qf) for qf in tried} - {None}
    if not found:
        return None
    total, line = max(
        ((slow_amount(line, case, case.qf), line) for line in found),
        key=lambda pair: pair[0],
    )
    minutes = case.duration_minutes
    minutes = case.hours * 60 if minutes is None else minutes
    if line.unit == "started_unit" and minutes <= line.grace_minutes:
        return Fraction(0)
    for rule in grid.adjustments:
        touched = rule.product in (None, case.product)
        if touched and rule.event in ("any", case.event) and admits(rule, case):
            total = {
                "percent": total * (100 + Fraction(rule.value)) / 100,
                "amount": total + Fraction(rule.value),
                "set": Fraction(rule.value),
            }[rule.operation]
            total = max(total, Fraction(0))
    return total


def rounded_half_up(exact, step):
    steps = exact / Fraction(step)
    return int(steps + Fraction(1, 2)) * step


@given(grids, situations)
def test_the_price_is_that_of_a_slow_reckoning(grid, case):
    expected = slow_price(grid, case)
    if expected is None:
        with pytest.raises(NoPrice):
            price(grid, case)
        return
    # A line that costs nothing may tie with one of no duration, which is not
    # adjusted: without QF, compare what comes before the adjustments.
    if grid.adjustments and case.qf is None:
        grid = replace(grid, adjustments=())
        expected = slow_price(grid, case)
    assert price(grid, case).amount == rounded_half_up(expected, grid.rounding.step)


@given(grids, situations)
def test_a_price_is_never_negative_and_has_two_decimals(grid, case):
    try:
        found = price(grid, case)
    except NoPrice:
        return
    assert found.amount >= 0 and not found.amount.is_signed()
    assert found.amount.as_tuple().exponent == -2
    assert found.amount % grid.rounding.step == 0
    assert explain(found)


@given(grids, situations)
def test_the_details_of_a_price_make_its_amount(grid, case):
    """Rounded once: redo the reckoning from what is frozen on the charge."""
    grid = replace(grid, rounding=Rounding())
    try:
        found = price(grid, case)
    except NoPrice:
        return
    total = found.unit_price * found.quantity
    for rule in found.adjustments:
        total = {
            "percent": total * (100 + rule.value) / 100,
            "amount": total + rule.value,
            "set": rule.value,
        }[rule.operation]
        total = max(total, Decimal(0))
    assert found.amount == total.quantize(CENT, ROUND_HALF_UP)


@given(lines, situations, quotients, quotients)
def test_an_effort_rate_grows_with_the_qf_and_none_pays_most(line, case, one, other):
    line = replace(
        line,
        product=case.product,
        event=case.event,
        kind="effort_rate",
        qf_min=None,
        qf_max=None,
    )
    assume(admits(line, case))
    assume(line.min_amount is None or line.min_amount <= line.max_amount)
    grid = Grid([line])
    low, high = sorted([one, other])
    prices = [price(grid, case._replace(qf=qf)).amount for qf in (low, high, None)]
    assert prices == sorted(prices)


@given(grids, situations, quotients)
def test_giving_a_qf_never_costs_more(grid, case, qf):
    """Whatever the grid: without QF the family pays the dearest bracket."""
    grid = replace(grid, adjustments=())
    try:
        known = price(grid, case._replace(qf=qf))
    except NoPrice:
        return
    assert known.amount <= price(grid, case._replace(qf=None)).amount


@given(st.lists(st.tuples(bounds, bounds), min_size=1, max_size=5))
def test_a_grid_without_problem_prices_every_qf_exactly_once(brackets):
    found = [
        Line("CANTINE", "planned", Decimal(1), qf_min=start, qf_max=end)
        for start, end in brackets
        if end is None or (start or 0) < end
    ]
    assume(found)
    matches = [
        sum(
            (line.qf_min or 0) <= qf and (line.qf_max is None or qf < line.qf_max)
            for line in found
        )
        for qf in range(0, 3001, 100)
    ]
    kinds = {type(problem) for problem in find_problems(found)}
    assert (Gap in kinds) == (min(matches) == 0)
    assert (Overlap in kinds) == (max(matches) > 1)
