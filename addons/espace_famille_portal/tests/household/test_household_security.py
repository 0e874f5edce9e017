import base64
import json
from datetime import UTC, timedelta
from urllib.parse import urlsplit

from freezegun import freeze_time
from lxml import html

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.auth_totp.models.totp import TIMESTEP, hotp
from odoo.addons.espace_famille.tests.common import NOW

from ..common import EspacePortalCase
from ..passkey import Passkey

ACCOUNT = "/my/foyer/compte"
SECURITY = f"{ACCOUNT}?securite=1"
BEFORE = "/my/foyer/securite"
LOGIN = "/web/login"
CODE = "/web/login/totp"
FIREFOX = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"


@tagged("post_install", "-at_install")
class TestHouseholdSecurity(EspacePortalCase):
    """Sécurité du compte: Odoo's passkeys and second factor, for parents."""

    def setUp(self):
        super().setUp()
        self.password = self.claire.login
        self.origin = self.claire.get_base_url()

    # === Tools === #

    def called(self, model, method, *args, **context):
        """Call as the page's scripts do; return what comes back."""
        result, error = self.call_kw(model, method, *args, context=context)
        self.assertIsNone(error)
        return result

    def confirmed(self, action):
        """Answer the identity check, if one comes back; return what comes then."""
        if action.get("res_model") != "res.users.identitycheck":
            return action
        check = [action["res_id"]]
        self.called(
            "res.users.identitycheck", "write", check, {"auth_method": "password"}
        )
        return self.called(
            "res.users.identitycheck", "run_check", check, password=self.password
        )

    def add_passkey(self):
        action = self.confirmed(
            self.called("res.users", "action_create_passkey", self.claire.id)
        )
        options = action["context"]["registration"]
        self.assertEqual(options["rp"]["name"], self.company.name)
        passkey = Passkey(self.origin, options["rp"]["id"])
        [key] = self.called(
            "auth.passkey.key.create", "create", [{"name": "Téléphone"}]
        )
        answer = passkey.register(options["challenge"])
        self.assertTrue(self.called("auth.passkey.key.create", "make_key", key, answer))
        return passkey

    def add_second_factor(self):
        """Have a code asked for; return a function of the code of a moment."""
        action = self.confirmed(
            self.called("res.users", "action_totp_enable_wizard", self.claire.id)
        )
        [wizard] = self.called("auth_totp.wizard", "read", [action["res_id"]], [])
        secret = base64.b32decode(wizard["secret"].replace(" ", ""))

        def code(moment):
            counter = int(moment.timestamp() / TIMESTEP)
            return str(hotp(secret, counter)).zfill(6)

        self.called(
            "auth_totp.wizard", "enable", [wizard["id"]], code=code(self.moment(0))
        )
        return code

    def moment(self, minutes):
        return NOW.replace(tzinfo=UTC) + timedelta(minutes=minutes)

    def form(self, url, **values):
        """Fill in the form of a page of the log-in; return the last response."""
        page = html.fromstring(self.url_open(url).content)
        [token, *_rest] = page.xpath("//form//input[@name='csrf_token']/@value")
        return self.url_open(url, data={"csrf_token": token, **values})

    def by_passkey(self, answer):
        return self.form(LOGIN, type="webauthn", webauthn_response=answer)

    def challenge(self):
        options, error = self.rpc("/auth/passkey/start-auth")
        self.assertIsNone(error)
        return options["challenge"]

    def is_in(self, response):
        return urlsplit(response.url).path.startswith("/my")

    # === The page === #

    def test_it_is_a_part_of_the_account_which_every_page_leads_to(self):
        for path in ("/my/foyer", "/my/reservations"):
            self.assertTrue(self.page(path).xpath(f"//a[@href='{ACCOUNT}']"), path)
        for path in (ACCOUNT, SECURITY):
            tree = self.page(path)
            [entry] = tree.xpath("//nav[@aria-label]//a[@aria-current='page']")
            self.assertEqual(entry.get("href"), ACCOUNT)
            self.assertEqual(len(tree.xpath("//*[@data-block='security']")), 1)
            self.assertTrue(tree.xpath("//form[contains(@action, 'mot-de-passe')]"))

    def test_the_account_says_what_guards_it_and_opens_it(self):
        [block] = self.page(ACCOUNT).xpath("//*[@data-block='security']")
        self.assertIn("Not asked for", self.words(block))
        self.assertFalse(block.xpath(".//button"))
        [way] = block.xpath(".//a[@data-action='security']/@href")
        self.assertTrue(self.page(way).xpath("//button[@id='portal_passkey_add']"))
        self.add_passkey()
        [block] = self.page(ACCOUNT).xpath("//*[@data-block='security']")
        self.assertIn("Téléphone", self.words(block))

    def test_the_addresses_of_before_and_of_odoo_lead_there(self):
        for path in (BEFORE, "/my/security"):
            parts = urlsplit(self.url_open(path).url)
            self.assertEqual(f"{parts.path}?{parts.query}", SECURITY, path)
        stranger = self._create_user("stranger", "base.group_portal")
        self.login(stranger)
        self.assertTrue(self.url_open("/my/security").url.endswith("/my/security"))
        self.assertTrue(self.url_open(SECURITY).url.endswith("/my"))

    # === Passkeys === #

    def test_a_parent_logs_in_with_a_passkey(self):
        passkey = self.add_passkey()
        self.assertIn("Téléphone", self.shown(self.url_open(SECURITY)))
        self.logout()
        response = self.by_passkey(json.dumps(passkey.sign(self.challenge())))
        self.assertTrue(self.is_in(response), response.url)
        self.assertTrue(self.opener.cookies.get("espace_device"), "it is known now")

    def test_a_passkey_is_renamed_and_removed_by_its_owner_alone(self):
        passkey = self.add_passkey()
        key = self.claire.auth_passkey_key_ids
        self.called("auth.passkey.key", "write", key.ids, {"name": "Ordinateur"})
        self.assertIn("Ordinateur", self.shown(self.url_open(SECURITY)))
        self.login(self.sofia)
        for method, *args in (("write", {"name": "x"}), ("action_delete_passkey",)):
            _result, error = self.call_kw("auth.passkey.key", method, key.ids, *args)
            self.assertTrue(error)
        self.login(self.claire)
        self.confirmed(
            self.called("auth.passkey.key", "action_delete_passkey", key.ids) or {}
        )
        self.assertFalse(key.exists())
        self.logout()
        self.assertFalse(
            self.is_in(self.by_passkey(json.dumps(passkey.sign(self.challenge()))))
        )

    def test_what_no_passkey_has_signed_lets_nobody_in(self):
        passkey = self.add_passkey()
        self.logout()
        signed = passkey.sign(self.challenge())
        foreign = Passkey(self.origin, passkey.host)
        foreign.id = passkey.id
        bent = {**signed, "response": {**signed["response"], "signature": "AAAA"}}
        with mute_logger("odoo.http"):
            for answer in (
                "",
                "nothing",
                "[]",
                "null",
                "{}",
                '{"id": 5}',
                '{"id": "a\\u0000b"}',
                json.dumps({"id": signed["id"]}),
                json.dumps({**signed, "response": {}}),
                json.dumps({**signed, "response": "x"}),
                json.dumps(bent),
                json.dumps(foreign.sign(self.challenge())),
                json.dumps(signed),
            ):
                with self.subTest(answer=answer[:60]):
                    response = self.by_passkey(answer)
                    self.assertEqual(response.status_code, 200)
                    self.assertFalse(self.is_in(response))

    # === Second factor === #

    def test_a_parent_logs_in_with_a_code(self):
        code = self.add_second_factor()
        self.assertTrue(
            self.page(SECURITY).xpath("//*[@data-second-factor]"), "it is on"
        )
        self.logout()
        with freeze_time(self.moment(2)):
            response = self.form(LOGIN, login=self.claire.login, password=self.password)
            self.assertEqual(urlsplit(response.url).path, CODE)
            self.assertNotIn("/my/factures", response.text)
            self.assertFalse(self.is_in(self.url_open("/my")), "a half is no log-in")
            response = self.form(CODE, totp_token="000000")
            self.assertFalse(self.is_in(response))
            # A phone; what does not say what it is, is not remembered.
            self.opener.headers["User-Agent"] = FIREFOX
            response = self.form(CODE, totp_token=code(self.moment(2)), remember="1")
            self.assertTrue(self.is_in(response), response.url)
            tree = self.page(SECURITY)
            # Where Odoo's script looks for it.
            [forget] = tree.xpath(
                "//*[@id='totp_wizard_view']/following-sibling::*[1]"
                "//*[contains(@class, 'fa-trash')]"
            )
            device = self.claire.totp_trusted_device_ids
            self.assertEqual(forget.get("id"), str(device.id))

    def test_a_program_is_let_in_and_not_remembered(self):
        code = self.add_second_factor()
        self.logout()
        self.opener.headers["User-Agent"] = "nothing known"
        with freeze_time(self.moment(2)):
            self.form(LOGIN, login=self.claire.login, password=self.password)
            response = self.form(CODE, totp_token=code(self.moment(2)), remember="1")
            self.assertTrue(self.is_in(response), response.url)
        self.assertFalse(self.claire.totp_trusted_device_ids)

    def test_a_passkey_stands_for_the_code_too(self):
        passkey = self.add_passkey()
        self.add_second_factor()
        self.logout()
        response = self.by_passkey(json.dumps(passkey.sign(self.challenge())))
        self.assertTrue(self.is_in(response), response.url)

    def test_a_parent_takes_the_code_back(self):
        self.add_second_factor()
        self.called("res.users", "action_totp_disable", self.claire.id)
        self.assertTrue(
            self.page(SECURITY).xpath("//button[@id='auth_totp_portal_enable']")
        )
        self.logout()
        response = self.form(LOGIN, login=self.claire.login, password=self.password)
        self.assertTrue(self.is_in(response))
