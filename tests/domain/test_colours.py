"""The commune's colour is legible, whatever it is."""

from espace_famille_domain import colours
from hypothesis import given
from hypothesis import strategies as st

PART = st.integers(0, 255)
COLOUR = st.tuples(PART, PART, PART)
WHITE = (255, 255, 255)


def test_known_contrasts():
    assert colours.contrast((0, 0, 0), WHITE) == 21
    assert colours.contrast(WHITE, WHITE) == 1
    assert round(colours.contrast((118, 118, 118), WHITE), 2) == 4.54
    assert round(colours.contrast((119, 119, 119), WHITE), 2) == 4.48


def test_what_is_no_colour_is_refused():
    for text in (None, "", "red", "#12345", "#1234567", "#ggg", "#fff;}</style>"):
        assert colours.read_colour(text) is None


def test_short_and_long_writings():
    assert colours.read_colour(" #ABC ") == (170, 187, 204)
    assert colours.read_colour("#1c5a80") == (28, 90, 128)


@given(COLOUR)
def test_what_is_written_is_read_again(colour):
    assert colours.read_colour(colours.write_colour(colour)) == colour


@given(COLOUR)
def test_any_colour_becomes_legible_both_ways(colour):
    legible = colours.legible(colour)
    assert colours.contrast(legible, colours.GROUND) >= colours.LEAST
    assert colours.contrast(legible, WHITE) >= colours.LEAST
    assert colours.contrast(colours.darker(legible, 0.2), WHITE) >= colours.LEAST


@given(COLOUR)
def test_a_legible_colour_is_left_as_it_is(colour):
    if colours.contrast(colour, colours.GROUND) >= colours.LEAST:
        assert colours.legible(colour) == colour
