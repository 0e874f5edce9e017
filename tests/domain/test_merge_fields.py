"""Fields in braces of messages to families."""

import pytest
from espace_famille_domain import merge_fields
from hypothesis import given
from hypothesis import strategies as st

KNOWN = {"enfants": "children", "children": "children", "ecole": "school"}
VALUES = {"children": "Nina & Tom", "school": "Les <Tilleuls>"}


@pytest.mark.parametrize(
    "written", ["{enfants}", "{ Enfants }", "{{enfants}}", "{ENFANTS}", "{children}"]
)
def test_a_field_however_it_is_typed(written):
    assert merge_fields.fill(written, KNOWN, VALUES) == "Nina & Tom"


def test_accents_do_not_matter():
    assert merge_fields.fill("{école}", KNOWN, VALUES) == "Les <Tilleuls>"


def test_what_replaces_a_field_is_escaped_in_html_alone():
    text = "<p>{enfants} {école}</p>"
    assert merge_fields.fill(text, KNOWN, VALUES, html=True) == (
        "<p>Nina &amp; Tom Les &lt;Tilleuls&gt;</p>"
    )


def test_tags_that_an_editor_put_between_the_letters_stay_balanced():
    text = "<p>{<b>enf</b>ants}</p>"
    assert not merge_fields.unknown(text, KNOWN)
    filled = merge_fields.fill(text, KNOWN, VALUES, html=True)
    assert filled == "<p>Nina &amp; Tom<b></b></p>"


def test_a_wrong_field_is_named_as_it_was_typed():
    assert merge_fields.unknown("{enfnats}, {enfants}, {Prénom}", KNOWN) == [
        "enfnats",
        "Prénom",
    ]
    with pytest.raises(KeyError):
        merge_fields.fill("{enfnats}", KNOWN, VALUES)


def test_an_empty_field_is_a_wrong_one():
    assert merge_fields.unknown("{}", KNOWN) == [""]


@pytest.mark.parametrize("text", ["{enfants", "enfants}", "{enfants}}}", "a { b"])
def test_a_lone_brace_is_seen(text):
    assert merge_fields.has_lone_brace(text)


@given(st.text())
def test_a_text_is_filled_or_found_wrong(text):
    wrong = merge_fields.unknown(text, KNOWN)
    if not wrong:
        filled = merge_fields.fill(text, KNOWN, {"children": "", "school": ""})
        assert len(filled) <= len(text)
        assert merge_fields.has_lone_brace(filled) == merge_fields.has_lone_brace(text)


@given(st.text(alphabet=st.characters(exclude_characters="{}")))
def test_a_text_without_fields_stays_as_it_is(text):
    assert merge_fields.fill(text, KNOWN, VALUES, html=True) == text
