from xmlrpc.client import Fault

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.espace_famille.tests.common import MONDAY, NOW

from ..common import EspacePortalCase

QUIET = ("odoo.http", "odoo.addons.rpc.controllers.xmlrpc")
JSON_QUIET = "odoo.addons.rpc.controllers.jsonrpc"

# What is said in the tests.
ANSWER = "Non."


@tagged("post_install", "-at_install")
class TestDoors(EspacePortalCase):
    """A parent calls no method of the ORM by its name, by any protocol."""

    def setUp(self):
        super().setUp()
        self.own = self.booked(self.nina, self.meal, MONDAY)
        self.partner = self.claire.partner_id
        self.request = self.env["espace.request"]._ask(
            self.martin, self.partner, {"name": "Question", "kind": "other"}, "Bonjour"
        )
        self.agent = self._create_staff("manager")
        self.answer = self.request.with_user(self.agent).message_post(
            body=ANSWER, message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.attacks = [
            ("res.partner", "write", self.partner.ids, {"name": "Marie Dupont"}),
            ("res.users", "write", self.claire.ids, {"name": "Marie Dupont"}),
            ("res.users", "write", self.claire.ids, {"email": "other@example.org"}),
            ("mail.message", "write", self.answer.ids, {"body": "Oui."}),
            ("mail.message", "write", self.answer.ids, {"date": "2020-01-01"}),
            ("mail.message", "search_read", [("body", "ilike", "N")], ["body"]),
            ("espace.child", "message_subscribe", self.lina.ids, self.partner.ids),
            ("espace.child", "message_subscribe", self.nina.ids, self.partner.ids),
            ("espace.request", "message_post", self.request.ids),
            ("espace.family", "search", [("message_ids.body", "ilike", "a")]),
            ("espace.family", "search_read", [], ["name"]),
            ("espace.family", "fields_get"),
            ("espace.reservation", "read", self.own.ids, ["state"]),
            ("res.users", "change_password", self.claire.login, "chat-noir-27"),
            ("res.users", "api_key_wizard", self.claire.ids),
            ("res.partner", "name_search", "Sofia"),
        ]

    def marks(self):
        """Return what the attacks would change."""
        self.env.invalidate_all()
        follows = self.env["mail.followers"].search(
            [("partner_id", "=", self.partner.id)]
        )
        return (
            self.partner.name,
            self.partner.email,
            self.claire.login,
            self.answer.body,
            self.answer.date,
            len(self.request.message_ids),
            follows.mapped(lambda one: (one.res_model, one.res_id)),
        )

    # === Protocols === #

    def test_a_page_calls_nothing(self):
        before = self.marks()
        for model, method, *args in self.attacks:
            with self.subTest(model=model, method=method):
                result, error = self.call_kw(model, method, *args)
                self.assertIsNone(result)
                self.assertEqual(error["data"]["name"], "odoo.exceptions.AccessError")
        self.assertEqual(self.marks(), before)

    def test_buttons_are_closed(self):
        _result, error = self.rpc(
            "/web/dataset/call_button",
            model="res.users",
            method="action_totp_disable",
            args=[self.claire.ids],
            kwargs={},
        )
        self.assertEqual(error["code"], 404)

    def test_the_routes_of_discussions_say_and_do_nothing(self):
        before = self.marks()
        thread = {"thread_model": self.request._name, "thread_id": self.request.id}
        child = {"thread_model": "espace.child", "thread_id": self.lina.id}
        for path, params in (
            ("/mail/message/post", {**thread, "post_data": {"body": "x" * 3_000_000}}),
            (
                "/mail/message/update_content",
                {"message_id": self.answer.id, "update_data": {"body": "Oui."}},
            ),
            ("/mail/thread/messages", child),
            ("/mail/thread/subscribe", {**child, "partner_ids": self.partner.ids}),
            ("/mail/chatter_fetch", child),
            ("/mail/data", {"fetch_params": [["mail.thread", child]]}),
            ("/html_editor/link_preview_external", {"preview_url": "http://[::1]/"}),
            ("/mail/link_preview", {"message_id": self.answer.id}),
        ):
            for user in ("a parent", "a visitor"):
                if user == "a visitor":
                    self.logout()
                else:
                    self.login(self.claire)
                with self.subTest(path=path, user=user):
                    _result, error = self.rpc(path, **params)
                    # A visitor is asked to log in where Odoo wants a user.
                    self.assertIn(error["code"], (404, 100))
        self.assertEqual(self.marks(), before)

    def test_xmlrpc_calls_nothing(self):
        before = self.marks()
        login = (self.env.cr.dbname, self.claire.id, self.claire.login)
        for model, method, *args in self.attacks:
            with (
                self.subTest(model=model, method=method),
                self.assertRaisesRegex(Fault, "Access Denied"),
                mute_logger(*QUIET),
            ):
                self.xmlrpc_object.execute_kw(*login, model, method, args)
        self.assertEqual(self.marks(), before)

    def test_jsonrpc_calls_nothing(self):
        before = self.marks()
        login = [self.env.cr.dbname, self.claire.id, self.claire.login]
        for model, method, *args in self.attacks:
            with self.subTest(model=model, method=method), mute_logger(JSON_QUIET):
                result, error = self.rpc(
                    "/jsonrpc",
                    service="object",
                    method="execute_kw",
                    args=[*login, model, method, args],
                )
                self.assertIsNone(result)
                self.assertEqual(error["data"]["name"], "odoo.exceptions.AccessDenied")
        self.assertEqual(self.marks(), before)

    def test_a_key_of_the_interface_opens_nothing(self):
        key = (
            self.env["res.users.apikeys"]
            .with_user(self.claire)
            .sudo()
            ._generate(None, "key", None)
        )
        self.logout()
        for path in ("/json/2/res.users/context_get", "/json/1/espace.family"):
            response = self.url_open(
                path,
                json={} if path.startswith("/json/2") else None,
                headers={"Authorization": f"Bearer {key}"},
            )
            self.assertEqual(response.status_code, 404, path)

    def test_a_former_guardian_is_still_outside(self):
        live = self.martin.reservation_ids.filtered(lambda r: r.state == "confirmed")
        live._cancel(NOW, staff=True, reason="Déménagement")
        self.martin.active = False
        _result, error = self.call_kw("res.users", "read", self.claire.ids, ["name"])
        self.assertTrue(error)

    # === Who keeps Odoo's doors === #

    def test_agents_and_other_portal_users_keep_odoo_s_behaviour(self):
        stranger = self._create_user("stranger", "base.group_portal")
        for user in (stranger, self.agent):
            self.login(user)
            result, error = self.call_kw("res.users", "read", user.ids, ["name"])
            self.assertEqual(result, [{"id": user.id, "name": user.name}], error)
            self.assertTrue(
                self.xmlrpc_object.execute_kw(
                    self.env.cr.dbname,
                    user.id,
                    user.login,
                    "res.users",
                    "read",
                    [user.ids, ["name"]],
                )
            )

    # === The short list === #

    def test_the_second_factor_is_on_the_short_list(self):
        action, error = self.call_kw(
            "res.users", "action_totp_enable_wizard", self.claire.id
        )
        self.assertEqual(action["res_model"], "res.users.identitycheck", error)
        check = [action["res_id"]]
        self.call_kw(
            "res.users.identitycheck", "write", check, {"auth_method": "password"}
        )
        action, error = self.call_kw(
            "res.users.identitycheck",
            "run_check",
            check,
            context={"password": self.claire.login, "lang": "en_US"},
        )
        self.assertEqual(action["res_model"], "auth_totp.wizard", error)
        [wizard], error = self.call_kw(
            "auth_totp.wizard", "read", [action["res_id"]], []
        )
        self.assertTrue(wizard["secret"], error)
        _result, error = self.call_kw(
            "auth_totp.wizard", "enable", [wizard["id"]], context={"code": "000000"}
        )
        self.assertEqual(error["data"]["name"], "odoo.exceptions.UserError")

    def test_the_short_list_looks_at_every_argument(self):
        wizard = self.env["res.users.identitycheck"].with_user(self.sofia).sudo()
        foreign = wizard.create({})
        mine = foreign.with_user(self.claire).sudo().create({})
        for model, method, *args in (
            ("res.users", "action_totp_disable", self.sofia.ids),
            ("res.users", "action_totp_disable", [*self.claire.ids, self.sofia.id]),
            ("res.users", "action_totp_disable", []),
            ("res.users", "action_totp_disable"),
            ("res.users", "action_totp_disable", True),
            ("res.users.identitycheck", "run_check", foreign.ids),
            ("res.users.identitycheck", "write", mine.ids, {"request": "[]"}),
            ("res.users.identitycheck", "write", mine.ids, {}),
            ("res.users.identitycheck", "read", mine.ids, ["request"]),
            ("auth.passkey.key.create", "create", {"name": "x" * 10_000}),
            ("auth.passkey.key.create", "create", [{"name": "x", "create_uid": 1}]),
            (["res.users"], "read", self.claire.ids),
            ("res.users", {"read": 1}, self.claire.ids),
        ):
            with self.subTest(model=model, method=method, args=args):
                _result, error = self.call_kw(model, method, *args)
                self.assertTrue(error)
        _result, error = self.call_kw(
            "res.users", "action_totp_disable", self.claire.id, sudo=True
        )
        self.assertTrue(error)

    def test_a_call_keeps_nothing_but_the_words_of_its_context(self):
        door = self.env["espace.door"].with_user(self.claire)
        kept = door._check_call(
            "res.users",
            "action_totp_disable",
            self.claire.ids,
            {"context": {"lang": "fr_FR", "default_name": "x", "active_test": False}},
        )
        self.assertEqual(kept, {"context": {"lang": "fr_FR"}})
