"""A month where Odoo runs as in a commune, from the bookings to the closed collection.

Nothing but what the screens send: parents' pages and forms, agents' buttons, each after
a log-in, on a server that is not in test mode and whose clock goes from day to day.
The scheduled actions are run by their button. At the end the month is reckoned anew.
"""

import os
import re
import unittest
from collections import Counter
from contextlib import contextmanager
from datetime import date

from freezegun import freeze_time

from odoo.tests import BaseCase, tagged

from odoo.addons.espace_famille.tests.common import NOW
from odoo.addons.espace_famille.tests.document.printed import MISSING, NO_PANGO
from odoo.addons.espace_famille_billing.tests.common_regie import Regie

from espace_cli import day as clock

from . import recompute
from .mail_sink import ADDRESS, sink_running
from .neighbours import Database, problems
from .rush import Parent

PASSWORD = "chat-noir-27-Valdurenque"
DAYS = [date(2027, 1, day) for day in (11, 12, 14, 15)]
ROLES = {
    "animation": ("animation",),
    "regie": ("finance", "manager"),
    "admin": ("admin",),
}
HAS_CLOCK = any(clock.Path("/usr").glob(clock.LIBRARIES))


def commune(env):
    """Build a commune with a régie, two families and its agents."""

    class Town(Regie):
        """Builds; no test runs."""

    with freeze_time(NOW):
        Town._create_commune(env(context={"tracking_disable": True}), "Commune du Mois")
        Town._create_accounts()
        Town._create_tariff()
        regie, journals, _treasury = Town._open_regie("REG")
        Town.canteen.billing_mode = "consumption"
        Town.company.email = "mairie@example.org"
        Town.company.espace_minimum_invoice = 0
        users = {role: Town._create_staff(*groups) for role, groups in ROLES.items()}
        users["admin"].group_ids += env.ref("base.group_system")
        users["parent"] = Town._create_portal_user(Town.martin.guardian_ids[0])
        regie.regisseur_id = users["regie"]
        for user in users.values():
            user.with_context(no_reset_password=True).password = PASSWORD
        Town.Reservation._book(
            Town.durand, [(Town.lina, Town.meal, day) for day in DAYS], NOW
        )
    env["ir.mail_server"].search([]).active = False
    return {
        "company": Town.company.id,
        "regie": regie.id,
        "journals": {means: journal.id for means, journal in journals.items()},
        "logins": {role: user.login for role, user in users.items()},
        "children": (Town.nina | Town.tom).ids,
        "meal": Town.meal.id,
        "guardians": sorted((Town.martin | Town.durand).guardian_ids.mapped("email")),
        "martin": Town.martin.id,
        "durand": Town.durand.id,
        "crons": {
            name: env.ref(xml_id).id
            for name, xml_id in (
                ("run", "espace_famille_billing.cron_billing_run"),
                ("mail", "mail.ir_cron_mail_scheduler_action"),
            )
        },
    }


