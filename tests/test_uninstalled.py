"""What the addons leave behind when they go: the books, and nothing else of theirs.

A database beside that of the tests, in processes that are not in test mode.
"""

import os
import unittest

from odoo.tests import BaseCase, tagged

from odoo.addons.espace_famille_billing.tests.common import EspaceBillingCase

from .neighbours import Database

SET = ("auth_signup.invitation_scope", "web.base.url.freeze")


def use_and_uninstall(env):
    """Have a commune and a company that is none, then uninstall the addons.

    :return: the two parameters while they are installed
    """

    class Town(EspaceBillingCase):
        """Builds; no test runs."""

    env["res.partner"].create({"name": "Fournitures du Tarn", "is_company": True})
    env["res.company"].create({"name": "Association sportive"})
    Town._work_in(env.company)
    Town._create_calendar()
    Town._create_activities()
    Town._create_families()
    env["espace.regie"].create({"name": "Régie", "code": "RS"})
    env.ref("espace_famille_portal.mail_template_news").action_espace_own_text()
    parameters = env["ir.config_parameter"]
    parameters.set_param("espace_famille_portal.staff_password_length", "14")
    during = [parameters.get_param(key) for key in SET]
    env.cr.commit()
    env["ir.module.module"].search(
        [("name", "=", "espace_famille")]
    ).button_immediate_uninstall()
    return during


def what_is_left(env):
    """Return what bears our name in the database."""

    def count(sql):
        env.cr.execute(sql)
        return [row[0] for row in env.cr.fetchall()]

    return {
        "tables": count(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' "
            "AND tablename LIKE 'espace%'"
        ),
        "columns": count(
            "SELECT table_name || '.' || column_name FROM information_schema.columns "
            "WHERE table_schema = 'public' AND column_name LIKE 'espace%'"
        ),
        "names": count(
            "SELECT module || '.' || name FROM ir_model_data "
            "WHERE module LIKE 'espace_famille%'"
        ),
        "parameters": count(
            "SELECT key FROM ir_config_parameter WHERE key LIKE 'espace%'"
        ),
        "sequences": count(
            "SELECT name::text FROM ir_sequence "
            "WHERE code LIKE 'espace%' OR prefix LIKE 'RS-%'"
        ),
        "messages": count("SELECT model FROM mail_template WHERE model LIKE 'espace%'"),
    }


def what_stands(env):
    """Return what the rest of the database reads afterwards."""
    partners = env["res.partner"]
    parameters = env["ir.config_parameter"]
    return {
        "set": [parameters.get_param(key) for key in SET],
        "supplier": partners.search_count([("name", "=", "Fournitures du Tarn")]),
        "payers": partners.search([("name", "in", ("Martin", "Durand"))]).mapped(
            "name"
        ),
        "journals": env["account.journal"].search_count([]) > 0,
    }


@tagged("post_install", "-at_install", "committed")
@unittest.skipUnless(os.environ.get("ESPACE_ADDONS"), "needs the databases to copy")
class TestUninstalled(BaseCase):
    def test_what_was_there_before_comes_back_and_nothing_of_ours_stays(self):
        with Database(os.environ["ESPACE_ADDONS"]).copied() as database:
            during = database.call(use_and_uninstall)
            self.assertEqual(during, ["b2b", "True"])
            left = database.call(what_is_left)
            self.assertEqual(left, {name: [] for name in left})
            stands = database.call(what_stands)
        self.assertEqual(stands["set"], ["b2c", False])
        self.assertEqual(stands["supplier"], 1)
        self.assertLessEqual({"Martin", "Durand"}, set(stands["payers"]))
        self.assertTrue(stands["journals"])
