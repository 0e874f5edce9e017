"""What comes before a family in debt may no longer book by itself."""

from datetime import date

from espace_famille_billing_domain import booking_block as block

ALL = dict(zip(block.STEPS, (date(2027, 1, day) for day in range(4, 9)), strict=True))


def test_two_letters_a_meeting_the_ccas_and_the_title_come_before():
    """LAW.md 2: what the Défenseur des droits asks, exclusion last."""
    assert block.missing({}) == list(block.STEPS)
    assert block.missing(ALL) == []
    assert block.missing({**ALL, block.MEETING: None}) == [block.MEETING]


def test_no_step_is_later_than_the_decision():
    assert block.impossible(ALL, date(2027, 1, 8)) == []
    assert block.impossible(ALL, date(2027, 1, 7)) == [block.TITLE]


def test_the_second_letter_comes_after_the_first():
    same = {**ALL, block.SECOND_LETTER: ALL[block.FIRST_LETTER]}
    assert block.impossible(same, date(2027, 2, 1)) == [block.SECOND_LETTER]
