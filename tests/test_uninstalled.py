"""What the addons leave behind when they go: the books, and nothing else of theirs.

A database beside that of the tests, in processes that are not in test mode.
"""

import os
import unittest

import requests

from odoo.tests import BaseCase, tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW
from odoo.addons.espace_famille_billing.tests.common import EspaceBillingCase

from .neighbours import Database, problems

SET = ("auth_signup.invitation_scope", "web.base.url.freeze")


def use(env):
    """Have a commune with bookings and invoices, and a company that is no commune."""

    class Town(EspaceBillingCase):
        """Builds; no test runs."""

    env["res.partner"].create({"name": "Fournitures du Tarn", "is_company": True})
    env["res.company"].create({"name": "Association sportive"})
    Town._work_in(env.company)
    Town._create_calendar()
    Town._create_activities()
    Town._create_families()
    Town._create_accounts()
    Town._create_tariff()
    Town.evening.billing_mode = "booking"
    Town.Reservation._book(Town.martin, [(Town.nina, Town.t1, MONDAY)], NOW, staff=True)
    env["espace.charge"]._cron_invoice_at_once()
    env["espace.regie"].create({"name": "Régie", "code": "RS"})
    env.ref("espace_famille_portal.mail_template_news").action_espace_own_text()
    parameters = env["ir.config_parameter"]
    parameters.set_param("espace_famille_portal.staff_password_length", "14")
    return [parameters.get_param(key) for key in SET]


def uninstall_portal(env):
    uninstall(env, "espace_famille_portal")


def uninstall_billing(env):
    uninstall(env, "espace_famille_billing")


def uninstall_all(env):
    uninstall(env, "espace_famille")


def uninstall(env, name):
    """Uninstall an addon with those that build on it, as the list of Apps does."""
    env["ir.module.module"].search([("name", "=", name)]).button_immediate_uninstall()


def data(env):
    """Return what families have there, and what the check says of it."""
    return {
        "families": env["espace.family"].search_count([]),
        "bookings": env["espace.reservation"].search_count(
            [("state", "=", "confirmed")]
        ),
        "invoices": env["account.move"].search_count(
            [("move_type", "=", "out_invoice"), ("state", "=", "posted")]
        ),
        "wrong": problems(env),
    }


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


@tagged("post_install", "-at_install", "apart")
@unittest.skipUnless(os.environ.get("ESPACE_ADDONS"), "needs the databases to copy")
class TestUninstalled(BaseCase):
    def test_what_was_there_before_comes_back_and_nothing_of_ours_stays(self):
        with Database(os.environ["ESPACE_ADDONS"]).copied() as database:
            self.assertEqual(database.call(use), ["b2b", "True"])
            database.call(uninstall_all)
            left = database.call(what_is_left)
            self.assertEqual(left, {name: [] for name in left})
            stands = database.call(what_stands)
        self.assertEqual(stands["set"], ["b2c", False])
        self.assertEqual(stands["supplier"], 1)
        self.assertLessEqual({"Martin", "Durand"}, set(stands["payers"]))
        self.assertTrue(stands["journals"])

    def test_each_addon_goes_and_comes_back_where_families_are(self):
        with Database(os.environ["ESPACE_ADDONS"]).copied() as database:
            database.call(use)
            before = database.call(data)
            self.assertEqual((before["bookings"], before["invoices"]), (1, 1))
            self.assertEqual(before["wrong"], [])
            for go in (uninstall_portal, uninstall_billing):
                with self.subTest(go.__name__):
                    database.call(go)
                    self.assertEqual(database.call(data), before)
                    database.install("espace_famille_portal")
                    self.assertEqual(database.call(data), before)
            with database.serving() as server:
                page = requests.get(f"{server.url}/espace-famille", timeout=120)
                self.assertEqual(page.status_code, 200, server.end())
