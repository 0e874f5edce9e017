"""The criteria of the RGAA 4.1 that a program can look at, on each page of the sample.

What the table `data/rgaa.csv` of the portal calls proven by this test is looked at
here; the rest was looked at by a person, as the table says. `docs/rgaa.md` is that
table, and the declaration of the portal is reckoned from it.
"""

import os
import unittest
from pathlib import Path

from odoo.tests import tagged

from odoo.addons.espace_famille_portal.domain import rgaa
from odoo.addons.espace_famille_portal.models.legal.espace_portal_rgaa import read_audit

from .browser import DESKTOP, chromium, open_browser
from .test_accessibility import PagesCase
from .valdurenque import PARENT, PASSWORD

DOCUMENT = Path(__file__).parent.parent / "docs/rgaa.md"

# 1280 pixels at 400 % (WCAG 1.4.10).
NARROW = {"width": 320, "height": 640}

# Pages of the sample: the addresses that are looked at, and whether a parent is in.
SAMPLE = {
    "accueil": (["/my"], True),
    "réservations": (
        [
            "/my/reservations?view=month&date={day}",
            "/my/reservations/jour?child={child}&product={evening}&date={booked}",
        ],
        True,
    ),
    "agenda": (
        [
            "/my/reservations/agenda",
            (
                "/my/reservations/agenda?asked=1&preview=1&child={child}&from={day}"
                "&to={until}&want=0-{meal}-all"
            ),
        ],
        True,
    ),
    "panier": (["/my/panier"], True),
    "paiement": (["/my/panier/paiement"], True),
    "factures": (["/my/factures", "/my/factures/compte"], True),
    "facture": (["/my/factures/{invoice}"], True),
    "demandes": (["/my/demandes", "/my/demandes/{request}"], True),
    "compte": (["/my/foyer/compte"], True),
    "connexion": (["/web/login"], False),
    "création de compte": (
        ["/espace-famille/activation", "/espace-famille/demande-de-compte"],
        False,
    ),
    "mentions légales": (["/espace-famille/mentions-legales"], False),
    "déclaration": (
        ["/espace-famille/accessibilite", "/espace-famille/accessibilite/schema"],
        False,
    ),
    "plan et contacts": (["/espace-famille/plan", "/espace-famille/question"], False),
}

