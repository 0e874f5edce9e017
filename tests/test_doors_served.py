"""The doors hold where Odoo runs as in a commune: a server that is not in test mode.

Calls by name on every protocol, the routes of discussions, addresses that the server
should fetch, payments that are none: by a parent, by a visitor, by the key of a parent.
Nothing is said, and nothing changes.
"""

import socket
import time
from xmlrpc.client import Fault, ServerProxy

import requests

from odoo.tests import tagged

from .served import ServedCase
from .town import Town

PASSWORD = "chat-noir-27-Valdurenque"
SECONDS = 60
CALL_KW = "/web/dataset/call_kw"
AMOUNTS = (-5, 0, 10**12, "3.6", None)
SECRET = "Note interne"


@tagged("post_install", "-at_install", "committed")
class TestDoorsServed(ServedCase):
    @classmethod
    def build(cls, env):
        town = Town.build(env, f"Portes {cls.mark}")
        option = town.add_service("Centre", town.coming_days(2))
        family, other = (
            town.add_family(f"{place} {town.company.name}") for place in ("A", "B")
        )
        parent = town.add_parent(family)
        parent.with_context(no_reset_password=True).password = PASSWORD
        stranger = town.add_parent(other)
        agent = cls.add_staff(env, town.company, "manager")
        request = town.env["espace.request"]._ask(
            family, parent.partner_id, {"name": "Question", "kind": "other"}, "Bonjour"
        )
        answer = request.with_user(agent).message_post(
            body="Non.", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        request.with_user(agent).message_post(body=SECRET, subtype_xmlid="mail.mt_note")
        [quote] = town.Reservation._book(
            family, [(family.child_ids[0], option, town.coming_days(1)[0])]
        )
        booking = town.Reservation.browse(quote.reservation_id)
        town.env["espace.charge"]._cron_invoice_at_once()
        # Only now: with a provider a booking waits for its payment.
        town._publish_provider()
        cls.key = (
            env["res.users.apikeys"].with_user(parent).sudo()._generate(None, "x", None)
        )
        cls.open(env, "parent", parent)
        cls.ids = {
            "answer": answer.id,
            "booking": booking.id,
            "child": family.child_ids[0].id,
            "company": town.company.id,
            "family": family.id,
            "foreign_child": other.child_ids[0].id,
            "move": booking.charge_ids.move_id.id,
            "parent": parent.id,
            "partner": parent.partner_id.id,
            "provider": town.provider.id,
            "method": town.provider.payment_method_ids[:1].id,
            "request": request.id,
            "stranger": stranger.partner_id.id,
        }
        cls.login = parent.login
        cls.token = booking.charge_ids.move_id._portal_ensure_token()

    def setUp(self):
        super().setUp()
        self.start = time.monotonic()
        self.before = self.marks()
        ids = self.ids
        self.attacks = [
            ("res.partner", "write", [ids["partner"]], {"name": "Marie Dupont"}),
            ("res.users", "write", [ids["parent"]], {"email": "other@example.org"}),
            ("res.users", "read", [ids["parent"]], ["name"]),
            ("res.users", "change_password", PASSWORD, "autre-mot-de-passe-27"),
            ("mail.message", "write", [ids["answer"]], {"body": "Oui."}),
            ("mail.message", "write", [ids["answer"]], {"date": "2020-01-01"}),
            ("mail.message", "search_count", [["body", "ilike", SECRET[0]]]),
            ("espace.request", "search", [["message_ids.body", "ilike", SECRET]]),
            (
                "espace.child",
                "message_subscribe",
                [ids["foreign_child"]],
                [ids["partner"]],
            ),
            ("espace.pickup.person", "create", {"name": "X", "family_id": 1}),
            ("espace.family", "search_read", [], ["name"]),
            ("espace.family", "fields_get"),
            ("espace.reservation", "write", [ids["booking"]], {"state": "draft"}),
            ("account.move", "read", [ids["move"]], ["amount_total"]),
            ("ir.config_parameter", "get_param", "database.secret"),
        ]

    def tearDown(self):
        self.assertEqual(self.marks(), self.before)
        with self.transaction() as env:
            company = env["res.company"].browse(self.ids["company"])
            self.assertEqual(env["espace.check"]._problems(company), [])
        self.assertLess(time.monotonic() - self.start, SECONDS)
        super().tearDown()

    def marks(self):
        """Return what the attacks would change."""
        with self.transaction() as env:
            ids = self.ids
            partner = env["res.partner"].browse(ids["partner"])
            answer = env["mail.message"].browse(ids["answer"])
            follows = env["mail.followers"].search([("partner_id", "=", partner.id)])
            return (
                partner.name,
                partner.email,
                partner.user_ids.mapped("login"),
                answer.body,
                answer.date,
                env["espace.reservation"].browse(ids["booking"]).state,
                env["espace.request"].browse(ids["request"]).message_ids.ids,
                env["espace.pickup.person"].search_count([]),
                env["payment.transaction"].search_count([]),
                sorted(follows.mapped(lambda one: (one.res_model, one.res_id))),
            )

    def refused(self, answer, *names):
        """Check that an answer of JSON-RPC says nothing but why."""
        self.assertNotIn("result", answer)
        error = answer["error"]
        self.assertFalse(error["data"].get("debug"), "shows where in the code")
        self.assertIn(error["data"]["name"].rpartition(".")[2], names)

    # === Calls by name === #

    def test_a_page_calls_nothing(self):
        for who, why in (("parent", "AccessError"), ("", "SessionExpiredException")):
            browser = self.browser(who)
            for model, method, *args in self.attacks:
                params = {"model": model, "method": method, "args": args, "kwargs": {}}
                with self.subTest(who=who, model=model, method=method):
                    self.refused(browser.call(CALL_KW, **params), why)
                    path = f"{CALL_KW}/{model}/{method}"
                    self.refused(browser.call(path, **params), why)
                    answer = browser.call("/web/dataset/call_button", **params)
                    self.refused(answer, "NotFound", why)

    def test_xmlrpc_calls_nothing(self):
        with ServerProxy(f"{self.server.url}/xmlrpc/2/object") as door:
            for password in (PASSWORD, self.key, "", "admin"):
                who = (self.registry.db_name, self.ids["parent"], password)
                # Each wrong one is slow, and after some nobody is listened to.
                some = self.attacks if password == PASSWORD else self.attacks[:3]
                for model, method, *args in some:
                    with (
                        self.subTest(model=model, method=method),
                        self.assertRaisesRegex(Fault, "Access Denied|Too many tries"),
                    ):
                        door.execute_kw(*who, model, method, args)
        with (
            ServerProxy(f"{self.server.url}/xmlrpc/2/db") as door,
            self.assertRaises(Fault),
        ):
            door.list()

    def test_jsonrpc_calls_nothing(self):
        browser = self.browser("parent")
        for password in (PASSWORD, self.key):
            who = [self.registry.db_name, self.ids["parent"], password]
            for model, method, *args in self.attacks:
                with self.subTest(model=model, method=method):
                    answer = browser.call(
                        "/jsonrpc",
                        service="object",
                        method="execute_kw",
                        args=[*who, model, method, args],
                    )
                    self.refused(answer, "AccessDenied")

    def test_json_2_and_json_1_are_not_there(self):
        keys = {
            "a key": {"Authorization": f"Bearer {self.key}"},
            "a session": {"Cookie": f"session_id={self.sessions['parent']}"},
            "nothing": {},
        }
        for who, headers in keys.items():
            for path in ("res.partner/search_read", "res.users/context_get"):
                with self.subTest(who=who, path=path):
                    answer = requests.post(
                        f"{self.server.url}/json/2/{path}",
                        json={"domain": []},
                        headers=headers,
                        timeout=60,
                    )
                    # Without a key Odoo does not look at what is behind.
                    self.assertIn(
                        answer.status_code, (404,) if who == "a key" else (401, 404)
                    )
                    self.assertNotIn("Traceback", answer.text)
            answer = requests.get(
                f"{self.server.url}/json/1/espace.family", headers=headers, timeout=60
            )
            self.assertIn(answer.status_code, (401, 404))

    # === Discussions === #

    def test_discussions_and_previews_are_closed(self):
        child = {"thread_model": "espace.child", "thread_id": self.ids["foreign_child"]}
        thread = {"thread_model": "espace.request", "thread_id": self.ids["request"]}
        follow = {"partner_ids": [self.ids["partner"]]}
        edit = {"message_id": self.ids["answer"], "update_data": {"body": "Oui."}}
        with socket.create_server(("127.0.0.1", 0)) as inside:
            inside.settimeout(0.5)
            address = f"http://127.0.0.1:{inside.getsockname()[1]}/"
            for who in ("parent", ""):
                browser = self.browser(who)
                for path, params in (
                    ("/mail/message/post", {**thread, "post_data": {"body": "x"}}),
                    ("/mail/message/update_content", edit),
                    ("/mail/thread/messages", child),
                    ("/mail/thread/subscribe", {**child, **follow}),
                    ("/mail/data", {"fetch_params": [["mail.thread", child]]}),
                    ("/mail/link_preview", {"message_id": self.ids["answer"]}),
                    (
                        "/html_editor/link_preview_external",
                        {"preview_url": address},
                    ),
                ):
                    with self.subTest(who=who, path=path):
                        answer = browser.call(path, **params)
                        self.refused(answer, "NotFound", "SessionExpiredException")
            with self.assertRaises(TimeoutError):
                inside.accept()

    # === Money === #

    def test_what_is_no_payment_makes_no_transaction(self):
        move, other = self.ids["move"], "https://evil.example.org/"
        means = {
            "provider_id": self.ids["provider"],
            "payment_method_id": self.ids["method"],
            "token_id": None,
            "flow": "direct",
            "tokenization_requested": False,
            "landing_route": "/my/factures",
        }
        for who in ("parent", ""):
            browser = self.browser(who)
            by_token = {**means, "access_token": self.token}
            sent = [
                *({**by_token, "amount": amount} for amount in AMOUNTS),
                {**by_token, "amount": 3.6, "landing_route": other},
                {**by_token, "amount": 3.6, "is_validation": True},
            ]
            for params in sent:
                with self.subTest(who=who, params=params):
                    answer = browser.call(f"/invoice/transaction/{move}", **params)
                    self.refused(answer, "ValidationError")
        browser = self.browser("parent")
        for wrong in ({"is_validation": True}, {"flow": ["direct"]}, {"flow": "x"}):
            with self.subTest(wrong=wrong):
                answer = browser.call(
                    f"/my/factures/transaction/{move}", **{**means, **wrong}
                )
                self.refused(answer, "ValidationError")
