"""Every page that a parent reaches, for everybody: axe-core in a real Chromium.

The pages are those of the routing map: one that is added below must be put in `PAGES`,
or in `NO_PAGES` with the reason why nobody looks at it.
"""

import unittest
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.espace_famille_portal.demo import Demonstration

from .accessibility import findings, small_targets
from .browser import DESKTOP, PHONE, chromium, open_browser
from .valdurenque import PARENT, PASSWORD, ValdurenqueCase

# Where the pages are that parents reach, ours and Odoo's.
BELOW = ("/my", "/espace-famille")
AT = ("/", "/web/login", "/web/reset_password")

# Route: the addresses that show all that its page can show. The names in braces are
# those of `TestAccessibility._places`.
PAGES = {
    "/my": ["/my"],
    "/my/absences": ["/my/absences"],
    "/my/account": ["/my/account"],
    "/my/actualites": ["/my/actualites"],
    "/my/actualites/<int:news_id>": ["/my/actualites/{news}"],
    "/my/attestations": ["/my/attestations"],
    "/my/contacts": ["/my/contacts"],
    "/my/demandes": ["/my/demandes"],
    "/my/demandes/<int:request_id>": ["/my/demandes/{request}"],
    "/my/factures": ["/my/factures"],
    "/my/factures/compte": ["/my/factures/compte"],
    "/my/factures/payer": ["/my/factures/payer?invoice={invoice}"],
    "/my/factures/<int:move_id>": ["/my/factures/{invoice}"],
    "/my/foyer": ["/my/foyer"],
    "/my/foyer/compte": ["/my/foyer/compte", "/my/foyer/compte?securite=1"],
    "/my/foyer/mes-donnees": ["/my/foyer/mes-donnees"],
    "/my/foyer/quotient": ["/my/foyer/quotient"],
    "/my/menus": ["/my/menus", "/my/menus?date={day}"],
    "/my/panier": ["/my/panier"],
    "/my/panier/confirmation": ["/my/panier/confirmation"],
    "/my/panier/confirmation/<int:move_id>": ["/my/panier/confirmation/{invoice}"],
    "/my/panier/paiement": ["/my/panier/paiement"],
    "/my/forfaits": ["/my/forfaits"],
    "/my/porte-monnaie": ["/my/porte-monnaie"],
    "/my/porte-monnaie/recharger": ["/my/porte-monnaie/recharger?montant=20"],
    "/my/prelevement": ["/my/prelevement"],
    "/my/reservations": [
        "/my/reservations?view=month&date={day}",
        "/my/reservations?view=month&date={day}&child={child}",
        "/my/reservations?view=month&date={day}&show=both",
        "/my/reservations?view=week&date={day}",
        "/my/reservations?view=month&date=2001-01-01",
    ],
    "/my/reservations/historique": ["/my/reservations/historique"],
    "/my/reservations/jour": [
        "/my/reservations/jour?child={child}&product={evening}&date={booked}",
    ],
    "/my/reservations/agenda": [
        "/my/reservations/agenda",
        "/my/reservations/agenda?each=1",
        "/my/reservations/agenda?copy=week",
        "/my/reservations/agenda?asked=1&preview=1",
        (
            "/my/reservations/agenda?asked=1&preview=1&child={child}&from={day}"
            "&to={until}&want=0-{meal}-all"
        ),
    ],
}
VISITORS_PAGES = {
    "/espace-famille/app/<int:commune>/hors-ligne": [
        "/espace-famille/app/{commune}/hors-ligne",
    ],
    "/espace-famille/activation": [
        "/espace-famille/activation",
        "/espace-famille/activation?activationCode={code}&email={invited}",
        "/espace-famille/activation?activationCode=WRONG&email={invited}",
    ],
    "/espace-famille": ["/espace-famille"],
    "/espace-famille/accessibilite": ["/espace-famille/accessibilite"],
    "/espace-famille/affichage": ["/espace-famille/affichage"],
    "/espace-famille/accessibilite/schema": ["/espace-famille/accessibilite/schema"],
    "/espace-famille/demande-de-compte": ["/espace-famille/demande-de-compte"],
    "/espace-famille/donnees-personnelles": ["/espace-famille/donnees-personnelles"],
    "/espace-famille/mentions-legales": ["/espace-famille/mentions-legales"],
    "/espace-famille/plan": ["/espace-famille/plan"],
    "/espace-famille/question": ["/espace-famille/question"],
    "/espace-famille/tarifs": ["/espace-famille/tarifs"],
    "/": ["/"],
    "/my/factures/<int:move_id>": ["/my/factures/{invoice}?access_token={link}"],
    "/web/login": ["/web/login"],
    "/web/reset_password": ["/web/reset_password"],
}

