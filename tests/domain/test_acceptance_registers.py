"""Registers as ONDE and town halls write them are read as they are meant."""

import json
import os
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from espace_famille_billing_domain.quotient_import import parse_value
from espace_famille_domain.register import columns, reading, table

DATA = Path(__file__).resolve().parents[1] / "data"
FOLDER = Path(os.environ.get("ACCEPTANCE_DIR") or DATA) / "registers"
CASES = [
    json.loads(path.read_text(encoding="utf-8"))
    for path in sorted(FOLDER.glob("*.json"))
]
TODAY = date(2026, 11, 30)


def read(case):
    layouts = [
        columns.lay_out(one, case.get("columns"))
        for name in case["files"]
        for one in table.open_file(name, (FOLDER / name).read_bytes())
    ]
    return reading.read(layouts, TODAY, amount=parse_value)


def names(found, household):
    return sorted(found.guardians[number].name for number in household.guardians)


def told_children(found):
    """Say of each child what the cases say; homes by the names of their guardians."""
    return [
        (
            child.name,
            child.birth.isoformat(),
            child.level,
            child.school_class,
            sorted(names(found, found.households[n]) for n in child.households),
        )
        for child in found.children
    ]


def test_there_are_cases():
    assert CASES


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_acceptance_registers(case):
    found, expected = read(case), case["expected"]
    families = expected["families"]
    assert Counter(tuple(names(found, home)) for home in found.households) == Counter(
        tuple(sorted(family)) for family in families
    )
    assert sorted(told_children(found)) == sorted(
        (
            child["name"],
            child["birth"],
            child["level"],
            child["school_class"],
            sorted(sorted(families[number]) for number in child["families"]),
        )
        for child in expected["children"]
    )
    guardians = {guardian.name: guardian for guardian in found.guardians}
    for name, phones in expected["phones"].items():
        assert list(guardians[name].phones) == phones
    for name, email in expected["emails"].items():
        assert guardians[name].email == email
    problems = [[one.file, one.line, one.column] for one in found.problems]
    assert problems == expected["problems"]
    custody = sorted(child.name for child in found.custody_to_set)
    assert custody == sorted(expected["custody_to_set"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_acceptance_registers_quotients(case):
    found, expected = read(case), case["expected"]
    told = sorted(
        (names(found, home), home.quotient)
        for home in found.households
        if home.quotient is not None
    )
    assert told == sorted(
        (sorted(expected["families"][int(number)]), Decimal(value))
        for number, value in expected.get("quotients", {}).items()
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_acceptance_registers_leave_no_column_open(case):
    """What ONDE and a usual sheet write is recognised without being told."""
    for name in case["files"]:
        for one in table.open_file(name, (FOLDER / name).read_bytes()):
            laid = columns.lay_out(one)
            fields = {column.header: column.field for column in laid.columns}
            assert None not in fields.values(), fields
            chosen = case.get("columns") or fields
            assert {header: fields[header] for header in chosen} == chosen
