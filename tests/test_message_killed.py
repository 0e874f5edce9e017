"""A message to families whose worker is killed: real commits, a connection cut.

The commune and its messages stay in the test database.
"""

import threading
import uuid
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.espace_famille.models.message import espace_message_sending
from odoo.addons.espace_famille.tests.common import EspaceCase

from .killed import KilledCase

FAMILIES = 5
# And the two of the commune of the tests.
ALL = FAMILIES + 2


@tagged("post_install", "-at_install", "committed")
class TestMessageKilled(KilledCase):
    def setUp(self):
        super().setUp()
        # Two families a batch: the message takes several transactions.
        self.startPatcher(patch.object(espace_message_sending, "BATCH", 2))
        with self.transaction() as env:
            self.build(env)

    def build(self, env):
        class Town(EspaceCase):
            """Builds; no test runs."""

        Town._create_commune(env, name=f"Message {uuid.uuid4().hex[:8]}")
        for number in range(FAMILIES):
            Town._create_family(f"Famille {number}", ["Claire"])
        message = Town.env["espace.message"].create(
            {"name": "Sortie", "body": "<p>Bonjour {family}</p>"}
        )
        message.action_check()
        message.action_send()
        self.company_id, self.message_id = Town.company.id, message.id

    def state(self):
        """Return (state of the message, lines left, messages told, e-mails made)."""
        with self.transaction() as env:
            message = env["espace.message"].browse(self.message_id)
            told = env["mail.message"].search(
                [
                    ("model", "=", "espace.family"),
                    ("res_id", "in", message.line_ids.family_id.ids),
                    ("message_type", "=", "comment"),
                ]
            )
            # None is told twice.
            self.assertEqual(len(set(told.mapped("res_id"))), len(told))
            self.assertEqual(message.line_ids.letter_message_id, told)
            mails = env["mail.mail"].search([("mail_message_id", "in", told.ids)])
            return message.state, message._left(), len(told), len(mails.mail_message_id)

    def work(self, kill_after=None):
        with (
            self.batches("espace.message", kill_after),
            self.transaction() as env,
        ):
            env["espace.message"]._cron_send()

    def test_a_killed_worker_writes_to_nobody_twice_and_forgets_nobody(self):
        self.assertEqual(self.state(), ("sending", ALL, 0, 0))
        self.killed(after=2)
        # Two batches were committed, the third was lost whole, with its e-mails.
        self.assertEqual(self.state(), ("sending", ALL - 4, 4, 4))
        self.killed(after=0)
        self.assertEqual(self.state(), ("sending", ALL - 4, 4, 4))
        self.work()
        self.assertEqual(self.state(), ("sent", 0, ALL, ALL))
        self.work()
        self.assertEqual(self.state(), ("sent", 0, ALL, ALL))

    def test_two_workers_at_once_write_to_each_family_once(self):
        start = threading.Barrier(2)
        errors = []

        def run():
            try:
                with self.transaction() as env:
                    env["espace.message"].browse(self.message_id).read(["state"])
                    start.wait(timeout=30)
                    env["espace.message"]._cron_send()
            except Exception as error:  # noqa: BLE001 - told by the main thread
                errors.append(error)

        threads = [threading.Thread(target=run) for _worker in range(2)]
        with mute_logger("odoo.sql_db"):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(timeout=120)
        self.assertFalse(errors)
        self.assertEqual(self.state(), ("sent", 0, ALL, ALL))
