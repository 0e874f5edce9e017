"""What a credit lowers: the income of its year, or nothing of a year that is closed."""

from datetime import date

import pytest
from espace_famille_billing_domain import budget


@pytest.mark.parametrize(
    ("booked", "day", "former"),
    [
        # LAW.md 4: 673 titles cancelled of former years, same year: reduce 7067.
        (date(2027, 1, 1), date(2027, 12, 31), False),
        (date(2027, 12, 31), date(2028, 1, 1), True),
        (date(2025, 6, 1), date(2027, 6, 1), True),
    ],
)
def test_a_budget_year_is_a_civil_year(booked, day, former):
    assert budget.is_of_former_year(booked, day) == former
