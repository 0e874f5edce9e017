"""Whether a page can be used by everybody: axe-core, and what axe cannot see."""

from functools import cache
from pathlib import Path

AXE = Path(__file__).parent.parent / ".espace/node/node_modules/axe-core/axe.min.js"

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# What axe finds in Odoo's own forms: tags, chatter, dates, dialogs.
OF_ODOO = {
    "aria-allowed-attr",
    "aria-allowed-role",
    "aria-prohibited-attr",
    "autocomplete-valid",
    "landmark-main-is-top-level",
    "landmark-no-duplicate-main",
    "role-img-alt",
}

# A bar that stays at the foot of the screen hides what is scrolled away from under it.
RUN_AXE = """async rules => {
    const loose = document.createElement("style");
    loose.textContent = ".o_espace_foot { position: static !important; }";
    document.head.append(loose);
    const found = await axe.run(document, {
        runOnly: {type: "tag", values: rules},
        resultTypes: ["violations"],
    });
    loose.remove();
    return found.violations.flatMap(one => one.nodes.map(
        node => `${one.id}: ${node.target.join(" ")} (${one.help})`
    ));
}"""

RUN_AXE_IN = """async ([selector, rules]) => {
    const found = await axe.run(document.querySelector(selector), {
        runOnly: {type: "tag", values: rules},
        resultTypes: ["violations"],
    });
    return found.violations.flatMap(one => one.nodes.map(
        node => `${one.id}: ${node.target.join(" ")} (${one.help})`
    ));
}"""

# What must be right on every page, whatever is on it.
LOOK_AROUND = """() => {
    const found = [];
    const root = document.documentElement;
    if (root.lang !== "fr-FR") found.push(`lang is “${root.lang}”`);
    if (!document.title.trim() || document.title === "Odoo") {
        found.push(`the title is “${document.title}”`);
    }
    const titles = [...document.querySelectorAll("h1")].filter(one =>
        one.checkVisibility()
    );
    if (titles.length !== 1) found.push(`${titles.length} h1`);
    const wide = root.scrollWidth - root.clientWidth;
    if (wide > 0) {
        const widest = [...document.body.querySelectorAll("*")].find(one =>
            one.getBoundingClientRect().right > root.clientWidth + 1
        );
        const name = widest && `${widest.localName}.${widest.className}`;
        found.push(`${wide} px wider than the screen (${name})`);
    }
    return found;
}"""

# Focus is given by a key, as `:focus-visible` wants it; then each element in turn is
# looked at without and with it. Its outline or its shadow must appear.
LOOK_AT_FOCUS = """() => {
    const still = document.createElement("style");
    still.textContent = "*, ::before, ::after { transition: none !important; }";
    document.head.append(still);
    const sight = element => {
        const {outlineStyle, outlineWidth, outlineColor, boxShadow} =
            getComputedStyle(element);
        const outlined = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
        return {outlined, drawn: `${outlineStyle}${outlineWidth}${boxShadow}`};
    };
    const usable = "a[href], button, input, select, textarea, summary, [tabindex='0']";
    const found = [];
    for (const one of document.querySelectorAll(usable)) {
        const box = one.getBoundingClientRect();
        const shown = one.checkVisibility({visibilityProperty: true});
        if (one.disabled || one.type === "hidden" || !shown || box.width < 2) continue;
        one.blur();
        const before = sight(one);
        one.focus({preventScroll: true, focusVisible: true});
        if (document.activeElement !== one) continue;
        const after = sight(one);
        if (!after.outlined && after.drawn === before.drawn) {
            found.push(`focus is not seen: ${one.outerHTML.slice(0, 120)}`);
        }
        one.blur();
    }
    still.remove();
    return found;
}"""

# WCAG leaves out links in the middle of a text.
LOOK_AT_TARGETS = """least => {
    const usable = "main button, main .btn, main summary, main select, " +
        "main input:not([type=hidden], [type=radio], [type=checkbox]), " +
        ".o_espace_menu a";
    return [...document.querySelectorAll(usable)]
        .filter(one => one.checkVisibility({visibilityProperty: true}))
        .map(one => [one, one.getBoundingClientRect()])
        .filter(([one, box]) => box.width > 1 && box.height < least)
        .map(([one, box]) =>
            `${Math.round(box.height)} px high: ${one.outerHTML.slice(0, 120)}`
        );
}"""


@cache
def axe():
    """Return the source of axe-core.

    :raise AssertionError: it is not installed; says what to run
    """
    if not AXE.exists():
        raise AssertionError(
            "axe-core is not installed: ./espace test and ./espace lint install it, "
            "with npm (apt-get install npm)."
        )
    return AXE.read_text()


def findings(page, leave_out=()):
    """Return what is wrong with the page that a browser shows, in words.

    :param leave_out: axe's rules that do not count on this page
    """
    page.evaluate(axe())
    found = page.evaluate(RUN_AXE, RULES)
    found = [one for one in found if one.partition(":")[0] not in leave_out]
    found += page.evaluate(LOOK_AROUND)
    page.keyboard.press("Tab")
    found += page.evaluate(LOOK_AT_FOCUS)
    return found


def findings_in(page, selector, leave_out=()):
    """Return what axe-core finds in a part of a page.

    In the back office, what surrounds our screens is Odoo's.

    :param leave_out: axe's rules that do not count there, see `OF_ODOO`
    """
    page.evaluate(axe())
    found = page.evaluate(RUN_AXE_IN, [selector, RULES])
    return [one for one in found if one.partition(":")[0] not in leave_out]


def small_targets(page, least=44):
    """Return what is too small for a thumb, in words.

    :param int least: height in pixels
    """
    return page.evaluate(LOOK_AT_TARGETS, least)
