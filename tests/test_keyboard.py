"""Booking, cancelling and validating with the keyboard alone."""

import unittest

from odoo.tests import tagged

from odoo.addons.espace_famille_portal.demo import Demonstration

from .browser import chromium, open_browser
from .valdurenque import PARENT, PASSWORD, ValdurenqueCase

FAR = 300


@tagged("post_install", "-at_install")
@unittest.skipUnless(chromium(), "Chromium is not installed")
class TestKeyboard(ValdurenqueCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Invoiced at once: the page of the bank is not ours.
        Demonstration(cls.env)._set_online_payment(False)
        cls.child = cls.children[0]
        cls.env.flush_all()

    def tab_to(self, page, target):
        """Press Tab until the target has the focus."""
        for _time in range(FAR):
            if target.count() and target.evaluate("one => one.matches(':focus')"):
                return
            page.keyboard.press("Tab")
        self.fail(f"Tab does not lead to {target}")

    def press(self, page, target, key="Enter"):
        self.tab_to(page, target)
        page.keyboard.press(key)

    def wait_status(self, page, product, status):
        page.wait_for_selector(
            f"#c_{self.child.id}_{product.id}_{self.day}[data-status='{status}']"
        )

    def toggle(self, page, product, status, key="Enter"):
        """Press a key on a cell; the focus stays in it."""
        button = self.cell(page, self.child, product).locator("button")
        self.press(page, button, key)
        self.wait_status(page, product, status)
        page.wait_for_function(
            "id => document.getElementById(id).contains(document.activeElement)",
            arg=f"c_{self.child.id}_{product.id}_{self.day}",
        )

    def test_a_parent_books_validates_and_cancels_without_a_mouse(self):
        with (
            self.allow_requests(all_requests=True),
            open_browser(self.base_url()) as visitor,
        ):
            # The worker asks when it likes, and shares its cursor with the test.
            visit = visitor(service_workers="block")
            page = visit.page
            self.log_in(page)
            self.skip_the_menu(page)
            menu = page.get_by_role("navigation", name="Espace famille")
            self.press(page, menu.get_by_role("link", name="Mes réservations"))
            page.wait_for_url("**/my/reservations**")
            self.open_period(page)
            self.book(page)
            self.validate(page)
            self.cancel(page)
            self.assertEqual(visit.errors, [])
        self.assert_sound()

    def log_in(self, page):
        page.goto("/web/login")
        self.tab_to(page, page.locator("input[name=login]"))
        page.keyboard.type(PARENT)
        self.tab_to(page, page.locator("input[name=password]"))
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/my**")
        page.goto("/my")

    def skip_the_menu(self, page):
        """The first key leads over the menu into the page."""
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        focus = "document.activeElement.id"
        self.assertEqual(page.evaluate(focus), "wrap")
        page.reload()

    def book(self, page):
        self.toggle(page, self.meal, "in_cart")
        self.toggle(page, self.meal, "available", key="Space")
        self.toggle(page, self.meal, "in_cart", key="Space")
        self.toggle(page, self.evening, "in_cart")

    def validate(self, page):
        self.press(page, page.locator("#cart_bar [data-action=validate]"))
        page.wait_for_url("**/my/panier")
        self.press(page, page.locator("button[data-action=validate]"))
        page.wait_for_url("**/my/panier/confirmation")
        self.hand_over(page)
        self.assertEqual(self.reservations().mapped("state"), ["confirmed"] * 2)

    def cancel(self, page):
        """Cancel the evening; the question takes the focus and gives it back."""
        evening = self.evening.name
        self.open_period(page)
        button = self.cell(page, self.child, self.evening).locator("button")
        self.press(page, button)
        dialog = page.get_by_role("dialog", name=evening, exact=True)
        dialog.wait_for()
        page.keyboard.press("Escape")
        dialog.wait_for(state="detached")
        self.assertEqual(len(self.booked(page)), 2, "nothing was cancelled by Escape")
        self.press(page, button)
        dialog.wait_for()
        self.press(page, dialog.locator("button.btn-danger"))
        self.wait_status(page, self.evening, "available")
        self.assertEqual(self.booked(page).product_id, self.meal)

    def booked(self, page):
        self.hand_over(page)
        return self.reservations().filtered(lambda r: r.state == "confirmed")