# Criterion: what breaks it, a function of the page that returns words.
CRITERIA = {
    "1.2": """() => [...document.querySelectorAll("img, i.fa, svg")].filter(one => {
        if (one.localName === "img") return !one.hasAttribute("alt");
        const sign = getComputedStyle(one, "::before").content;
        const drawn =
            one.localName === "svg" || !["none", '""', "normal"].includes(sign);
        return drawn && !one.closest("[aria-hidden=true], [aria-label]");
    }).map(one => one.outerHTML.slice(0, 120))""",
    "2.1": """() => [...document.querySelectorAll("iframe:not([title])")]
        .filter(one => one.checkVisibility())
        .map(one => one.outerHTML.slice(0, 120))""",
    "5.4": """() => [...document.querySelectorAll("table:not([role])")]
        .filter(one => one.checkVisibility() && !one.caption?.textContent.trim() &&
            !one.getAttribute("aria-label") && !one.getAttribute("aria-labelledby"))
        .map(one => one.outerHTML.slice(0, 120))""",
    "5.7": """() => [...document.querySelectorAll("table:not([role]) th")]
        .filter(one => one.textContent.trim() && !one.scope && !one.id)
        .map(one => one.outerHTML.slice(0, 120))""",
    "6.2": """() => [...document.querySelectorAll("a[href]")].filter(one =>
        one.checkVisibility() && !one.textContent.trim() &&
        !one.getAttribute("aria-label") && !one.querySelector("img[alt]:not([alt=''])")
    ).map(one => one.outerHTML.slice(0, 120))""",
    "8.2": """() => {
        const ids = [...document.querySelectorAll("[id]")].map(one => one.id);
        return [...new Set(ids.filter((id, place) => ids.indexOf(id) !== place))];
    }""",
    "8.5": """() => document.title.includes(" – ") ? [] : [document.title]""",
    "9.1": """() => {
        const shown = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")]
            .filter(one => one.checkVisibility());
        const found = [];
        let before = 0;
        for (const one of shown) {
            const level = Number(one.localName[1]);
            if (level > before + 1) {
                found.push(`h${before || "-"} > h${level} ${one.textContent.trim()}`);
            }
            if (!one.textContent.trim()) found.push("an empty heading");
            before = level;
        }
        return found;
    }""",
    "9.2": """() => {
        const found = [];
        for (const [name, query] of Object.entries({
            main: "main, [role=main]", header: "body header", footer: "body footer",
        })) {
            const count = document.querySelectorAll(query).length;
            // The page of the log-in has nothing that would be a header.
            const bare = location.pathname === "/web/login";
            const least = name === "header" && bare ? 0 : 1;
            if (count > 1 || count < least) found.push(`${count} ${name}`);
        }
        const menus = [...document.querySelectorAll("nav")].filter(one =>
            one.checkVisibility());
        for (const one of menus) {
            if (menus.length > 1 && !one.getAttribute("aria-label") &&
                !one.getAttribute("aria-labelledby")) {
                found.push("a nav without a name");
            }
        }
        return found;
    }""",
    "9.3": """() => [...document.querySelectorAll("ul > :not(li, script, template)," +
        "ol > :not(li, script, template)," +
        "dl > :not(dt, dd, div, script, template)")]
        .map(one => one.outerHTML.slice(0, 120))""",
    "11.1": """() => [...document.querySelectorAll(
        "input:not([type=hidden], [type=submit], [type=button]), select, textarea")]
        .filter(one => one.checkVisibility() && !one.labels?.length &&
            !one.getAttribute("aria-label") && !one.getAttribute("aria-labelledby") &&
            !one.title).map(one => one.outerHTML.slice(0, 120))""",
    "11.5": """() => {
        const groups = {};
        for (const one of document.querySelectorAll("input[type=radio]")) {
            if (one.checkVisibility()) (groups[one.name] ||= []).push(one);
        }
        return Object.entries(groups).filter(([_name, all]) => all.length > 1 &&
            !all.every(one => one.closest("fieldset, [role=group], [role=radiogroup]"))
        ).map(([name]) => name);
    }""",
    "11.9": """() => [...document.querySelectorAll("button, input[type=submit]")]
        .filter(one => one.checkVisibility() && !one.textContent.trim() && !one.value &&
            !one.getAttribute("aria-label") && !one.title)
        .map(one => one.outerHTML.slice(0, 120))""",
    "11.13": """() => {
        const wanted = {email: "email", tel: "tel", password: "password"};
        return [...document.querySelectorAll("input")].filter(one =>
            one.checkVisibility() && !one.readOnly &&
            (one.type in wanted || /name|street|zip|city/.test(one.name)) &&
            !one.autocomplete).map(one => one.outerHTML.slice(0, 120));
    }""",
    "12.7": """() => {
        const first = document.querySelector("a[href]");
        const target = document.querySelector(first?.getAttribute("href"));
        return target ? [] : [first?.outerHTML ?? "no link"];
    }""",
}

