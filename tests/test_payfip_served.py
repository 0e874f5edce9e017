"""A parent pays by PayFiP where Odoo runs as in a commune.

The service is the double of `payment_payfip`: it is called over HTTP by a server that
is not in test mode, shows its page to the parent's browser, notifies twice and leads
back meanwhile. In the end the bank sends a debit back. All is reckoned anew.
"""

import os
import re
import unittest
from contextlib import contextmanager
from datetime import UTC, datetime

import requests
from freezegun import freeze_time
from lxml import html

from odoo.tests import BaseCase, tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW, TUESDAY
from odoo.addons.espace_famille_billing.tests.common_regie import Regie
from odoo.addons.payment_payfip.tests.payfip_double import Double

from espace_cli import day as clock

from .neighbours import Database, problems
from .rush import Parent
from .test_month_served import HAS_CLOCK, PASSWORD, differences

NUMCLI = "900001"


def commune(env):
    """Build a commune that is paid at booking, by PayFiP into its régie."""

    class Town(Regie):
        """Builds; no test runs."""

    double = os.environ["PAYFIP_DOUBLE"]
    with freeze_time(NOW):
        Town._create_commune(
            env(context={"tracking_disable": True}), "Commune en Ligne"
        )
        Town._create_accounts()
        Town._create_tariff()
        regie, _journals, _treasury = Town._open_regie("REG")
        provider = env.ref("payment_payfip.payment_provider_payfip").copy(
            {"company_id": Town.company.id}
        )
        provider.write(
            {
                "payfip_numcli": NUMCLI,
                "payfip_service_url": f"{double}/tpa/services/securite",
                "payfip_payment_url": f"{double}/tpa/paiementws.web",
                "state": "test",
                "is_published": True,
            }
        )
        Town._pay_into(provider, regie)
        users = {
            "regie": Town._create_staff("finance", "manager"),
            "admin": Town._create_staff("admin"),
            "parent": Town._create_portal_user(Town.martin.guardian_ids[0]),
        }
        users["admin"].group_ids += env.ref("base.group_system")
        regie.regisseur_id = users["regie"]
        for user in users.values():
            user.with_context(no_reset_password=True).password = PASSWORD
    env["ir.mail_server"].search([]).active = False
    return {
        "company": Town.company.id,
        "regie": regie.id,
        "provider": provider.id,
        "logins": {role: user.login for role, user in users.items()},
        "children": (Town.nina | Town.tom).ids,
        "meal": Town.meal.id,
        "martin": Town.martin.id,
        "cron": env.ref("payment_payfip.cron_payfip_refresh").id,
    }