FILE = "a file"
REDIRECT = "leads elsewhere"
ODOO = "a page of Odoo to which no page of ours leads"
NO_PAGES = {
    "/espace-famille/agenda/<string:secret>.ics": FILE,
    "/espace-famille/app/<int:commune>/icone-<string:shape>.png": FILE,
    "/espace-famille/app/<int:commune>/manifest.webmanifest": FILE,
    "/espace-famille/pointage": "of agents: test_attendance_day.py",
    "/espace-famille/pointage/manifest.webmanifest": FILE,
    "/espace-famille/pointage/service-worker.js": FILE,
    "/espace-famille/securite": "data for the widget of the captcha",
    "/my/absences/<int:absence_id>/justificatif/<int:proof_id>": FILE,
    "/my/actualites/<int:news_id>/piece/<int:attachment_id>": FILE,
    "/my/attestations/<int:year>": FILE,
    "/my/commune/<int:commune>": REDIRECT,
    "/my/demandes/<int:request_id>/piece/<int:attachment_id>": FILE,
    "/my/factures/recu/<int:payment_id>": FILE,
    "/my/factures/retour/<string:chosen>": REDIRECT,
    "/my/foyer/documents/<int:document_id>/<int:attachment_id>": FILE,
    "/my/home": "the same as /my",
    "/my/address": ODOO,
    "/my/addresses": ODOO,
    "/my/invoices": REDIRECT,
    "/my/invoices/page/<int:page>": REDIRECT,
    "/my/invoices/overdue": ODOO,
    "/my/invoices/<int:invoice_id>": REDIRECT,
    "/my/journal/<int:journal_id>/unsubscribe": ODOO,
    "/my/payment_method": ODOO,
    "/my/porte-monnaie/retour": REDIRECT,
    "/my/prelevement/mandat/<int:mandate_id>": FILE,
    "/my/prelevement/signature": "once a code is awaited: test_direct_debit_screens.py",
    "/my/ouvrir/<int:family>": REDIRECT,
    "/my/foyer/securite": REDIRECT,
    "/my/security": REDIRECT,
    "/my/semaine": "data for the page without network: test_app.py",
    "/my/service-worker.js": FILE,
}

# What axe finds in parts of pages that other modules of Odoo put there.
OF_ODOO = {
    # The sign of a provider in test mode; no commune has one.
    "/my/factures/payer?invoice={invoice}": ("aria-prohibited-attr",),
    "/my/panier/paiement": ("aria-prohibited-attr",),
    "/my/porte-monnaie/recharger?montant=20": ("aria-prohibited-attr",),
}


LETTERS = "size => { document.documentElement.style.fontSize = `${size}%`; }"

# What stands out of the screen on the right; what scrolls by itself does not count.
TOO_WIDE = """() => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    const out = [...document.querySelectorAll("main *, header *, footer *")].filter(
        one =>
            one.checkVisibility() &&
            one.getBoundingClientRect().right > root.clientWidth + 1
    );
    const names = out.slice(0, 4).map(one => `${one.localName}.${one.className}`);
    return [`${root.scrollWidth - root.clientWidth} px too wide: ${names.join(", ")}`];
}"""


def known_routes():
    return {**PAGES, **VISITORS_PAGES, **NO_PAGES}


@tagged("post_install", "-at_install")
class TestPagesKnown(ValdurenqueCase):
    def test_every_page_is_looked_at(self):
        http = self.env["ir.http"]
        rules = http._generate_routing_rules(
            sorted(self.registry._init_modules), http._get_converters()
        )
        routes = {
            url
            for url, endpoint in rules
            if (url.startswith(BELOW) or url in AT)
            and endpoint.routing["type"] == "http"
            and "GET" in (endpoint.routing["methods"] or ["GET"])
        }
        self.assertEqual(
            routes - known_routes().keys(), set(), "put these routes in the tables"
        )
        self.assertEqual(known_routes().keys() - routes, set(), "these routes are gone")


