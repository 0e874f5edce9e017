import re
from contextlib import contextmanager
from datetime import UTC, timedelta
from unittest.mock import patch
from urllib.parse import urlsplit
from xmlrpc.client import Fault

from freezegun import freeze_time
from lxml import html

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.http import root
from odoo.tests import get_db_name, tagged
from odoo.tools import mute_logger

from odoo.addons.espace_famille.tests.common import NOW

from ..common import EspacePortalCase

LOGIN = "/web/login"
CODE = "/web/login/totp"
IDENTITY = "/auth-timeout/check-identity"
GOOD = "Trottinette-verte-42"


@contextmanager
def mails_of(env):
    """Collect the bodies of the mails that are made within."""
    bodies, mails = [], type(env["mail.mail"])
    create = mails.create

    def noted(records, vals_list):
        made = create(records, vals_list)
        bodies.extend(str(one.body_html) for one in made)
        return made

    with patch.object(mails, "create", noted):
        yield bodies


class StaffLoginCase(EspacePortalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.mail_server"].create({"name": "Test", "smtp_host": "localhost"})
        cls.env.ref("base.user_admin").email = "admin@example.org"
        cls.manager = cls._create_staff("manager")
        cls.finance = cls._create_staff("finance")
        (cls.manager | cls.finance).lang = "en_US"

    def group(self, name):
        return self.env.ref(f"espace_famille.group_{name}")

    def form(self, url, **values):
        """Fill in the form of a page of the log-in; return the last response."""
        page = html.fromstring(self.url_open(url).content)
        [token, *_rest] = page.xpath("//form//input[@name='csrf_token']/@value")
        return self.url_open(
            url, data={"csrf_token": token, **values}, allow_redirects=False
        )

    def leads_to(self, user):
        """Log in with the password; return the path of the page that comes."""
        self.logout()
        response = self.form(LOGIN, login=user.login, password=user.login)
        return urlsplit(response.headers.get("Location", "")).path


@tagged("post_install", "-at_install")
class TestStaffSecondFactor(StaffLoginCase):
    """A code at log-in, for the groups that the commune has chosen."""

    def test_the_groups_that_were_chosen_are_asked(self):
        self.assertEqual(self.leads_to(self.finance), "/odoo")
        self.group("finance").espace_second_factor = True
        self.assertEqual(self.leads_to(self.finance), CODE)
        self.assertEqual(self.leads_to(self.manager), "/odoo")
        self.assertEqual(self.leads_to(self.claire), "/my")

    def test_who_has_more_rights_is_bound_too(self):
        self.group("animation").espace_second_factor = True
        self.assertEqual(self.leads_to(self.manager), CODE)
        self.assertEqual(self.leads_to(self.finance), "/odoo")

    def test_the_code_comes_by_mail_and_lets_in(self):
        self.group("finance").espace_second_factor = True
        self.leads_to(self.finance)
        with mails_of(self.env) as sent:
            page = self.url_open(CODE)
        self.assertEqual(page.url, self.base_url() + CODE)
        [code] = set(re.findall(r">\s*(\d{6})\s*<", sent[0]))
        wrong = "000000" if code != "000000" else "111111"
        self.assertEqual(self.form(CODE, totp_token=wrong).status_code, 200)
        response = self.form(CODE, totp_token=code)
        self.assertEqual(urlsplit(response.headers["Location"]).path, "/odoo")

    def test_programs_need_a_key_then(self):
        call = (get_db_name(), self.finance.id)
        search = ("res.partner", "search", [[]], {"limit": 1})
        self.xmlrpc_object.execute_kw(*call, self.finance.login, *search)
        self.group("finance").espace_second_factor = True
        with (
            self.assertRaisesRegex(Fault, "Access Denied"),
            mute_logger("odoo.addons.rpc.controllers.xmlrpc", "odoo.http"),
        ):
            self.xmlrpc_object.execute_kw(*call, self.finance.login, *search)
        key = (
            self.env["res.users.apikeys"]
            .with_user(self.finance)
            .sudo()
            ._generate(None, "key", None)
        )
        self.assertTrue(self.xmlrpc_object.execute_kw(*call, key, *search))

    def test_nobody_is_locked_out(self):
        self.finance.email = False
        self.assert_refused(re.escape(self.finance.name))
        self.finance.email = "regie@example.org"
        self.env["ir.mail_server"].search([]).active = False
        self.assert_refused("No outgoing mail server")
        self.assertEqual(self.leads_to(self.finance), "/odoo")

    def assert_refused(self, words):
        """Check that no code can be asked of the Régie."""
        with self.assertRaisesRegex(UserError, words), self.env.cr.savepoint():
            self.group("finance").espace_second_factor = True


@tagged("post_install", "-at_install")
class TestStaffPassword(StaffLoginCase):
    """What the password of an agent must be, whoever sets it."""

    def assert_refused(self, change, words="more signs are missing"):
        with self.assertRaisesRegex(UserError, words):
            change()

    def test_an_agent_changes_its_own(self):
        own = self.env["res.users"].with_user(self.finance)
        before = self.finance.login
        for weak, words in (
            ("k7#Rv2!q", "4 more signs"),
            ("123456789012", "4 more signs are missing, fewer if you mix in small"),
            ("staff_finance-2027", "easily guessed"),
        ):
            self.assert_refused(lambda to=weak: own.change_password(before, to), words)
        own.change_password(before, GOOD)

    def test_the_administrator_sets_one_for_an_agent(self):
        wizard = self.env["change.password.wizard"].create(
            {
                "user_ids": [
                    (0, 0, {"user_id": self.finance.id, "new_passwd": "k7#Rv2!q"})
                ]
            }
        )
        self.assert_refused(wizard.change_password_button)

    def test_a_link_sets_one(self):
        partner = self.finance.partner_id
        partner.signup_prepare(signup_type="reset")
        with patch.object(
            self.env.registry["res.partner"], "_get_login_date", return_value=None
        ):
            token = partner._generate_signup_token()
            signup = self.env["res.users"].signup
            self.assert_refused(lambda: signup({"password": "k7#Rv2!q"}, token))
            signup({"password": GOOD}, token)

    def test_the_length_is_a_setting(self):
        settings = self.env["res.config.settings"]
        self.assertEqual(settings.create({}).espace_staff_password_length, 12)
        settings.create({"espace_staff_password_length": 20}).execute()
        self.assert_refused(
            lambda: self.finance._change_password("abcdefghijk-12345"), "3 more signs"
        )
        settings.create({"espace_staff_password_length": 8}).execute()
        self.finance._change_password("k7#Rv2!q")
        with self.assertRaisesRegex(ValidationError, "at least 8"):
            settings.create({"espace_staff_password_length": 4})

    def test_a_parent_keeps_its_own_rule(self):
        self.env["res.users"].with_user(self.claire).change_password(
            self.claire.login, "k7#Rv2!q"
        )


@tagged("post_install", "-at_install")
class TestIdle(StaffLoginCase):
    """Who went away without logging out."""

    def later(self, **delay):
        return freeze_time(NOW.replace(tzinfo=UTC) + timedelta(**delay))

    def test_what_a_new_commune_has(self):
        idle = {
            group: group.lock_timeout_inactivity
            for group in self.env["res.groups"]._espace_login_groups()
        }
        self.assertEqual([*idle.values()], [120, 60, 30, 30, 30, 0])
        self.assertEqual(self.manager._get_lock_timeout_inactivity(), 60 * 60)
        self.assertEqual(self.finance._get_lock_timeout_inactivity(), 30 * 60)
        self.assertIsNone(self.claire._get_lock_timeout_inactivity())

    # === Agents: Odoo locks the screen === #

    def test_an_agent_who_was_away_says_who_it_is(self):
        self.login(self.finance)
        self.assertEqual(self.locked(), "")
        # The last page of the agent has closed, or said that nobody is there.
        http = self.env["ir.http"].with_user(self.finance)
        http._set_session_inactivity(self.session, force=True)
        root.session_store.save(self.session)
        with self.later(minutes=29):
            self.assertEqual(self.locked(), "")
        with self.later(minutes=31):
            self.assertEqual(self.locked(), IDENTITY)
            _result, error = self.call_kw("res.partner", "search", [])
            self.assertIn("CheckIdentity", error["data"]["name"])
            self.rpc(
                "/auth-timeout/session/check-identity",
                type="password",
                password=self.finance.login,
            )
            self.assertEqual(self.locked(), "")

    def locked(self):
        """Return where a page for who is logged in leads, "" when it opens."""
        response = self.url_open("/my/account", allow_redirects=False)
        return urlsplit(response.headers.get("Location", "")).path

    def test_wrong_passwords_there_are_counted(self):
        self.login(self.finance)
        noted = []
        users = type(self.env["res.users"])
        with patch.object(
            users,
            "_espace_note_failure",
            lambda _self, who, computer: noted.append((who, computer)),
        ):
            self.rpc(
                "/auth-timeout/session/check-identity", type="password", password="no"
            )
        self.assertEqual(noted, [(self.finance.login, "127.0.0.1")])

    # === Parents: the session ends, if the commune wants it === #

    def test_parents_stay_logged_in(self):
        self.login(self.claire)
        with self.later(days=3):
            self.assertTrue(self.url_open("/my/factures").url.endswith("/my/factures"))

    def test_a_parent_who_was_away_logs_in_again(self):
        self.env.ref("base.group_portal").lock_timeout_inactivity = 20
        self.login(self.claire)
        for minutes in (0, 15, 30, 45):
            with self.later(minutes=minutes):
                page = self.url_open("/my/factures")
                self.assertTrue(page.url.endswith("/my/factures"), "it is there")
        with self.later(minutes=66):
            response = self.url_open("/my/factures")
            parts = urlsplit(response.url)
            self.assertEqual(parts.path, LOGIN)
            self.assertIn("factures", parts.query, "and goes on where it was")
            self.assertIn("You were away", response.text)
            self.assertNotIn("You were away", self.url_open(LOGIN).text, "said once")
            self.assertNotIn("/my/factures", self.url_open("/").url)

    def test_an_agent_s_session_is_not_ended_like_a_parent_s(self):
        self.login(self.finance)
        self.url_open("/odoo")
        with self.later(hours=2):
            self.assertEqual(self.locked(), "")

    def test_no_page_of_a_parent_looks_for_a_websocket(self):
        self.env.ref("base.group_portal").lock_timeout_inactivity = 20
        self.login(self.claire)
        self.assertNotIn("lock_timeout_inactivity", self.url_open("/my").text)
        stranger = self._create_user("stranger", "base.group_portal")
        self.login(stranger)
        self.assertIn("lock_timeout_inactivity", self.url_open("/my").text)


@tagged("post_install", "-at_install")
class TestLoginSettings(StaffLoginCase):
    def test_the_settings_show_each_group_and_open_them(self):
        self.group("finance").espace_second_factor = True
        settings = self.env["res.config.settings"].create({})
        lines = settings.espace_login_rules.splitlines()
        self.assertEqual(len(lines), 6)
        [finance] = [one for one in lines if one.startswith(self.group("finance").name)]
        self.assertIn("code at log-in, 30 min", finance)
        action = settings.action_espace_login_groups()
        groups = self.env["res.groups"].search(action["domain"])
        self.assertEqual(groups, self.env["res.groups"]._espace_login_groups().sorted())

    def test_who_may_change_it(self):
        for user in (self.manager, self._create_staff("admin")):
            with self.assertRaises(AccessError):
                self.group("finance").with_user(user).espace_second_factor = True
