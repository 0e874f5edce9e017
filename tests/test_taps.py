"""Vue Période under a thumb: drawn at once, sent together, taken back."""

import unittest

from odoo.tests import tagged

from .browser import DESKTOP, chromium
from .taps import TapsCase
from .valdurenque import PARENT, PASSWORD

# Where the first cell begins at most on a telephone of 360 by 740 pixels.
FIRST_CELL = 260
DO = "**/my/reservations/do"


@tagged("post_install", "-at_install")
@unittest.skipUnless(chromium(), "Chromium is not installed")
class TestTaps(TapsCase):
    def test_the_first_cell_is_on_the_first_screen(self):
        visit = self.open_month()
        # As a month that begins with holidays.
        january = self.day.replace(year=self.day.year + (self.day.month > 1), month=1)
        for day in (self.day, january.replace(day=1)):
            with self.subTest(day=day):
                self.day = day
                self.open_period(visit.page, self.clara.id)
                visit.settle()
                cell = visit.page.locator("td.o_espace_cell:visible").first
                self.assertLessEqual(cell.bounding_box()["y"], FIRST_CELL)
                self.assertLessEqual(visit.overflow(), 0)
        visit.picture("parents-janvier")

    def test_taps_are_drawn_at_once_and_travel_together(self):
        visit = self.open_month()
        page = visit.page
        calls = []
        page.on("request", lambda one: calls.append(one.url))
        first, second = self.free_days(self.family)[:2]
        with page.expect_response(DO):
            self.tap(page, self.meal, first)
            self.assertEqual(self.status(page, self.meal, first), "in_cart")
            self.tap(page, self.evening, first)
            self.assertEqual(self.status(page, self.evening, first), "in_cart")
        self.said(page, "2 choix enregistrés")
        self.assertEqual(len([url for url in calls if url.endswith("/do")]), 1)
        page.locator("#espace_toast button", has_text="Annuler").click()
        page.wait_for_selector(
            f"#c_{self.clara.id}_{self.meal.id}_{first}[data-status=available]"
        )
        self.hand_over(page)
        self.assertFalse(self.lines())
        self.assertNotEqual(first, second)

    def test_taken_back_before_it_was_sent_nothing_is_sent(self):
        visit = self.open_month()
        page = visit.page
        calls = []
        page.on("request", lambda one: calls.append(one.url))
        self.tap(page, self.meal)
        self.tap(page, self.meal)
        page.wait_for_timeout(1000)
        self.assertEqual(self.status(page, self.meal), "available")
        self.assertFalse([url for url in calls if url.endswith("/do")])

    def test_who_goes_on_at_once_loses_nothing(self):
        visit = self.open_month()
        page = visit.page
        self.tap(page, self.meal)
        page.get_by_role("link", name="Panier").first.click()
        page.wait_for_url("**/my/panier")
        self.assertIn("Clara", page.inner_text("main"))
        self.open_period(page, self.clara.id)
        visit.settle()
        self.tap(page, self.evening)
        # What a page sends as it goes, no browser tells of: the database does.
        page.evaluate("location.assign('/my/contacts')")
        page.wait_for_url("**/my/contacts")
        # It may come after the page that followed.
        for _wait in range(50):
            self.hand_over(page)
            if len(self.lines()) == 2:
                break
            page.wait_for_timeout(200)
        self.assertEqual(self.lines().product_id, self.meal | self.evening)

    def test_without_a_network_the_cell_returns_and_is_tried_again(self):
        visit = self.open_month()
        page = visit.page
        visit.context.set_offline(True)
        self.tap(page, self.meal)
        self.said(page, "Pas de connexion")
        self.assertEqual(self.status(page, self.meal), "available")
        visit.context.set_offline(False)
        with page.expect_response(DO):
            page.locator("#espace_toast button", has_text="Réessayer").click()
        page.wait_for_selector(
            f"#c_{self.clara.id}_{self.meal.id}_{self.day}[data-status=in_cart]"
        )
        self.hand_over(page)
        self.assertEqual(self.lines().product_id, self.meal)

    def test_a_session_that_has_ended_is_said_and_leads_back(self):
        visit = self.open_month()
        page = visit.page
        visit.context.clear_cookies()
        self.tap(page, self.meal)
        self.said(page, "Votre session est terminée")
        self.assertEqual(self.status(page, self.meal), "available")
        page.locator("#espace_toast button", has_text="Se reconnecter").click()
        page.wait_for_url("**/web/login?redirect=**")
        page.fill("input[name=login]", PARENT)
        page.fill("input[name=password]", PASSWORD)
        page.click(".oe_login_form button[type=submit]")
        page.wait_for_url("**/my/reservations**")
        self.hand_over(page)
        self.assertFalse(self.lines())

    def test_a_place_lost_meanwhile_is_said_and_drawn(self):
        visit = self.open_month(DESKTOP)
        page = visit.page
        session = self.env["espace.session"].search(
            [
                ("activity_id", "=", self.meal.espace_activity_id.id),
                ("date", "=", self.day),
                ("company_id", "=", self.company.id),
            ]
        )
        session.capacity = session.booked_count
        self.hand_over(page)
        self.tap(page, self.meal)
        page.wait_for_selector(
            f"#c_{self.clara.id}_{self.meal.id}_{self.day}[data-status=full]"
        )
        self.hand_over(page)
        self.assertFalse(self.lines())
        self.assertEqual(visit.errors, [])
