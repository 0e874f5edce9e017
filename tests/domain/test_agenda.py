"""Vue Agenda: which days a week repeated, a copied week or month ask for."""

from datetime import date, timedelta

import pytest
from espace_famille_portal_domain import agenda
from espace_famille_portal_domain.agenda import Choice, RangeRefused, Series
from espace_famille_portal_domain.period import REACH, Span
from hypothesis import given
from hypothesis import strategies as st

TODAY = date(2027, 1, 4)  # a Monday
JANUARY = Span.around("month", date(2027, 1, 4))
FEBRUARY = Span.around("month", date(2027, 2, 1))
SCHOOL_WEEK = frozenset({0, 1, 3, 4})

dates = st.dates(date(2026, 9, 1), date(2027, 8, 31))


def school_days(span):
    return [day for day in span.days() if day.weekday() in SCHOOL_WEEK]


# === Reading a form === #


@given(
    st.integers(0, 2**31 - 1),
    st.integers(1, 2**31 - 1),
    st.none() | st.integers(0, 6),
)
def test_a_ticked_box_is_read_back_as_it_was_written(child, product, weekday):
    choice = Choice(child, product, weekday)
    assert agenda.read_choices([str(choice)]) == [choice]


@given(st.lists(st.text(max_size=12), max_size=6))
def test_whatever_is_posted_reading_it_never_fails(texts):
    for choice in agenda.read_choices(texts):
        assert choice.product_id > 0
        assert choice.weekday is None or 0 <= choice.weekday <= 6


def test_nonsense_boxes_are_left_out_and_doubles_count_once():
    nonsense = (
        "",
        "1",
        "1-2",
        "1-2-7",
        "1-2--1",
        "1-0-1",
        "x-2-1",
        "1-2-3-4",
        "-1-2-3",
    )
    ghost = f"1-{2**31}-0"
    assert agenda.read_choices([*nonsense, ghost, "0-5-2", "0-5-2"]) == [
        Choice(0, 5, 2)
    ]


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        (None, TODAY, "missing"),
        (TODAY, None, "missing"),
        (TODAY + timedelta(2), TODAY + timedelta(1), "reversed"),
        (TODAY - timedelta(9), TODAY - timedelta(1), "over"),
        (TODAY, TODAY + timedelta(agenda.MAX_DAYS), "too_long"),
        (TODAY + REACH, TODAY + REACH + timedelta(1), "too_far"),
    ],
)
def test_a_range_without_sense_is_refused(first, last, code):
    with pytest.raises(RangeRefused) as refused:
        agenda.checked_range(first, last, TODAY)
    assert refused.value.code == code


def test_a_range_keeps_its_days_that_are_over():
    eve, last = TODAY - timedelta(1), TODAY + timedelta(agenda.MAX_DAYS - 2)
    assert agenda.checked_range(eve, last, TODAY) == (eve, last)
    assert agenda.checked_range(TODAY, TODAY, TODAY) == (TODAY, TODAY)


# === A week repeated === #


def test_monday_and_tuesday_of_two_children_for_two_weeks():
    offer = {(1, 5): SCHOOL_WEEK, (2, 5): SCHOOL_WEEK, (1, 6): SCHOOL_WEEK}
    choices = [Choice(0, 5, 0), Choice(0, 5, 1), Choice(1, 6, 3)]
    days = agenda.days_of(TODAY, TODAY + timedelta(13))
    items = agenda.planned(choices, offer, days, [1, 2])
    monday, tuesday, thursday = (TODAY + timedelta(n) for n in (0, 1, 3))
    week = [
        (1, 5, monday),
        (2, 5, monday),
        (1, 5, tuesday),
        (2, 5, tuesday),
        (1, 6, thursday),
    ]
    assert items == week + [(c, p, day + timedelta(7)) for c, p, day in week]


