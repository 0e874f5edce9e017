"""The tariffs of real communes, worked out by hand, all hold."""

import json
import os
from decimal import Decimal
from pathlib import Path

import pytest
from espace_famille_billing_domain import pricing

DATA = Path(__file__).resolve().parents[1] / "data"
FOLDER = Path(os.environ.get("ACCEPTANCE_DIR") or DATA)
TARIFFS = json.loads((FOLDER / "tariffs.json").read_text(encoding="utf-8"))

DECIMALS = {"amount", "value", "qf", "qf_min", "qf_max", "min_amount", "max_amount"}


def decimals(fields):
    return {
        name: Decimal(value) if name in DECIMALS and value is not None else value
        for name, value in fields.items()
    }


def grid_of(tariff):
    lines = [
        pricing.Line(**{k: v for k, v in decimals(line).items() if k != "hours"})
        for line in tariff["lines"]
    ]
    adjustments = [pricing.Adjustment(**decimals(a)) for a in tariff["adjustments"]]
    step, mode = Decimal(tariff["rounding"]["step"]), tariff["rounding"]["mode"]
    return pricing.Grid(lines, adjustments, pricing.Rounding(step, mode))


def situation_of(tariff, case):
    """Build the situation; the hours of a product stand on its lines."""
    fields = {k: v for k, v in decimals(case).items() if k != "expected"}
    hours = (
        line["hours"]
        for line in tariff["lines"]
        if line["product"] == case["product"] and line.get("hours") is not None
    )
    fields.setdefault("hours", Decimal(str(next(hours, 1))))
    return pricing.Situation(**fields)


def case_id(tariff, case):
    facts = {k: v for k, v in case.items() if k not in ("expected", "resident")}
    told = (f"{k}={v}" for k, v in facts.items() if v not in (None, False))
    return f"{tariff['name']}-{'-'.join(told)}"


@pytest.mark.parametrize(
    "tariff, case",
    [
        pytest.param(tariff, case, id=case_id(tariff, case))
        for tariff in TARIFFS
        for case in tariff["cases"]
    ],
)
def test_acceptance_tariffs(tariff, case):
    found = pricing.price(grid_of(tariff), situation_of(tariff, case))
    assert found.amount == Decimal(case["expected"])
    assert pricing.explain(found)


@pytest.mark.parametrize("tariff", TARIFFS, ids=lambda tariff: tariff["name"])
def test_acceptance_tariffs_have_neither_gap_nor_overlap(tariff):
    """A price of its own for a PAI does not make a gap or an overlap."""
    assert pricing.find_problems(grid_of(tariff).lines) == []
