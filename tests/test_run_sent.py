"""What is sent leaves: on Odoo's own server, outside test mode, through real SMTP.

Odoo leaves out what matters here while it is tested: Factur-X is not put into the PDF,
no connection is opened, nothing is committed. The commune stays in the test database.
"""

import io
import os
import re
import unittest
from contextlib import contextmanager

from freezegun import freeze_time
from pypdf import PdfReader

from odoo.tests import get_db_name, tagged
from odoo.tools import config

from odoo.addons.espace_famille.tests.common import MONDAY, NOW
from odoo.addons.espace_famille.tests.document.printed import MISSING, NO_PANGO
from odoo.addons.espace_famille_billing.tests.common import EspaceBillingCase

from espace_cli.process import wait_for

from .mail_sink import ADDRESS, sink_running
from .rush import Parent, Server, open_session
from .served import CommittingCase

EVENING = "2027-01-11 18:00:00"
FEBRUARY = "2027-02-01 09:00:00"
CRONS = (
    "espace_famille_billing.cron_billing_run",
    "mail.ir_cron_mail_scheduler_action",
)
PATIENCE = 60
UNKNOWN = "550 5.1.1 Utilisateur inconnu"


@tagged("post_install", "-at_install", "committed")
@unittest.skipIf(MISSING, NO_PANGO)
class TestRunSent(CommittingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sink, port = cls.enterClassContext(sink_running())
        cls.enterClassContext(cls.only_ours(port))
        with freeze_time(NOW), cls.transaction() as env:
            cls.build(env)
        with cls.transaction() as env:
            staff = env["res.users"].browse(cls.staff_id)
            session_id = open_session(env, staff)
        conf = os.environ.get("ESPACE_CONF") or config["config"]
        serving = Server(get_db_name(), conf, workers=0, crons=1).running()
        cls.agent = Parent(cls.enterClassContext(serving), session_id)

    @classmethod
    @contextmanager
    def only_ours(cls, port):
        """Have the server send to the sink, and do nothing else by itself.

        The jobs come at their hour or when they are called: theirs is far away.
        """
        with cls.transaction() as env:
            ours = [env.ref(name).id for name in CRONS]
            crons = env["ir.cron"].search([("id", "not in", ours)])
            crons.active = False
            env["ir.cron"].browse(ours).nextcall = "2099-01-01 00:00:00"
            env["ir.cron.trigger"].search([]).unlink()
            env["mail.mail"].search([("state", "=", "outgoing")]).cancel()
            servers = env["ir.mail_server"].search([])
            servers.active = False
            server = env["ir.mail_server"].create(
                {"name": "Test", "smtp_host": ADDRESS, "smtp_port": port}
            )
        try:
            yield
        finally:
            with cls.transaction() as env:
                for records in (crons, servers):
                    records.with_env(env).active = True
                server.with_env(env).unlink()

    @classmethod
    def build(cls, env):
        """Have three families owe an evening each, and invoice them."""

        class Town(EspaceBillingCase):
            """Builds; no test runs."""

        Town._create_commune(env, name=f"Envois {cls.mark}")
        Town._create_accounts()
        Town.tariff = Town._create_tariff()
        Town.company.email = "mairie@example.org"
        Town.company.partner_id.lang = "fr_FR"
        Town.evening.write({"billing_mode": "consumption", "capacity": 50})
        Town.evening.session_ids.capacity = 50
        Town.company.espace_minimum_invoice = 0
        bookings = Town.Reservation
        for name in ("Alix", "Brune", "Celia"):
            family = Town._create_family(f"{name}{cls.mark}", [name])
            family.lang = family.guardian_ids.partner_id.lang = "fr_FR"
            child = Town._create_child(family, "Sam", Town.class_cp)
            [quote] = bookings._book(family, [(child, Town.t2, MONDAY)], NOW)
            bookings |= bookings.browse(quote.reservation_id)
            setattr(cls, name.lower(), family.guardian_ids.email)
        family.invoice_delivery = "paper"
        with freeze_time(EVENING):
            bookings._set_attendance("present")
        with freeze_time(FEBRUARY):
            run = Town.env["espace.billing.run"].create(
                {"date_from": "2027-01-01", "date_to": "2027-01-31"}
            )
            run.action_prepare()
            run.action_launch_anyway()
            run._work_all()
        # As a run that is not sent: nothing may be left in Odoo's queue.
        assert run.state == "invoiced", run.state
        staff = Town.env["res.users"].create(
            {
                "name": "Régie",
                "login": f"regie-{cls.mark}",
                "lang": "fr_FR",
                "company_id": Town.company.id,
                "company_ids": Town.company.ids,
                "group_ids": [
                    env.ref(f"espace_famille.group_{name}").id
                    for name in ("finance", "manager")
                ],
            }
        )
        cls.company_id, cls.run_id, cls.staff_id = Town.company.id, run.id, staff.id

    def tearDown(self):
        with self.transaction() as env:
            company = env["res.company"].browse(self.company_id)
            self.assertEqual(env["espace.check"]._problems(company), [])
        super().tearDown()

    # === Shortcuts === #

    def call(self, model, method, *args, **kwargs):
        """Call a method as the screens of the agent do; return its result."""
        answer = self.agent.call_kw(model, method, *args, **kwargs)
        self.assertNotIn("error", answer, answer.get("error"))
        return answer.get("result")

    def run_state(self):
        [run] = self.call("espace.billing.run", "read", [self.run_id], ["state"])
        return run["state"]

    def lines(self):
        fields = ["family_id", "delivery", "sending", "sending_error"]
        found = self.call(
            "espace.billing.run.family",
            "search_read",
            [["run_id", "=", self.run_id]],
            fields,
        )
        return {line["family_id"][1].split()[-1][:5]: line for line in found}

    def letters(self, address):
        return [one for one in self.sink.letters if one.recipients == [address]]

    def wait(self, condition):
        self.assertTrue(
            wait_for(condition, PATIENCE, pause=0.3), self.agent.server.end()
        )

    # === Tests === #

    def test_a_run_is_sent_when_all_of_it_is(self):
        self.sink.refused[self.brune] = UNKNOWN
        self.call("espace.billing.run", "action_send", [self.run_id])
        self.wait(lambda: self.run_state() not in ("invoiced", "sending"))
        self.assertEqual(self.run_state(), "partly_sent")
        lines = self.lines()
        self.assertEqual(
            {name: (line["delivery"], line["sending"]) for name, line in lines.items()},
            {
                "Alix" + self.mark[:1]: ("email", "sent"),
                "Brune": ("email", "failed"),
                "Celia": ("paper", "printed"),
            },
        )
        self.assertEqual(
            lines["Brune"]["sending_error"],
            f"Le serveur de messagerie l’a refusé\N{NO-BREAK SPACE}: {UNKNOWN}",
        )
        [letter] = self.letters(self.alix)
        self.assert_invoice(letter)
        self.assertFalse(self.letters(self.brune))
        self.assertFalse(self.letters(self.celia))

        self.sink.refused.clear()
        self.call(
            "espace.billing.run.family", "action_send_again", [lines["Brune"]["id"]]
        )
        self.wait(lambda: self.run_state() == "sent")
        [letter] = self.letters(self.brune)
        self.assert_invoice(letter)
        self.assertEqual(len(self.letters(self.alix)), 1)

    def assert_invoice(self, letter):
        """The invoice is attached as PDF, which holds its data as Factur-X."""
        [(name, content)] = letter.attachments.items()
        self.assertRegex(name, r"\.pdf$")
        self.assertTrue(content.startswith(b"%PDF-"))
        reader = PdfReader(io.BytesIO(content))
        self.assertEqual(list(reader.attachments), ["factur-x.xml"])
        [data] = reader.attachments["factur-x.xml"]
        self.assertIn(b"CrossIndustryInvoice", data)
        # Text that can be searched and read aloud, and no larger than needed.
        self.assertLess(len(content), 100_000)
        self.assertIn("/StructTreeRoot", reader.trailer["/Root"])
        text = " ".join(reader.pages[0].extract_text().split())
        self.assertRegex(text, r"Sam \w+ – Tranche 2")
        self.assertRegex(text, "Page 1/1")
        self.assertTrue(re.search("facture", letter.subject, re.IGNORECASE))

    def test_an_invitation_leaves_at_once(self):
        guardians = self.call("espace.guardian", "search", [["email", "=", self.alix]])
        action = self.call("espace.guardian", "action_invite", guardians)
        before = len(self.letters(self.alix))
        self.call(action["res_model"], "action_send", [action["res_id"]])
        self.wait(lambda: len(self.letters(self.alix)) > before)
        self.assertIn(self.alix, str(self.letters(self.alix)[-1].message["To"]))
