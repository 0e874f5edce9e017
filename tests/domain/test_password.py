"""What a password must be, and what is said to be missing."""

import pytest
from espace_famille_portal_domain.password import (
    KINDS,
    SHORTEST,
    STRONG,
    Lack,
    kinds_of,
    lack,
    password_problem,
    strength,
)
from hypothesis import assume, given
from hypothesis import strategies as st

NAMES = ["Testmp", "Marc"]
TYPED = st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), min_size=1)


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("", "missing"),
        ("Ab1!Ab1", "too_weak"),
        ("123456789012", "too_weak"),
        ("abcdefghij", "too_weak"),
        ("aaaaaaaaaaaaaaa", "repeated"),
        ("testmp2019testmp", "too_easy"),
        ("testmpmarc2019", "too_easy"),
        ("marctestmp!!!!", "too_easy"),
        ("quatre mots pour rire", None),
        ("k7#Rv2!q", None),
    ],
)
def test_passwords(password, problem):
    assert password_problem(password, NAMES) == problem
    assert password_problem(password, NAMES, again=password) == problem


def test_what_is_typed_twice_must_be_the_same():
    assert password_problem("k7#Rv2!q", again="k7#Rv2!") == "different"
    assert password_problem("k7#Rv2!q", again="") == "different"


def test_some_ask_for_more_signs():
    assert password_problem("k7#Rv2!q", shortest=10) == "too_weak"
    assert lack("k7#Rv2!q", shortest=10) == Lack(2, ())


@pytest.mark.parametrize(
    ("password", "missing"),
    [
        ("abcdefgh", Lack(3, ("capital", "figure", "sign"))),
        ("1234567890", Lack(6, ("small", "capital", "sign"))),
        ("Abcdef1", Lack(2, ("sign",))),
        ("Ab1!Ab1", Lack(1, ())),
        ("k7#Rv2!q", None),
    ],
)
def test_what_is_missing(password, missing):
    assert lack(password) == missing


@given(TYPED)
def test_what_is_said_to_be_missing_is_enough_and_no_more(password):
    missing = lack(password)
    assume(missing)
    # Any sign of its own kinds: here its last one.
    longer = password + password[-1] * missing.more
    assert lack(longer) is None
    assert lack(longer[:-1]) is not None


@given(TYPED)
def test_other_kinds_are_named_where_they_spare_signs(password):
    missing = lack(password)
    assume(missing)
    sample = {"small": "a", "capital": "A", "figure": "1", "sign": "!"}
    assert not kinds_of(password) & set(missing.kinds)
    assert set(missing.kinds) <= KINDS.keys() == sample.keys()
    for kind in missing.kinds:
        mixed = lack(password + sample[kind])
        assert mixed is None or mixed.more < missing.more


@given(TYPED)
def test_a_password_without_lack_is_strong(password):
    assume(lack(password) is None)
    assert len(password) >= SHORTEST
    assert strength(password) >= STRONG


@given(st.text(min_size=1, max_size=30), st.characters(codec="ascii"))
def test_a_longer_password_is_never_weaker(password, sign):
    assert strength(password + sign) >= strength(password)
