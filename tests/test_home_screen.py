"""Each role's morning: the first screen after log-in, and the lists behind its numbers.

Its pictures stand in the guides: ESPACE_PICTURES names their folder.
"""

import unittest
from datetime import timedelta
from unittest import mock

from odoo.tests import HttpCase, tagged

from odoo.addons.espace_famille.tests.common import MONDAY, TODAY, TUESDAY
from odoo.addons.espace_famille_billing.tests.common_regie import RegieCase

from .accessibility import findings_in
from .browser import PICTURES, chromium, open_browser

SHOWN = ".o_espace_home"
NARROW = {"width": 1024, "height": 768}
PHONE = {"width": 360, "height": 740}


@tagged("post_install", "-at_install")
@unittest.skipUnless(chromium(), "Chromium is not installed")
class TestHomeScreen(RegieCase, HttpCase):
    test_cursor_lock_timeout = 120

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.patch_finished()
        names = {
            "animation": "Amina Belkacem",
            "manager": "Claire Fournier",
            "finance": "Paul Astier",
            "admin": "Hélène Roux",
        }
        cls.users = {}
        for role, name in names.items():
            cls.users[role] = cls._create_french_staff(role, name=name)
        for activity in (cls.canteen, cls.evening):
            activity.capacity = 3
            activity.session_ids.capacity = 3
        cls.school.adult_meals = 2
        cls.tom.diet_id = cls._no_pork()
        cls.lina.has_pai = True

    @classmethod
    def patch_finished(cls):
        """The commune is set up: administrators begin at home."""
        patcher = mock.patch.object(
            type(cls.env["espace.setup"]), "_is_finished", lambda *_args: True
        )
        patcher.start()
        cls.addClassCleanup(patcher.stop)

    def setUp(self):
        super().setUp()
        self.fill_the_morning()
        self.env.flush_all()

    def fill_the_morning(self):
        """Have something wait for each role."""
        book = self.Reservation._book
        for child, option in (
            (self.nina, self.meal),
            (self.tom, self.meal),
            (self.nina, self.t1),
        ):
            family = child._paying_family(TODAY)
            book(family, [(child, option, TODAY)], staff=True)
        for child in (self.nina, self.tom, self.lina):
            self.booked(child, self.meal, MONDAY)
            self.booked(child, self.t1, TUESDAY)
        book(self.durand, [(self.lina, self.meal, TODAY)], staff=True)
        today = self.Reservation.search(
            [("date", "=", TODAY), ("activity_id", "=", self.canteen.id)]
        )
        today[0].sudo().attendance_clash = True
        today[0].action_present()
        today[0].sudo().attendance_clash = True
        for child, name in ((self.tom, "family"), (self.nina, "illness")):
            self.env["espace.absence"].create(
                {
                    "child_id": child.id,
                    "family_id": child._paying_family(TODAY).id,
                    "date_from": MONDAY,
                    "date_to": MONDAY,
                    "reason": name,
                }
            )
        self.env["espace.pickup.ban"].create(
            {
                "name": "Jean Petit",
                "child_ids": [(6, 0, self.nina.ids)],
                "judgment": b"UERG",
            }
        )
        self.env["espace.request"]._ask(
            self.martin,
            self.martin.guardian_ids[0].person_id,
            {"name": "Goûter"},
            "Bonjour",
        )
        late = self.invoice(self.martin, [(self.meal, 42)], TODAY - timedelta(days=45))
        self.invoice(self.durand, [(self.meal, 18)], TODAY + timedelta(days=20))
        self.pay(self.martin, 12, TODAY, late, self.cash)
        self.pay(self.durand, 5, TODAY, journal=self.cheque)
        self.regie.cash_ceiling = 10

    def walk(self, role, home, name):
        """Log in as a role, look at its home, and follow its first number by keys."""
        with (
            self.allow_requests(all_requests=True),
            open_browser(self.base_url()) as visitor,
        ):
            visit = visitor()
            page = visit.page
            user = self.users[role]
            visit.log_in(user.login, user.login)
            page.locator(f".o_espace_home_page[data-role={home}]").wait_for()
            page.get_by_role("heading", name="Lundi 4 janvier").wait_for()
            self.assertFalse(page.locator("a[data-menu-xmlid*=discuss]").count())
            self.assertEqual(findings_in(page, SHOWN), [])
            visit.picture(name, full_page=False)
            page.set_viewport_size(NARROW)
            self.assert_fits(page)
            visit.picture(f"{name}-1024", full_page=False)
            page.set_viewport_size(PHONE)
            self.assert_fits(page)
            visit.picture(f"{name}-360", full_page=False)
            page.set_viewport_size({"width": 1280, "height": 900})
            yield page
            self.assertEqual(visit.errors, [])

    def assert_fits(self, page):
        wide = page.locator(SHOWN).evaluate("one => one.scrollWidth - one.clientWidth")
        self.assertLessEqual(wide, 0)

    def follow(self, page, code):
        """Open the list of a number by the keyboard; it has as many rows."""
        line = page.locator(f"li[data-duty={code}]")
        count = int(line.locator(".o_espace_duty_count").inner_text())
        line.get_by_role("button").focus()
        page.keyboard.press("Enter")
        page.locator(".o_list_view, .o_kanban_view").first.wait_for()
        page.wait_for_function(
            "count => document.querySelectorAll('.o_data_row, "
            ".o_kanban_record:not(.o_kanban_ghost)').length === count ||"
            " document.querySelectorAll('.o_group_header').length > 0",
            arg=count,
        )
        page.go_back()
        page.locator(".o_espace_home_page[data-role]").wait_for()

    def test_the_agents_morning(self):
        for page in self.walk("animation", "animation", "accueil-animation"):
            self.assertEqual(page.locator("[data-section=today] article").count(), 2)
            page.locator("li[data-duty=clashes] button").wait_for()
            self.follow(page, "clashes")
            # Another home of one's own, by the keyboard.
            page.locator("[data-home=kitchen]").focus()
            page.keyboard.press("Enter")
            page.locator(".o_espace_home_page[data-role=kitchen]").wait_for()
            page.locator("[data-section=meals_today] li").first.wait_for()
            # The button that was pressed takes its colours within this.
            page.wait_for_timeout(400)
            self.assertEqual(findings_in(page, SHOWN), [])
            page.screenshot(path=self.shot("accueil-cuisine"))

    def test_the_family_desks_morning(self):
        for page in self.walk("manager", "manager", "accueil-gestion"):
            self.follow(page, "absences")
            self.follow(page, "requests")
            cell = page.locator(".o_espace_fill button").first
            booked = cell.locator("b").inner_text()
            cell.focus()
            page.keyboard.press("Enter")
            page.locator(".o_list_view").wait_for()
            self.assertTrue(booked.isdigit())

    def test_the_regies_morning(self):
        for page in self.walk("finance", "finance", "accueil-regie"):
            self.follow(page, "credits")
            page.locator("[data-figure=overdue] button").focus()
            page.keyboard.press("Enter")
            page.locator(".o_list_view .o_data_row").first.wait_for()

    def test_the_directors_morning(self):
        for page in self.walk("admin", "administration", "accueil-administration"):
            page.locator("[data-row=home] button[data-key=manager]").focus()
            page.keyboard.press("Enter")
            page.locator(".o_espace_home_page[data-role=manager]").wait_for()
            self.figures(page)

    def figures(self, page):
        """The figures of the month, as a table that is exported."""
        booking = self.Reservation.search(
            [("date", "=", TODAY), ("attendance", "=", "expected")], limit=1
        )
        self.assertTrue(booking)
        page.goto("/odoo/action-espace_famille.espace_attendance_figure_action")
        # The browser's today is another one: its three months hold nothing.
        page.locator(".o_facet_remove").first.click()
        page.locator(".o_pivot table").wait_for()
        page.screenshot(path=self.shot("chiffres-presences"))
        with page.expect_download() as sheet:
            page.locator(".o_pivot_download").click()
        self.assertTrue(sheet.value.suggested_filename.endswith(".xlsx"))

    def shot(self, name):
        PICTURES.mkdir(parents=True, exist_ok=True)
        return PICTURES / f"{name}.png"
