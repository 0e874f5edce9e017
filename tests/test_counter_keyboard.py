"""Thirty payments in a row at the counter, with the keyboard alone."""

import unittest

from odoo.tests import HttpCase, tagged

from odoo.addons.espace_famille.tests.common import MONDAY
from odoo.addons.espace_famille_billing.tests.common_regie import CounterCase

from .browser import chromium, open_browser

PAYMENTS = 30
COUNTER = "/odoo/action-espace_famille_billing.espace_counter_action"
FAMILY = ".modal [name=family_id] input"
AMOUNT = ".modal [name=amount] input"


@tagged("post_install", "-at_install")
@unittest.skipUnless(chromium(), "Chromium is not installed")
class TestCounterKeyboard(CounterCase, HttpCase):
    test_cursor_lock_timeout = 120

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk.lang = "en_US"
        cls.canteen.capacity = 2 * PAYMENTS
        cls.families = cls.env["espace.family"]
        for number in range(1, PAYMENTS + 1):
            family = cls._create_family(f"Foyer{number:02}", ["Alix"])
            family.guardian_ids.email = False
            child = cls._create_child(family, "Lou", cls.class_cp)
            cls._invoiced(child, cls.meal, MONDAY)
            cls.families |= family
        # Read before the browser starts: it and the test share one cursor.
        cls.login = cls.clerk.login
        cls.names = cls.families.mapped("name")
        cls.env.flush_all()

    def test_thirty_payments_without_the_mouse(self):
        with (
            self.allow_requests(all_requests=True),
            open_browser(self.base_url()) as visitor,
        ):
            visit = visitor()
            page = visit.page
            visit.log_in(self.login, self.login)
            page.goto(COUNTER)
            # No mouse from here on: a click would be seen.
            page.evaluate(
                "window.clicks = 0;"
                "document.addEventListener('mousedown', () => window.clicks++, true);"
            )
            for number, name in enumerate(self.names, 1):
                self.take(visit, number, name)
            self.assertEqual(page.evaluate("window.clicks"), 0)
            visit.picture("counter-thirty", full_page=False)
            self.assertEqual(visit.errors, [])
        self.env.invalidate_all()
        receipts = self.Payment.search(
            [("espace_regie_id", "=", self.regie.id)], order="id"
        )
        self.assertEqual(
            receipts.mapped("espace_receipt_number"),
            [f"RS-2027-{number:05}" for number in range(1, PAYMENTS + 1)],
        )
        self.assertEqual(receipts.mapped("espace_family_id"), self.families)
        self.assertEqual(
            receipts.mapped("amount"),
            [2 if number % 3 == 0 else 3.6 for number in range(1, PAYMENTS + 1)],
        )
        self.assertEqual(
            [payment.espace_means for payment in receipts],
            ["card" if number >= 10 else "cash" for number in range(1, PAYMENTS + 1)],
        )

    def focus(self, page, selector):
        """Wait until what `selector` names has the focus."""
        page.wait_for_function(
            "selector => document.activeElement?.matches(selector)", arg=selector
        )

    def take(self, visit, number, name):
        """Take the payment of a family, from its name to the next empty form."""
        page, keyboard = visit.page, visit.page.keyboard
        self.focus(page, FAMILY)
        keyboard.type(name)
        page.locator(".o-autocomplete--dropdown-item", has_text=name).first.wait_for()
        keyboard.press("Enter")
        page.wait_for_function(
            "selector => document.querySelector(selector)?.value.includes('3.60')",
            arg=AMOUNT,
        )
        keyboard.press("Enter")
        self.focus(page, AMOUNT)
        if number % 3 == 0:
            keyboard.type("2")
        # The means stay as they were: they are chosen twice in all.
        if number in (1, 10):
            keyboard.press("Tab")
            self.focus(page, ".modal [name=journal_id] input[type=radio]")
            self.choose(page, "Régie cash" if number == 1 else "Régie card")
        if number == 10:
            visit.picture("counter", full_page=False)
        keyboard.press("Enter")
        visit.wait_for_words(f"Receipt RS-2027-{number:05}")

    def choose(self, page, means):
        """Move to a means of payment by the arrows."""
        chosen = ".modal [name=journal_id] .o_radio_item:has(input:checked)"
        for _time in range(10):
            if means in page.locator(chosen).inner_text():
                return
            page.keyboard.press("ArrowDown")
            page.wait_for_timeout(100)
        self.fail(f"The arrows do not lead to {means}")
