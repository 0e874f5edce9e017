"""The morning of whoever feeds and lists the children: menus typed for a week and read
by parents, lists to print.

Pictures for the guides: ESPACE_PICTURES names their folder.
"""

import unittest

from odoo.tests import HttpCase, tagged

from odoo.addons.espace_famille.tests.common import MONDAY
from odoo.addons.espace_famille_billing.tests.common import EspaceBillingCase

from .accessibility import OF_ODOO, findings_in
from .browser import DESKTOP, PHONE, chromium, open_browser

KITCHEN = "/odoo/action-espace_famille.espace_kitchen_action"
LISTS = "/odoo/action-espace_famille.espace_list_wizard_action"
NARROW = {"width": 1024, "height": 768}
PASTED = """\
\tlundi 11\tmardi 12\tjeudi 14\tvendredi 15
Entrée\tCarottes (moutarde)\tPotage (lait, céleri)\tSalade verte (-)\tBetteraves
Plat\tPorc (moutarde, sauf Sans porc)\tColin (poisson)\tOmelette (œufs)\tLasagnes (1, 7)
Garniture\tPurée (lait)\tRiz (-)\tPommes sautées (-)\tSalade (-)
Laitage\tYaourt (lait)\tEmmental (lait)\tFromage blanc (lait)\tPetit-suisse (lait)
Dessert\tPomme (-)\tFlan (lait, œufs)\tGâteau (gluten, œufs)\tClémentine (-)
"""
SAVED = """() =>
    !document.querySelector(".o_form_status_indicator_buttons:not(.invisible)")
"""
DIALOG = ".modal-content"
SESSIONS = "/odoo/action-espace_famille.espace_session_action"


@tagged("post_install", "-at_install")
@unittest.skipUnless(chromium(), "Chromium is not installed")
class TestDayScreens(EspaceBillingCase, HttpCase):
    test_cursor_lock_timeout = 120

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._create_french_staff("manager", "health")
        cls.no_pork = cls._no_pork()
        cls.no_pork.with_context(lang="fr_FR").name = "Sans porc"
        cls.nina.write({"has_pai": True, "allergies": "Lait de vache"})
        cls.tom.diet_id = cls.no_pork
        cls.login = cls.manager.login

    def check(self, page, selector):
        """What is ours in a part of a page can be used by everybody."""
        self.assertEqual(findings_in(page, selector, OF_ODOO), [])

    def test_a_week_of_menus_from_the_spreadsheet_to_the_parents(self):
        self.booked(self.nina, self.meal, MONDAY)
        parent = self._create_portal_user(self.martin.guardian_ids[0])
        parent.lang = "fr_FR"
        login = parent.login
        self.env.flush_all()
        with (
            self.allow_requests(all_requests=True),
            open_browser(self.base_url()) as visitor,
        ):
            visit = visitor()
            page = visit.page
            visit.log_in(self.login, self.login)
            page.goto(KITCHEN)
            page.locator("[data-week=later]").click()
            page.get_by_role(
                "heading", name="Cuisine, semaine 2", exact=True
            ).wait_for()
            # By the keyboard: the menus of the week that is shown.
            page.locator("[data-open=menus]").focus()
            page.keyboard.press("Enter")
            page.locator("[name=pasted] textarea").fill(PASTED)
            page.locator("button[name=action_read]").focus()
            page.keyboard.press("Enter")
            page.get_by_text("Carottes (moutarde)").first.wait_for()
            page.locator("button[name=action_save]").click()
            page.wait_for_function(SAVED)
            self.check(page, ".o_form_sheet")
            visit.picture("menus-semaine", full_page=False)
            page.set_viewport_size(NARROW)
            visit.picture("menus-semaine-1024", full_page=False)
            with page.expect_download() as poster:
                page.locator("button[name=action_print]").click()
            self.assertTrue(poster.value.suggested_filename.endswith(".pdf"))
            self.env.invalidate_all()
            menus = self.env["espace.menu"].search(
                [("company_id", "=", self.company.id)]
            )
            self.assertEqual(len(menus), 4)
            self.assertEqual(menus[0].dish_ids[1].other_diet_ids, self.no_pork)
            # A table without a day is said, and nothing of the week is lost.
            page.locator("[name=pasted] textarea").fill("Plat\tPoulet")
            page.locator("button[name=action_read]").click()
            page.get_by_text("Aucun jour").wait_for()

            page.goto(KITCHEN)
            page.locator("[data-week=later]").click()
            served = page.locator("[data-part=menus]")
            served.get_by_text("Omelette").wait_for()
            self.check(page, ".o_espace_kitchen")
            visit.picture("cuisine-menus-1024")
            self.assertEqual(visit.errors, [])

            for width, name in (
                (PHONE, "parents-menus-360"),
                (NARROW, "parents-menus"),
            ):
                parents = visitor(width)
                parents.log_in(login, login)
                parents.page.goto(f"/my/menus?date={MONDAY.isoformat()}")
                shown = parents.page.locator(f"[data-day='{MONDAY.isoformat()}']")
                shown.get_by_text("Nina : Lait").first.wait_for()
                shown.get_by_text("Remplacé pour Tom (Sans porc)").wait_for()
                parents.page.get_by_text("ne remplacent pas un PAI").wait_for()
                self.assertEqual(findings_in(parents.page, "main"), [])
                wide = parents.page.evaluate(
                    "document.documentElement.scrollWidth"
                    " - document.documentElement.clientWidth"
                )
                self.assertLessEqual(wide, 0)
                parents.picture(name)
                self.assertEqual(parents.errors, [])

    def test_lists_are_chosen_in_one_dialog(self):
        self.booked(self.lina, self.meal, MONDAY)
        self.env.flush_all()
        with (
            self.allow_requests(all_requests=True),
            open_browser(self.base_url()) as visitor,
        ):
            visit = visitor()
            page = visit.page
            visit.log_in(self.login, self.login)
            page.goto(LISTS)
            page.locator("[name=kind] input").first.wait_for()
            self.check(page, f"{DIALOG} .o_form_view")
            visit.picture("listes-a-imprimer", full_page=False)
            page.set_viewport_size(NARROW)
            visit.picture("listes-a-imprimer-1024", full_page=False)
            self.assertEqual(visit.errors, [])

    def test_too_few_agents_are_said_on_the_session(self):
        self.evening.write({"declared": True, "usual_staff": 0})
        self.booked(self.nina, self.t1, MONDAY)
        session = self.evening.session_ids.filtered(lambda s: s.date == MONDAY)
        self.assertTrue(session.staff_short)
        self.env.flush_all()
        with (
            self.allow_requests(all_requests=True),
            open_browser(self.base_url()) as visitor,
        ):
            visit = visitor()
            page = visit.page
            visit.log_in(self.login, self.login)
            page.goto(f"{SESSIONS}/{session.id}")
            page.get_by_text("Trop peu d’agents").wait_for()
            self.check(page, ".alert-danger")
            for size, name in ((DESKTOP, ""), (NARROW, "-1024")):
                page.set_viewport_size(size)
                visit.picture(f"encadrement{name}", full_page=False)
            self.assertEqual(visit.errors, [])
