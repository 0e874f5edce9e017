import re
import xmlrpc.client
from contextlib import contextmanager
from unittest.mock import patch

from lxml import html

from odoo import fields
from odoo.exceptions import AccessDenied, UserError
from odoo.tests import get_db_name, tagged
from odoo.tools import config

from ..common import EspacePortalCase

LOGIN = "/web/login"
RESET = "/web/reset_password"
WRONG = "not the password"


class CountingContext:
    """Notes which passwords are hashed by the context that it stands for."""

    def __init__(self, context):
        self.context, self.hashed = context, []

    def __getattr__(self, name):
        if name in ("hash", "verify_and_update"):
            self.hashed.append(name)
        return getattr(self.context, name)


class DoorsCase(EspacePortalCase):
    def setUp(self):
        super().setUp()
        # Odoo's own brake, of one worker and one minute, comes on top.
        users = type(self.env["res.users"])
        self.patch(users, "_on_login_cooldown", lambda *_args: False)
        self.limits = self.env["espace.rate.limit"]

    def tries(self, key=None, kind="login"):
        trace = self.limits._trace(key or f"who:{self.claire.login}")
        self.env.invalidate_all()
        return self.limits.search_count([("kind", "=", kind), ("key", "=", trace)])

    def log_in(self, login, password, **headers):
        """Send the form of the log-in page; return the last response."""
        page = html.fromstring(self.url_open(LOGIN).content)
        [token] = page.xpath(
            "//form[@action='/web/login']//@value[../@name='csrf_token']"
        )
        return self.url_open(
            LOGIN,
            data={"login": login, "password": password, "csrf_token": token},
            headers=headers,
        )

    def lock(self):
        """Have a stranger try until the login is locked."""
        for _try in range(10):
            self.limits._note("login", self.claire.login, "", fields.Datetime.now())

    def is_in(self, response):
        return "/my" in response.url


