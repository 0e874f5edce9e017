"""A parent who hears the pages books, pays and reads an invoice: by names alone."""

import re
import unittest

from odoo import fields
from odoo.tests import tagged

from odoo.addons.espace_famille_portal.demo import Demonstration

from .browser import DESKTOP, chromium, open_browser
from .screen_reader import Reader, name
from .valdurenque import PARENT, PASSWORD, ValdurenqueCase

SUM = r"\d+,\d\d\s*€"


def in_order(*said):
    """Return a pattern of what is said one after the other, whatever its spaces are."""
    return ".*".join(re.escape(re.sub(r"\s", " ", words)) for words in said)


@tagged("post_install", "-at_install")
@unittest.skipUnless(chromium(), "Chromium is not installed")
class TestScreenReader(ValdurenqueCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.child = cls.children[0]
        cls.words = cls.company._espace_day_words(cls.day)
        cls.env.flush_all()

    def setUp(self):
        super().setUp()
        self.enterContext(self.allow_requests(all_requests=True))
        visitor = self.enterContext(open_browser(self.base_url()))
        self.visit = visitor(DESKTOP)
        self.reader = Reader(self.visit)

    def assert_sound(self, has_header=True):
        """Check what helps to find one's way on each page."""
        levels = [level for level, _name in self.reader.headings()]
        self.assertEqual(levels.count(1), 1, self.reader.headings())
        landmarks = self.reader.landmarks()
        roles = [role for role, _name in landmarks]
        for role in ("main", "contentinfo"):
            self.assertEqual(roles.count(role), 1, landmarks)
        self.assertEqual(roles.count("banner"), has_header, landmarks)
        named = [name for role, name in landmarks if role == "navigation"]
        self.assertEqual(len(named), len(set(named)), landmarks)
        self.assertTrue(all(named), landmarks)
        nameless = [
            role
            for role, name in self.reader.heard()
            if role in ("link", "button", "textbox", "checkbox", "radio", "combobox")
            and not name
        ]
        self.assertEqual(nameless, [])

    def assert_title(self, pattern):
        [title] = [name for level, name in self.reader.headings() if level == 1]
        self.assertRegex(title, pattern)
        self.assert_sound()

    def log_in(self):
        self.visit.page.goto("/web/login")
        self.assert_sound(has_header=False)
        self.reader.type("^E-mail|[Aa]dresse", PARENT)
        self.reader.type("^Mot de passe", PASSWORD)
        self.reader.follow("button", "^Se connecter$")
        self.assert_sound()

    def cell(self, *says):
        """Return a pattern for the button of a day, of this child and service."""
        parts = (self.child.firstname, self.words, *says)
        return "".join(f"(?=.*{re.escape(part)})" for part in parts)

    def test_from_the_log_in_to_the_payment(self):
        reader = self.reader
        self.log_in()
        reader.follow("link", "^Mes réservations")
        self.assert_title("Mes réservations")
        self.visit.page.goto(
            f"/my/reservations?view=month&child=all&date={self.day.isoformat()}"
        )
        self.visit.settle()
        with self.subTest("a cell says child, service, day and state"):
            before = reader.go_to("button", self.cell(self.meal.name))
            self.visit.page.keyboard.press("Enter")
            said = reader.announced(self.child.firstname)
            self.assertRegex(said, "ajouté|panier")
            after = reader.go_to("button", self.cell(self.meal.name, "panier"))
            self.assertNotEqual(before, None)
            self.assertNotEqual(after, None)
        with self.subTest("the cart says what is in it"):
            reader.follow("link", r"^\d* ?Panier")
            self.assert_title("[Pp]anier")
            self.assertIn(self.child.firstname, reader.text())
            self.assertIn(self.meal.name, reader.text())
        with self.subTest("its button says the sum, and so does the payment after it"):
            [button] = reader.find("button", f"^Payer.*{SUM}")
            words = name(button)
            reader.follow("button", f"^{re.escape(words)}$")
            self.assert_title("aiement|[Pp]ayer")
            self.assertIn(re.search(SUM, words)[0], reader.text())
            reader.one("radio", ".")
            reader.one("button", "^Payer")
        with self.subTest("after the payment a heading says that it is done"):
            self.pay_online(self.visit.page)
            self.visit.settle()
            self.assert_sound()
            self.assertRegex(reader.text(), "enregistr|valid|confirm")
        self.assertEqual(self.visit.errors, [])

    def test_an_invoice_is_read_line_by_line(self):
        Demonstration(self.env)._set_online_payment(False)
        items = [(self.child.id, self.meal.id, self.day)]
        self.env["espace.reservation"]._book(self.family, items)
        charges = self.env["espace.charge"].search([("family_id", "=", self.family.id)])
        charges.filtered(lambda one: one.state == "to_invoice")._invoice(
            fields.Datetime.now()
        )
        moves = charges.move_id
        moves.filtered(lambda move: move.state == "draft")._post(soft=False)
        self.hand_over()
        reader = self.reader
        self.log_in()
        reader.follow("link", "^Mes factures")
        self.assert_title("Mes factures")
        reader.follow("link", re.escape(moves[:1].name))
        self.assert_title(re.escape(moves[:1].name))
        with self.subTest("a child is a heading, with its lines below"):
            self.assertIn((2, self.child.firstname), reader.headings())
            [line] = moves[:1].invoice_line_ids
            amount = self.company._espace_amount_words(line.price_total)
            day = self.company._espace_format_day(self.day, "EEE d MMM")
            # Its name, its sum; then a line: what for, how much, when and why.
            said = (
                f" {self.child.firstname} ",
                amount,
                self.meal.name,
                amount,
                day,
                "Pourquoi ce prix ?",
            )
            self.assertRegex(reader.text(), in_order(*said))
        with self.subTest("why it costs that is opened by the keyboard"):
            why = " ".join(charges[:1].explanation.split())
            self.assertTrue(why)
            self.assertNotIn(why, reader.text())
            reader.press("DisclosureTriangle", "^Pourquoi ce prix")
            self.assertIn(why, reader.text())
        # The document itself can be fetched, a tagged PDF.
        reader.one("link", "^PDF$")
        self.assertEqual(self.visit.errors, [])
