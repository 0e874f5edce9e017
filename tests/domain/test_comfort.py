"""How somebody reads best, as a cookie keeps it: plain rules, without a browser."""

import pytest
from espace_famille_portal_domain.comfort import CHOICES, classes, read, write
from hypothesis import given
from hypothesis import strategies as st

USUAL = {name: words[0] for name, words in CHOICES.items()}


@given(st.text(max_size=300))
def test_what_a_browser_makes_up_changes_nothing_but_known_words(text):
    assert all(word in CHOICES[name] for name, word in read(text).items())
    known = {f"ef-{n}-{w}" for n, words in CHOICES.items() for w in words}
    assert set(classes(text).split()) <= known


@given(st.fixed_dictionaries({n: st.sampled_from(w) for n, w in CHOICES.items()}))
def test_what_was_chosen_is_read_again(chosen):
    assert read(write(chosen)) == chosen


@pytest.mark.parametrize("text", [None, "", "size-huge", "size-normal"])
def test_the_usual_holds_without_a_choice(text):
    assert read(text) == USUAL
    assert classes(text) == ""
    assert write(USUAL) == ""