@tagged("post_install", "-at_install", "apart")
@unittest.skipIf(MISSING, NO_PANGO)
@unittest.skipUnless(HAS_CLOCK, "needs libfaketime: apt-get install faketime")
@unittest.skipUnless(os.environ.get("ESPACE_ADDONS"), "needs the databases to copy")
class TestMonthServed(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        copy = Database(os.environ["ESPACE_ADDONS"])
        cls.database = cls.enterClassContext(copy.copied())
        cls.its = cls.database.call(commune)
        cls.sink, cls.port = cls.enterClassContext(sink_running())

    @contextmanager
    def on(self, moment):
        """Serve on another day, in UTC: 2027-02-01T09:00."""
        # One process that serves all would not wait rightly under another clock.
        moved = clock.move(moment)
        with self.database.serving(workers=1, **moved) as self.server:
            self.browsers = {}
            yield
            errors = self.server.count(re.compile(" ERROR |CRITICAL|Traceback"))
            self.assertEqual(errors, 0, self.server.end())

    def browser(self, role):
        """Return a browser in which somebody has logged in by the form."""
        if role not in self.browsers:
            browser = self.browsers[role] = Parent(self.server, "")
            answer = browser.log_in(self.its["logins"][role], PASSWORD)
            self.assertNotIn("/web/login", answer.url, answer.shown)
        return self.browsers[role]

    def call(self, role, model, method, *args, **kwargs):
        """Press a button of an agent's screen, or read what it shows."""
        answer = self.browser(role).call_kw(model, method, *args, **kwargs)
        self.assertNotIn("error", answer, (model, method, answer.get("error")))
        return answer.get("result")

    def refused(self, role, model, method, *args):
        answer = self.browser(role).call_kw(model, method, *args)
        self.assertIn("error", answer, (role, model, method, args))
        return answer["error"]["data"]["message"]

    def run_job(self, name):
        self.call(
            "admin", "ir.cron", "method_direct_trigger", [self.its["crons"][name]]
        )

    def work(self, job, run, until, also=None):
        """Press the button of a scheduled action until a run has come to a state."""
        for _batch in range(6):
            self.run_job(job)
            if also:
                self.run_job(also)
            state = self.read("espace.billing.run", run, "state")["state"]
            if state == until:
                return
        self.fail(f"The run is {state}, not {until}.")

    def read(self, model, record, *fields):
        [values] = self.call("regie", model, "read", [record], list(fields))
        return values

    def sound(self):
        """Reckon all anew, by plain SQL, and ask the check of the data."""
        company = self.its["company"]
        self.assertEqual(self.database.sql(differences(company)), [[], [], [], []])
        self.assertEqual(self.database.call(problems), [])

    def test_the_month(self):
        with self.on("2027-01-04T09:00"):
            self.parents_book()
        self.sound()
        with self.on("2027-01-15T18:00"):
            self.agents_mark()
        self.sound()
        with self.on("2027-02-01T09:00"):
            run = self.the_regie_invoices()
            self.it_sends(run)
        self.sound()
        with self.on("2027-02-10T09:00"):
            self.families_pay()
        self.sound()
        with self.on("2027-03-01T09:00"):
            collection = self.it_states()
            self.nobody_bends(collection)
        self.sound()

    def parents_book(self):
        parent = self.browser("parent")
        items = [
            (c, self.its["meal"], day) for c in self.its["children"] for day in DAYS
        ]
        for answer in parent.put_in_cart(items):
            self.assertFalse(answer.trouble)
        self.assertFalse(parent.get("/my/panier").trouble)
        self.assertFalse(parent.validate().trouble)
        booked = self.call(
            "regie", "espace.reservation", "search_read", [], ["family_id", "state"]
        )
        states = Counter((one["family_id"][0], one["state"]) for one in booked)
        self.assertEqual(
            states,
            {
                (self.its["martin"], "confirmed"): 8,
                (self.its["durand"], "confirmed"): 4,
            },
        )

    def agents_mark(self):
        bookings = self.call("animation", "espace.reservation", "search", [])
        self.call("animation", "espace.reservation", "action_present", bookings[1:])
        self.call("animation", "espace.reservation", "action_absent", bookings[:1])

    def the_regie_invoices(self):
        month = {"date_from": "2027-01-01", "date_to": "2027-01-31"}
        runs = "espace.billing.run"
        run = self.call("regie", runs, "create", month)
        self.call("regie", runs, "action_prepare", [run])
        self.call("regie", runs, "action_launch_anyway", [run])
        self.work("run", run, until="invoiced")
        self.assertEqual(self.read(runs, run, "failed_count")["failed_count"], 0)
        return run

    def it_sends(self, run):
        self.call(
            "admin",
            "ir.mail_server",
            "create",
            {"name": "Mairie", "smtp_host": ADDRESS, "smtp_port": self.port},
        )
        self.call("regie", "espace.billing.run", "action_send", [run])
        self.work("run", run, until="sent", also="mail")
        bills = [
            letter
            for letter in self.sink.letters
            if any(name.endswith(".pdf") for name in letter.attachments)
        ]
        self.assertEqual(
            sorted(address for letter in bills for address in letter.recipients),
            self.its["guardians"],
        )

    def owed(self, family):
        [found] = self.call(
            "regie",
            "account.move",
            "search_read",
            [
                ("espace_family_id", "=", self.its[family]),
                ("move_type", "=", "out_invoice"),
                ("payment_state", "in", ("not_paid", "partial")),
            ],
            ["amount_residual"],
        )
        return found

    def pay(self, family, means, **values):
        """Take at the counter what a family owes; return the payment."""
        counter = "espace.counter.wizard"
        form = self.call(
            "regie",
            counter,
            "create",
            {
                "family_id": self.its[family],
                "regie_id": self.its["regie"],
                "journal_id": self.its["journals"][means],
                "send_receipt": False,
                **values,
            },
        )
        return self.call("regie", counter, "action_register", [form])["res_id"]

    def families_pay(self):
        owed = self.owed("martin")["amount_residual"]
        self.pay("martin", "cash")
        cheque = self.pay("durand", "cheque", cheque_number="1234567")
        reject = self.call("regie", "account.payment", "action_espace_reject", [cheque])
        form = self.call(
            "regie", reject["res_model"], "create", {}, context=reject["context"]
        )
        self.call("regie", reject["res_model"], "action_reject", [form])
        self.pay("durand", "card")
        remittance = self.call(
            "regie",
            "espace.remittance",
            "create",
            {
                "regie_id": self.its["regie"],
                "journal_id": self.its["journals"]["cash"],
                "date": "2027-02-10",
                "amount": owed,
            },
        )
        self.call("regie", "espace.remittance", "action_confirm", [remittance])

    def it_states(self):
        statements = "espace.collection.statement"
        collection = self.call(
            "regie", statements, "create", {"regie_id": self.its["regie"]}
        )
        self.call("regie", statements, "action_close", [collection])
        said = self.read(statements, collection, "state", "name", "closing_balance")
        self.assertEqual(said["state"], "closed")
        self.assertEqual(said["name"], "REG-E-2027-001")
        return collection

    def nobody_bends(self, collection):
        """Try again what bent a month before: each is refused in words."""
        entries = self.call(
            "admin", "account.move", "search", [("espace_family_id", "!=", False)]
        )
        payments = self.call(
            "regie", "account.payment", "search", [("espace_family_id", "!=", False)]
        )
        self.assertTrue(entries)
        self.assertTrue(payments)
        for role in ("regie", "admin"):
            for entry in entries:
                self.refused(role, "account.move", "button_draft", [entry])
                self.refused(
                    role, "account.move", "write", [entry], {"date": "2027-01-02"}
                )
                self.refused(role, "account.move", "unlink", [entry])
            for payment in payments:
                self.refused(role, "account.payment", "action_draft", [payment])
                self.refused(role, "account.payment", "write", [payment], {"amount": 1})
            self.refused(
                role,
                "espace.collection.statement",
                "write",
                [collection],
                {"date_to": "2027-01-31"},
            )


def differences(company):
    """Return what asks a database for all that is not as it is reckoned anew."""

    def ask(env):
        return [
            list(one(env.cr, company))
            for one in (
                recompute.differences,
                recompute.account_differences,
                recompute.wrong_documents,
                recompute.unmet,
            )
        ]

    return ask
