"""A commune's database of an earlier state is updated, checked and walked through.

Each stored database, in `tests/data/databases`, was made with the addons of its day:
see the README there. Odoo's own command updates it, outside test mode.
"""

import json
import os
import re
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ClassVar

from lxml import html

from odoo.tests import BaseCase, tagged

from .neighbours import Database, problems
from .rush import Parent

DATABASES = Path(__file__).parent / "data" / "databases"
CONNECTORS = (
    "espace_famille_payfip",
    "espace_famille_titres",
    "espace_famille_sepa",
    "espace_famille_sepa_titres",
    "espace_famille_bank",
    "espace_famille_particulier",
)
PARENT = ("camille.vasseur@example.org", "parent")
REGIE = ("regie@example.org", "regie")

#: What a commune may have changed or thrown away, so that an update leaves it alone.
ITS_OWN = re.compile(r"\.(?:diet_|espace_demo|.*_demo$)")


#: What of our addons stands in a database, by a query that gives its names.
STANDING = {
    "records": """
        SELECT model || ' ' || module || '.' || name FROM ir_model_data
        WHERE module LIKE 'espace_famille%' AND model NOT LIKE 'ir.model%'
    """,
    "required": """
        SELECT table_name || '.' || column_name FROM information_schema.columns
        WHERE table_schema = 'public' AND is_nullable = 'NO'
          AND (table_name LIKE 'espace%' OR column_name LIKE 'espace%')
    """,
    # PostgreSQL writes one definition in several ways: Odoo keeps its own as a comment.
    "indexes": """
        SELECT relname || ': ' || obj_description(oid) FROM pg_class
        WHERE relkind = 'i' AND relname LIKE '%espace%'
          AND obj_description(oid) IS NOT NULL
    """,
    "constraints": """
        SELECT conname || ': ' || obj_description(oid) FROM pg_constraint
        WHERE conname LIKE '%espace%' AND obj_description(oid) IS NOT NULL
    """,
}


def what_stands(env):
    """Return {kind: the names of what our addons have given to the database}."""
    standing = {}
    for kind, query in STANDING.items():
        env.cr.execute(query)
        standing[kind] = sorted(name for [name] in env.cr.fetchall())
    return standing


def sums(env):
    """Return what families owe and have paid, in cents: no update changes it."""
    env.cr.execute(
        """
        SELECT count(*), coalesce(sum(round(line.debit * 100)), 0)::bigint,
            coalesce(sum(round(line.amount_residual * 100)), 0)::bigint
        FROM account_move_line line JOIN account_account account
        ON account.id = line.account_id
        WHERE account.account_type = 'asset_receivable'
        """
    )
    lines = list(env.cr.fetchone())
    env.cr.execute("SELECT state, count(*) FROM espace_reservation GROUP BY 1")
    return {"lines": lines, "bookings": dict(env.cr.fetchall())}


def what_is_new(env):
    """Return defaults and numbers that the updated commune must have."""
    payments = env["account.payment"].search([("espace_regie_id", "!=", False)])
    collected = payments.filtered(lambda one: one.state in ("in_process", "paid"))
    communes = env["espace.family"].search([]).company_id
    levels = env["espace.reminder.level"]
    return {
        "payments": len(collected),
        "without_receipt": len(
            collected.filtered(
                lambda one: (
                    one.payment_type == "inbound" and not one.espace_receipt_number
                )
            )
        ),
        "without_levels": [
            company.name
            for company in communes
            if not levels.search_count([("company_id", "=", company.id)])
        ],
        "without_regie": [
            company.name
            for company in communes
            if not env["espace.regie"].search_count([("company_id", "=", company.id)])
        ],
        "unfinished": env["ir.module.module"].search_count(
            [("state", "not in", ("installed", "uninstalled", "uninstallable"))]
        ),
    }


def set_up_the_regie(env):
    """Press the button of the settings that prepares a régie, as it has to."""
    env = env(user=env.ref("base.user_admin"))
    for company in env["espace.family"].sudo().search([]).company_id:
        settings = env["res.config.settings"].with_company(company).create({})
        settings.action_espace_setup_regie()


