"""What parents type into the forms of Mon foyer."""

from datetime import date

import pytest
from espace_famille_portal_domain.household import FORMS, Input, read
from hypothesis import given
from hypothesis import strategies as st

TODAY = date(2027, 1, 4)


def read_one(one, *texts, choices=()):
    values, problems = read([one], lambda _name: texts, {one.name: choices}, TODAY)
    return values[one.name], problems.get(one.name)


@pytest.mark.parametrize(
    ("kind", "text", "value", "problem"),
    [
        ("phone", "06 12 34 56 78", "06 12 34 56 78", None),
        ("phone", "+33 (0)6-12.34", "+33 (0)6-12.34", None),
        ("phone", "call me", "call me", "not_a_phone"),
        ("phone", "12345", "12345", "not_a_phone"),
        ("email", "Claire@Example.org", "claire@example.org", None),
        ("email", "claire@example", "claire@example", "not_an_email"),
        ("email", "a@b.fr, c@d.fr", "a@b.fr, c@d.fr", "not_an_email"),
        ("zip", "81090", "81090", None),
        ("zip", "81090 VALDURENQUE", "81090 VALDURENQUE", "not_a_zip"),
        ("birth", "2019-05-01", "2019-05-01", None),
        ("birth", "2027-01-04", "2027-01-04", None),
        ("birth", "2027-01-05", "2027-01-05", "not_a_day"),
        ("birth", "1990-05-01", "1990-05-01", "not_a_day"),
        ("birth", "2019-02-30", "2019-02-30", "not_a_day"),
        ("amount", "612,5", "612.50", None),
        ("amount", "1 234.50", "1234.50", None),
        ("amount", "-1", "-1", "not_an_amount"),
        ("amount", "1.000", "1.000", "not_an_amount"),
        ("amount", "1,111", "1,111", "not_an_amount"),
        ("amount", "NaN", "NaN", "not_an_amount"),
        ("amount", "1e9", "1e9", "not_an_amount"),
        ("amount", "six", "six", "not_an_amount"),
        ("name", "  Anne  Marie ", "Anne Marie", None),
        ("name", "<b>", "<b>", "not_a_name"),
        ("text", "x" * 81, "x" * 81, "too_long"),
        ("text", "", "", None),
    ],
)
def test_each_kind_of_input(kind, text, value, problem):
    assert read_one(Input("one", kind), text) == (value, problem)


def test_what_is_required_must_be_filled_in():
    for kind in ("text", "name", "phone", "choice", "many"):
        _value, problem = read_one(Input("one", kind, True), " ", choices=("1",))
        assert problem == "missing"


def test_only_what_is_offered_may_be_chosen():
    assert read_one(Input("one", "choice"), "7", choices=("1", "2")) == ("", None)
    many = Input("one", "many")
    assert read_one(many, "1", "7", "2", choices=("1", "2")) == (["1", "2"], None)


@given(
    st.sampled_from(sorted(FORMS)),
    st.dictionaries(
        st.sampled_from(sorted({one.name for form in FORMS.values() for one in form})),
        st.lists(st.text(max_size=100), max_size=3),
    ),
)
def test_anything_may_be_posted(form, posted):
    """Nothing fails, nothing unknown comes out, nothing bad passes as good."""
    inputs = FORMS[form]
    values, problems = read(inputs, lambda name: posted.get(name, []), {}, TODAY)
    assert set(values) == {one.name for one in inputs}
    assert set(problems) <= set(values)
    for one in inputs:
        if one.required and not values[one.name]:
            assert one.name in problems
