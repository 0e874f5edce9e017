"""What browsers send is read in one way; nonsense is nothing."""

import math
from datetime import date

import pytest
from espace_famille_portal_domain import sent
from hypothesis import given
from hypothesis import strategies as st

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(ANYTHING)
def test_no_reader_ever_raises(value):
    assert sent.read_day(value) is None or isinstance(sent.read_day(value), date)
    number = sent.read_id(value)
    assert number is None or 0 < number < 2**31
    assert len(sent.read_text(value, 10)) <= 10
    assert len(sent.read_file_name(value)) <= sent.MOST_LETTERS_OF_NAME
    assert sent.is_call(value) in (True, False)
    assert sent.problem_of_params({"a": value}) in (None, "unreadable", "too_long")


@pytest.mark.parametrize(
    "text",
    [
        *("", "0001-01-01", "9999-12-31", "2027-02-30", "20270104", "2027-W01-1"),
        *("２０２７-01-04", "2027-01-04T00:00", "1" * 5000, None, ["2027-01-04"], 7),
    ],
)
def test_what_is_no_day(text):
    assert sent.read_day(text) is None


def test_a_day():
    assert sent.read_day(" 2027-01-04 ") == date(2027, 1, 4)


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "-1",
        "012",
        "1" * 5000,
        "1_0",
        "１２",
        "٣",
        "²",
        "1.0",
        2**31,
        True,
        1.0,
        [1],
    ],
)
def test_what_is_no_id(text):
    assert sent.read_id(text) is None


def test_ids():
    assert sent.read_ids(["12", 7, "x", "12", None]) == {7, 12}
    assert sent.read_ids(["x", "1", "2"], most=2) == {1}
    assert sent.read_id(str(2**31 - 1)) == 2**31 - 1


def test_names_of_files():
    assert sent.read_file_name("C:\\scans\\carnet.pdf") == "carnet.pdf"
    assert sent.read_file_name("../../a\0\x07b.pdf") == "ab.pdf"
    assert sent.read_file_name("\ud800.png") == ".png"
    long = sent.read_file_name("a" * 500 + ".jpeg")
    assert len(long) == sent.MOST_LETTERS_OF_NAME
    assert long.endswith(".jpeg")


def test_forms():
    assert sent.problem_of_form([("child", "12"), ("note", "Né à Æbelø\n\t😀")]) is None
    assert sent.problem_of_form([("child", "1\0")]) == "unreadable"
    assert sent.problem_of_form([("chi\0ld", "1")]) == "unreadable"
    assert sent.problem_of_form([("note", "\udcff")]) == "unreadable"
    assert sent.problem_of_form([("note", "x" * 20_001)]) == "too_long"
    assert sent.problem_of_form([("a", "1")] * 5_001) == "too_long"
    assert sent.problem_of_form([("csrf_token", "éo9999999999")]) == "unreadable"
    assert sent.problem_of_form([], ["csrf_token"]) == "unreadable"
    assert sent.problem_of_form([("csrf_token", "abco17")], ["files"]) is None


@pytest.mark.parametrize(
    "body", [None, 1, "x", [], {"params": []}, {"params": "x"}, {"params": None}]
)
def test_what_is_no_call(body):
    assert not sent.is_call(body)


@pytest.mark.parametrize(
    "value", [[], {}, 2**31, -(2**31), math.nan, math.inf, "\0", "\ud800"]
)
def test_values_of_calls_that_cannot_be_read(value):
    assert sent.problem_of_params({"a": value}) == "unreadable"


def test_calls():
    assert sent.is_call({})
    plain = {"a": 1, "b": "x", "c": None, "d": True, "e": 1.5}
    assert sent.is_call({"params": plain})
    assert sent.problem_of_params(plain) is None
    assert sent.problem_of_params({"a": "x" * 20_001}) == "too_long"


def test_only_plain_values_reach_a_method():
    params = {"name": "y", "file": object(), "id": 3, "none": None}
    assert sent.texts_of(params) == {"name": "y", "id": 3, "none": None}
    assert sent.texts_of({"record": date.min}, (date,)) == {"record": date.min}
