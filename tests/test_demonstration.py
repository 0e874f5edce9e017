"""The demonstration commune is made as `./espace demo` makes it, and is sound."""

import os
import unittest

from odoo.tests import BaseCase, tagged

from espace_cli.inside.odoo_tasks import load_demo
from espace_cli.layout import ADDONS

from .neighbours import Database, problems


def demonstration(env):
    """Load it; return how much there is of it, and what the check of the data finds."""
    load_demo(env, list(ADDONS))
    payments = env["account.payment"].search([("espace_receipt_number", "!=", False)])
    return {
        "families": env["espace.family"].search_count([]),
        "means": sorted(set(payments.mapped("espace_means"))),
        "collections": env["espace.collection.statement"].search_count(
            [("state", "=", "closed")]
        ),
        "wrong": problems(env),
    }


@tagged("post_install", "-at_install", "apart")
@unittest.skipUnless(os.environ.get("ESPACE_ADDONS"), "needs the databases to copy")
class TestDemonstration(BaseCase):
    def test_the_commune_is_made_and_sound(self):
        with Database(os.environ["ESPACE_ADDONS"]).copied() as database:
            made = database.call(demonstration)
        self.assertEqual(made["families"], 60)
        self.assertIn("cesu", made["means"])
        self.assertIn("cash", made["means"])
        self.assertGreater(made["collections"], 0)
        self.assertEqual(made["wrong"], [])
