from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from lxml import html

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tests.common import Opener

from odoo.addons.espace_famille.tests.common import NOW

from ..common import EspacePortalCase

COMPTE = "/my/foyer/compte"
GOOD = "Les 3 chats bleus!"


@tagged("post_install", "-at_install")
class TestHouseholdAccount(EspacePortalCase):
    """Mon compte: who may log in, with what, and what the parent is told."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.staff = cls._create_staff("manager")
        cls.guardian = cls.martin.guardian_ids[0]
        # Parents log in with their address.
        cls.claire.login = "claire.martin@example.org"
        cls.claire.partner_id.email = "claire.martin@example.org"
        cls.claire.password = "first"

    def login(self, user):
        self.authenticate(user.login, "first" if user == self.claire else user.login)

    def log_in(self, browser, login, password):
        """Log in as a browser does; return the page that comes back."""
        self.opener = browser
        url = self.base_url() + "/web/login"
        page = html.fromstring(browser.get(url).content)
        [token] = page.xpath("//form[@action='/web/login']//input[@name='csrf_token']")
        return browser.post(
            url,
            data={
                "csrf_token": token.get("value"),
                "login": login,
                "password": password,
            },
        )

    def is_in(self, browser):
        self.opener = browser
        response = browser.get(self.base_url() + COMPTE)
        return response.url.endswith(COMPTE)

    def submit(self, browser, action, **data):
        """Fill in and send one of the forms of the page."""
        self.opener = browser
        page = html.fromstring(browser.get(self.base_url() + COMPTE).content)
        [form] = page.xpath(f"//form[@action='{action}']")
        token = dict(form.form_values())["csrf_token"]
        return browser.post(
            self.base_url() + action, data={"csrf_token": token, **data}
        )

    # === Password === #

    def change(self, old, new, again=None):
        return self.post(
            f"{COMPTE}/mot-de-passe",
            old=old,
            new=new,
            again=new if again is None else again,
        )

    def test_other_logins_end_when_the_password_changes(self):
        here, elsewhere = Opener(self), Opener(self)
        for browser in (here, elsewhere):
            self.log_in(browser, self.claire.login, "first")
            self.assertTrue(self.is_in(browser))
        response = self.submit(
            here, f"{COMPTE}/mot-de-passe", old="first", new=GOOD, again=GOOD
        )
        self.assertIn("Your password has changed", self.shown(response))
        self.assertTrue(self.is_in(here), "who changed it stays logged in")
        self.assertFalse(self.is_in(elsewhere), "all others log in again")
        again = Opener(self)
        self.log_in(again, self.claire.login, "first")
        self.assertFalse(self.is_in(again))
        self.log_in(again, self.claire.login, GOOD)
        self.assertTrue(self.is_in(again))

    def test_a_password_follows_the_rules(self):
        for old, new, again, words in (
            ("", GOOD, GOOD, "Enter your present password"),
            ("wrong", GOOD, GOOD, "Your password is not this one"),
            ("first", GOOD, "Other", "The two passwords differ"),
            ("first", "chat", "chat", "too weak"),
            ("first", "Martin-2019!", "Martin-2019!", "easily guessed"),
        ):
            with self.subTest(words):
                response = self.change(old, new, again)
                self.assertIn(words, self.shown(response))
                tree = html.fromstring(response.content)
                [wrong] = tree.xpath("//input[@aria-invalid='true']")
                [problem] = tree.xpath(f"//*[@id='{wrong.get('aria-describedby')}']")
                self.assertIn(words, self.words(problem))
        browser = Opener(self)
        self.log_in(browser, self.claire.login, "first")
        self.assertTrue(self.is_in(browser))

    def test_the_present_password_is_not_tried_for_ever(self):
        for _try in range(5):
            self.change("wrong", GOOD)
        self.assertIn("Too many tries", self.shown(self.change("first", GOOD)))
        with freeze_time(NOW + timedelta(minutes=16)):
            attempts = self.env["espace.rate.limit"]
            self.assertTrue(
                attempts._allowed(
                    "password",
                    self.claire.login,
                    "127.0.0.1",
                    NOW + timedelta(minutes=16),
                )
            )

    def test_no_other_way_takes_a_weak_password(self):
        self.post("/my/security", old="first", new1="chat", new2="chat")
        _result, error = self.call_kw("res.users", "change_password", "first", "chat")
        self.assertTrue(error)
        self.claire.partner_id.signup_prepare(signup_type="reset")
        # Of a frozen clock Odoo cannot take the time stamp of the last login.
        with patch.object(
            self.env.registry["res.partner"], "_get_login_date", return_value=None
        ):
            self.reset_password()

    def reset_password(self):
        token = self.claire.partner_id._generate_signup_token()
        with self.assertRaises(UserError):
            self.env["res.users"].signup({"password": "chat"}, token)
        self.env["res.users"].signup({"password": GOOD}, token)
        browser = Opener(self)
        self.log_in(browser, self.claire.login, GOOD)
        self.assertTrue(self.is_in(browser))

    # === Tries to log in === #

    def test_a_login_is_not_tried_for_ever_wherever_it_comes_from(self):
        self.env["ir.config_parameter"].set_param("base.login_cooldown_after", "0")
        browser = Opener(self)
        for _try in range(10):
            page = self.log_in(browser, self.claire.login.upper(), "wrong")
            self.assertIn("Wrong login/password", page.text)
        page = self.log_in(browser, self.claire.login, "first")
        self.assertIn("Too many tries", page.text)
        self.assertFalse(self.is_in(browser))
        other = Opener(self)
        self.log_in(other, self.sofia.login, self.sofia.login)
        self.assertTrue(self.is_in(other), "another login is not concerned")

    def test_who_succeeds_starts_anew(self):
        self.env["ir.config_parameter"].set_param("base.login_cooldown_after", "0")
        for _round in range(2):
            browser = Opener(self)
            for _try in range(9):
                self.log_in(browser, self.claire.login, "wrong")
            self.log_in(browser, self.claire.login, "first")
            self.assertTrue(self.is_in(browser))

    def test_a_computer_is_not_tried_from_for_ever(self):
        self.env["ir.config_parameter"].set_param("base.login_cooldown_after", "0")
        attempts = self.env["espace.rate.limit"]
        for number in range(100):
            attempts._note("login", f"unknown{number}@example.org", "127.0.0.1", NOW)
        browser = Opener(self)
        page = self.log_in(browser, self.claire.login, "first")
        self.assertIn("Too many tries", page.text)

    # === E-mail === #

    def test_an_address_needs_the_password_and_the_town_hall(self):
        new = "claire.neuve@example.org"
        for email, password, words in (
            (new, "wrong", "Your password is not this one"),
            ("claire", "first", "This is no e-mail address"),
        ):
            response = self.post(f"{COMPTE}/adresse", email=email, password=password)
            self.assertIn(words, self.shown(response))
        Change = self.env["espace.change"]
        mine = [("family_id", "=", self.martin.id)]
        self.assertFalse(Change.search(mine))
        self.post(f"{COMPTE}/adresse", email=new, password="first")
        change = Change.search(mine)
        self.assertEqual((change.column, change.after), ("email", new))
        self.assertIn("Proposed: " + new, self.shown(self.url_open(COMPTE)))
        self.assertEqual(self.claire.login, "claire.martin@example.org")
        change.with_user(self.staff).action_accept()
        self.assertEqual((self.claire.login, self.guardian.email), (new, new))
        told = self.env["mail.mail"].search([("subject", "ilike", "address of your")])
        self.assertEqual(told.email_to, "claire.martin@example.org")
        self.assertIn(new, told.body_html)
        browser = Opener(self)
        self.log_in(browser, new, "first")
        self.assertTrue(self.is_in(browser))

    def test_the_address_of_another_account_is_not_taken(self):
        self.sofia.login = "sofia.durand@example.org"
        self.post(
            f"{COMPTE}/adresse", email="Sofia.Durand@example.org", password="first"
        )
        change = self.env["espace.change"].search([("family_id", "=", self.martin.id)])
        with self.assertRaisesRegex(UserError, "already uses the address"):
            change.with_user(self.staff).action_accept()

    # === Reminders === #

    def test_reminders_are_chosen(self):
        names = ("notify_limits", "notify_cart", "notify_news")
        self.assertTrue(all(self.guardian[name] for name in names))
        self.post(f"{COMPTE}/rappels", notify_news="1")
        self.assertEqual([self.guardian[name] for name in names], [False, False, True])
        checked = self.page(COMPTE).xpath("//input[@type='checkbox'][@checked]/@name")
        self.assertEqual(checked, ["notify_news"])
        self.assertTrue(self.martin.guardian_ids[1].notify_cart)

    def test_who_has_no_family_is_led_home(self):
        self.guardian.unlink()
        self.assertTrue(self.url_open(COMPTE).url.endswith("/my"))
        for action in ("mot-de-passe", "adresse", "rappels", "agenda"):
            self.assertTrue(self.post(f"{COMPTE}/{action}").url.endswith("/my"))
