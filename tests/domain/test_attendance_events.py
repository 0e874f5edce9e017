"""Gestures of several devices on one child: what holds, in whatever order they come."""

from datetime import datetime, timedelta
from itertools import permutations

import pytest
from espace_famille_domain.attendance_events import (
    ABSENT,
    EXCUSED,
    EXPECTED,
    GONE,
    PRESENT,
    UNDO,
    Event,
    Option,
    clock_is_off,
    fold,
    next_option,
    option_at,
    read,
    undone,
    what_followed,
)

NOON = datetime(2027, 1, 4, 11, 0)
AMINA, LUCIE = 1, 2


def at(minutes):
    return NOON + timedelta(minutes=minutes)


def mark(uid, author, minutes, answer, *seen, **more):
    return Event(uid, author, at(minutes), answer=answer, seen=seen, **more)


def undo(uid, author, minutes, target):
    return Event(uid, author, at(minutes), kind=UNDO, target=target)


def folded(*events):
    """Fold in every order, and with each sent twice; return the one answer."""
    answers = {fold(order) for order in permutations(events)}
    answers |= {fold([*order, *order]) for order in permutations(events)}
    assert len(answers) == 1, answers
    return answers.pop()


def test_nobody_said_anything():
    assert folded().answer == EXPECTED
    assert folded().heads == ()


def test_one_gesture_holds():
    standing = folded(mark("a", AMINA, 3, PRESENT, arrived=12.05))
    assert standing.answer == PRESENT
    assert standing.arrived == 12.05
    assert (standing.author, standing.at) == (AMINA, at(3))
    assert standing.heads == ("a",)
    assert standing.clash is None


def test_the_same_answer_twice_is_one_with_the_earliest_arrival():
    standing = folded(
        mark("b", LUCIE, 5, PRESENT, arrived=12.1),
        mark("a", AMINA, 3, PRESENT, arrived=12.05),
    )
    assert (standing.answer, standing.arrived) == (PRESENT, 12.05)
    assert standing.author == AMINA
    assert standing.clash is None


def test_the_same_departure_twice_is_the_earliest():
    standing = folded(
        mark("a", AMINA, 0, PRESENT, arrived=16.5),
        mark("b", LUCIE, 60, GONE, "a", arrived=16.5, left=17.5, with_words="Marc"),
        mark("c", AMINA, 50, GONE, "a", arrived=16.5, left=17.25, with_words="Claire"),
    )
    assert (standing.answer, standing.arrived, standing.left) == (GONE, 16.5, 17.25)
    assert standing.with_words == "Claire"
    assert standing.clash is None


def test_who_leaves_arrived_when_what_was_seen_of_it_says():
    standing = folded(
        mark("a", AMINA, 0, PRESENT, arrived=16.5),
        mark("b", LUCIE, 60, GONE, "a", left=17.5),
    )
    assert (standing.arrived, standing.left) == (16.5, 17.5)
    circle = folded(mark("a", AMINA, 0, GONE, "b"), mark("b", LUCIE, 1, GONE, "a"))
    assert circle.answer == EXPECTED, (
        "two that claim to have seen each other say nothing"
    )


def test_who_had_seen_the_other_corrects_it():
    standing = folded(mark("a", AMINA, 3, PRESENT), mark("b", LUCIE, 4, ABSENT, "a"))
    assert (standing.answer, standing.author, standing.heads) == (
        ABSENT,
        LUCIE,
        ("b",),
    )
    assert standing.clash is None


def test_present_counts_until_somebody_decides():
    clash = [mark("a", AMINA, 3, PRESENT), mark("b", LUCIE, 4, ABSENT)]
    standing = folded(*clash)
    assert standing.answer == PRESENT
    assert standing.clash == (ABSENT, LUCIE, at(4))
    assert standing.heads == ("a", "b")
    for answer in (PRESENT, ABSENT):
        decided = folded(*clash, mark("c", LUCIE, 6, answer, "a", "b"))
        assert (decided.answer, decided.clash) == (answer, None)


def test_a_correction_of_one_side_alone_ends_the_clash_where_both_then_agree():
    standing = folded(
        mark("a", AMINA, 3, PRESENT),
        mark("b", LUCIE, 4, ABSENT),
        mark("c", AMINA, 5, ABSENT, "a"),
    )
    assert (standing.answer, standing.clash) == (ABSENT, None)


def test_gone_and_absent_that_had_not_seen_each_other():
    standing = folded(
        mark("a", AMINA, 60, GONE, arrived=16.5, left=17.5),
        mark("b", LUCIE, 4, ABSENT),
    )
    assert (standing.answer, standing.left) == (GONE, 17.5)
    assert standing.clash.answer == ABSENT


def test_present_and_gone_that_had_not_seen_each_other():
    present = mark("a", AMINA, 3, PRESENT, arrived=16.6)
    standing = folded(present, mark("b", LUCIE, 60, GONE, arrived=16.5, left=17.5))
    assert (standing.answer, standing.arrived, standing.left) == (GONE, 16.5, 17.5)
    assert standing.clash is None


def test_a_child_that_was_seen_after_it_had_left_is_in_the_building():
    standing = folded(
        mark("a", AMINA, 60, GONE, left=17.5), mark("b", LUCIE, 70, PRESENT)
    )
    assert standing.answer == PRESENT
    assert standing.left is None
    assert standing.clash.answer == GONE


def test_an_excuse_of_the_office_holds_among_absences():
    standing = folded(mark("a", AMINA, 3, ABSENT), mark("b", LUCIE, 4, EXCUSED))
    assert (standing.answer, standing.clash) == (EXCUSED, None)


