"""Telephones are told things where Odoo runs as in a commune: outside test mode.

A parent subscribes by the form of the account, an agent answers; the server's own
scheduled job encrypts and sends to a push service, which is a double that decrypts as a
browser does. The commune stays in the test database.
"""

import os
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from odoo.tests import get_db_name, tagged
from odoo.tools import config

from odoo.addons.espace_famille_portal.domain.push import is_silent
from odoo.addons.espace_famille_portal.models.app.mail_push_device import SERVICES
from odoo.addons.espace_famille_portal.tests.app.push_double import PushDouble

from espace_cli.process import wait_for

from .rush import Parent, Server, open_session
from .served import CommittingCase
from .town import Town

DEVICES = "/my/foyer/compte/appareils"
JOB = "espace_famille_portal.cron_push"
PATIENCE = 60
ZONES = ("Europe/Paris", "America/Guadeloupe", "Pacific/Noumea", "Pacific/Tahiti")


def zone(silent):
    """Return where in France it is night now, or day."""
    now = datetime.now(UTC)
    soon = (now, now + timedelta(minutes=15))
    return next(
        name
        for name in ZONES
        if all(
            is_silent(at.astimezone(ZoneInfo(name)).replace(tzinfo=None)) == silent
            for at in soon
        )
    )


@tagged("post_install", "-at_install", "committed")
class TestPushServed(CommittingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.double = cls.enterClassContext(PushDouble())
        with cls.transaction() as env:
            cls.build(env)
        conf = os.environ.get("ESPACE_CONF") or config["config"]
        server = Server(get_db_name(), conf, workers=0, crons=1)
        cls.server = cls.enterClassContext(server.running())

    @classmethod
    def build(cls, env):
        town = Town.build(env, f"Commune des Messages {cls.mark}")
        town.company.espace_tz = zone(silent=False)
        env["ir.config_parameter"].set_param(SERVICES, cls.double.url)
        env["ir.mail_server"].search([]).active = False
        others = env["ir.cron"].search([("id", "!=", env.ref(JOB).id)])
        cls.jobs = others.ids
        others.active = False
        cls.addClassCleanup(cls.give_back)
        user = town.add_parent(town.martin)
        agent = env["res.users"].create(
            {
                "name": "Agente",
                "login": f"agente-{cls.mark}",
                "company_id": town.company.id,
                "company_ids": [(6, 0, town.company.ids)],
                "group_ids": [(4, env.ref("espace_famille.group_manager").id)],
            }
        )
        asked = env["espace.request"].create(
            {"name": "Question", "kind": "other", "family_id": town.martin.id}
        )
        cls.company_id, cls.request_id = town.company.id, asked.id
        cls.partner_id = user.partner_id.id
        env.flush_all()
        cls.sessions = (open_session(env, user), open_session(env, agent))

    @classmethod
    def give_back(cls):
        with cls.transaction() as env:
            env["ir.cron"].browse(cls.jobs).active = True
            env["ir.config_parameter"].set_param(SERVICES, False)

    def setUp(self):
        super().setUp()
        self.double.status = None
        self.parent, self.agent = (Parent(self.server, one) for one in self.sessions)

    def subscribe(self, name):
        browser = self.double.browser(f"{name}-{self.mark}")
        self.parent.get("/my/foyer/compte")
        answer = self.parent.post(DEVICES, **browser.form, push_answer="1")
        self.assertEqual(answer.status, 200)
        return browser

    def answer(self):
        """Answer the request as an agent; return in how many seconds it was done."""
        done = self.agent.call_kw(
            "espace.request",
            "message_post",
            [self.request_id],
            body="Bonjour",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertNotIn("error", done, done.get("error"))

    def rows(self, model, *fields, **values):
        with self.transaction() as env:
            domain = {
                "espace.push": [("company_id", "=", self.company_id)],
                "mail.push.device": [("partner_id", "=", self.partner_id)],
            }[model]
            found = env[model].search(domain)
            if values:
                found.write(values)
                env.ref(JOB)._trigger()
            return [tuple(one[name] for name in fields) for one in found]

    def wait(self, happened):
        self.assertTrue(wait_for(happened, PATIENCE), self.server.end())

    def test_from_the_answer_to_the_telephone(self):
        browser = self.subscribe("telephone")
        with self.subTest("it is told, at once and for this browser's eyes"):
            self.answer()
            self.wait(lambda: browser.received)
            [told] = browser.received
            self.assertRegex(told["body"], "mairie a répondu|town hall has answered")
            self.assertIn(f"/my/demandes/{self.request_id}", told["url"])
            self.assertEqual(self.double.problems, [])
            self.assertEqual(self.rows("espace.push", "id"), [])
        with self.subTest("a service that is down: the answer is given all the same"):
            self.double.status = 503
            self.answer()
            self.wait(lambda: self.rows("espace.push", "tries") == [(1,)])
            self.double.status = None
            self.rows("espace.push", at=datetime.now() - timedelta(minutes=1))
            self.wait(lambda: len(browser.received) == 2)
        with self.subTest("at night it waits"):
            with self.transaction() as env:
                company = env["res.company"].browse(self.company_id)
                company.espace_tz = zone(silent=True)
            self.answer()
            [(at,)] = self.rows("espace.push", "at")
            local = at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone(silent=True)))
            self.assertEqual((local.hour, local.minute), (7, 0))
            self.assertEqual(len(browser.received), 2)
            with self.transaction() as env:
                company = env["res.company"].browse(self.company_id)
                company.espace_tz = zone(silent=False)
                env["espace.push"].search([("company_id", "=", company.id)]).unlink()
        with self.subTest("a browser that unsubscribed is forgotten"):
            browser.status = 410
            self.answer()
            self.wait(lambda: not self.rows("mail.push.device", "id"))
            self.assertEqual(self.rows("espace.push", "id"), [])
        with self.subTest("who logs out is told nothing any more"):
            self.subscribe("other")
            self.assertEqual(len(self.rows("mail.push.device", "id")), 1)
            self.parent.get("/web/session/logout?redirect=/")
            self.assertEqual(self.rows("mail.push.device", "id"), [])
        errors = self.server.count(re.compile(" ERROR |CRITICAL|Traceback"))
        self.assertEqual(errors, 0, self.server.end())
