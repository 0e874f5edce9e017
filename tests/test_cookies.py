"""What the page on personal data says of cookies is what a real browser gets."""

import unittest
from urllib.parse import urlsplit

from odoo.tests import tagged

from espace_cli.day import machine_time

from .browser import chromium, open_browser
from .valdurenque import PARENT, PASSWORD, ValdurenqueCase

DAY = 24 * 60 * 60
PRIVACY = "/espace-famille/donnees-personnelles"
VISITORS = ("/", "/espace-famille/question", "/web/login", PRIVACY)
PARENTS = (
    "/my",
    "/my/reservations",
    "/my/panier",
    "/my/factures",
    "/my/demandes",
    "/my/foyer",
    "/my/foyer/compte?securite=1",
)
STORED = "() => [...Object.keys(localStorage), ...Object.keys(sessionStorage)]"


@tagged("post_install", "-at_install")
@unittest.skipUnless(chromium(), "Chromium is not installed")
class TestCookies(ValdurenqueCase):
    def test_a_browser_gets_what_is_said_and_nothing_from_elsewhere(self):
        self.env.flush_all()
        with (
            self.allow_requests(all_requests=True),
            open_browser(self.base_url()) as visitor,
        ):
            visit = visitor()
            page = visit.page
            hosts = set()
            page.on("request", lambda one: hosts.add(urlsplit(one.url).netloc))
            self.look_at(page, VISITORS)
            visit.log_in(PARENT, PASSWORD)
            page.wait_for_url("**/my**")
            self.look_at(page, PARENTS)
            cookies = {one["name"]: one for one in visit.context.cookies()}
            kept = {*cookies, *page.evaluate(STORED)}
            page.goto(PRIVACY)
            said = ", ".join(page.locator("[data-cookie]").all_text_contents())
        self.assertEqual(hosts - {"", urlsplit(self.base_url()).netloc}, set())
        self.assertIn("session_id", kept)
        self.assertEqual(kept - set(said.split(", ")), set(), "say it on the page")
        self.assert_days(cookies["session_id"], 7)
        self.assert_days(cookies["frontend_lang"], 365)
        self.assertEqual(cookies["tz"]["expires"], -1, "until the browser is closed")

    def look_at(self, page, paths):
        for path in paths:
            page.goto(path)
            page.wait_for_load_state("networkidle")

    def assert_days(self, cookie, days):
        self.assertAlmostEqual(
            cookie["expires"],
            machine_time() + days * DAY,
            delta=DAY,
            msg=cookie["name"],
        )
