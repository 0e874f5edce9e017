"""The table of prices on a slow line: what is typed while it answers is kept."""

import unittest

from odoo.tests import HttpCase, tagged

from odoo.addons.espace_famille_billing.tests.common import EspaceBillingCase

from .browser import chromium, open_browser

SCREEN = "/odoo/action-espace_famille_billing.espace_tariff_action"
PRICES = "input.o_espace_price"
BOUNDS = "input.o_espace_bound[data-column=bound]"
# Another price for each cell of the evening, row by row.
TYPED = ("4,10", "4,20", "4,30", "4,40", "4,50", "4,60")
SLOW = {
    "offline": False,
    "latency": 350,
    "downloadThroughput": -1,
    "uploadThroughput": -1,
}


@tagged("post_install", "-at_install")
@unittest.skipUnless(chromium(), "Chromium is not installed")
class TestTariffTable(EspaceBillingCase, HttpCase):
    test_cursor_lock_timeout = 120

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.treasurer = cls._create_staff("finance")
        cls.treasurer.lang = "fr_FR"
        cls.login = cls.treasurer.login
        cls.env.flush_all()

    def test_what_is_typed_while_the_server_answers_is_kept(self):
        with (
            self.allow_requests(all_requests=True),
            open_browser(self.base_url()) as visitor,
        ):
            visit = visitor()
            page = visit.page
            visit.log_in(self.login, self.login)
            page.goto(f"{SCREEN}/{self.tariff.id}")
            cells = page.locator(f"{PRICES}[aria-label^='Garderie']")
            cells.nth(5).wait_for()
            # Each answer comes when the next price is half typed.
            network = visit.context.new_cdp_session(page)
            network.send("Network.emulateNetworkConditions", SLOW)
            for rank, price in enumerate(TYPED):
                cells.nth(rank).focus()
                page.keyboard.type(price, delay=80)
            page.locator(BOUNDS).first.focus()
            page.keyboard.press("Control+A")
            page.keyboard.type("620", delay=80)
            # Nothing is left before the form is saved, by its key alone.
            page.keyboard.press("Alt+S")
            page.locator(".o_form_status_indicator_buttons.invisible").wait_for(
                state="attached"
            )
            self.assertEqual(visit.errors, [])
        self.env.invalidate_all()
        written = {
            (line.product_id, line.qf_min): line.amount
            for line in self.tariff.line_ids
            if line.product_id in self.t1 | self.t2
        }
        self.assertEqual(
            written,
            {
                (product, low): price
                for low, *prices in ((0, 4.1, 4.2), (620, 4.3, 4.4), (1001, 4.5, 4.6))
                for product, price in zip((self.t1, self.t2), prices, strict=True)
            },
        )