# 10.4 and 10.12: what is cut off or covered once letters are larger or wider apart.
CUT = """() => {
    const root = document.documentElement;
    const found = [];
    if (root.scrollWidth > root.clientWidth + 1) {
        found.push(`${root.scrollWidth - root.clientWidth} px too wide`);
    }
    for (const one of document.querySelectorAll("main *")) {
        const style = getComputedStyle(one);
        const hides = style.overflowX !== "visible" || style.overflowY !== "visible";
        const text = [...one.childNodes].some(
            node => node.nodeType === 3 && node.textContent.trim());
        const hidden = one.closest(".visually-hidden, .sr-only, [hidden]");
        if (hides && text && !hidden && one.checkVisibility() &&
            one.clientWidth > 2 && style.overflowY !== "auto" &&
            (one.scrollWidth > one.clientWidth + 2 ||
             one.scrollHeight > one.clientHeight + 2)) {
            found.push(`cut: ${one.outerHTML.slice(0, 120)}`);
        }
    }
    return found;
}"""
WIDE = """() => document.documentElement.scrollWidth -
    document.documentElement.clientWidth"""
LARGE = "html { font-size: 200% !important; }"
APART = """* { line-height: 1.5 !important; letter-spacing: .12em !important;
    word-spacing: .16em !important; } p { margin-bottom: 2em !important; }"""


class TestTable(unittest.TestCase):
    def test_the_document_is_the_table(self):
        if os.environ.get("ESPACE_RGAA"):
            DOCUMENT.write_text(rgaa.as_markdown(read_audit()))
        self.assertEqual(
            DOCUMENT.read_text(),
            rgaa.as_markdown(read_audit()),
            "write it anew, with ESPACE_RGAA=1",
        )

    def test_the_table_is_whole(self):
        audit = read_audit()
        self.assertEqual(len(audit.criteria), 106)
        self.assertEqual(len({one.number for one in audit.criteria}), 106)
        for one in audit.criteria:
            with self.subTest(one.number):
                self.assertEqual(len(one.pages), len(rgaa.PAGES))
                self.assertTrue(one.proof)
                self.assertEqual(one.state == "NC", bool(one.gap))

    def test_what_this_test_proves_is_named_so(self):
        proven = {
            one.number for one in read_audit().criteria if "test_rgaa" in one.proof
        }
        self.assertEqual(proven, {*CRITERIA, "10.4", "10.11", "10.12"})


@tagged("post_install", "-at_install")
@unittest.skipUnless(chromium(), "Chromium is not installed")
class TestRgaa(PagesCase):
    def broken(self, page, name, path):
        """Return what breaks a criterion that the table calls met, in words."""
        letters = {one.number: one.pages for one in read_audit().criteria}
        place = rgaa.PAGES.index(name)
        return [
            f"{number} {path}: {one}"
            for number, look in CRITERIA.items()
            if letters[number][place] != rgaa.BROKEN
            for one in page.evaluate(look)
        ]

    def wide(self, page, path):
        wide = page.evaluate(WIDE)
        return [f"10.11 {path}: {wide} px too wide"] if wide > 0 else []

    def cut(self, page, path):
        found = []
        for number, style in (("10.4", LARGE), ("10.12", APART)):
            added = page.add_style_tag(content=style)
            found += [f"{number} {path}: {one}" for one in page.evaluate(CUT)]
            added.evaluate("one => one.remove()")
        return found

    def look(self, inside):
        found = []
        with (
            self.allow_requests(all_requests=True),
            open_browser(self.base_url()) as visitor,
        ):
            for viewport in (DESKTOP, NARROW):
                visit = visitor(viewport)
                if inside and viewport is DESKTOP:
                    self.parent_with_a_cart(visit)
                elif inside:
                    visit.log_in(PARENT, PASSWORD)
                    visit.page.wait_for_url("**/my**")
                for name, (paths, is_inside) in SAMPLE.items():
                    for path in paths if is_inside == inside else ():
                        visit.page.goto(path.format(**self.places))
                        visit.settle()
                        if viewport is DESKTOP:
                            found += self.broken(visit.page, name, path)
                            found += self.cut(visit.page, path)
                        else:
                            found += self.wide(visit.page, path)
        return found

    def test_the_sample_of_parents(self):
        self.assert_nothing_wrong(self.look(inside=True))

    def test_the_sample_of_visitors(self):
        self.assert_nothing_wrong(self.look(inside=False))
