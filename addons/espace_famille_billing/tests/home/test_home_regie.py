from datetime import date, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import TODAY
from odoo.addons.espace_famille.tests.home.test_home import HomeCase

from ..common_regie import RegieCase

NOVEMBER = date(2026, 11, 20)
MOST_QUERIES = 60


@tagged("post_install", "-at_install")
class TestHomeRegie(RegieCase, HomeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._create_staff("finance")

    def figures(self, user=None):
        figures = self.home(user or self.clerk)["figures"]
        return {one["code"]: one for one in figures}

    def euros(self, text):
        return float(text.replace("\xa0", "").replace("€", "").replace(",", ""))

    def test_the_regie_has_a_home_of_its_own(self):
        home = self.home(self.clerk)
        self.assertEqual(home["role"], "finance")
        self.assertEqual([one["code"] for one in home["roles"]], ["finance"])
        for user in (self.agent, self.manager):
            with self.assertRaises(AccessError):
                self.home(user, "finance")
            with self.assertRaises(UserError):
                self.Home.with_user(user).open("quotients")
        roles = [one["code"] for one in self.home(self.admin)["roles"]]
        self.assertEqual(roles[:3], ["administration", "manager", "finance"])

    def test_figures_are_the_sums_of_their_lists(self):
        late = self.invoice(self.martin, [(self.meal, 10)], NOVEMBER)
        self.invoice(self.durand, [(self.meal, 4)], TODAY + timedelta(days=20))
        self.pay(self.martin, 3, TODAY, late, self.cash)
        figures = self.figures()
        for code, amount in (
            ("not_due", 4),
            ("overdue", 7),
            ("received", 3),
            ("cash", 3),
        ):
            with self.subTest(figure=code):
                self.assertEqual(self.euros(figures[code]["value"]), amount)
        for code in ("not_due", "overdue"):
            rows = self.rows_of(self.clerk, code)
            self.assertEqual(
                sum(rows.mapped("amount")), self.euros(figures[code]["value"])
            )
        self.assertEqual(self.rows_of(self.clerk, "received").amount, 3)
        self.assertEqual(self.rows_of(self.clerk, "cash"), self.regie)

    def test_what_is_late_is_shown_by_its_age(self):
        self.invoice(self.martin, [(self.meal, 10)], NOVEMBER)
        self.invoice(self.durand, [(self.meal, 4)], TODAY - timedelta(days=5))
        rows = self.section(self.clerk, "ages")["rows"]
        self.assertEqual([one["words"] for one in rows], ["invoices: 1"] * 2)
        for row in rows:
            found = self.rows_of(self.clerk, "age", row["key"])
            self.assertEqual(len(found), 1)
            self.assertEqual(sum(found.mapped("amount")), self.euros(row["value"]))

    def test_each_duty_is_the_list_that_it_opens(self):
        late = self.invoice(self.martin, [(self.meal, 10)], NOVEMBER)
        self.pay(self.durand, 5, TODAY, journal=self.cash)
        self.reject(self.pay(self.martin, 10, TODAY, late, self.cheque), TODAY)
        found = self.duties(self.clerk)
        self.assertEqual(
            {"rejections", "reminders", "credits", "quotients"},
            found.keys() - {"remittances", "unpriced"},
        )
        self.assertIn("5.00", found["credits"]["words"])
        self.assert_counts_are_lists(self.clerk, "finance", found.keys())

    def test_too_much_cash_is_handed_over_today(self):
        self.assertNotIn("remittances", self.duties(self.clerk))
        self.regie.cash_ceiling = 4
        self.pay(self.durand, 5, TODAY, journal=self.cash)
        duty = self.duties(self.clerk)["remittances"]
        self.assertEqual((duty["count"], duty["urgency"]), (1, "now"))
        action = self.Home.with_user(self.clerk).open("remittances")
        self.assertEqual(action["context"]["default_regie_id"], self.regie.id)

    def test_what_blocks_the_run_of_the_month(self):
        self.book_today(self.nina, self.meal)
        self.canteen.billing_mode = "consumption"
        with freeze_time("2027-02-01 08:00:00"):
            duty = self.duties(self.clerk)["blocking"]
            self.assertEqual((duty["count"], duty["urgency"]), (1, "now"))
            self.assertEqual(
                self.rows_of(self.clerk, "blocking"), self.today(self.canteen)
            )
            section = self.section(self.clerk, "run")
            self.assertEqual(section["title"], "Run of January")
            row = section["rows"][0]
            self.assertEqual(
                str(len(self.rows_of(self.clerk, row["code"]))), row["value"]
            )
            self.today(self.canteen).reservation_ids.action_present()
            self.assertNotIn("blocking", self.duties(self.clerk))

    def test_more_families_cost_no_more_queries(self):
        def invoice(families):
            for family in families:
                self.invoice(family, [(self.meal, 10)], NOVEMBER)

        invoice(self.martin)
        few = self.queries()
        self.assertLessEqual(few, MOST_QUERIES)
        for number in range(5):
            invoice(self._create_family(f"Famille {number}", ["Claire"]))
        self.assertLessEqual(self.queries(), few + 2)

    def queries(self):
        self.home(self.clerk)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.home(self.clerk)
        return self.env.cr.sql_log_count - before
