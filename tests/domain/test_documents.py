"""A document counts for the day of the service, and says what is wrong with it."""

from datetime import date, timedelta

import pytest
from espace_famille_domain.documents import (
    Lack,
    Paper,
    expiry,
    lack,
    provisional_until,
)
from hypothesis import given
from hypothesis import strategies as st

AUGUST = date(2027, 8, 31)
SEPTEMBER = date(2027, 9, 1)
INSURANCE = Paper(date(2026, 9, 1), AUGUST)
REFUSED = Paper(date(2026, 9, 1), AUGUST, refused="illegible")

days = st.dates(date(2020, 1, 1), date(2035, 12, 31))


def test_nothing_received_is_missing():
    assert lack([], SEPTEMBER) == Lack("missing")


def test_an_insurance_that_ends_in_august_does_not_cover_september():
    assert lack([INSURANCE], AUGUST) is None
    assert lack([INSURANCE], SEPTEMBER) == Lack("expired", day=AUGUST)


def test_one_for_later_does_not_cover_today():
    assert lack([Paper(SEPTEMBER)], AUGUST) == Lack("missing")


def test_a_refused_one_says_why():
    assert lack([REFUSED], AUGUST) == Lack("refused", words="illegible")


def test_another_that_counts_heals_a_refused_one():
    assert lack([REFUSED, INSURANCE], AUGUST) is None
    assert lack([INSURANCE, REFUSED], AUGUST) is None


def test_the_newest_says_what_to_do():
    assert lack([REFUSED, INSURANCE], SEPTEMBER).code == "expired"
    assert lack([INSURANCE, REFUSED], SEPTEMBER).code == "refused"


@pytest.mark.parametrize(
    ("day", "validity", "months", "year_end", "expected"),
    [
        (date(2026, 9, 15), "unlimited", 0, None, None),
        (date(2026, 9, 15), "months", 12, None, date(2027, 9, 14)),
        (date(2026, 8, 31), "months", 6, None, date(2027, 2, 28)),
        (date(2026, 9, 15), "school_year", 0, None, date(2027, 8, 31)),
        (date(2027, 3, 1), "school_year", 0, None, date(2027, 8, 31)),
        (date(2027, 8, 20), "school_year", 0, None, date(2028, 8, 31)),
        (date(2027, 3, 1), "school_year", 0, date(2027, 9, 2), date(2027, 9, 2)),
    ],
)
def test_expiry(day, validity, months, year_end, expected):
    assert expiry(day, validity, months, year_end) == expected


@given(days, st.integers(1, 60))
def test_so_many_months_end_before_the_month_after(day, months):
    end = expiry(day, "months", months, None)
    lived = (end.year - day.year) * 12 + end.month - day.month
    assert lived in (months - 1, months)
    assert day < end + timedelta(days=1)
    assert Paper(day, end).covers(end) and not Paper(day, end).covers(
        end + timedelta(days=1)
    )


@pytest.mark.parametrize(
    "admitted, papers, months, until",
    [
        (date(2026, 9, 1), [], 3, date(2026, 11, 30)),
        (date(2026, 11, 30), [], 3, date(2027, 2, 28)),
        (date(2026, 9, 1), [], 0, None),
        # A vaccination that ended: the months count from the day after.
        (date(2026, 9, 1), [Paper(None, date(2027, 1, 31))], 3, date(2027, 4, 30)),
        # One that ended before the child came, or was refused, gives no more time.
        (date(2026, 9, 1), [Paper(None, date(2025, 1, 31))], 3, date(2026, 11, 30)),
        (date(2026, 9, 1), [REFUSED], 3, date(2026, 11, 30)),
    ],
)
def test_a_provisional_admission_lasts_so_many_months(admitted, papers, months, until):
    assert provisional_until(admitted, papers, months) == until
