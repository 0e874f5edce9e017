"""The rate of the accessibility audit is reckoned, not written."""

import pytest
from espace_famille_portal_domain import rgaa


def audit(letters):
    """Return an audit of one criterion a letter, the same on all pages."""
    width = len(rgaa.PAGES)
    rows = [f"{n}.1;x;{one * width};y;z" for n, one in enumerate(letters, 1)]
    return rgaa.read(["critere;enonce;pages;preuve;ecart", *rows])


@pytest.mark.parametrize(
    ("letters", "rate", "state"),
    [
        ("CC-", 100, "full"),
        ("CN-", 50, "partial"),
        ("CNN", 33, "none"),
        ("C" * 199 + "N", 99, "partial"),
    ],
)
def test_what_the_law_has_a_declaration_say(letters, rate, state):
    found = audit(letters)
    assert (found.rate, found.mean, found.state) == (rate, rate, state)


def test_one_page_that_breaks_a_criterion_breaks_it():
    letters = "C" * (len(rgaa.PAGES) - 1) + "N"
    found = rgaa.read(["", f"1.1;x;{letters};y;z"])
    assert [one.number for one in found.gaps] == ["1.1"]
    assert found.gaps[0].broken_on == [rgaa.PAGES[-1]]
