"""No route of Odoo is open to parents or visitors but those that tests/doors.py names.

The routing map is that of the database of the tests: our addons, and what they install.
"""

import json
import re
from unittest.mock import patch

from odoo.tests import HttpCase, tagged

from odoo.addons.espace_famille.tests.common import EspaceCase

from .doors import OPEN, reason

OURS = "espace_famille"
# What stands for the variable parts of a route.
VALUES = {"int": "1", "model": "1", "models": "1", "float": "1"}
HANDSHAKE = {"Connection": "Upgrade", "Upgrade": "websocket"}


def address(route):
    """Return an address that a route of the map answers."""
    return re.sub(
        r"<(?:(\w+)(?:\(.*?\))?:)?\w+>",
        lambda found: VALUES.get(found[1], "x"),
        route,
    )


@tagged("post_install", "-at_install")
class TestDoors(EspaceCase, HttpCase):
    # For `HttpCase` this is the session of the browser.
    session = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.parent = cls._create_portal_user(cls.martin.guardian_ids[0])
        http = cls.env["ir.http"]
        cls.routes = {
            route: endpoint
            for route, endpoint in http._generate_routing_rules(
                sorted(cls.registry._init_modules), http._get_converters()
            )
            if OURS not in endpoint.func.__module__
        }
        door = cls.env["espace.door"]
        cls.closed = {
            route
            for route in cls.routes
            if route.startswith(door._closed_routes())
            and not route.startswith(door._open_routes())
        }

    def test_every_route_is_closed_or_has_its_reason(self):
        open_routes = self.routes.keys() - self.closed
        self.assertEqual(
            [route for route in sorted(open_routes) if not reason(route)],
            [],
            "close these routes in espace.door, or say in tests/doors.py why not",
        )
        gone = [
            known
            for known in OPEN
            if not any(
                route.startswith(known[:-1]) if known.endswith("*") else route == known
                for route in open_routes
            )
        ]
        self.assertEqual(gone, [], "these routes are gone, or closed")

    def test_routes_of_other_addons_are_listed_for_the_administrator(self):
        door = self.env["espace.door"]
        # The provider of the demonstration, which no addon of ours installs.
        self.assertEqual(list(door._foreign_routes()), ["payment_demo"])
        own = door._own_addons() - {"account_payment"}
        with patch.object(self.registry["espace.door"], "_own_addons", lambda _: own):
            self.assertIn("account_payment", door._foreign_routes())
            settings = self.env["res.config.settings"].new({})
            self.assertIn("/invoice/transaction", settings.espace_foreign_routes)

    def test_what_is_closed_answers_neither_parents_nor_visitors(self):
        # A visitor is asked to log in first where Odoo itself wants a user.
        self._check_closed("a visitor", 401, 403, "login")
        self.authenticate(self.parent.login, self.parent.login)
        self._check_closed("a parent")

    def test_what_is_closed_to_parents_answers_agents(self):
        agent = self._create_staff("manager")
        self.authenticate(agent.login, agent.login)
        for route in ("/mail/data", "/web/action/load", "/html_editor/get_ice_servers"):
            self.assertNotEqual(self._code(route), 404, route)

    def _check_closed(self, who, *also):
        wrong = {}
        for route in sorted(self.closed):
            code = self._code(route)
            # Without a key Odoo does not look at what is behind.
            is_keyless = code == 401 and self.routes[route].routing["auth"] == "bearer"
            if code not in (404, *also) and not is_keyless:
                wrong[route] = code
        self.assertEqual(wrong, {}, who)

    def _code(self, route):
        """Return the status of the answer, "login" where one has to log in first."""
        routing = self.routes[route].routing
        is_post = "POST" in (routing["methods"] or ["POST"])
        headers, data = {}, {"nothing": "1"}
        if routing.get("websocket"):
            # What follows the headers of a refused handshake is not read.
            url = self.base_url() + route
            with self.opener.get(url, headers=HANDSHAKE, stream=True) as response:
                return response.status_code
        if routing["type"] != "http":
            headers = {"Content-Type": "application/json"}
            data = json.dumps({"jsonrpc": "2.0", "method": "call", "params": {}})
        response = self.url_open(
            address(route),
            data=data if is_post else None,
            headers=headers,
            allow_redirects=False,
        )
        location = response.headers.get("Location", "")
        if location.endswith(address(route)):
            # A page of the site: Odoo puts the language before its address.
            response = self.url_open(location, allow_redirects=False)
            location = response.headers.get("Location", "")
        if location:
            return "login" if "/web/login" in location else location
        if routing["type"] == "jsonrpc" and response.status_code == 200:
            error = response.json().get("error") or {}
            is_expired = "SessionExpired" in str(error.get("data", {}).get("name"))
            return "login" if is_expired else error.get("code", 200)
        return response.status_code
