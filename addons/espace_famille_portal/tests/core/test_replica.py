import time
from types import SimpleNamespace
from unittest.mock import patch

from odoo.http import root
from odoo.tests import tagged
from odoo.tools import config

from ...models.core.replica import CHANGED_KEY, SECONDS, of_replica
from ..common import CART, EspacePortalCase

HERE = "odoo.addons.espace_famille_portal.models.core.replica"


@tagged("post_install", "-at_install")
class TestReplica(EspacePortalCase):
    """What is read of a replica, and after which press it is not."""

    def changed_at(self):
        return root.session_store.get(self.session.sid).get(CHANGED_KEY)

    def test_who_pressed_a_button_reads_of_the_primary_for_a_while(self):
        with patch.dict(config.options, {"db_replica_host": "replica"}):
            self.page(CART)
            self.assertFalse(self.changed_at())
            self.post(f"{CART}/retirer", line="all")
        self.assertAlmostEqual(self.changed_at(), time.time(), delta=60)

    def test_without_a_replica_nothing_is_kept(self):
        self.page(CART)
        self.post(f"{CART}/retirer", line="all")
        self.assertFalse(self.changed_at())

    def test_the_while_ends(self):
        with patch(f"{HERE}.request", SimpleNamespace()) as request:
            for ago, read_there in ((0, False), (SECONDS + 1, True)):
                request.session = {CHANGED_KEY: time.time() - ago}
                self.assertIs(of_replica(), read_there)
            request.session = {}
            self.assertTrue(of_replica())
