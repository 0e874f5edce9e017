from datetime import date
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.espace_famille.models.core.guards import allow
from odoo.addons.espace_famille.tests.common import MONDAY, TODAY

from ...models.core.guards import STATING
from ...models.regie.account_journal import MEANS
from ..arrears.test_arrears import ArrearsCase
from ..common import NBSP


@tagged("post_install", "-at_install")
class TestRegieDashboard(ArrearsCase):
    def load(self, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        dashboard = self.env["espace.regie.dashboard"].with_user(user or self.finance)
        return dashboard.load()

    def card(self, data, key):
        [card] = [card for card in data["cards"] if card["key"] == key]
        return card

    def test_the_figures_are_those_of_the_ledger(self):
        self.pay(self.owe(), 1.00)
        self.owe(self.lina)
        self.evening.billing_mode = "consumption"
        self.point(self.booked(self.nina, self.t1, MONDAY), "present")
        with self.later(12):
            data = self.load()
        self.assertIn("6.20", self.card(data, "due")["value"])
        self.assertIn("6.20", self.card(data, "overdue")["value"])
        self.assertIn("1.00", self.card(data, "received")["value"])
        self.assertIn("0.65", self.card(data, "to_invoice")["value"])
        self.assertEqual(len(data["months"]), 12)
        last = data["months"][-1]
        self.assertEqual((last["invoiced"], last["received"]), (7.20, 1.00))
        self.assertEqual(sum(age["amount"] for age in data["ages"]), 6.20)
        self.assertEqual(
            [line["id"] for line in data["arrears"]], [self.durand.id, self.martin.id]
        )

    def test_a_rejection_is_taken_off_what_was_received(self):
        payment = self.pay(self.owe())
        allow(self.env["account.payment"], STATING).create(
            {
                "payment_type": "outbound",
                "partner_type": "customer",
                "partner_id": self.martin.partner_id.id,
                "amount": 3.60,
                "date": TODAY,
                "journal_id": self.bank_journal.id,
                "espace_reverses_id": payment.id,
            }
        ).action_post()
        self.assertEqual(self.load()["months"][-1]["received"], 0)

    def test_the_ledger_is_read_once(self):
        Aged = self.env["espace.aged.receivable"]
        search = type(Aged)._search
        read = []

        def counting(model, *args, **kwargs):
            read.append(model._name)
            return search(model, *args, **kwargs)

        with (
            patch.object(type(Aged), "_search", counting),
            patch.object(type(Aged), "_read_group", side_effect=AssertionError),
        ):
            self.env["espace.regie.dashboard"].with_user(self.finance).load()
        self.assertEqual(read.count("espace.aged.receivable"), 1)

    def test_figures_of_charts_are_in_words_and_means_keep_their_pattern(self):
        self._create_regie(means=("transfer", "cash"))
        first, second = self.owe(), self.owe(self.lina)
        for invoice, means, amount in ((first, "transfer", 3), (second, "cash", 1)):
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=invoice.ids
            ).create(
                {"journal_id": self.journals[means].id, "amount": amount}
            )._create_payments()
        dashboard = self.env["espace.regie.dashboard"].with_user(self.finance)
        data = dashboard.with_context(lang="fr_FR").load()
        self.assertEqual(data["currency"], "EUR")
        means = {row["rank"]: row["words"].replace(NBSP, " ") for row in data["means"]}
        ranks = [key for key, _label in MEANS]
        self.assertEqual(
            means, {ranks.index("transfer"): "3,00 €", ranks.index("cash"): "1,00 €"}
        )
        for rows in (data["ages"], data["activities"]):
            for row in rows:
                self.assertRegex(row["words"], r"^-?\d+,\d\d\s€$")

    def test_what_a_figure_leads_to_adds_up_to_it(self):
        self.pay(self.owe(), 1.00)
        data = self.load()
        action = self.card(data, "received")["action"]
        payments = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(sum(payments.mapped("amount")), 1.00)

    def test_months_are_the_last_twelve(self):
        months = self.env["espace.regie.dashboard"]._months(date(2027, 3, 31))
        self.assertEqual((months[0], months[-1]), (date(2026, 4, 1), date(2027, 3, 1)))

    def test_nobody_but_the_regie_loads_it(self):
        for role in ("animation", "manager"):
            with self.assertRaises(AccessError):
                self.load(self._create_staff(role))
        with self.assertRaises(AccessError):
            self.load(self._create_portal_user(self.martin.guardian_ids[0]))

    def test_it_costs_the_same_for_many_families(self):
        counts = []
        for number in range(3):
            family = self._create_family(f"Petit{number}", ["Inès"])
            child = self._create_child(family, "Zoé", self.class_cp)
            self.canteen.capacity = 30
            self.owe(child)
            with self.later(12 + number):
                self.load()
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                self.load()
                counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])