def test_every_day_means_the_days_on_which_the_service_opens():
    days = agenda.days_of(TODAY, TODAY + timedelta(6))
    items = agenda.planned([Choice(0, 5, None)], {(1, 5): SCHOOL_WEEK}, days, [1])
    assert {day.weekday() for _child, _product, day in items} == SCHOOL_WEEK


def test_what_is_not_offered_is_not_asked_for():
    days = agenda.days_of(TODAY, TODAY + timedelta(6))
    choices = [Choice(9, 5, None), Choice(0, 77, None), Choice(0, 5, 2)]
    assert agenda.planned(choices, {(1, 5): SCHOOL_WEEK}, days, [1, 9]) == []


def test_only_the_kinds_of_days_that_were_ticked():
    kinds = {TODAY: "school", TODAY + timedelta(7): "holiday"}
    days = [*kinds, TODAY + timedelta(14)]
    found = agenda.planned(
        [Choice(1, 5, 0)],
        {(1, 5): SCHOOL_WEEK},
        days,
        [],
        {"holiday"},
        lambda day: kinds.get(day, "public_holiday"),
    )
    # A public holiday is asked for all the same: the gate says that it is closed.
    assert [day for _child, _product, day in found] == days[1:]


# === Copying === #


@given(dates, dates, st.integers(0, 60))
def test_a_copied_week_keeps_weekdays_and_never_copies_onto_itself(day, first, length):
    week = agenda.source_span("week", day)
    target = agenda.days_of(first, first + timedelta(length))
    copied = agenda.copied_week(week.start, target)
    assert set(copied) == set(target) - set(week.days())
    for to, source in copied.items():
        assert to.weekday() == source.weekday()
        assert week.start <= source <= week.end


@given(st.sets(st.sampled_from(JANUARY.days())))
def test_a_copied_month_keeps_weekdays_and_copies_open_days_only(open_days):
    copied = agenda.copied_month(JANUARY, open_days, FEBRUARY.days())
    for to, source in copied.items():
        assert source in open_days
        assert to.weekday() == source.weekday()
    # Each weekday that was served at all is filled in on the whole month.
    served = {day.weekday() for day in open_days}
    assert set(copied) == {d for d in FEBRUARY.days() if d.weekday() in served}


def test_the_second_tuesday_repeats_the_second_tuesday():
    copied = agenda.copied_month(JANUARY, school_days(JANUARY), FEBRUARY.days())
    assert copied[date(2027, 2, 9)] == date(2027, 1, 12)
    assert copied[date(2027, 2, 1)] == date(2027, 1, 4)


def test_a_day_without_its_like_repeats_the_nearest_one():
    closed = date(2027, 1, 5)
    open_days = [day for day in school_days(JANUARY) if day != closed]
    copied = agenda.copied_month(JANUARY, open_days, FEBRUARY.days())
    assert copied[date(2027, 2, 2)] == date(2027, 1, 12)
    march = Span.around("month", date(2027, 3, 1))
    copied = agenda.copied_month(FEBRUARY, school_days(FEBRUARY), march.days())
    # March has five Mondays, February four.
    assert copied[date(2027, 3, 29)] == date(2027, 2, 22)


def test_a_month_is_not_copied_onto_itself():
    assert agenda.copied_month(JANUARY, JANUARY.days(), JANUARY.days()) == {}


# === Saying dates === #


@given(st.lists(dates, max_size=60))
def test_series_hold_each_date_once(days):
    said = [day for one in agenda.series(days) for day in one.days()]
    assert sorted(said) == sorted(set(days))


def test_a_year_of_wednesdays_is_one_series():
    first = date(2027, 1, 6)
    wednesdays = [first + timedelta(7 * n) for n in range(40)]
    assert agenda.series(wednesdays) == [Series(first, wednesdays[-1], 7)]


def test_days_in_a_row_are_one_series():
    days = agenda.days_of(date(2027, 2, 6), date(2027, 2, 21))
    assert agenda.series(days) == [Series(days[0], days[-1], 1)]
