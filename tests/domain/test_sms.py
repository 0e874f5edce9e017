"""How many SMS a text makes, and which numbers receive them."""

import pytest
from espace_famille_domain import sms


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("é à è ù" * 20, 1),
        # Signs that French has and the alphabet of SMS has not.
        ("ê" * 70, 1),
        ("ê" * 71, 2),
        ("ê" + "a" * 133, 2),
        ("ê" + "a" * 134, 3),
        # Two units each.
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_how_many(text, number):
    assert sms.count(text) == number


def test_what_makes_them_shorter_is_named():
    assert sms.foreign_signs("Garçon, fête et fenêtre : été") == "çê"
    assert sms.foreign_signs("Cantine fermée lundi.") == ""


@pytest.mark.parametrize(
    ("number", "found"),
    [
        ("06 39 98 12 34", "+33639981234"),
        ("+33 7 00 00 00 00", "+33700000000"),
        ("05 63 00 00 00", ""),
        ("33", ""),
        ("", ""),
        ("nobody", ""),
        ("+32 470 12 34 56", "+32470123456"),
    ],
)
def test_a_mobile_number(number, found):
    assert sms.mobile(number, "FR") == found
