import re
from unittest.mock import patch

from lxml import html

from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY

from ..common import CART, EspacePortalCase

PUBLIC = ("/", "/espace-famille/question", "/web/login", "/web/reset_password")
PERSONAL = ("/my", "/my/reservations", CART, "/my/factures", "/my/foyer/compte")
DIRECTIVES = {
    "base-uri": "'self'",
    "default-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'self'",
    "object-src": "'none'",
}


@tagged("post_install", "-at_install")
class TestHeaders(EspacePortalCase):
    """What browsers are told about the families' pages."""

    def opened(self, path, **options):
        response = self.url_open(path, **options)
        self.assertEqual(response.status_code, 200, path)
        return response

    def policy(self, response):
        """Return {directive: its sources} of the Content-Security-Policy."""
        [policy] = [
            value
            for name, value in response.headers.items()
            if name == "Content-Security-Policy"
        ]
        parts = (part.strip().partition(" ") for part in policy.split(";"))
        return {name: sources for name, _space, sources in parts}

    def assert_protected(self, path):
        response = self.opened(path)
        policy = self.policy(response)
        self.assertEqual({name: policy.get(name) for name in DIRECTIVES}, DIRECTIVES)
        self.assertEqual(response.headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(response.headers["Referrer-Policy"], "same-origin")
        return response, policy

    def test_pages_say_who_may_do_what_with_them(self):
        for path in PERSONAL:
            with self.subTest(path=path):
                response, _policy = self.assert_protected(path)
                self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.logout()
        for path in PUBLIC:
            with self.subTest(path=path):
                self.assert_protected(path)

    def test_a_page_that_is_not_found_is_protected_too(self):
        response = self.url_open("/my/nothing-here")
        self.assertEqual(response.status_code, 404)
        self.assertEqual(self.policy(response)["object-src"], "'none'")

    def test_scripts_run_by_the_nonce_of_their_page(self):
        nonces = set()
        for path in (*PERSONAL, "/web/login_successful?account_created=1"):
            with self.subTest(path=path):
                response = self.opened(path)
                sources = self.policy(response).get("script-src", "")
                tree = html.fromstring(response.content)
                inline = tree.xpath("//script[not(@src) and not(@data-src)]")
                self.assertTrue(inline)
                [nonce] = {script.get("nonce") for script in inline}
                self.assertTrue(nonce)
                if path.startswith("/my"):
                    self.assertIn(f"'nonce-{nonce}'", sources)
                    self.assertNotIn("unsafe-inline", sources)
                    self.assertNotIn("https:", sources)
                nonces.add(nonce)
                handlers = tree.xpath("//*[@onclick or @onsubmit or @onchange]")
                self.assertFalse([html.tostring(one) for one in handlers])
        self.assertEqual(len(nonces), len(PERSONAL) + 1)

    def test_the_log_in_page_has_no_script_that_would_not_run(self):
        self.logout()
        tree = html.fromstring(self.opened("/web/login").content)
        self.assertFalse(tree.xpath("//*[@onsubmit]"))

    def test_an_activation_page_says_nothing_of_where_one_comes_from(self):
        response = self.opened("/espace-famille/activation?activationCode=x&email=y")
        self.assertEqual(response.headers["Referrer-Policy"], "no-referrer")

    # === The payment page === #

    def test_only_the_payment_page_reaches_the_bank(self):
        self._publish_provider()
        self.put_in_cart((self.nina, self.meal, MONDAY))
        self.post(f"{CART}/valider")
        self.assertEqual(self.policy(self.opened(CART))["form-action"], "'self'")
        offered = self.policy(self.opened(f"{CART}/paiement"))
        self.assertEqual(offered["form-action"], "'self'")
        provider = type(self.env["payment.provider"])
        self.patch(
            provider,
            "_espace_content_sources",
            lambda self: {"form-action": ("https://bank.example.org",)},
        )
        self.assertEqual(
            self.policy(self.opened(f"{CART}/paiement"))["form-action"],
            "'self' https://bank.example.org",
        )

    def test_an_unknown_provider_may_use_https_and_nothing_else(self):
        provider = self.env["payment.provider"].new({"code": "demo"})
        self.assertEqual(provider._espace_content_sources(), {})
        with patch.object(type(provider), "code", "of_another_addon"):
            sources = provider._espace_content_sources()
        self.assertEqual(sources["form-action"], ("https:",))
        self.assertNotIn("object-src", sources)

    # === The cookie of the session === #

    def session_cookie(self, **headers):
        self.opener.cookies.clear()
        response = self.opener.get(
            f"{self.base_url()}/web/login",
            headers=headers,
            allow_redirects=False,
            timeout=60,
        )
        cookies = response.raw.headers.getlist("Set-Cookie")
        [cookie] = [one for one in cookies if one.startswith("session_id=")]
        return {part.strip().partition("=")[0].lower() for part in cookie.split(";")}

    def test_the_session_is_for_this_site_alone(self):
        parts = self.session_cookie()
        self.assertLessEqual({"httponly", "samesite"}, parts)
        self.assertNotIn("secure", parts)

    def test_behind_https_the_session_goes_by_https_alone(self):
        self.patch(
            type(self.env["ir.http"]),
            "_espace_is_https",
            classmethod(lambda _cls: True),
        )
        self.assertIn("secure", self.session_cookie())

    # === Staff screens === #

    def test_staff_screens_keep_odoos_own_headers(self):
        manager = self._create_staff("manager")
        self.authenticate(manager.login, manager.login)
        response = self.opened("/odoo")
        self.assertNotIn(
            "script-src", response.headers.get("Content-Security-Policy", "")
        )
        self.assertTrue(re.search(r"<script[^>]*>\s*var odoo", response.text))
