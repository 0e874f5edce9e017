"""The proxy of the deployment chapter, in front of Odoo as it runs there.

A real nginx with the file of docs/deployment, and a real Odoo with workers, outside
test mode. The commune stays in the test database.
"""

import http.client
import os
import random
import ssl
import unittest
import uuid
from base64 import b64encode

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import config

from espace_cli.process import free_port, wait_for
from espace_cli.setup.environment import find_nginx

from .nginx import NAME, Proxy
from .rush import LIVE, Server, open_session

CALENDAR = "/espace-famille/agenda"
# As many wrong addresses of calendars as one computer may try.
TRIES = 20
CLOSED = (
    "/web/database/manager",
    "/web/database/list",
    "/web/database",
    "/xmlrpc/2/common",
    "/xmlrpc/object",
    "/jsonrpc",
    "/json/2/res.users/context_get",
    "/json/1/res.partner",
)


@tagged("post_install", "-at_install", "committed")
@unittest.skipUnless(find_nginx(), "nginx is not installed")
class TestNginx(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with Registry(get_db_name()).cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            agent = env["res.users"].create(
                {
                    "name": "Agent",
                    "login": f"agent-{uuid.uuid4().hex[:8]}",
                    "group_ids": [
                        Command.set(env.ref("espace_famille.group_manager").ids)
                    ],
                }
            )
            cls.agent_session = open_session(env, agent)
        conf = os.environ.get("ESPACE_CONF") or config["config"]
        serving = Server(get_db_name(), conf, workers=2, options=["--proxy-mode"])
        cls.server = cls.enterClassContext(serving.running())
        proxy = Proxy(cls.server.port, cls.server.live_port)
        cls.proxy = cls.enterClassContext(proxy.running())

    def setUp(self):
        super().setUp()
        self.visitor = self.proxy.visitor(self.somewhere())

    def somewhere(self):
        """Return an address of this machine that nobody has come from."""
        return ".".join(["127", *(str(random.randint(2, 250)) for _part in range(3))])

    def get(self, path, **options):
        options = {"allow_redirects": False, "timeout": 60, **options}
        return self.visitor.get(f"{self.proxy.url}{path}", **options)

    # === HTTPS === #

    def test_http_leads_to_https_of_the_right_name(self):
        answer = self.visitor.get(
            f"{self.proxy.plain_url}/my?a=1",
            headers={"Host": "evil.example.org"},
            allow_redirects=False,
        )
        self.assertEqual(answer.status_code, 301)
        self.assertEqual(answer.headers["Location"], f"https://{NAME}/my?a=1")

    def test_browsers_are_told_to_stay_with_https(self):
        for path in ("/", "/web/login", "/my/nothing-here", "/web/database/manager"):
            self.assertEqual(
                self.get(path).headers.get("Strict-Transport-Security"),
                "max-age=31536000",
                path,
            )

    def test_odoo_knows_that_the_visitor_uses_https(self):
        answer = self.get("/web/login")
        cookies = [
            value
            for name, value in answer.raw.headers.items()
            if name.lower() == "set-cookie" and value.startswith("session_id=")
        ]
        self.assertEqual(len(cookies), 1)
        self.assertIn("Secure", cookies[0])
        self.assertIn("HttpOnly", cookies[0])
        self.assertIn("SameSite=Lax", cookies[0])
        location = self.get("/my").headers["Location"]
        self.assertFalse(location.startswith("http://"), location)

    def test_the_name_that_a_visitor_asks_for_is_not_believed(self):
        forged = {"Host": "evil.example.org", "X-Forwarded-Host": "evil.example.org"}
        answer = self.get("/my", headers=forged)
        self.assertNotIn("evil", answer.headers["Location"])
        self.assertNotIn("evil", self.get("/web/login", headers=forged).text)

    # === Who asks === #

    def test_limits_count_the_visitor_and_not_the_proxy(self):
        wrong = f"{CALENDAR}/{uuid.uuid4().hex}.ics"
        answers = [self.get(wrong).status_code for _try in range(TRIES + 1)]
        self.assertEqual(answers, [404] * TRIES + [429])
        # Nobody else waits for it, and a forged address does not help.
        forged = {"X-Forwarded-For": "192.0.2.7", "X-Real-IP": "192.0.2.7"}
        self.assertEqual(self.get(wrong, headers=forged).status_code, 429)
        self.visitor = self.proxy.visitor(self.somewhere())
        self.assertEqual(self.get(wrong).status_code, 404)

    # === What comes back === #

    def test_pages_and_their_parts_are_compressed(self):
        page = self.get("/web/login")
        self.assertEqual(page.headers.get("Content-Encoding"), "gzip")
        parts = [
            part.split('"')[0]
            for part in page.text.split('="')
            if part.startswith("/web/assets/")
        ]
        self.assertTrue(parts)
        for part in parts[:2]:
            answer = self.get(part)
            self.assertEqual(answer.status_code, 200, part)
            self.assertEqual(answer.headers.get("Content-Encoding"), "gzip", part)

    def test_what_is_too_large_is_answered_in_words(self):
        context = ssl.create_default_context(cafile=self.visitor.verify)
        connection = http.client.HTTPSConnection(
            NAME, self.proxy.https, timeout=60, context=context
        )
        self.addCleanup(connection.close)
        connection.putrequest("POST", "/my/foyer/documents")
        connection.putheader("Content-Length", str(61 * 1024 * 1024))
        connection.putheader("Content-Type", "multipart/form-data; boundary=x")
        connection.endheaders()
        answer = connection.getresponse()
        self.assertEqual(answer.status, 413)
        words = answer.read().decode()
        self.assertIn("Vos fichiers sont trop lourds", words)
        self.assertIn("text/html", answer.headers["Content-Type"])

    def test_while_odoo_rests_a_page_says_so(self):
        with Proxy(free_port(), free_port()).running() as alone:
            answer = alone.visitor().get(f"{alone.url}/my", timeout=60)
        self.assertEqual(answer.status_code, 503)
        self.assertIn("momentanément indisponible", answer.content.decode())
        self.assertIn("Retry-After", answer.headers)

    # === What is closed === #

    def test_the_doors_of_programs_are_closed(self):
        for path in CLOSED:
            for before in ("", "/fr", "/en", "/fr_FR", "/"):
                with self.subTest(path=path, before=before):
                    answer = self.get(f"{before}{path}")
                    self.assertEqual(answer.status_code, 404)
                    self.assertIn("nginx", answer.text)

    # === Live notifications === #

    def test_live_notifications_pass(self):
        self.assertTrue(wait_for(lambda: self.server.count(LIVE), 60, pause=0.3))
        status = self.handshake(self.agent_session)
        self.assertEqual(status, 101)
        # A visitor has none: the portal needs none.
        self.assertNotEqual(self.handshake("x" * 84), 101)

    def handshake(self, session_id):
        """Return the status with which a websocket is answered."""
        context = ssl.create_default_context(cafile=self.visitor.verify)
        connection = http.client.HTTPSConnection(
            NAME, self.proxy.https, timeout=60, context=context
        )
        self.addCleanup(connection.close)
        connection.request(
            "GET",
            "/websocket",
            headers={
                "Connection": "Upgrade",
                "Cookie": f"session_id={session_id}",
                "Origin": f"https://{NAME}",
                "Sec-WebSocket-Key": b64encode(os.urandom(16)).decode(),
                "Sec-WebSocket-Version": "13",
                "Upgrade": "websocket",
            },
        )
        return connection.getresponse().status