@tagged("post_install", "-at_install")
class TestPasswordDoors(DoorsCase):
    """Each door that takes a password counts the wrong ones."""

    def by_form(self):
        self.logout()
        self.log_in(self.claire.login, WRONG)

    def by_session(self):
        self.rpc(
            "/web/session/authenticate",
            db=get_db_name(),
            login=self.claire.login,
            password=WRONG,
        )

    def by_xmlrpc_common(self):
        uid = self.xmlrpc_common.authenticate(
            get_db_name(), self.claire.login, WRONG, {}
        )
        self.assertFalse(uid)

    def by_xmlrpc_object(self):
        with self.assertRaises(xmlrpc.client.Fault):
            self.xmlrpc_object.execute_kw(
                get_db_name(), self.claire.id, WRONG, "res.partner", "search", [[]]
            )

    def by_jsonrpc(self):
        _result, error = self.rpc(
            "/jsonrpc",
            service="object",
            method="execute_kw",
            args=[get_db_name(), self.claire.id, WRONG, "res.partner", "search", [[]]],
        )
        self.assertTrue(error)

    def by_jsonrpc_common(self):
        self.rpc(
            "/jsonrpc",
            service="common",
            method="authenticate",
            args=[get_db_name(), self.claire.login, WRONG, {}],
        )

    def by_deactivation(self):
        self.post(
            "/my/deactivate_account", validation=self.claire.login, password=WRONG
        )
        self.assertTrue(self.claire.active)

    def by_identity_check(self):
        check = self.env["res.users.identitycheck"].with_user(self.claire).sudo()
        check = check.create({"request": "[]", "auth_method": "password"})
        with self.assertRaises(UserError):
            check.with_context(password=WRONG)._check_identity()

    def doors(self):
        names = [name for name in sorted(dir(self)) if name.startswith("by_")]
        self.assertEqual(len(names), 8)
        return [getattr(self, name) for name in names]

    @contextmanager
    def noted(self):
        """Collect the (login, computer) of what is counted.

        In a test what is undone takes along what was counted; `test_login_tries` has
        real transactions.
        """
        noted = []
        users = type(self.env["res.users"])
        with patch.object(
            users,
            "_espace_note_failure",
            lambda _self, who, computer: noted.append((who, computer)),
        ):
            yield noted

    def test_each_door_counts_a_wrong_password_once(self):
        for door in self.doors():
            with self.subTest(door=door.__name__), self.noted() as noted:
                door()
                computer = "" if door == self.by_identity_check else "127.0.0.1"
                self.assertEqual(noted, [(self.claire.login, computer)])

    def test_no_door_tries_after_too_many(self):
        self.lock()
        users = type(self.env["res.users"])
        for door in self.doors():
            with (
                self.subTest(door=door.__name__),
                self.noted() as noted,
                patch.object(users, "_crypt_context") as asked,
            ):
                door()
                self.assertFalse(asked.called)
                self.assertFalse(noted, "what is refused is not tried")

    def test_the_right_password_waits_too(self):
        self.lock()
        with self.assertRaises(xmlrpc.client.Fault):
            self.xmlrpc_object.execute_kw(
                get_db_name(),
                self.claire.id,
                self.claire.login,
                "res.partner",
                "search",
                [[]],
            )

    # === The owner === #

    def test_strangers_do_not_lock_the_owner_out_of_a_known_device(self):
        self.logout()
        self.assertTrue(self.is_in(self.log_in(self.claire.login, self.claire.login)))
        known = self.opener.cookies.get("espace_device")
        self.assertTrue(known)
        self.lock()
        # Elsewhere nobody gets in, and the way out is said.
        self.logout()
        self.opener.cookies.clear()
        response = self.log_in(self.claire.login, self.claire.login)
        self.assertFalse(self.is_in(response))
        tree = html.fromstring(response.content)
        self.assertIn("ask for a new password", self.words(tree))
        self.assertTrue(tree.xpath("//a[starts-with(@href, '/web/reset_password')]"))
        # At home one does.
        self.opener.cookies.clear()
        self.opener.cookies.set("espace_device", known)
        self.assertTrue(self.is_in(self.log_in(self.claire.login, self.claire.login)))

    def test_a_known_device_has_its_own_limit(self):
        self.logout()
        self.log_in(self.claire.login, self.claire.login)
        known = self.opener.cookies.get("espace_device")
        for _try in range(11):
            self.opener.cookies.clear()
            self.opener.cookies.set("espace_device", known)
            self.log_in(self.claire.login, WRONG)
        self.opener.cookies.clear()
        self.opener.cookies.set("espace_device", known)
        self.assertFalse(self.is_in(self.log_in(self.claire.login, self.claire.login)))
        # Whoever holds the device of one parent is a stranger to the other.
        self.opener.cookies.clear()
        self.opener.cookies.set("espace_device", known)
        self.log_in(self.sofia.login, WRONG)
        self.assertEqual(self.tries(f"who:{self.sofia.login}"), 1)

    def test_a_forged_device_is_not_known(self):
        device = f"aaaa.{'0' * 32}"
        self.opener.cookies.clear()
        self.opener.cookies.set("espace_device", device)
        self.log_in(self.claire.login, WRONG)
        self.assertEqual(self.tries(), 1)

    # === What is typed === #

    def test_capitals_and_stray_spaces_are_forgiven(self):
        self.logout()
        password, self.claire.login = self.claire.login, "claire@example.org"
        for typed in (
            "CLAIRE@EXAMPLE.ORG",
            "  claire@example.org\u00a0",
            "claire\u00a0@example.org\u200b",
            "Claire@ example.org\t",
        ):
            with self.subTest(typed=typed):
                response = self.log_in(typed, password)
                self.assertTrue(self.is_in(response))
                self.opener.cookies.clear()

    def test_a_login_with_a_space_is_found_as_it_is(self):
        self.claire.login = "claire martin@example.org"
        meant = self.env["res.users"]._espace_meant_login
        self.assertEqual(meant(" claire martin@example.org"), self.claire.login)

    def test_signs_of_searching_find_nobody(self):
        for typed in ("%", "_" * len(self.claire.login), "\\", "", " "):
            login = self.env["res.users"]._espace_meant_login(typed)
            self.assertFalse(self.env["res.users"]._espace_logins(login, exactly=True))

    def test_a_login_in_other_capitals_is_not_guessed_between_two(self):
        for login in ("Zoe@example.org", "ZOE@example.org"):
            self.claire.copy({"login": login, "email": login, "name": login})
        meant = self.env["res.users"]._espace_meant_login
        self.assertEqual(meant("zoe@example.org"), "zoe@example.org")
        self.assertEqual(meant("ZOE@example.org"), "ZOE@example.org")

    # === Time === #

    def test_who_is_not_known_waits_as_long_as_who_is(self):
        """One password is hashed for each, and no more."""
        for login in (self.claire.login, "nobody@example.org"):
            counting = CountingContext(self.env["res.users"]._crypt_context())
            users = type(self.env["res.users"])
            with (
                patch.object(users, "_crypt_context", return_value=counting),
                self.assertRaises(AccessDenied),
            ):
                self.env["res.users"]._login(
                    {"type": "password", "login": login, "password": WRONG},
                    {"interactive": True},
                )
            self.assertEqual(len(counting.hashed), 1, login)

    # === The address of the site === #

    def test_the_address_of_the_site_does_not_follow_who_logs_in(self):
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("web.base.url", "https://famille.example.org")
        admin = self.env.ref("base.user_admin")
        admin.password = "Trottinette-verte-42"
        self.env["res.users"].authenticate(
            {
                "type": "password",
                "login": admin.login,
                "password": "Trottinette-verte-42",
            },
            {"interactive": True, "base_location": "http://evil.example.org"},
        )
        self.assertEqual(
            parameters.get_param("web.base.url"), "https://famille.example.org"
        )
        settings = self.env["res.config.settings"].create({})
        self.assertTrue(settings.espace_base_url_frozen)
        self.assertEqual(settings.espace_base_url, "https://famille.example.org")

    # === Behind a proxy === #

    def test_behind_a_proxy_the_visitor_is_counted(self):
        forwarded = {"X-Forwarded-For": "192.0.2.33", "X-Forwarded-Host": "127.0.0.1"}
        self.logout()
        self.log_in(self.claire.login, WRONG, **forwarded)
        self.assertEqual(self.tries("from:192.0.2.33"), 0, "anybody may say so")
        with patch.dict(config.options, {"proxy_mode": True}):
            self.log_in(self.claire.login, WRONG, **forwarded)
        self.assertEqual(self.tries("from:192.0.2.33"), 1)


