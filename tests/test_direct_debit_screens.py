"""The pages and the screens of direct debits, in a real Chromium: for everybody."""

import unittest
from contextlib import contextmanager
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.espace_famille_portal.tests.common import EspacePortalCase
from odoo.addons.espace_famille_sepa.tests.common import IBAN, SepaSetup

from .accessibility import findings
from .browser import DESKTOP, PHONE, chromium, open_browser

URL = "/my/prelevement"
CODE = "012345"
RUNS = "/odoo/action-espace_famille_sepa.debit_run_action"
MANDATES = "/odoo/action-espace_famille_sepa.mandate_action"
RETURNS = "/odoo/action-espace_famille_sepa.debit_return_action"
NARROW = {"width": 320, "height": 640}


@tagged("post_install", "-at_install")
@unittest.skipUnless(chromium(), "Chromium is not installed")
class TestDirectDebitScreens(SepaSetup, EspacePortalCase):
    test_cursor_lock_timeout = 120

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.claire | cls.sofia | cls.clerk).lang = "fr_FR"
        (cls.martin | cls.durand).lang = "fr_FR"
        cls.enterClassContext(
            patch(
                "odoo.addons.espace_famille_sepa.models.espace_mandate_signature"
                ".secrets.randbelow",
                return_value=int(CODE),
            )
        )
        cls.logins = {"parent": cls.claire.login, "regie": cls.clerk.login}
        cls.env.flush_all()

    @contextmanager
    def visiting(self, viewport):
        """Have a browser, gone before the test ends: both share one cursor."""
        with (
            self.allow_requests(all_requests=True),
            open_browser(self.base_url()) as visitor,
        ):
            visit = visitor(viewport)
            yield visit
            visit.settle()

    def look(self, visit, name):
        self.assertEqual(findings(visit.page), [], name)
        visit.picture(name)

    def sign_in_browser(self, visit, name):
        """Sign with nothing but the page, and look at each step."""
        page = visit.page
        visit.log_in(self.logins["parent"], self.logins["parent"])
        page.goto(URL)
        self.look(visit, f"{name}-empty")
        page.fill("#debit_iban", "FR76 1234")
        page.click("form[action$=signer] button[type=submit]")
        page.wait_for_selector("#debit_iban_problem")
        self.look(visit, f"{name}-problems")
        page.fill("#debit_iban", IBAN)
        page.check("#debit_agree")
        page.click("form[action$=signer] button[type=submit]")
        page.wait_for_selector("#debit_code")
        self.look(visit, f"{name}-code")
        page.fill("#debit_code", CODE)
        page.click("form[action$=confirmer] button[type=submit]")
        page.wait_for_selector("[data-mandate]")
        self.look(visit, f"{name}-signed")

    def test_a_parent_signs_on_a_small_phone(self):
        with self.visiting(NARROW) as visit:
            self.sign_in_browser(visit, "debit-320")

    def test_a_parent_signs_on_a_phone(self):
        with self.visiting(PHONE) as visit:
            self.sign_in_browser(visit, "debit-360")

    def test_a_parent_signs_on_a_screen_and_reads_when(self):
        with self.visiting(DESKTOP) as visit:
            self.sign_in_browser(visit, "debit-1280")
            visit.settle()
            self.env.invalidate_all()
            self.propose().action_espace_announce()
            self.env.flush_all()
            visit.page.goto(URL)
            self.look(visit, "debit-1280-announced")
            visit.page.goto("/my/factures")
            self.look(visit, "debit-1280-invoices")

    def test_the_screens_of_the_regie(self):
        self.sign_all()
        with self.visiting(DESKTOP) as visit:
            self.open_screens(visit)
            self.assertEqual(visit.errors, [])

    def open_screens(self, visit):
        page = visit.page
        visit.log_in(self.logins["regie"], self.logins["regie"])
        for name, address in (
            ("runs", RUNS),
            ("run", f"{RUNS}/{self.run_id}"),
            ("mandates", MANDATES),
            ("mandate", f"{MANDATES}/{self.mandate_id}"),
            ("returns", RETURNS),
            ("return", f"{RETURNS}/{self.return_id}"),
        ):
            page.goto(address)
            page.wait_for_selector(".o_list_renderer, .o_form_view .o_form_sheet")
            visit.settle()
            visit.picture(f"debit-staff-{name}", full_page=False)
        page.goto(RUNS)
        page.click("button:has-text('Proposer')")
        page.wait_for_selector(".modal .o_form_view")
        visit.picture("debit-staff-propose", full_page=False)

    def sign_all(self):
        self.mandate_id = self.sign(self.martin, IBAN).id
        self.sign(self.durand, "BE68539007547034")
        run = self.sent()
        self.run_id = run.id
        received, _new = self.receive(
            self.pain((run.payment_ids[0].memo, "4.90", "AM04"), ("X", "1.00", "AC01"))
        )
        self.return_id = received.id
        self.env.flush_all()
