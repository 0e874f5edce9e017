"""The family desk's morning: a message to a class, who waits and why, a strike.

Its pictures stand in the agents' guide: ESPACE_PICTURES names their folder.
"""

import unittest

from odoo.tests import HttpCase, tagged

from odoo.addons.espace_famille.tests.common import MONDAY
from odoo.addons.espace_famille_billing.tests.common import EspaceBillingCase

from .accessibility import OF_ODOO, findings_in
from .browser import choose, chromium, open_browser

MESSAGES = "/odoo/action-espace_famille.espace_family_message_action"
WAITING = "/odoo/action-espace_famille.espace_waiting_action"
CLOSURES = "/odoo/action-espace_famille.espace_closure_action"
FORM = ".o_form_view"
# What is around it are Odoo's own widgets.
OURS = ".o_form_view .alert"
NARROW = {"width": 1024, "height": 768}
WIDE = {"width": 1280, "height": 900}
TEXT = "Jeudi, {enfants} va à la ferme avec sa classe."


@tagged("post_install", "-at_install")
@unittest.skipUnless(chromium(), "Chromium is not installed")
class TestMessageScreen(EspaceBillingCase, HttpCase):
    test_cursor_lock_timeout = 120

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._create_french_staff("manager")
        cls.company.partner_id.lang = "fr_FR"
        (cls.martin | cls.durand).lang = "fr_FR"
        cls.durand.guardian_ids.email = False
        cls.login = cls.manager.login
        cls.evening.write({"waiting_list": True, "capacity": 1})

    def waits(self):
        """Have Nina and Tom wait behind Lina; an insurance is lacking."""
        self.booked(self.lina, self.t1, MONDAY)
        items = [(child, self.t1, MONDAY) for child in (self.nina, self.tom)]
        self.Reservation._join_waiting(self.martin, items)
        self.env["espace.document.type"].create(
            {"name": "Assurance scolaire", "blocking": True, "needed_for": "all"}
        )
        self.env.flush_all()

    def write_a_message(self, page):
        """Begin one from the list; its families are those of the class."""
        page.goto(MESSAGES)
        page.get_by_role("button", name="Nouveau").first.click()
        page.get_by_label("Objet").first.fill("Sortie des {clase}")
        page.get_by_label("Pour", exact=True).click()
        page.locator(".o_select_menu_item", has_text="Classes").first.click()
        choose(page, page.locator("[name=class_ids] input"), "CP")
        page.locator("[name=body] .odoo-editor-editable").click()
        page.keyboard.type(TEXT)

    def test_the_morning(self):
        self.waits()
        with (
            self.allow_requests(all_requests=True),
            open_browser(self.base_url()) as visitor,
        ):
            visit = visitor()
            page = visit.page
            page.set_default_timeout(60_000)
            visit.log_in(self.login, self.login)
            self.write_a_message(page)

            # A wrong field is said, and nothing is sent.
            page.get_by_role("button", name="Vérifier : qui le reçoit").click()
            page.get_by_text("{clase} n’est pas un champ").first.wait_for()
            page.locator(".modal footer button").first.click()
            page.locator(".modal").wait_for(state="detached")
            page.get_by_label("Objet").first.fill("Sortie des {classe}")
            page.get_by_role("button", name="Vérifier : qui le reçoit").click()
            page.get_by_text("Vérifié, pas encore envoyé").wait_for()
            page.get_by_role("tab", name="Destinataires").click()
            rows = page.locator("[name=line_ids] tr.o_data_row")
            self.assertEqual(rows.count(), 2)
            self.assertEqual(findings_in(page, OURS), [])
            visit.picture("message", full_page=False)
            page.set_viewport_size(NARROW)
            self.assertLessEqual(self.overflow(page), 0)
            visit.picture("message-1024", full_page=False)
            page.set_viewport_size(WIDE)

            # Sent by the keyboard; the button is gone before a second press.
            page.get_by_role("button", name="Envoyer", exact=True).focus()
            page.keyboard.press("Enter")
            confirm = page.locator(".modal footer .btn-primary")
            confirm.focus()
            page.keyboard.press("Enter")
            page.get_by_text("lettres à imprimer").first.wait_for()
            page.get_by_role("tab", name="Destinataires").click()
            page.get_by_text("En route").first.wait_for()
            visit.picture("message-envoye", full_page=False)

            page.goto(WAITING)
            page.get_by_text("Pièces manquantes").first.wait_for()
            self.assertEqual(findings_in(page, ".o_data_row .o_data_cell"), [])
            visit.picture("attente", full_page=False)
            page.set_viewport_size(NARROW)
            visit.picture("attente-1024", full_page=False)
            page.set_viewport_size(WIDE)
            self.strike(visit)
            self.assertEqual(visit.errors, [])

    def strike(self, visit):
        """Close Monday, and open a free emergency service."""
        page = visit.page
        page.wait_for_timeout(1000)
        closure = self.env["espace.closure"].create(
            {
                "name": "Grève",
                "date_from": MONDAY,
                "date_to": MONDAY,
                "opens_emergency": True,
                "emergency_note": "À l’école, portail principal. Apportez un repas.",
            }
        )
        self.env.flush_all()
        page.goto(f"{CLOSURES}/{closure.id}")
        page.get_by_text("Ouvrir un service minimum d’accueil").wait_for()
        self.assertEqual(findings_in(page, ".o_form_sheet", OF_ODOO), [])
        visit.picture("greve", full_page=False)
        page.set_viewport_size(NARROW)
        self.assertLessEqual(self.overflow(page), 0)
        visit.picture("greve-1024", full_page=False)
        page.set_viewport_size(WIDE)
        page.get_by_role("button", name="Vérifier et appliquer").click()
        words = page.locator(".modal [name=emergency_words]").inner_text()
        self.assertIn("20 places", words)
        self.assertEqual(findings_in(page, ".modal p"), [])
        page.locator(".modal footer .btn-primary").first.click()
        page.get_by_role("button", name="Qui a été prévenu").wait_for()
        visit.picture("greve-appliquee", full_page=False)

    def overflow(self, page):
        return page.locator(FORM).evaluate("one => one.scrollWidth - one.clientWidth")