class Updated:
    """What holds for each stored database."""

    maxDiff = None
    dump: ClassVar[str]
    #: Whether a régie collected in it already.
    had_regie: ClassVar[bool]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with Database(os.environ["ESPACE_ADDONS"]).copied() as fresh:
            cls.fresh = fresh.call(what_stands)
        stored = Database().restored(DATABASES / cls.dump)
        cls.database = cls.enterClassContext(stored)
        # Its addons are not those of today: by SQL alone.
        cls.before = cls.database.sql(sums)
        cls.update()
        # What it is compared with has the connectors that a commune adds by choice.
        cls.database.install(*CONNECTORS)
        cls.after = cls.database.sql(sums)
        if not cls.had_regie:
            cls.database.call(set_up_the_regie)
        cls.server = cls.enterClassContext(cls.database.serving())

    @classmethod
    def update(cls):
        cls.database.update("espace_famille")

    def log_in(self, login, password):
        """Return a browser that has logged in by the form."""
        browser = Parent(self.server, "")
        answer = browser.log_in(login, password)
        self.assertNotIn("/web/login", answer.url, self.server.end())
        return browser

    def call(self, browser, model, method, *args, **kwargs):
        answer = browser.call_kw(model, method, *args, **kwargs)
        self.assertNotIn("error", answer, json.dumps(answer.get("error"))[:3000])
        return answer["result"]

    def test_nothing_is_missing(self):
        now = self.database.call(what_stands)
        missing = {
            kind: sorted(name for name in names if name not in now[kind])
            for kind, names in self.fresh.items()
        }
        missing["records"] = [
            name for name in missing["records"] if not ITS_OWN.search(name)
        ]
        self.assertEqual(
            missing, {"records": [], "required": [], "indexes": [], "constraints": []}
        )

    def test_money_and_bookings_are_as_they_were(self):
        self.assertEqual(self.after, self.before)
        self.assertGreater(self.before["lines"][0], 0)

    def test_every_promise_holds(self):
        self.assertEqual(self.database.call(problems), [])

    def test_numbers_and_defaults_came_along(self):
        new = self.database.call(what_is_new)
        self.assertEqual(new.pop("payments") > 0, self.had_regie)
        self.assertEqual(
            new,
            {
                "without_receipt": 0,
                "without_levels": [],
                "without_regie": [],
                "unfinished": 0,
            },
        )

    def test_a_parent_finds_the_month_and_an_invoice(self):
        parent = self.log_in(*PARENT)
        month = parent.get("/my/reservations")
        self.assertEqual(month.status, 200, self.server.end())
        cells = html.fromstring(month.text).xpath("//table//td[@data-day or @class]")
        self.assertTrue(cells, "the month has no cell")
        invoices = parent.get("/my/factures")
        links = html.fromstring(invoices.text).xpath(
            "//a[starts-with(@href, '/my/factures/') or "
            "starts-with(@href, '/my/invoices/')]/@href"
        )
        self.assertTrue(links, "no invoice is shown")
        for path in links[:3]:
            answer = parent.get(path)
            self.assertEqual(answer.status, 200, path + self.server.end())

    def test_the_counter_takes_a_payment(self):
        regie = self.log_in(*REGIE)
        owing = self.call(
            regie,
            "account.move",
            "search_read",
            [
                ("move_type", "=", "out_invoice"),
                ("payment_state", "=", "not_paid"),
                ("espace_family_id", "!=", False),
            ],
            ["espace_family_id", "amount_residual"],
            limit=1,
        )
        [invoice] = owing
        journals = self.call(
            regie,
            "account.journal",
            "search",
            [("type", "=", "cash"), ("espace_regie_id", "!=", False)],
        )
        regies = self.call(regie, "espace.regie", "search", [])
        values = {
            "family_id": invoice["espace_family_id"][0],
            "move_ids": [[6, 0, [invoice["id"]]]],
            "journal_id": journals[0],
            "regie_id": regies[0],
        }
        counter = "espace.counter.wizard"
        wizard = self.call(regie, counter, "create", values)
        [form] = self.call(regie, counter, "read", [wizard], ["amount"])
        self.assertGreater(form["amount"], 0)
        action = self.call(regie, counter, "action_register", [wizard])
        [payment] = self.call(
            regie,
            "account.payment",
            "read",
            [action["res_id"]],
            ["amount", "espace_receipt_number"],
        )
        self.assertEqual(payment["amount"], form["amount"])
        self.assertTrue(payment["espace_receipt_number"])
        self.assertEqual(self.database.call(problems), [])


@tagged("post_install", "-at_install", "apart")
@unittest.skipUnless(os.environ.get("ESPACE_ADDONS"), "needs a database to compare")
class TestFromTheFirst(Updated, BaseCase):
    """From the first state that installs: bookings, invoices, the portal."""

    dump = "2026-11-21.sql.xz"
    had_regie = False

    @classmethod
    def update(cls):
        """Update after the power failed in the middle of it."""
        cls.database.kill_update("espace_famille", at="Loading module espace_famille_")
        super().update()


@tagged("post_install", "-at_install", "apart")
@unittest.skipUnless(os.environ.get("ESPACE_ADDONS"), "needs a database to compare")
class TestFromTheHalls(Updated, BaseCase):
    """From the last state of 19.0.1.0: régie, reminders, requests, closures."""

    dump = "2026-11-29.sql.xz"
    had_regie = True

    @classmethod
    def update(cls):
        """Update in two windows at once: one at least does it, neither by half."""
        with ThreadPoolExecutor() as both:
            updates = [
                both.submit(
                    cls.database.try_to_run,
                    *("server", "-u", "espace_famille"),
                    *("--stop-after-init", "--no-http"),
                )
                for _window in range(2)
            ]
        codes = [update.result().returncode for update in updates]
        assert 0 in codes, updates[0].result().stdout[-5000:]