class PagesCase(ValdurenqueCase):
    """A family with something on every page, and who looks at them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.days = cls.free_days(cls.family)
        cls.places = cls._places()
        cls.env.flush_all()

    @classmethod
    def _places(cls):
        """Give the family something on every page; return what `PAGES` names."""
        now = fields.Datetime.now()
        child = cls.children[0]
        past, coming = cls.days[1], cls.days[2]
        cls._book((child, cls.meal, past), (child, cls.evening, coming))
        invoice = cls._invoice()
        news = cls.env["espace.news"].create(
            [
                {
                    "name": name,
                    "body": "<h2>Menu</h2><p>Lundi : <a href='/'>couscous</a></p>",
                    "company_id": cls.company.id,
                    "pinned": pinned,
                    "publish_at": now - timedelta(days=1),
                    "released_at": now - timedelta(days=1),
                }
                for name, pinned in (("Menu de la semaine", True), ("Travaux", False))
            ]
        )
        asked = cls.env["espace.request"].create(
            {
                "name": "Changement d’adresse",
                "kind": "other",
                "family_id": cls.family.id,
                "child_id": child.id,
            }
        )
        asked.message_post(
            body="Bonjour, nous déménageons.",
            author_id=cls.user.partner_id.id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        cls.env["espace.absence"]._declare(
            cls.family, child, past, past, reason="illness", note="Fièvre"
        )
        guardian = (
            cls.env["espace.guardian"]
            .search([("company_id", "=", cls.company.id)])
            .filtered(lambda one: not one.user_id)[0]
        )
        guardian.email = "invite@example.org"
        _invitation, code = cls.env["espace.activation"]._issue(guardian, now)
        return {
            "child": child.id,
            "code": code,
            "commune": cls.company.id,
            "booked": coming,
            "day": cls.day,
            "evening": cls.evening.id,
            "invited": guardian.email,
            "invoice": invoice.id,
            "link": invoice._portal_ensure_token(),
            "meal": cls.meal.id,
            "news": news[0].id,
            "request": asked.id,
            "until": cls.day + timedelta(days=27),
        }

    @classmethod
    def _book(cls, *items):
        """Book through the gate as a commune that sends invoices."""
        demo = Demonstration(cls.env)
        demo._set_online_payment(False)
        cls.env["espace.reservation"]._book(cls.family, items)
        demo._set_online_payment(True)

    @classmethod
    def _invoice(cls):
        charges = cls.env["espace.charge"].search([("family_id", "=", cls.family.id)])
        open_charges = charges.filtered(lambda c: c.state == "to_invoice")
        open_charges._invoice(fields.Datetime.now())
        moves = charges.move_id
        moves.filtered(lambda move: move.state == "draft")._post(soft=False)
        return moves[0]

    def problems(self, visit, path):
        """Open a page; return what is wrong with it, in words."""
        page = visit.page
        response = page.goto(path.format(**self.places))
        visit.settle()
        found = [] if response.ok else [f"status {response.status}"]
        found += findings(page, OF_ODOO.get(path, ()))
        if self.width(page) <= PHONE["width"]:
            found += small_targets(page)
        return [f"{path} at {self.width(page)} px: {one}" for one in found]

    def width(self, page):
        return page.viewport_size["width"]

    def look_at(self, pages, viewport, prepare=None):
        """Return what is wrong with these pages on a screen of that size."""
        with (
            self.allow_requests(all_requests=True),
            open_browser(self.base_url()) as visitor,
        ):
            visit = visitor(viewport)
            if prepare:
                prepare(visit)
            found = [
                problem
                for paths in pages.values()
                for path in paths
                for problem in self.problems(visit, path)
            ]
            self.assertEqual(visit.errors, [])
        return found

    def parent_with_a_cart(self, visit):
        """Log in; validate a first cart, whose payment waits, and fill a second."""
        visit.log_in(PARENT, PASSWORD)
        page = visit.page
        page.wait_for_url("**/my**")
        self.open_period(page)
        self.choose(visit, self.children[0], self.meal)
        page.goto("/my/panier")
        page.locator("form[action='/my/panier/valider'] button").first.click()
        page.wait_for_url("**/my/panier/paiement")
        self.open_period(page)
        self.choose(visit, self.children[1], self.meal)

    def assert_nothing_wrong(self, found):
        self.assertFalse(found, "\n" + "\n".join(found))


@tagged("post_install", "-at_install")
@unittest.skipUnless(chromium(), "Chromium is not installed")
class TestAccessibility(PagesCase):
    def test_parents_pages_on_a_screen(self):
        self.assert_nothing_wrong(self.look_at(PAGES, DESKTOP, self.parent_with_a_cart))

    def test_parents_pages_on_a_phone(self):
        self.places["day"] = self.day
        self.assert_nothing_wrong(self.look_at(PAGES, PHONE, self.parent_on_a_phone))

    def parent_on_a_phone(self, visit):
        """The same with the first child's cells, which a phone shows alone."""
        visit.log_in(PARENT, PASSWORD)
        page = visit.page
        page.wait_for_url("**/my**")
        first, second = self.children[:2]
        self.open_period(page, first.id)
        self.choose(visit, first, self.meal)
        page.goto("/my/panier")
        page.locator("form[action='/my/panier/valider'] button").first.click()
        page.wait_for_url("**/my/panier/paiement")
        self.open_period(page, second.id)
        self.choose(visit, second, self.meal)

    def test_the_question_before_a_booking_is_cancelled(self):
        self.assert_nothing_wrong(
            [one for size in (DESKTOP, PHONE) for one in self.question(size)]
        )

    def question(self, viewport):
        """Return what is wrong with the page while it asks whether to cancel."""
        # Read first: server and test share one cursor, and the page asks on its own.
        products = self.env["product.product"].search([])
        names = {str(product.id): product.name for product in products}
        with (
            self.allow_requests(all_requests=True),
            open_browser(self.base_url()) as visitor,
        ):
            visit = visitor(viewport)
            visit.log_in(PARENT, PASSWORD)
            page = visit.page
            page.wait_for_url("**/my**")
            page.goto(f"/my/reservations?view=week&date={self.days[2]}")
            visit.settle()
            button = page.locator("button[data-question]:visible").first
            product = button.locator("xpath=..").get_attribute("data-product")
            option = names[product]
            button.click()
            # It is named by what it is about, and says what may be done.
            sheet = page.get_by_role("dialog", name=option, exact=True)
            sheet.wait_for()
            # It grows as it opens.
            page.wait_for_timeout(400)
            self.assertTrue(sheet.locator(".btn-danger").is_visible())
            found = findings(page)
            if viewport is PHONE:
                found += small_targets(page)
            page.keyboard.press("Escape")
            page.get_by_role("dialog").wait_for(state="hidden")
            self.assertEqual(visit.errors, [])
        return found

    def test_a_page_that_is_not_there(self):
        found = []
        with (
            self.allow_requests(all_requests=True),
            open_browser(self.base_url()) as visitor,
        ):
            for viewport in (DESKTOP, PHONE):
                page = visitor(viewport).page
                self.assertEqual(page.goto("/nulle-part").status, 404)
                self.assertTrue(page.get_by_role("link", name="Nous contacter").count())
                found += findings(page)
        self.assert_nothing_wrong(found)

    def test_visitors_pages(self):
        for viewport in (DESKTOP, PHONE):
            with self.subTest(viewport["width"]):
                self.assert_nothing_wrong(self.look_at(VISITORS_PAGES, viewport))

    def test_nothing_is_cut_off_on_a_narrow_screen_nor_in_large_letters(self):
        """Nothing is wider than 320 px, nor than a phone with large letters."""
        self.places["day"] = self.day
        for width, size in ((320, 100), (360, 200)):
            for pages in (VISITORS_PAGES, PAGES):
                with self.subTest(width=width, size=size):
                    found = self.too_wide(pages, {"width": width, "height": 640}, size)
                    self.assert_nothing_wrong(found)

    def too_wide(self, pages, viewport, size):
        """Return the pages that are wider than the screen, with what is.

        :param int size: of the letters, in percent of the usual
        """
        found = []
        with (
            self.allow_requests(all_requests=True),
            open_browser(self.base_url()) as visitor,
        ):
            visit = visitor(viewport)
            page = visit.page
            if pages is PAGES:
                visit.log_in(PARENT, PASSWORD)
                page.wait_for_url("**/my**")
            for path in (path for paths in pages.values() for path in paths):
                page.goto(path.format(**self.places))
                visit.settle()
                page.evaluate(LETTERS, size)
                found += [
                    f"{path} at {viewport['width']} px, {size} %: {one}"
                    for one in page.evaluate(TOO_WIDE)
                ]
        return found

    def test_in_the_colour_of_the_commune(self):
        # A yellow that nobody could read: it is darkened.
        self.company.primary_color = "#ffd700"
        self.colour = f"rgb({self.company._espace_colours()['rgb']})"
        self.hand_over()
        some = {path: PAGES[path] for path in ("/my", "/my/panier", "/my/reservations")}
        self.assert_nothing_wrong(self.look_at(some, DESKTOP, self.parent_in_colour))

    def parent_in_colour(self, visit):
        self.parent_with_a_cart(visit)
        visit.page.goto("/my")
        shown = visit.page.locator(".btn-primary").first.evaluate(
            "one => getComputedStyle(one).backgroundColor"
        )
        self.assertEqual(shown, self.colour)
        self.assertNotEqual(shown, "rgb(255, 215, 0)")

    def test_what_is_wrong_is_found(self):
        bad = (
            "<html lang='en'><head><title>Odoo</title></head>"
            "<body><style>button:focus { outline: none; box-shadow: none; }</style>"
            "<main><p style='color: #aaa; width: 2000px'>Pale</p><img src='a.png'>"
            "<button style='height: 10px'>Go</button></main></body></html>"
        )
        with (
            self.allow_requests(all_requests=True),
            open_browser(self.base_url()) as visitor,
        ):
            page = visitor(PHONE).page
            page.goto("/espace-famille/question")
            page.set_content(bad)
            found = "\n".join([*findings(page), *small_targets(page)])
        for words in (
            "color-contrast",
            "image-alt",
            "lang is “en”",
            "the title is “Odoo”",
            "0 h1",
            "wider than the screen",
            "focus is not seen: <button",
            "10 px high",
        ):
            self.assertIn(words, found)
