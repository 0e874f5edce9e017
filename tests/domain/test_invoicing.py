from datetime import date, timedelta
from decimal import Decimal

import pytest
from espace_famille_billing_domain.invoicing import (
    CREDIT_NOTE,
    INVOICE,
    NOTHING,
    REPORT,
    is_whole_month,
    move_to_working_day,
    outcome,
    previous_month,
)
from hypothesis import given
from hypothesis import strategies as st

EUROS = st.decimals(-100, 100, places=2)


@pytest.mark.parametrize(
    ("amounts", "minimum", "expected"),
    [
        ([], "15", NOTHING),
        (["14.99"], "15", REPORT),
        (["15"], "15", INVOICE),
        (["10", "5"], "15", INVOICE),
        (["20", "-5.01"], "15", REPORT),
        (["3.60"], "0", INVOICE),
        (["3.60", "-3.60"], "0", REPORT),
        (["-0.01"], "15", CREDIT_NOTE),
        (["3.60", "-5.40"], "0", CREDIT_NOTE),
    ],
)
def test_what_becomes_of_what_waits(amounts, minimum, expected):
    assert outcome(map(Decimal, amounts), Decimal(minimum)) == expected


@pytest.mark.parametrize("amounts", [["3.60"], ["0.01"], ["3.60", "-3.59"]])
def test_the_last_run_carries_nothing_that_is_owed_over(amounts):
    assert outcome(map(Decimal, amounts), Decimal(15), is_last=True) == INVOICE


@pytest.mark.parametrize("is_last", [False, True])
def test_there_is_no_invoice_of_nothing(is_last):
    amounts = [Decimal("3.60"), Decimal("-3.60")]
    assert outcome(amounts, Decimal(0), is_last=is_last) == REPORT


@given(st.lists(EUROS, min_size=1), st.decimals(0, 50, places=2), st.booleans())
def test_who_is_owed_is_always_credited_and_nobody_else(amounts, minimum, is_last):
    found = outcome(amounts, minimum, is_last)
    assert (found == CREDIT_NOTE) == (sum(amounts) < 0)
    if found == REPORT:
        assert sum(amounts) == 0 or (sum(amounts) < minimum and not is_last)
    assert found != INVOICE or sum(amounts) > 0


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_the_month_before_is_whole_and_ends_the_day_before_this_one(day):
    first, last = previous_month(day)
    assert last + timedelta(days=1) == day.replace(day=1)
    assert is_whole_month(first, last)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2027, 1, 2), date(2027, 1, 31)),
        (date(2027, 1, 1), date(2027, 1, 30)),
        (date(2027, 1, 1), date(2027, 2, 28)),
    ],
)
def test_part_of_a_month_is_not_a_month(first, last):
    assert not is_whole_month(first, last)


@pytest.mark.parametrize(
    "day, direction, expected",
    [
        # Saturday 1 May 2027, a public holiday; Friday and Monday are worked.
        (date(2027, 5, 1), "as_is", date(2027, 5, 1)),
        (date(2027, 5, 1), "before", date(2027, 4, 30)),
        (date(2027, 5, 1), "after", date(2027, 5, 3)),
        (date(2027, 5, 4), "before", date(2027, 5, 4)),
        # Nothing is due before it is invoiced, on Thursday 29 April.
        (date(2027, 4, 28), "before", date(2027, 4, 29)),
    ],
)
def test_a_day_off_is_moved_to_a_day_that_is_worked(day, direction, expected):
    moved = move_to_working_day(
        day, direction, lambda d: d.weekday() < 5, earliest=date(2027, 4, 29)
    )
    assert moved == expected
