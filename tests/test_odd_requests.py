"""Odd requests are answered in words, never by a traceback, on every route of ours."""

import logging
import os
import time

from lxml import html

from odoo import http
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW, TUESDAY
from odoo.addons.espace_famille_portal.tests.common import EspacePortalCase

from .odd import TYPES, Odd, learn, our_routes, requests_for

# Another seed sends other things; more rounds send more of them.
SEED = os.environ.get("ESPACE_FUZZ_SEED", "espace")
MANY = int(os.environ.get("ESPACE_FUZZ_MANY", "6"))
SECONDS = 50

# What a script may be answered: an error in words.
IN_WORDS = ("odoo.exceptions.", "odoo.http.SessionExpired", "werkzeug.exceptions.")
PAGES = (
    "/",
    "/my",
    "/my/reservations?view=week&date=2027-01-11",
    "/my/reservations/agenda",
    "/my/panier",
    "/my/factures",
    "/my/factures/compte",
    "/my/absences",
    "/my/actualites",
    "/my/demandes",
    "/my/attestations",
    "/my/foyer",
    "/my/foyer/compte",
    "/my/foyer/mes-donnees",
    "/espace-famille/question",
    "/espace-famille/demande-de-compte",
)


class Faults(logging.Handler):
    """Keeps what the server logs as an error, or with a traceback."""

    def __init__(self):
        super().__init__()
        self.found = []

    def emit(self, record):
        if record.levelno >= logging.ERROR or record.exc_info:
            text = logging.Formatter("%(message)s").format(record)
            self.found.append(text.strip().splitlines()[-1])


@tagged("post_install", "-at_install")
class TestOddRequests(EspacePortalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_regie()
        cls._publish_provider()
        cls.agent = cls._create_staff("manager", "finance")
        cls.evening.billing_mode = "consumption"
        cls.Reservation._book(
            cls.martin, [(cls.nina, cls.t1, MONDAY), (cls.tom, cls.meal, TUESDAY)], NOW
        )
        cls.env["espace.request"]._ask(
            cls.martin, cls.claire.partner_id, {"name": "Sortie"}, "Bonjour", now=NOW
        )
        cls.env["espace.pickup.person"].create(
            {
                "name": "Jeanne Martin",
                "family_id": cls.martin.id,
                "child_ids": [Command.set(cls.nina.ids)],
                "phone": "05 55 00 00 01",
            }
        )
        cls.routes = our_routes(cls.env)

    def setUp(self):
        super().setUp()
        self.faults = Faults()
        logger = logging.getLogger("odoo")
        logger.addHandler(self.faults)
        self.addCleanup(logger.removeHandler, self.faults)
        # However quiet the run of the tests is.
        self.addCleanup(logger.setLevel, logger.level)
        logger.setLevel(logging.WARNING)
        # Limits and the captcha would stop what is sent before it is read.
        for model, method in (
            ("espace.rate.limit", "_allowed"),
            ("espace.captcha", "_passed"),
        ):
            self.patch(self.registry[model], method, lambda *_args, **_kw: True)
        self.reached = set()
        check = self.registry["ir.http"]._dispatch

        def dispatch(endpoint):
            self.reached.update(endpoint.routing["routes"])
            return check(endpoint)

        self.patch(self.registry["ir.http"], "_dispatch", dispatch)

    def learn_pages(self):
        for path in PAGES:
            response = self.url_open(path)
            self.assertEqual(response.status_code, 200, path)
            learn(self.routes, html.fromstring(response.content), path)

    def test_no_route_answers_by_a_traceback(self):
        start = time.process_time()
        self.learn_pages()
        wrong, count, who = {}, 0, None
        waiting = self.in_turn()
        for user, route, odd in waiting:
            if count > 3 * len(self.routes) and self.is_over(start):
                break
            if user != who or not count:
                self.authenticate(user and user.login, user and user.login)
                who = user
            count += 1
            if fault := self.fault_of(odd, is_outside=user != self.agent):
                name = user.login if user else "a visitor"
                wrong.setdefault((route.pattern, fault), f"{name}: {odd.why}")
        seconds = time.process_time() - start
        print(
            f"{count} of {len(waiting)} requests, seed {SEED!r}, "
            f"{seconds:.0f} s of processor"
        )
        self.assertEqual(
            [f"{route}: {fault} ({why})" for (route, fault), why in wrong.items()], []
        )
        missed = {route.pattern for route in self.routes} - self.reached
        self.assertEqual(missed, set(), "no request reached these routes")

    def test_a_fault_is_noticed(self):
        def fail(*_args):
            raise ValueError

        contacts = Odd("", "GET", "/my/contacts")
        self.assertEqual(self.fault_of(contacts, is_outside=True), "")
        self.patch(self.registry["espace.family"], "_portal_chosen", fail)
        self.assertEqual(self.fault_of(contacts, is_outside=True), "logged ValueError")
        tap = Odd("", "POST", "/my/reservations/do", b"{}", content_type=TYPES[0])
        self.assertEqual(self.fault_of(tap, is_outside=True), "logged ValueError")

    def is_over(self, start):
        return time.process_time() - start > SECONDS

    def in_turn(self):
        """Return [(user, route, request)]: first all routes as a page asks for them.

        A visitor who has to log in, and an agent on the pages of families, are answered
        before what they send is read: they send less of it.
        """
        waiting = []
        for route in self.routes:
            sent = requests_for(route, SEED, MANY)
            less = 4 if route.endpoint.routing["auth"] == "user" else 1
            for user, step in ((None, less), (self.claire, 1), (self.agent, 2)):
                waiting += [
                    (number, user, route, odd)
                    for number, odd in enumerate(sent[::step])
                ]
        users = (None, self.claire, self.agent)
        # As many blocks as there are turns of eight, so that few log-ins are needed.
        waiting.sort(key=lambda one: (-(-one[0] // 8), users.index(one[1])))
        return [tuple(rest) for _number, *rest in waiting]

    def fault_of(self, odd: Odd, is_outside):
        """Send a request; return what is wrong with its answer, "" if nothing is."""
        self.faults.found.clear()
        headers = {"Content-Type": odd.content_type} if odd.content_type else {}
        data = odd.data
        if isinstance(data, dict) and odd.method == "POST":
            data = {"csrf_token": http.Request.csrf_token(self), **data}
            if "csrf_token" in (odd.files or ()):
                del data["csrf_token"]
        response = self.opener.request(
            odd.method,
            f"{self.base_url()}{odd.address}{'?' if odd.query else ''}{odd.query}",
            data=data,
            files=odd.files,
            headers=headers,
            timeout=60,
            allow_redirects=False,
        )
        if self.faults.found:
            return f"logged {self.faults.found[0]}"
        if response.status_code >= 500:
            return f"status {response.status_code}"
        if is_outside and "Traceback" in response.text:
            return "shows a traceback"
        kind = response.headers.get("Content-Type", "")
        if kind.startswith("application/json") and response.content:
            answer = response.json()
            error = answer.get("error") if isinstance(answer, dict) else None
            name = (error or {}).get("data", {}).get("name", IN_WORDS[0])
            return "" if name.startswith(IN_WORDS) else name
        return ""
