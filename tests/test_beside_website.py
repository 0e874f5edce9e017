"""The families' space beside Odoo's website, whichever was there first.

Each order is installed by Odoo's own command, outside test mode, into a database of
its own; then real pages are asked of a real server.
"""

import os
import re
import unittest
from typing import ClassVar

import requests
from lxml import html

from odoo import Command
from odoo.tests import BaseCase, tagged

from odoo.addons.espace_famille_billing.tests.common import EspaceBillingCase

from .neighbours import Database
from .rush import open_session

PASSWORD = "une longue phrase de passe"


def one_family(env):
    """Have a commune with a family; return its parent's session and the site's name."""

    class Town(EspaceBillingCase):
        """Builds; no test runs."""

    env.company.name = "Valdurenque"
    Town._work_in(env.company)
    Town._create_calendar()
    Town._create_activities()
    Town._create_families()
    guardian = Town.martin.guardian_ids[:1]
    user = env["res.users"].create(
        {
            "login": guardian.email,
            "password": PASSWORD,
            "partner_id": guardian.partner_id.id,
            "group_ids": [Command.set(env.ref("base.group_portal").ids)],
        }
    )
    return open_session(env, user), env["website"].search([], limit=1).name


def put_into_site(env):
    """Have the families' pages stand in the town's site."""
    env.company.espace_in_site = True


def take_out_of_site(env):
    """Have the families' pages keep their own header."""
    env.company.espace_in_site = False


class Beside:
    """What holds in either order."""

    template: ClassVar[str]
    modules: ClassVar[tuple[str, ...]]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        database = cls.enterClassContext(Database(os.environ[cls.template]).copied())
        cls.database = database
        for module in cls.modules:
            database.install(module)
        cls.session_id, cls.site_name = database.call(one_family)
        cls.server = cls.enterClassContext(database.serving())

    def page(self, path, session_id=None):
        """Return the page at an address as a tree, after what is said of all pages."""
        cookies = {"session_id": session_id} if session_id else {}
        answer = requests.get(self.server.url + path, cookies=cookies, timeout=120)
        self.assertEqual(answer.status_code, 200, path + self.server.end())
        return html.fromstring(answer.text)

    def text(self, tree):
        return " ".join(tree.text_content().split())

    def style_sheets(self, tree):
        """Return the styles of a page, compiled."""
        sheets = []
        for link in tree.xpath("//link[@rel='stylesheet']/@href"):
            if link.startswith("/web/assets"):
                sheets.append(requests.get(self.server.url + link, timeout=300).text)
        return "\n".join(sheets)

    def in_site(self, inside):
        self.database.call(put_into_site if inside else take_out_of_site)

    def test_the_town_keeps_its_home_and_its_titles(self):
        home = self.page("/")
        self.assertTrue(home.get("data-website-id"))
        self.assertEqual(home.findtext(".//title"), f"Home | {self.site_name}")
        self.assertNotIn("o_espace_page", home.get("class") or "")
        self.assertFalse(home.xpath("//*[contains(@class, 'o_espace')]"))
        self.assertFalse(home.xpath("//a[contains(@href, 'mentions-legales')]"))
        contact = self.page("/contactus")
        self.assertNotIn("Valdurenque –", contact.findtext(".//title"))
        self.assertFalse(contact.xpath("//*[contains(@class, 'o_espace')]"))

    def test_the_styles_compile(self):
        styles = self.style_sheets(self.page("/"))
        self.assertIn(".o_espace_grid", styles)
        self.assertIn(".btn-primary", styles)
        self.assertNotIn("css_error_message", styles)
        self.assertNotIn("## CSS error message ##", styles)
        # Nothing of ours reaches the town's own buttons.
        ours = re.findall(r"(?:^|\})\s*(\.btn-primary[^{,]*)\{[^}]*o-espace", styles)
        self.assertEqual(ours, [])

    def test_the_families_space_has_an_address_of_its_own(self):
        welcome = self.page("/espace-famille")
        self.assertIn("o_espace_page", welcome.get("class"))
        self.assertEqual(welcome.findtext(".//title"), "Espace famille – Valdurenque")
        self.assertTrue(welcome.xpath("//a[@data-action='login']"))
        self.assertTrue(welcome.xpath("//a[contains(@href, 'mentions-legales')]"))
        self.assertTrue(welcome.xpath("//header[@id='top']"))

    def test_the_pages_of_a_family_stand_in_the_site(self):
        for path in ("/my", "/my/reservations", "/my/panier", "/my/factures"):
            with self.subTest(path):
                page = self.page(path, self.session_id)
                self.assertTrue(page.xpath("//nav[contains(@class, 'o_espace_menu')]"))
                self.assertEqual(len(page.xpath("//header[@id='top']")), 1)
                self.assertTrue(
                    page.xpath(
                        "//header//*[@data-name='Navbar']|//header[@data-name='Header']"
                    )
                )
                self.assertEqual(
                    len(page.xpath("//a[contains(@href, 'mentions-legales')]")), 1
                )

    def test_the_pages_of_a_family_have_their_own_header_if_the_commune_wants(self):
        self.in_site(False)
        self.addCleanup(self.in_site, True)
        page = self.page("/my/reservations", self.session_id)
        [header] = page.xpath("//header[@id='top']")
        self.assertTrue(header.xpath(".//a[contains(@class, 'o_espace_brand')]"))
        self.assertEqual(len(page.xpath("//footer")), 1)
        home = self.page("/")
        self.assertFalse(home.xpath("//a[contains(@class, 'o_espace_brand')]"))

    def test_nothing_goes_wrong_in_the_log(self):
        self.page("/web/login")
        self.assertEqual(self.server.count(re.compile(" ERROR |Traceback")), 0)


@tagged("post_install", "-at_install", "apart")
@unittest.skipUnless(os.environ.get("ESPACE_ADDONS"), "needs the databases to copy")
class TestNeighboursAfterwards(Beside, BaseCase):
    """With the shop and other apps of Odoo, and the OCA's menus for small screens."""

    template = "ESPACE_ADDONS"
    modules = ("website_sale,hr,project,event,mass_mailing,web_responsive",)

    def test_the_pages_of_the_others_are_theirs(self):
        for path in ("/shop", "/espace-famille"):
            with self.subTest(path):
                page = self.page(path)
                title = page.findtext(".//title")
                self.assertEqual("Espace famille" in title, path == "/espace-famille")


@tagged("post_install", "-at_install", "apart")
@unittest.skipUnless(os.environ.get("ESPACE_BASE"), "needs the databases to copy")
class TestWebsiteFirst(Beside, BaseCase):
    template = "ESPACE_BASE"
    modules = ("website", "espace_famille_portal")
