"""Bad networks, ended sessions, other tabs: what goes wrong under a thumb is said."""

import unittest

from odoo.tests import tagged

from .browser import chromium
from .taps import TapsCase
from .valdurenque import PARENT, PASSWORD

DO = "**/my/reservations/do"


@tagged("post_install", "-at_install")
@unittest.skipUnless(chromium(), "Chromium is not installed")
class TestFaults(TapsCase):
    """What goes wrong on the way is said, and nothing is lost or done twice."""

    def wait(self, page, product, status, day=None):
        page.wait_for_selector(
            f"#c_{self.clara.id}_{product.id}_{day or self.day}"
            f"[data-status={status}]:not(.ef-saving)"
        )

    def test_what_was_cancelled_is_booked_again_by_the_way_back(self):
        self.book(self.evening)
        visit = self.open_month()
        page = visit.page
        self.tap(page, self.evening)
        sheet = page.get_by_role("dialog", name=self.evening_name, exact=True)
        sheet.locator("[data-action=confirm-cancel]").click()
        self.said(page, "annulé")
        self.wait(page, self.evening, "available")
        page.locator("#espace_toast button", has_text="Rétablir").click()
        # Nothing had been paid: the place is kept again, to be paid online.
        self.said(page, "place reprise, à payer")
        self.wait(page, self.evening, "pending")
        self.hand_over(page)
        live = self.reservations().filtered(lambda line: line.state != "cancelled")
        self.assertEqual(live.mapped("state"), ["pending_payment"])
        self.assertEqual(live.product_id, self.evening)
        self.assertEqual(visit.errors, [])

    def book(self, product, day=None):
        """Book as an agent does: nothing waits for a payment."""
        [quote] = self.env["espace.reservation"]._book(
            self.family, [(self.clara, product, day or self.day)], staff=True
        )
        self.assertEqual(quote.status, "booked", quote.reason)
        self.env.flush_all()

    def test_slow_answers_come_in_the_order_of_the_taps(self):
        visit = self.open_month()
        page = visit.page
        sent = []

        def late(route):
            """The first answer takes longer than all that is tapped after it."""
            sent.append(route.request.post_data_json["params"]["do"])
            if len(sent) == 1:
                page.wait_for_timeout(1500)
            route.continue_()

        page.route(DO, late)
        self.tap(page, self.meal)
        page.wait_for_timeout(500)
        self.tap(page, self.meal)
        self.tap(page, self.evening)
        self.wait(page, self.evening, "in_cart")
        self.wait(page, self.meal, "available")
        self.hand_over(page)
        self.assertEqual(self.lines().product_id, self.evening)
        self.assertEqual(len(sent), 2)
        page.unroute(DO)

    def test_two_tabs_never_hold_a_day_twice(self):
        visit = self.open_month()
        page = visit.page
        other = visit.context.new_page()
        other.goto(page.url)
        self.tap(page, self.meal)
        self.wait(page, self.meal, "in_cart")
        # The other one shows it as free still.
        self.assertEqual(self.status(other, self.meal), "available")
        self.tap(other, self.meal)
        self.wait(other, self.meal, "in_cart")
        self.hand_over(page)
        self.assertEqual(len(self.lines()), 1)
        # Taken out here, then there: nothing is left, nothing fails.
        self.tap(page, self.meal)
        self.wait(page, self.meal, "available")
        self.tap(other, self.meal)
        self.wait(other, self.meal, "available")
        self.hand_over(page)
        self.assertFalse(self.lines())
        self.assertEqual(visit.errors, [])

    def test_the_month_comes_back_after_a_new_log_in(self):
        visit = self.open_month()
        page = visit.page
        self.tap(page, self.evening)
        self.wait(page, self.evening, "in_cart")
        shown = page.locator(".o_espace_span h2").inner_text()
        visit.context.clear_cookies()
        self.tap(page, self.meal)
        page.locator("#espace_toast button", has_text="Se reconnecter").click()
        page.wait_for_url("**/web/login?redirect=**")
        page.fill("input[name=login]", PARENT)
        page.fill("input[name=password]", PASSWORD)
        page.click(".oe_login_form button[type=submit]")
        page.wait_for_url("**/my/reservations**")
        self.assertEqual(page.locator(".o_espace_span h2").inner_text(), shown)
        # What was saved before is there, what was not is free and can be tapped.
        self.assertEqual(self.status(page, self.evening), "in_cart")
        self.tap(page, self.meal)
        self.wait(page, self.meal, "in_cart")
        self.hand_over(page)
        self.assertEqual(self.lines().product_id, self.meal | self.evening)

    def test_back_after_the_payment_pays_nothing_twice(self):
        visit = self.open_month()
        page = visit.page
        self.tap(page, self.meal)
        self.wait(page, self.meal, "in_cart")
        page.goto("/my/panier")
        page.click("button[data-action=validate]")
        page.wait_for_url("**/my/panier/paiement")
        self.pay_online(page)
        paid = self.reservations()
        self.assertEqual(paid.mapped("state"), ["confirmed"])
        page.go_back()
        page.wait_for_load_state()
        for path in ("/my/panier/paiement", "/my/panier"):
            page.goto(path)
            self.assertFalse(page.locator("[name=o_payment_submit_button]").count())
        self.open_period(page, self.clara.id)
        self.assertEqual(self.status(page, self.meal), "booked")
        self.hand_over(page)
        self.assertEqual(self.reservations(), paid)
        self.assert_sound()

    def test_a_place_lost_before_the_cart_is_validated(self):
        visit = self.open_month()
        page = visit.page
        self.tap(page, self.meal)
        self.tap(page, self.evening)
        self.wait(page, self.evening, "in_cart")
        page.goto("/my/panier")
        self.fill_up(self.meal)
        self.hand_over(page)
        page.click("button[data-action=validate]")
        page.wait_for_url("**/my/panier/paiement")
        page.goto("/my/panier")
        self.assertIn("Complet", page.inner_text("[data-status=refused]"))
        self.hand_over(page)
        states = {r.product_id: r.state for r in self.reservations()}
        self.assertEqual(states, {self.meal: "draft", self.evening: "pending_payment"})

    def fill_up(self, product):
        session = self.env["espace.session"].search(
            [
                ("activity_id", "=", product.espace_activity_id.id),
                ("date", "=", self.day),
                ("company_id", "=", self.company.id),
            ]
        )
        session.capacity = session.booked_count
