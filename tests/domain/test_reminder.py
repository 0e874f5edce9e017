"""Which reminder a family gets, for which invoices, and when none."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from espace_famille_billing_domain import reminder
from espace_famille_billing_domain.reminder import Invoice, Level
from hypothesis import given
from hypothesis import strategies as st

TODAY = date(2027, 3, 1)
FIRST = Level(1, 1, 10)
SECOND = Level(2, 2, 30)
NOTICE = Level(3, 3, 60, Decimal(15))
LEVELS = [NOTICE, FIRST, SECOND]


def invoice(key, late, left=20, **facts):
    return Invoice(key, TODAY - timedelta(days=late), Decimal(left), **facts)


def said(*invoices, **facts):
    found = reminder.verdict(invoices, LEVELS, TODAY, **facts)
    return found.level or found.reason


def test_an_old_debt_never_mentioned_gets_the_first_level():
    assert said(invoice(1, late=200)) == FIRST


def test_levels_are_climbed_one_at_a_time_as_the_days_pass():
    assert said(invoice(1, late=9)) == reminder.NOT_YET
    assert said(invoice(1, late=10)) == FIRST
    assert said(invoice(1, late=29, reached=1)) == reminder.NOT_YET
    assert said(invoice(1, late=30, reached=1)) == SECOND
    assert said(invoice(1, late=60, reached=2)) == NOTICE
    assert said(invoice(1, late=999, reached=3)) == reminder.ALL_SENT


def test_no_more_reminders_are_sent_than_the_act_of_the_regie_says():
    """LAW.md 1: acts seen fix one reminder and a delay."""
    assert said(invoice(1, late=40), at_most=1) == FIRST
    assert said(invoice(1, late=40, reached=1), at_most=1) == reminder.ALL_SENT
    assert said(invoice(1, late=40, reached=1), at_most=2) == SECOND


def test_the_highest_level_is_sent_for_its_own_invoices_only():
    found = reminder.verdict(
        [invoice(1, late=70, reached=2), invoice(2, late=12)], LEVELS, TODAY
    )
    assert (found.level, found.keys, found.amount) == (NOTICE, (1,), Decimal(20))


def test_a_level_under_its_minimum_leaves_room_for_the_one_below():
    small = invoice(1, late=70, left=5, reached=2)
    assert said(small) == reminder.BELOW_MINIMUM
    assert said(small, invoice(2, late=12)) == FIRST


def test_nothing_is_sent_for_what_is_not_due_disputed_paid_or_spared():
    assert said() == reminder.NOTHING_OVERDUE
    assert said(invoice(1, late=0)) == reminder.NOTHING_OVERDUE
    assert said(invoice(1, late=40, disputed=True)) == reminder.DISPUTED
    assert said(invoice(1, late=40, on_its_way=True)) == reminder.ON_ITS_WAY
    assert said(invoice(1, late=40, transmitted=True)) == reminder.TRANSMITTED
    assert said(invoice(1, late=40), exempt=True) == reminder.EXEMPT
    assert said(invoice(1, late=40, covered=Decimal(20))) == reminder.CREDIT


def test_a_credit_is_deducted_from_what_is_asked():
    found = reminder.verdict(
        [invoice(1, late=40, covered=Decimal("7.50"))], LEVELS, TODAY
    )
    assert found.amount == Decimal("12.50")


def test_what_a_credit_pays_no_longer_counts_for_the_level():
    paid = invoice(1, late=70, left=20, reached=2, covered=Decimal(20))
    found = reminder.verdict(
        [invoice(2, late=12, left="5.60", covered=Decimal("0.40")), paid], LEVELS, TODAY
    )
    assert (found.level, found.keys) == (FIRST, (2,))
    assert found.amount == Decimal("5.20")
    assert said(paid, invoice(2, late=5)) == reminder.NOT_YET


def test_nothing_is_sent_within_the_days_between_two_reminders():
    facts = {"gap_days": 15, "last_sent": TODAY - timedelta(days=14)}
    assert said(invoice(1, late=40, reached=1), **facts) == reminder.TOO_SOON
    facts["last_sent"] = TODAY - timedelta(days=15)
    assert said(invoice(1, late=40, reached=1), **facts) == SECOND


INVOICES = st.lists(
    st.builds(
        Invoice,
        key=st.integers(0, 10**6),
        due=st.dates(date(2026, 1, 1), date(2028, 1, 1)),
        left=st.decimals("0.01", "500", places=2),
        reached=st.none() | st.integers(1, 3),
        disputed=st.booleans(),
        on_its_way=st.booleans(),
        covered=st.sampled_from([Decimal(0), Decimal("0.01")]),
    ),
    max_size=6,
)


@given(INVOICES, st.integers(1, 30))
def test_no_invoice_gets_a_level_twice_whatever_day_it_is_looked_at(invoices, gap):
    """A whole year of daily runs: each invoice climbs, days apart, and stops."""
    sent, last = {}, None
    reached = {n: bill.reached for n, bill in enumerate(invoices)}
    for day in range(0, 800, 3):
        today = date(2026, 1, 1) + timedelta(days=day)
        found = reminder.verdict(
            [
                replace(bill, key=n, reached=reached[n], on_its_way=False)
                for n, bill in enumerate(invoices)
            ],
            LEVELS,
            today,
            last_sent=last,
            gap_days=gap,
        )
        assert bool(found.level) != bool(found.reason)
        if not found.level:
            assert not found.keys
            continue
        assert found.amount > 0 and found.amount >= found.level.minimum
        assert last is None or (today - last).days >= gap
        last = today
        for n in found.keys:
            assert (n, found.level) not in sent
            assert found.level.rank == (reached[n] or 0) + 1
            assert today >= invoices[n].due + timedelta(days=found.level.days)
            assert not invoices[n].disputed
            sent[n, found.level] = today
            reached[n] = found.level.rank
