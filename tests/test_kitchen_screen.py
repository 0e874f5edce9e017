"""The kitchen's week as the family desk sees it: ordered, changed, ordered again.

Its picture stands in the agents' guide: ESPACE_PICTURES names its folder.
"""

import unittest

from odoo.tests import HttpCase, tagged

from odoo.addons.espace_famille.tests.common import MONDAY, TUESDAY
from odoo.addons.espace_famille_billing.tests.common import EspaceBillingCase

from .accessibility import findings_in
from .browser import chromium, open_browser

SCREEN = "/odoo/action-espace_famille.espace_kitchen_action"
SHOWN = ".o_espace_kitchen"
NARROW = {"width": 1024, "height": 768}


@tagged("post_install", "-at_install")
@unittest.skipUnless(chromium(), "Chromium is not installed")
class TestKitchenScreen(EspaceBillingCase, HttpCase):
    test_cursor_lock_timeout = 120

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._create_french_staff("manager")
        cls.company.write(
            {
                "espace_caterer_email": "cuisine@example.org",
                "espace_caterer_phone": "05 63 00 00 02",
            }
        )
        cls.canteen.capacity = 60
        cls.school.adult_meals = 4
        cls.env["espace.school.class"].create(
            {"name": "GS", "level": "gs", "school_id": cls.school.id}
        )
        cls.tom.diet_id = cls._no_pork()
        cls.lina.has_pai = True
        cls.login = cls.manager.login

    def setUp(self):
        super().setUp()
        self.booked(self.lina, self.meal, MONDAY)
        self.booked(self.tom, self.meal, MONDAY)
        self.booked(self.nina, self.meal, TUESDAY)
        self.env.flush_all()

    def test_a_week_is_ordered_and_ordered_again(self):
        with (
            self.allow_requests(all_requests=True),
            open_browser(self.base_url()) as visitor,
        ):
            visit = visitor()
            page = visit.page
            visit.log_in(self.login, self.login)
            page.goto(SCREEN)
            page.locator("[data-week=later]").click()
            page.get_by_role(
                "heading", name="Cuisine, semaine 2", exact=True
            ).wait_for()
            self.assertEqual(self.totals(page), ["5", "5", "0", "0", "10"])
            # What is sent is said before it is.
            page.locator("[data-order=ask]").click()
            page.get_by_text("La feuille est envoyée à cuisine@example.org.").wait_for()
            page.locator("[data-order=send]").click()
            page.locator("li[data-order='2027-02-1']").wait_for()
            self.assertFalse(page.locator("[data-order=ask]").count())

            # The page and the test share one cursor.
            visit.settle()
            self.booked(self.nina, self.meal, MONDAY)
            self.env.flush_all()
            page.locator("[data-week=later]").click()
            page.get_by_role(
                "heading", name="Cuisine, semaine 3", exact=True
            ).wait_for()
            page.locator("[data-week=earlier]").click()
            page.get_by_text("1 de plus que sur 2027-02-1").wait_for()
            self.assertEqual(self.totals(page), ["+1 6", "5", "0", "0", "11"])
            self.assertEqual(findings_in(page, SHOWN), [])
            visit.picture("cuisine", full_page=False)
            page.set_viewport_size(NARROW)
            wide = page.locator(SHOWN).evaluate(
                "one => one.scrollWidth - one.clientWidth"
            )
            self.assertLessEqual(wide, 0)
            visit.picture("cuisine-1024", full_page=False)

            # By the keyboard, as by the mouse.
            page.locator("[data-order=ask]").focus()
            page.keyboard.press("Enter")
            page.locator("[data-order=send]").focus()
            page.keyboard.press("Enter")
            page.locator("li[data-order='2027-02-2']").wait_for()
            self.assertFalse(page.locator("section .o_espace_change").count())
            with page.expect_download() as sheet:
                page.locator("li[data-order='2027-02-2']").get_by_text("XLSX").click()
            self.assertEqual(sheet.value.suggested_filename, "2027-02-2.xlsx")
            self.assertEqual(visit.errors, [])

    def totals(self, page):
        row = page.locator("tr.o_espace_sum").first
        return [" ".join(cell.split()) for cell in row.locator("td").all_inner_texts()]