@tagged("post_install", "-at_install")
class TestForgottenPassword(DoorsCase):
    """“Forgotten password”: who asks learns nothing, who owns the account gets in."""

    def setUp(self):
        super().setUp()
        self.logout()
        self.company.espace_sender = "ne-pas-repondre@example.org"
        self.claire.partner_id.email = "claire.martin@example.org"
        # Odoo's own reads the time of the last log-in in a way that stopped clocks
        # do not know; the last log-in itself says as much.
        self.patch(
            type(self.claire.partner_id),
            "_get_login_date",
            lambda partner: max(partner.user_ids.log_ids.ids, default=None),
        )

    def ask(self, login):
        """Send the form of the page; return the page that comes back."""
        self.opener.cookies.clear()
        page = html.fromstring(self.url_open(RESET).content)
        return self.submit(page, login=login)

    def submit(self, page, url=RESET, **values):
        [form] = page.xpath("//form[contains(@class, 'oe_reset_password_form')]")
        hidden = {
            one.get("name"): one.get("value") or ""
            for one in form.xpath(".//input[@type='hidden']")
        }
        response = self.url_open(url, data={**hidden, **values})
        self.assertEqual(response.status_code, 200)
        return html.fromstring(response.content)

    def mails(self):
        self.env["espace.password.request"]._cron_send()
        return self.sent()

    def sent(self):
        return self.env["mail.mail"].search([("subject", "like", "new password")])

    def link(self):
        """Return the link of a mail that was asked for, without its host."""
        self.ask(self.claire.login)
        [url] = set(re.findall(r'href="([^"]*token=[^"]*)"', self.mails()[0].body_html))
        return re.sub(r"^https?://[^/]+", "", url)

    def answer(self, login):
        return " ".join(self.ask(login).xpath("//main//text()")).split()

    def test_all_get_one_answer(self):
        known, unknown = self.answer(self.claire.login), self.answer("no@example.org")
        self.assertEqual(known, unknown)
        self.assertIn("way", known)
        self.assertEqual(len(self.env["espace.password.request"].search([])), 2)
        self.assertFalse(self.sent())

    def test_only_the_owner_gets_a_mail_of_the_commune(self):
        self.ask("no@example.org")
        self.assertFalse(self.mails())
        self.ask(f" {self.claire.login.upper()}")
        [mail] = self.mails()
        self.assertIn("ne-pas-repondre@example.org", mail.email_from)
        self.assertIn(self.company.name, mail.email_from)
        self.assertIn(self.company.name, mail.subject)
        self.assertIn(self.claire.email, mail.email_to)
        self.assertNotIn(get_db_name(), mail.body_html)
        self.assertNotIn("db=", mail.body_html)
        self.assertFalse(self.env["espace.password.request"].search([]))

    def test_a_link_opens_once_and_leads_to_a_new_one_then(self):
        link = self.link()
        page = html.fromstring(self.url_open(link).content)
        password = "Trottinette-verte-42"
        page = self.submit(page, link, password=password, confirm_password=password)
        self.assertFalse(page.xpath("//*[contains(@class, 'alert-danger')]"))
        self.assertTrue(self.is_in(self.log_in(self.claire.login, password)))
        self.opener.cookies.clear()
        response = self.url_open(link)
        self.assertIn("ended=1", response.url)
        page = html.fromstring(response.content)
        self.assertIn("has been used", self.words(page.xpath("//main")[0]))
        page = self.submit(page, response.url, login=self.claire.login)
        self.assertTrue(page.xpath("//*[contains(@class, 'alert-success')]"))
        self.assertTrue(self.env["espace.password.request"].search([]))

    def test_the_owner_of_the_link_is_let_in_after_tries_of_strangers(self):
        self.lock()
        link = self.link()
        page = html.fromstring(self.url_open(link).content)
        password = "Trottinette-verte-42"
        self.submit(page, link, password=password, confirm_password=password)
        self.assertTrue(self.is_in(self.log_in(self.claire.login, password)))

    def test_asking_is_limited_alike_for_all(self):
        for login in (self.claire.login, "no@example.org"):
            for _try in range(5):
                self.ask(login)
            self.assertIn("Too many", " ".join(self.answer(login)))
        self.assertEqual(len(self.env["espace.password.request"].search([])), 10)

    def test_nobody_but_an_administrator_reads_who_asked(self):
        requests = self.env["espace.password.request"].with_user(self.claire)
        self.assertFalse(requests.has_access("read"))
