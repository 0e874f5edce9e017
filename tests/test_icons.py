"""The icons of the families' pages: only those that our styles draw.

A class that is not drawn shows as a filled square.
"""

import re
from pathlib import Path

from espace_cli.layout import Layout

USED = re.compile(r"\bfa (?:fa-fw )?fa-([a-z0-9-]+)")
DRAWN = re.compile(r"\.fa-([a-z0-9-]+)")
# Sizes and places, no drawings.
MANNERS = {"fw", "lg", "2x", "spin"}


def test_each_icon_of_the_families_pages_is_drawn():
    addons = Layout(Path(__file__).parent.parent).addons
    styles = "espace_famille_portal/static/src/family/icons.css"
    drawn = set(DRAWN.findall((addons / styles).read_text())) | MANNERS
    pages = [*addons.glob("*/views/**/portal_*.xml")]
    assert len(pages) > 20
    missing = {
        f"{page.name}: fa-{name}"
        for page in pages
        for name in USED.findall(page.read_text())
        if name not in drawn
    }
    assert not missing
