import threading
from uuid import uuid4

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api, fields
from odoo.exceptions import AccessDenied
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged

from odoo.addons.http_routing.tests.common import MockRequest


@tagged("post_install", "-at_install")
class TestLoginTries(BaseCase):
    """A wrong password is remembered even where the request is undone, as by RPC."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.login = f"{uuid4()}@example.org"
        self.addCleanup(self.forget)

    def on(self, cr):
        return api.Environment(cr, SUPERUSER_ID, {})

    def forget(self):
        with self.registry.cursor() as cr:
            attempts = self.on(cr)["espace.rate.limit"]
            attempts._forget("login", self.login)
            trace = attempts._trace("from:127.0.0.1")
            attempts.search([("kind", "=", "login"), ("key", "=", trace)]).unlink()

    def try_in_vain(self):
        """Try a wrong password in a transaction that is then undone."""
        with self.registry.cursor() as cr:
            env = self.on(cr)
            with MockRequest(env):
                try:
                    with env["res.users"]._assert_can_auth(user=self.login):
                        raise AccessDenied
                except AccessDenied:
                    cr.rollback()

    def allowed(self):
        with self.registry.cursor() as cr:
            return self.on(cr)["espace.rate.limit"]._allowed(
                "login", self.login, "192.0.2.7", fields.Datetime.now()
            )

    def test_of_two_that_come_together_one_is_the_first(self):
        token, now = str(uuid4()), fields.Datetime.now()
        answers = []

        def second():
            with self.registry.cursor() as cr:
                try:
                    answers.append(self.on(cr)["espace.rate.limit"]._first_tap(token))
                except SerializationFailure:
                    # Odoo begins such a request again.
                    answers.append("again")

        with self.registry.cursor() as cr:
            self.assertTrue(self.on(cr)["espace.rate.limit"]._first_tap(token))
            thread = threading.Thread(target=second)
            thread.start()
            thread.join(0.5)
            self.assertFalse(answers, "it waits for the first")
        thread.join(10)
        self.assertEqual(answers, ["again"])
        with self.registry.cursor() as cr:
            limits = self.on(cr)["espace.rate.limit"]
            self.assertFalse(limits._first_tap(token))
            limits.search([("kind", "=", "form"), ("at", ">=", now)]).unlink()

    def test_what_is_undone_counts_all_the_same(self):
        for _try in range(10):
            self.assertTrue(self.allowed())
            self.try_in_vain()
        self.assertFalse(self.allowed())
