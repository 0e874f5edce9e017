"""A server of its own for a test: a process that is not in test mode.

What is created for it is committed, and stays in the test database.
"""

import os
import threading
import uuid
from contextlib import contextmanager

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name
from odoo.tools import config

from .rush import Crowd, Parent, Server, open_session


class CommittingCase(BaseCase):
    """Leaves what it creates in the test database, under a mark of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        cls.mark = uuid.uuid4().hex[:8]

    @classmethod
    @contextmanager
    def transaction(cls):
        """Give an environment of its own cursor, committed at the end."""
        with cls.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            yield env
            env.flush_all()


class ServedCase(CommittingCase):
    """Creates its records by `build`, then serves them until its last test."""

    workers = 0
    options = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sessions = {}
        with cls.transaction() as env:
            cls.build(env)
        conf = os.environ.get("ESPACE_CONF") or config["config"]
        serving = Server(get_db_name(), conf, cls.workers, options=cls.options)
        cls.server = cls.enterClassContext(serving.running())

    @classmethod
    def build(cls, env):
        """Create what is served, and the sessions of those who come."""
        raise NotImplementedError

    @classmethod
    def add_staff(cls, env, company, *roles):
        """Return a user of these groups of `espace_famille`."""
        return env["res.users"].create(
            {
                "name": "Agent",
                "login": f"agent-{cls.mark}",
                "lang": "fr_FR",
                "company_id": company.id,
                "company_ids": [Command.set(company.ids)],
                "group_ids": [
                    Command.link(env.ref(f"espace_famille.group_{role}").id)
                    for role in roles
                ],
            }
        )

    @classmethod
    def open(cls, env, name, user):
        """Log a user in, once for all browsers that `browser` gives by this name."""
        cls.sessions[name] = open_session(env, user)

    def browser(self, name):
        """Return a browser; nobody is logged in for a name that was not opened."""
        return Parent(self.server, self.sessions.get(name, ""))

    def done(self, browser, model, method, *args, **kwargs):
        """Call a method by RPC; return its result, no error being expected."""
        answer = browser.call_kw(model, method, *args, **kwargs)
        self.assertNotIn("error", answer, answer.get("error"))
        return answer["result"]

    def twice(self, act):
        """Do something in two browsers at once; return both answers."""
        start = threading.Barrier(2)

        def one(number):
            start.wait(timeout=60)
            return act(number)

        return Crowd([lambda: one(0), lambda: one(1)]).run()
