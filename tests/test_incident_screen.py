"""An accident from the agent's form to the page of both parents, in a browser.

Its pictures stand in the agents' guide: ESPACE_PICTURES names their folder.
"""

import unittest

from odoo.tests import HttpCase, tagged

from odoo.addons.espace_famille_billing.tests.common import EspaceBillingCase

from .accessibility import findings_in
from .browser import DESKTOP, PHONE, choose, chromium, open_browser

SCREEN = "/odoo/action-espace_famille.espace_incident_action/new"
LONG = 120_000
NARROW = {"width": 1024, "height": 768}


@tagged("post_install", "-at_install")
@unittest.skipUnless(chromium(), "Chromium is not installed")
class TestIncidentScreen(EspaceBillingCase, HttpCase):
    test_cursor_lock_timeout = 120

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent = cls._create_french_staff("animation")
        cls.env["espace.custody"].create(
            {"child_id": cls.nina.id, "family_id": cls.durand.id, "pattern": "odd"}
        )
        cls.parents = [
            cls._create_portal_user(family.guardian_ids[0])
            for family in (cls.martin, cls.durand)
        ]
        for user in cls.parents:
            user.lang = "fr_FR"
        (cls.martin | cls.durand).lang = "fr_FR"
        cls.logins = [user.login for user in cls.parents]
        cls.login = cls.agent.login
        cls.env.flush_all()

    def test_from_the_agent_to_both_households(self):
        with (
            self.allow_requests(all_requests=True),
            open_browser(self.base_url()) as visitor,
        ):
            visit = visitor()
            visit.log_in(self.login, self.login)
            self.write(visit)
            self.declare(visit)
            self.assertEqual(visit.errors, [])
            for login in self.logins:
                self.read(visitor(), login)
        self.env.invalidate_all()
        incident = self.env["espace.incident"].search([("child_id", "=", self.nina.id)])
        self.assertEqual(incident.state, "declared")
        self.assertEqual(incident.injury, "Bosse au front")
        kinds = sorted(incident.step_ids.mapped("kind"))
        self.assertEqual(kinds, ["addendum", "guardian", "letter", "letter"])

    def write(self, visit):
        page = visit.page
        page.set_default_timeout(LONG)
        page.goto(SCREEN, timeout=LONG)
        form = page.locator(".o_form_view")
        choose(page, form.locator("[name=child_id] input"), "Nina")
        visit.picture("accident-saisie", full_page=False)
        for name, words in (
            ("place", "Cour de l’école"),
            ("what_happened", "Tombée en sautant de la balançoire."),
            ("injury", "Bosse au front"),
            ("care", "Glace dix minutes"),
            ("witnesses", "Paul Mauve"),
        ):
            form.locator(f"[name={name}] textarea, [name={name}] input").first.fill(
                words
            )
        self.step(page, "Claire Martin, mère", "Prévenue, arrive à 17 h")
        page.locator(".o_form_button_save").click()
        page.locator(".o_form_button_save").wait_for(state="hidden")
        self.look(visit, "accident")

    def step(self, page, who, words, kind=None):
        steps = page.locator("[name=step_ids]")
        steps.locator(".o_field_x2many_list_row_add a").first.click()
        row = steps.locator("tr.o_selected_row")
        if kind:
            row.locator("[name=kind] input, [name=kind] select").first.click()
            page.locator(".o_select_menu_item", has_text=kind).first.click()
        if who:
            row.locator("[name=who] input").fill(who)
        row.locator("[name=words] textarea").fill(words)

    def declare(self, visit):
        page = visit.page
        page.locator("button[name=action_declare]").click()
        page.locator(".modal footer .btn-primary").click()
        page.locator("button[name=action_declare]").wait_for(state="hidden")
        self.step(page, "", "C’était le toboggan.", kind="Ajout ou correction")
        page.locator(".o_form_button_save").click()
        page.locator(".o_form_button_save").wait_for(state="hidden")
        self.assertFalse(page.locator("[name=what_happened] textarea").count())
        self.look(visit, "accident-declare")

    def read(self, visit, login):
        page = visit.page
        page.set_default_timeout(LONG)
        visit.log_in(login, login)
        page.goto("/my/foyer", timeout=LONG)
        block = page.locator("[data-block=incidents]")
        block.wait_for()
        words = block.inner_text()
        for known in ("balançoire", "Bosse au front", "Glace", "C’était le toboggan"):
            self.assertIn(known, words)
        for secret in ("Paul", "Fournier", "Claire", "Sofia", "Durand"):
            self.assertNotIn(secret, words)
        for size in (PHONE, DESKTOP):
            page.set_viewport_size(size)
            block.scroll_into_view_if_needed()
            page.wait_for_timeout(200)
            visit.picture(f"accident-foyer-{size['width']}", full_page=False)
        self.assertEqual(findings_in(page, "[data-block=incidents]"), [])
        self.assertEqual(visit.errors, [])

    def look(self, visit, name):
        page = visit.page
        for size in (NARROW, DESKTOP):
            page.set_viewport_size(size)
            page.wait_for_timeout(300)
            visit.picture(f"{name}-{size['width']}", full_page=False)
