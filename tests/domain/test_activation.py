"""The code of an invitation, the form of the account creation, and passwords."""

import pytest
from espace_famille_portal_domain import activation
from espace_famille_portal_domain.activation import (
    new_code,
    read_code,
    read_form,
)
from hypothesis import given
from hypothesis import strategies as st

FORM = {
    "name": "Testmp",
    "guardian_1_civility": "sir",
    "guardian_1_firstname": "Marc",
    "guardian_1_lastname": "Testmp",
    "child_1_firstname": "Clara",
    "child_1_lastname": "Testmp",
}


def test_a_code_has_ten_signs_that_nobody_confuses():
    code = new_code()
    assert len(code) == 10
    assert not set(code) & set("0O1IL")


def test_codes_differ():
    assert len({new_code() for _time in range(1000)}) == 1000


@given(st.text(alphabet=activation.ALPHABET, min_size=10, max_size=10))
def test_a_code_is_read_as_it_is_typed(code):
    typed = f" {code[:5].lower()}-{code[5:]} "
    assert read_code(typed) == code


def test_a_complete_form_has_no_error():
    form, errors = read_form(FORM)
    assert not errors
    assert form.name == "Testmp"
    assert [person.firstname for person in form.guardians] == ["Marc"]
    assert [person.firstname for person in form.children] == ["Clara"]


@pytest.mark.parametrize(
    ("name", "value", "part", "reason"),
    [
        ("name", "  ", "account", "missing"),
        ("guardian_1_civility", "other", "guardians", "missing"),
        ("guardian_1_firstname", "", "guardians", "missing"),
        ("guardian_2_firstname", "Anne", "guardians", "missing"),
        ("child_1_lastname", "<b>", "children", "not_a_name"),
        ("child_1_firstname", "x" * 81, "children", "too_long"),
        ("child_2_firstname", "R2D2", "children", "not_a_name"),
    ],
)
def test_an_error_is_said_where_it_is(name, value, part, reason):
    _form, errors = read_form({**FORM, name: value})
    assert errors.part == part
    assert (part, reason) in errors.of.values()


@pytest.mark.parametrize(
    "name",
    ["Élodie", "Jean-Noël", "D’Angelo", "de la Tour", "Nguyễn", "O'Neil", "Ana M."],
)
def test_names_of_all_families_are_names(name):
    _form, errors = read_form({**FORM, "child_1_lastname": name})
    assert not errors


def test_a_known_person_without_name_is_an_error_not_an_omission():
    _form, errors = read_form({**FORM, "child_2_id": "12"})
    assert "child_2_firstname" in errors.of