def test_what_was_wiped_without_seeing_another_answer_leaves_that():
    standing = folded(
        mark("a", AMINA, 3, PRESENT),
        mark("b", AMINA, 4, EXPECTED, "a"),
        mark("c", LUCIE, 5, ABSENT),
    )
    assert (standing.answer, standing.clash) == (ABSENT, None)
    wiped = folded(mark("a", AMINA, 3, PRESENT), mark("b", AMINA, 4, EXPECTED, "a"))
    assert (wiped.answer, wiped.heads) == (EXPECTED, ("b",))


def test_an_undo_gives_back_what_was_there_before():
    events = [
        mark("a", AMINA, 3, PRESENT, arrived=12.05),
        mark("b", AMINA, 4, ABSENT, "a"),
        undo("u", AMINA, 5, "b"),
    ]
    standing = folded(*events)
    assert (standing.answer, standing.arrived, standing.heads) == (
        PRESENT,
        12.05,
        ("a",),
    )
    assert folded(*events, undo("v", AMINA, 6, "a")).answer == EXPECTED


def test_an_undo_before_what_it_takes_back_has_arrived_waits_for_it():
    assert folded(undo("u", AMINA, 5, "a")).answer == EXPECTED
    assert folded(undo("u", AMINA, 5, "a"), mark("a", AMINA, 3, PRESENT)).answer == (
        EXPECTED
    )


def test_what_somebody_else_did_since_is_not_undone():
    events = [
        mark("a", AMINA, 3, PRESENT),
        mark("b", LUCIE, 4, ABSENT, "a"),
        undo("u", AMINA, 5, "a"),
    ]
    standing = folded(*events)
    assert (standing.answer, standing.author) == (ABSENT, LUCIE)
    assert undone(events) == set()
    assert what_followed("a", events).uid == "b"
    assert what_followed("b", events) is None


def test_an_undo_beside_what_it_had_not_seen_leaves_that():
    standing = folded(
        mark("a", AMINA, 3, PRESENT),
        mark("b", LUCIE, 4, ABSENT),
        undo("u", AMINA, 5, "a"),
    )
    assert (standing.answer, standing.clash) == (ABSENT, None)


# === What a device sends === #

MS = (NOON - datetime(1970, 1, 1)).total_seconds() * 1000
SENT = {"uid": "device-1:1", "at": MS, "session": 3, "child": 7, "answer": "present"}


def test_a_gesture_is_read():
    sent = read(
        {**SENT, "seen": ["device-2:9"], "arrived": 12.0541, "with": " Claire "}, NOON
    )
    assert (sent.uid, sent.session_id, sent.child_id) == ("device-1:1", 3, 7)
    assert sent.at == NOON
    assert sent.arrived == pytest.approx(12 + 3 / 60)
    assert sent.with_words == "Claire"
    assert sent.seen == ("device-2:9",)


def test_no_gesture_is_later_than_now():
    ahead = read({**SENT, "at": MS + 3_600_000}, NOON)
    assert ahead.at == NOON


@pytest.mark.parametrize(
    "change",
    [
        {"uid": "short"},
        {"uid": 7},
        {"uid": "a" * 80},
        {"kind": "delete"},
        {"at": "now"},
        {"at": 10**30},
        {"at": MS - 40 * 86_400_000},
        {"at": True},
        {"answer": "excused"},  # the office alone says so
        {"answer": ["present"]},
        {"seen": "device-2:9"},
        {"seen": [{}]},
        {"seen": ["device-2:9"] * 51},
        {"target": "?"},
    ],
)
def test_what_nobody_can_read_is_none(change):
    try:
        assert read({**SENT, **change}, NOON) is None
    except TypeError:
        pytest.fail("It is to be refused, not to break.")


@pytest.mark.parametrize("sent", [None, [], "present", 3])
def test_no_gesture_at_all_is_none(sent):
    assert read(sent, NOON) is None


def test_odd_values_of_a_gesture_are_nothing():
    sent = read({**SENT, "session": "3", "child": -1, "arrived": 99, "with": 5}, NOON)
    assert (sent.session_id, sent.child_id, sent.arrived) == (None, None, None)
    assert sent.with_words == ""


def test_texts_are_what_a_database_takes():
    assert read({**SENT, "words": " Lou\0 \ud800, CE1"}, NOON).words == "Lou , CE1"
    assert len(read({**SENT, "words": "é" * 900}, NOON).words) == 120


def test_a_clock_is_spoken_of_from_five_minutes_on():
    assert clock_is_off(MS + 299_000, NOON) == 0
    assert clock_is_off(MS + 3_600_000, NOON) == 60
    assert clock_is_off(MS - 3_600_000, NOON) == -60
    assert clock_is_off("soon", NOON) == 0


# === Options === #

T1, T2 = Option(1, 16.5, 17.5), Option(2, 16.5, 18.5)


def test_who_comes_unannounced_gets_the_option_of_the_hour():
    assert option_at([T2, T1], 16.6) == T1
    assert option_at([T2, T1], 17.6) == T2
    assert option_at([T2, T1], 19) == T2
    assert option_at([], 12) is None
    assert option_at([Option(3, 0, 0)], 12) == Option(3, 0, 0)


@pytest.mark.parametrize(
    ("hours", "proposed"),
    [(17.4, None), (17.5, None), (17 + 40 / 60, None), (17.7, T2), (19, T2)],
)
def test_who_stays_past_its_option_and_the_grace_is_proposed_the_next(hours, proposed):
    assert next_option([T1, T2], T1, hours, 10 / 60) == proposed


def test_nothing_is_proposed_beyond_the_last_option_nor_without_hours():
    assert next_option([T1, T2], T2, 19, 0) is None
    assert next_option([T1], Option(3, 0, 0), 19, 0) is None
