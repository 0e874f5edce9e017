import json

from odoo import http
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.espace_famille.tests.common import MONDAY

from ..common import EspacePortalCase

UNREADABLE = "What you sent could not be read"
TOO_LONG = "What you sent is too long"
DO = "/my/reservations/do"


@tagged("post_install", "-at_install")
class TestSent(EspacePortalCase):
    """What no page sends is refused in words; tests/odd.py tries every route."""

    def words_of(self, response, status):
        self.assertEqual(response.status_code, status, response.text[:500])
        self.assertNotIn("Traceback", response.text)
        return " ".join(response.text.split())

    def test_a_form_that_cannot_be_read(self):
        for data in ({"line": "1\0"}, {"li\0ne": "1"}, {"csrf_token": "éo99999999999"}):
            sent = {"csrf_token": http.Request.csrf_token(self), **data}
            response = self.url_open("/my/panier/retirer", data=sent)
            self.assertIn(UNREADABLE, self.words_of(response, 400))

    def test_a_text_that_is_too_long(self):
        response = self.post("/my/demandes", message="x" * 20_001)
        self.assertIn(TOO_LONG, self.words_of(response, 400))

    def test_a_form_that_is_too_large(self):
        response = self.post("/my/demandes", message="x" * 11_000_000)
        self.assertIn(TOO_LONG, self.words_of(response, 413))

    def test_a_file_as_text_is_no_text(self):
        response = self.url_open(
            "/my/demandes",
            data={"csrf_token": http.Request.csrf_token(self), "message": "Bonjour"},
            files={"subject": ("a.txt", b"Sujet", "text/plain")},
        )
        self.assertIn("Enter the subject", self.words_of(response, 200))

    @mute_logger("odoo.http")
    def test_values_of_a_script(self):
        for value in ([], {}, 2**40, "\0", "\ud800", float("nan")):
            with self.subTest(value=value):
                _result, error = self.rpc(DO, do=value)
                self.assertEqual(
                    error["data"]["name"], "odoo.exceptions.ValidationError"
                )
                self.assertIn(UNREADABLE, error["data"]["message"])

    def test_what_is_no_call(self):
        for body in (b"", b"[]", b'{"params": []}', b"\xff", b"[" * 100_000):
            with self.subTest(body=body[:20]):
                response = self.url_open(
                    DO, data=body or b" ", headers={"Content-Type": "application/json"}
                )
                self.assertIn(UNREADABLE, self.words_of(response, 400))

    def test_numbers_of_addresses(self):
        for number in ("9" * 5000, "%00", "1%00"):
            response = self.url_open(f"/my/factures/{number}")
            self.words_of(response, 404)

    def test_forms_are_not_sent_by_other_methods(self):
        """Odoo lets OPTIONS through to each method, without the token of the form."""
        self.put_in_cart((self.nina, self.meal, MONDAY))
        before = self.cart()
        response = self.opener.options(
            f"{self.base_url()}/my/panier/retirer?line=all", timeout=30
        )
        self.assertEqual(response.status_code, 405)
        self.env.invalidate_all()
        self.assertEqual(self.cart(), before)

    # === Tracebacks === #

    @mute_logger("odoo.http")
    def test_only_agents_read_where_in_the_code(self):
        agent = self._create_staff("manager")
        for user, is_shown in ((None, False), (self.claire, False), (agent, True)):
            self.authenticate(user and user.login, user and user.login)
            response = self.url_open("/my/nothing-here?debug=1")
            self.assertEqual(response.status_code, 404)
            refused = self.url_open("/my/contacts?debug=1&a=%00", allow_redirects=False)
            if user == self.claire:
                self.assertEqual(refused.status_code, 400)
            self.assertNotIn("Traceback", refused.text if not is_shown else "")
            response = self.url_open(
                "/my/panier/transaction/1/1",
                data=json.dumps({"params": {}}),
                headers={"Content-Type": "application/json"},
            )
            debug = response.json()["error"]["data"]["debug"]
            self.assertEqual("Traceback" in debug, is_shown, user)
