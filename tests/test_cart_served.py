"""Panier in a browser: days taken out in place, given up, taken up again."""

import unittest

from odoo.tests import tagged

from .browser import DESKTOP, PHONE, chromium
from .taps import TapsCase
from .valdurenque import PARENT, PASSWORD


@tagged("post_install", "-at_install")
@unittest.skipUnless(chromium(), "Chromium is not installed")
class TestCartServed(TapsCase):
    """Panier: days taken out in place and taken up again, with and without scripts."""

    def fill(self):
        days = self.free_days(self.family)[:3]
        items = [
            (child, product, day)
            for child in self.children
            for product in self.products()
            for day in days
        ]
        self.env["espace.reservation"]._add_to_cart(self.family, items)
        self.env.flush_all()

    def test_a_day_goes_in_place_and_comes_back(self):
        self.fill()
        for colours in ("light", "dark"):
            for size, name in ((PHONE, "phone"), (DESKTOP, "desktop")):
                visit = self.visitor(size, color_scheme=colours)
                visit.log_in(PARENT, PASSWORD)
                visit.page.goto("/my/panier")
                visit.settle()
                visit.picture(f"cart-{name}-{colours}")
                self.assertLessEqual(visit.overflow(), 0)
        page = visit.page
        count = len(self.lines())
        asked = page.locator("[data-now-due]").inner_text()
        self.assertIn(asked, page.locator("button[data-action=validate]").inner_text())
        # Not to the very end: the page is a little shorter then, and cannot stay there.
        page.evaluate("scrollTo(0, 150)")
        top = page.evaluate("scrollY")
        self.assertEqual(top, 150)
        chip = page.locator("li[data-line] button").nth(1)
        chip.click()
        self.said(page, "retiré du panier")
        self.assertEqual(page.evaluate("scrollY"), top)
        self.assertEqual(page.locator("li[data-line]").count(), count - 1)
        self.assertNotEqual(page.locator("[data-now-due]").inner_text(), asked)
        # The focus is on the next day, not lost.
        focus = "document.activeElement.closest('li[data-line]') !== null"
        self.assertTrue(page.evaluate(focus))
        page.locator("#espace_toast button", has_text="Rétablir").click()
        self.said(page, "de nouveau dans le panier")
        self.assertEqual(page.locator("[data-now-due]").inner_text(), asked)
        self.assertEqual(page.locator("li[data-line]").count(), count)
        self.assertEqual(visit.errors, [])

    def test_giving_up_is_asked_and_taken_back(self):
        self.fill()
        visit = self.visitor(PHONE)
        visit.log_in(PARENT, PASSWORD)
        page = visit.page
        page.goto("/my/panier")
        count = len(self.lines())
        page.click("[data-action=empty]")
        page.click("[data-action=keep]")
        self.assertFalse(page.locator("[data-action=give-up]").is_visible())
        page.click("[data-action=empty]")
        page.click("[data-action=give-up]")
        page.wait_for_selector("[data-empty]")
        self.hand_over(page)
        self.assertFalse(self.lines())
        visit.picture("cart-given-up")
        page.click("[data-action=take-up]")
        page.wait_for_selector("li[data-line]")
        self.hand_over(page)
        self.assertEqual(len(self.lines()), count)
        self.assertEqual(visit.errors, [])

    def test_without_scripts_the_place_is_kept(self):
        self.fill()
        visit = self.visitor(PHONE, java_script_enabled=False)
        visit.log_in(PARENT, PASSWORD)
        page = visit.page
        page.goto("/my/panier")
        last = page.locator(".ef-entry").last
        key = last.get_attribute("id")
        last.locator("li[data-line] button").first.click()
        page.wait_for_url(f"**/my/panier#{key}")
        box = page.locator(f"#{key}").bounding_box()
        self.assertLess(abs(box["y"]), PHONE["height"])
        self.assertIn("retiré du panier", page.inner_text(".ef-snack"))
        before = len(self.lines())
        page.click("[data-action=take-up]")
        page.wait_for_load_state()
        self.hand_over(page)
        self.assertEqual(len(self.lines()), before + 1)

    def test_a_session_that_ended_and_no_network_are_said(self):
        self.fill()
        visit = self.visitor(PHONE)
        visit.log_in(PARENT, PASSWORD)
        page = visit.page
        page.goto("/my/panier")
        count = page.locator("li[data-line]").count()
        visit.context.set_offline(True)
        page.locator("li[data-line] button").first.click()
        self.said(page, "Pas de connexion")
        visit.context.set_offline(False)
        page.locator("#espace_toast button", has_text="Réessayer").click()
        self.said(page, "retiré du panier")
        self.assertEqual(page.locator("li[data-line]").count(), count - 1)
        visit.context.clear_cookies()
        page.locator("li[data-line] button").first.click()
        self.said(page, "Votre session est terminée")
        page.locator("#espace_toast button", has_text="Se reconnecter").click()
        page.wait_for_url("**/web/login?redirect=%2Fmy%2Fpanier")