@tagged("post_install", "-at_install", "apart")
@unittest.skipUnless(HAS_CLOCK, "needs libfaketime: apt-get install faketime")
@unittest.skipUnless(os.environ.get("ESPACE_ADDONS"), "needs the databases to copy")
class TestPayfipServed(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.double = cls.enterClassContext(Double(clients={NUMCLI: "COMMUNE"}))
        os.environ["PAYFIP_DOUBLE"] = cls.double.url
        cls.addClassCleanup(os.environ.pop, "PAYFIP_DOUBLE")
        copy = Database(os.environ["ESPACE_ADDONS"])
        cls.database = cls.enterClassContext(copy.copied())
        cls.its = cls.database.call(commune)

    @contextmanager
    def on(self, moment):
        """Serve on another day, in UTC, which is that of the double too."""
        now = datetime.now(UTC).replace(tzinfo=None)
        self.double.ahead = datetime.fromisoformat(moment) - now
        # One process that serves all would not wait rightly under another clock.
        with self.database.serving(workers=1, **clock.move(moment)) as self.server:
            self.browsers = {}
            # Where PayFiP calls, and leads back to.
            self.call(
                "admin",
                "ir.config_parameter",
                "set_param",
                "web.base.url",
                self.server.url,
            )
            yield
            errors = self.server.count(re.compile(" ERROR |CRITICAL|Traceback"))
            self.assertEqual(errors, 0, self.server.end())
            said = self.server.log.read_text(errors="replace")
            for payment in self.double.payments.values():
                self.assertNotIn(payment.asked["mel"], said)

    def browser(self, role):
        if role not in self.browsers:
            browser = self.browsers[role] = Parent(self.server, "")
            answer = browser.log_in(self.its["logins"][role], PASSWORD)
            self.assertNotIn("/web/login", answer.url, answer.shown)
        return self.browsers[role]

    def call(self, role, model, method, *args, **kwargs):
        answer = self.browser(role).call_kw(model, method, *args, **kwargs)
        self.assertNotIn("error", answer, (model, method, answer.get("error")))
        return answer.get("result")

    def payments(self, *fields):
        return self.call(
            "regie",
            "account.payment",
            "search_read",
            [("espace_family_id", "=", self.its["martin"])],
            [*fields],
            order="id",
        )

    def sound(self):
        company = self.its["company"]
        self.assertEqual(self.database.sql(differences(company)), [[], [], [], []])
        self.assertEqual(self.database.call(problems), [])

    def test_a_parent_pays_and_the_régie_closes(self):
        with self.on("2027-01-04T09:00:00"):
            self.book(MONDAY)
            self.double.notify = "twice"
            self.assertIn("réservations sont confirmées", self.pay("card"))
            self.assert_paid_once()
            self.book(TUESDAY)
            self.double.notify = "never"
            self.assertIn("réservations sont confirmées", self.pay("debit"))
        self.sound()
        with self.on("2027-01-09T09:00:00"):
            self.double.decide(self.double.last(), "refuse_debit", quietly=True)
            for _time in range(2):
                self.call(
                    "admin", "ir.cron", "method_direct_trigger", [self.its["cron"]]
                )
            self.assert_sent_back()
        self.sound()
        with self.on("2027-02-01T09:00:00"):
            self.close()
        self.sound()

    def book(self, day):
        parent = self.browser("parent")
        items = [(child, self.its["meal"], day) for child in self.its["children"]]
        for answer in parent.put_in_cart(items):
            self.assertFalse(answer.trouble)
        parent.get("/my/panier")
        self.page = parent.validate()
        self.assertTrue(self.page.url.endswith("/my/panier/paiement"), self.page.shown)

    def pay(self, choice):
        """Pay what the page asks, on the page of the double; return the last page."""
        parent = self.browser("parent")
        tree = html.fromstring(self.page.text)
        [form] = tree.xpath("//form[@data-transaction-route]")
        [radio] = form.xpath(".//input[@name='o_payment_radio']")
        self.assertEqual(radio.get("data-provider-code"), "payfip")
        values = parent.call(
            form.get("data-transaction-route"),
            provider_id=int(radio.get("data-provider-id")),
            payment_method_id=int(radio.get("data-payment-option-id")),
            token_id=None,
            amount=0,
            flow="redirect",
            tokenization_requested=False,
            landing_route="/my",
        )["result"]
        self.assertEqual(values["state"], "draft", values["state_message"])
        leading = html.fromstring(values["redirect_form_html"])
        sent = {e.get("name"): e.get("value") for e in leading.xpath(".//input")}
        shown = requests.get(leading.get("action"), params=sent, timeout=60)
        self.assertIn("7,20", shown.text)
        led = requests.post(
            shown.url,
            data={**sent, "choice": choice},
            allow_redirects=False,
            timeout=60,
        )
        back = led.headers["Location"]
        self.assertTrue(back.startswith(self.server.url), back)
        status = parent.get(back.removeprefix(self.server.url))
        self.assertIn("/payment/status", status.url)
        for _time in range(20):
            told = parent.call("/payment/status/poll").get("result")
            if told and told["state"] == "done":
                break
        return parent.get(told["landing_route"]).shown

    def assert_paid_once(self):
        [payment] = self.payments("amount", "espace_receipt_number", "memo")
        self.assertEqual(payment["amount"], 7.20)
        self.assertEqual(payment["espace_receipt_number"], "REG-2027-00001")
        self.assertIn(self.double.last().asked["refdet"], payment["memo"])

    def assert_sent_back(self):
        kinds = [one["espace_kind"] for one in self.payments("espace_kind")]
        self.assertEqual(kinds, ["receipt", "receipt", "rejection"])
        [family] = self.call(
            "regie", "espace.family", "read", [self.its["martin"]], ["amount_due"]
        )
        self.assertEqual(family["amount_due"], 7.20)
        self.assertIn("7,20", self.browser("parent").get("/my/factures").shown)

    def close(self):
        """Close the month: what was received, and what the bank took back."""
        statements = "espace.collection.statement"
        regie = {"regie_id": self.its["regie"]}
        statement = self.call("regie", statements, "create", regie)
        self.call("regie", statements, "action_close", [statement])
        [said] = self.call("regie", statements, "read", [statement], ["state"])
        self.assertEqual(said["state"], "closed")
