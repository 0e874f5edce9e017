"""Passkeys and the second factor of a parent, in a real browser, without a mouse.

Chromium's own virtual authenticator holds the passkey. A passkey belongs to a name of
the site, which a number such as 127.0.0.1 is not: the pages are those of localhost.
"""

import base64
import re
import time
import unittest

from odoo.tests import tagged

from odoo.addons.auth_totp.models.totp import TIMESTEP, hotp

from .accessibility import findings, small_targets
from .browser import DESKTOP, PHONE, chromium, open_browser
from .valdurenque import PARENT, PASSWORD, ValdurenqueCase

ACCOUNT = "/my/foyer/compte"
SECURITY = f"{ACCOUNT}?securite=1"
FAR = 300
# A telephone that knows its owner.
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@tagged("post_install", "-at_install")
@unittest.skipUnless(chromium(), "Chromium is not installed")
class TestLoginSecurity(ValdurenqueCase):
    def setUp(self):
        super().setUp()
        self.site = self.base_url().replace("127.0.0.1", "localhost")
        self.env["ir.config_parameter"].set_param("web.base.url", self.site)
        self.env.flush_all()
        self.enterContext(self.allow_requests(all_requests=True))
        self.visitor = self.enterContext(open_browser(self.site))

    # === Without a mouse === #

    def tab_to(self, page, target):
        """Press Tab until the target has the focus."""
        for _time in range(FAR):
            if target.count() and target.evaluate("one => one.matches(':focus')"):
                return
            page.keyboard.press("Tab")
        self.fail(f"Tab does not lead to {target}")

    def press(self, page, target):
        self.tab_to(page, target)
        page.keyboard.press("Enter")

    def log_in(self, visit):
        visit.log_in(PARENT, PASSWORD)
        visit.page.wait_for_url("**/my**")

    def open_security(self, visit):
        """Go there by the menu."""
        page = visit.page
        menu = page.get_by_role("navigation", name="Espace famille")
        self.press(page, menu.locator("summary"))
        self.press(page, menu.get_by_role("link", name="Mon foyer"))
        page.wait_for_url("**/my/foyer")
        self.press(page, page.locator(f"main a[href='{ACCOUNT}']").first)
        page.wait_for_url(f"**{ACCOUNT}")
        self.press(page, page.locator("main [data-action=security]"))
        page.wait_for_url("**securite=1**")
        visit.settle()

    def fill_window(self, visit, name, text):
        """Type into the only input of Odoo's window, and confirm by Enter."""
        page = visit.page
        typed = page.locator(f".modal input[name={name}]")
        typed.wait_for()
        self.assert_sound_page(visit)
        typed.focus()
        page.keyboard.type(text)
        page.keyboard.press("Enter")

    def assert_sound_page(self, visit):
        found = findings(visit.page)
        if visit.page.viewport_size == PHONE:
            found += small_targets(visit.page)
        self.assertFalse(found, "\n".join([visit.page.url, *found]))

    # === Passkeys === #

    def test_a_passkey_is_added_and_logs_in(self):
        for viewport in (DESKTOP, PHONE):
            with self.subTest(viewport["width"]):
                self.passkey(self.visitor(viewport))

    def passkey(self, visit):
        page = visit.page
        device = visit.context.new_cdp_session(page)
        device.send("WebAuthn.enable")
        added = device.send(
            "WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR}
        )
        self.log_in(visit)
        self.open_security(visit)
        self.assert_sound_page(visit)
        self.press(page, page.locator("#portal_passkey_add"))
        self.fill_window(visit, "password", PASSWORD)
        with page.expect_navigation():
            self.fill_window(visit, "keyname", "Mon téléphone")
        visit.settle()
        self.assertIn("Mon téléphone", page.inner_text("main"))
        self.assert_sound_page(visit)
        held = device.send("WebAuthn.getCredentials", added)["credentials"]
        self.assertEqual([one["rpId"] for one in held], ["localhost"])

        page.goto("/web/session/logout?redirect=/web/login")
        visit.settle()
        self.assert_sound_page(visit)
        self.press(page, page.locator(".passkey_login_link"))
        page.wait_for_url("**/my**")
        self.hand_over(page)
        self.assertEqual(len(self.user.auth_passkey_key_ids), 1)

        page.goto(SECURITY)
        visit.settle()
        self.press(page, page.locator(".o_passkey_portal_delete"))
        with page.expect_navigation():
            self.fill_window(visit, "password", PASSWORD)
        visit.settle()
        self.assertNotIn("Mon téléphone", page.inner_text("main"))
        self.assertEqual(visit.errors, [])

    def test_who_refuses_its_device_goes_on(self):
        visit = self.visitor()
        page = visit.page
        device = visit.context.new_cdp_session(page)
        device.send("WebAuthn.enable")
        refusing = {**AUTHENTICATOR, "isUserVerified": False}
        device.send("WebAuthn.addVirtualAuthenticator", {"options": refusing})
        self.log_in(visit)
        page.goto(SECURITY)
        visit.settle()
        self.press(page, page.locator("#portal_passkey_add"))
        self.fill_window(visit, "password", PASSWORD)
        self.fill_window(visit, "keyname", "Mon téléphone")
        page.locator(".o_notification").wait_for()
        self.assertEqual(page.url, self.site + SECURITY)
        self.assertEqual(visit.errors, [])
        self.hand_over(page)
        self.assertFalse(self.user.auth_passkey_key_ids)

    # === Second factor === #

    def code(self, secret, steps=0):
        key = base64.b32decode(re.sub(r"\s", "", secret))
        return str(hotp(key, int(time.time() / TIMESTEP) + steps)).zfill(6)

    def test_a_code_is_asked_for_and_lets_in(self):
        for viewport in (DESKTOP, PHONE):
            with self.subTest(viewport["width"]):
                self.second_factor(self.visitor(viewport))

    def second_factor(self, visit):
        page = visit.page
        self.log_in(visit)
        self.open_security(visit)
        self.press(page, page.locator("#auth_totp_portal_enable"))
        self.fill_window(visit, "password", PASSWORD)
        page.locator(".modal input[name=code]").wait_for()
        secret = page.locator(".modal span[name=secret]").first.text_content()
        with page.expect_navigation():
            self.fill_window(visit, "code", self.code(secret))
        visit.settle()
        self.assertTrue(page.locator("[data-second-factor]").is_visible())
        self.assert_sound_page(visit)

        page.goto("/web/session/logout?redirect=/web/login")
        self.log_in_to(visit, "**/web/login/totp**")
        visit.settle()
        self.assert_sound_page(visit)
        self.tab_to(page, page.locator("input[name=totp_token]"))
        # One step on: a code serves once.
        page.keyboard.type(self.code(secret, steps=1))
        page.keyboard.press("Enter")
        page.wait_for_url("**/my**")

        page.goto(SECURITY)
        visit.settle()
        self.press(page, page.locator("#auth_totp_portal_disable"))
        self.fill_window(visit, "password", PASSWORD)
        page.locator("#auth_totp_portal_enable").wait_for()
        self.hand_over(page)
        self.assertFalse(self.user.totp_enabled)
        self.assertEqual(visit.errors, [])

    def log_in_to(self, visit, url):
        visit.log_in(PARENT, PASSWORD)
        visit.page.wait_for_url(url)
