"""What the family desk decides on a screen: who waits and why, a strike that opens an
emergency service, a session with too few agents.

Pictures for the guides: ESPACE_PICTURES names their folder.
"""

import unittest

from odoo.tests import HttpCase, tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW
from odoo.addons.espace_famille_billing.tests.common import EspaceBillingCase

from .accessibility import findings_in
from .browser import chromium, open_browser

NARROW = {"width": 1024, "height": 768}
WAITING = "/odoo/action-espace_famille.espace_waiting_action"
CLOSURES = "/odoo/action-espace_famille.espace_closure_action"
SESSIONS = "/odoo/action-espace_famille.espace_session_action"
DIALOG = ".modal-content"
# What axe finds in Odoo's own lists, tags and dialogs.
OF_ODOO = (
    "aria-allowed-attr",
    "aria-prohibited-attr: ",
    "aria-required-children",
    "aria-required-parent: a[name=",
    "autocomplete-valid",
    "button-name: .o_optional_columns_dropdown",
    "color-contrast: .text-bg-success",
    "empty-table-header",
    "heading-order: h4",
    "landmark-no-duplicate-banner",
    "landmark-unique",
    "role-img-alt",
    "landmark-main",
    "landmark-no-duplicate-main",
)


@tagged("post_install", "-at_install")
@unittest.skipUnless(chromium(), "Chromium is not installed")
class TestDeskScreens(EspaceBillingCase, HttpCase):
    test_cursor_lock_timeout = 120
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.manager = cls._create_staff("manager")
        cls.manager.write({"lang": "fr_FR", "name": "Claire Fournier"})
        cls.login = cls.manager.login

    def desk(self, visitor):
        """Return the browser of the family desk, logged in."""
        visit = visitor()
        visit.page.set_default_timeout(60_000)
        visit.log_in(self.login, self.login)
        return visit

    def look(self, visit, name, selector):
        """Keep pictures; what is ours can be used by everybody."""
        page, wide = visit.page, visit.page.viewport_size
        found = findings_in(page, selector)
        self.assertEqual([one for one in found if not one.startswith(OF_ODOO)], [])
        visit.picture(name, full_page=False)
        page.set_viewport_size(NARROW)
        page.wait_for_timeout(300)
        visit.picture(f"{name}-1024", full_page=False)
        page.set_viewport_size(wide)

    def walked(self, walk):
        self.env.flush_all()
        with (
            self.allow_requests(all_requests=True),
            open_browser(self.base_url()) as visitor,
        ):
            visit = self.desk(visitor)
            walk(visit, visit.page)
            self.assertEqual(visit.errors, [])

    def test_the_waiting_list_says_why(self):
        self.evening.write({"waiting_list": True})
        session = self.evening.session_ids.filtered(lambda s: s.date == MONDAY)
        session.capacity = 1
        self.booked(self.lina, self.t1, MONDAY)
        self.Reservation._join_waiting(self.martin, [(self.nina, self.t1, MONDAY)], NOW)
        waits = self.reservation(self.nina, self.evening, MONDAY)
        self.assertEqual(waits.state, "waiting")

        def walk(visit, page):
            page.goto(WAITING)
            visit.wait_for_words("Aucune place n’est libre ce jour-là.")
            self.look(visit, "attente", ".o_data_row .o_data_cell")

        self.walked(walk)

    def test_a_strike_closes_and_opens_at_once(self):
        self.booked(self.nina, self.meal, MONDAY)
        strike = self.env["espace.closure"].create(
            {
                "name": "Grève du 11 janvier",
                "date_from": MONDAY,
                "date_to": MONDAY,
                "opens_emergency": True,
                "emergency_places": 2,
                "emergency_staff": 1,
            }
        )

        def walk(visit, page):
            page.goto(f"{CLOSURES}/{strike.id}")
            page.locator("[name=action_preview]").wait_for()
            self.look(visit, "greve", ".o_form_view")
            page.locator("[name=action_preview]").click()
            page.locator(f"{DIALOG} [name=booking_count]").wait_for()
            self.look(visit, "greve-apercu", DIALOG)
            page.locator(f"{DIALOG} [name=action_confirm]").first.click()
            page.locator("[name=action_open_emergency]").click()
            page.get_by_text("Grève du 11 janvier").first.wait_for()
            self.look(visit, "greve-accueil", ".o_content .o_form_sheet")

        self.walked(walk)
        strike.invalidate_recordset()
        self.assertEqual(strike.state, "done")
        self.assertEqual(strike.emergency_session_ids.date, MONDAY)

    def test_too_few_agents_are_said_on_the_session(self):
        self.evening.write({"declared": True, "usual_staff": 0})
        self.booked(self.nina, self.t1, MONDAY)
        session = self.evening.session_ids.filtered(lambda s: s.date == MONDAY)
        self.assertTrue(session.staff_short)

        def walk(visit, page):
            page.goto(f"{SESSIONS}/{session.id}")
            page.get_by_text("Trop peu d’agents").wait_for()
            self.look(visit, "encadrement", ".o_form_view")

        self.walked(walk)
