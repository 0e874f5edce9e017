from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from odoo.addons.espace_famille.tests.common import MONDAY, TODAY

from ...models.core.errors import MissingPrice
from ..common import EspaceBillingCase


@tagged("post_install", "-at_install")
class TestSetupMoney(EspaceBillingCase):
    """Tariff, régie and payment on the checklist."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls._create_staff("admin")
        cls.setup = cls.env["espace.setup"].with_user(cls.admin)

    def look(self, code):
        return getattr(self.setup, f"_look_{code}")(self.company)

    # === Tariff === #

    def test_a_tariff_covers_each_option_until_the_end_of_the_year(self):
        self.assertTrue(self.look("tariff").done)
        self.tariff.date_to = "2027-03-31"
        self.assertIn("04/01/2027", self.look("tariff").words)
        self.assertFalse(self.look("tariff").done)
        self.tariff.copy({"date_from": "2027-04-01", "date_to": False})
        self.assertTrue(self.look("tariff").done)

    def test_a_day_before_the_tariff_has_no_price(self):
        self.tariff.date_from = "2027-02-01"
        look = self.look("tariff")
        self.assertFalse(look.done)
        self.assertIn("01/04/2027", look.words)

    def test_a_new_option_has_no_price_yet(self):
        self._create_option(self.evening, "Tranche 3")
        look = self.look("tariff")
        self.assertFalse(look.done)
        self.assertIn("Tranche 3", look.words)
        self.assertEqual(self.setup.open("tariff")["res_id"], self.tariff.id)

    def test_a_price_for_residents_alone_leaves_the_others_without(self):
        lines = self.tariff.line_ids.filtered(lambda line: line.product_id == self.t2)
        lines.residency = "resident"
        self.assertIn("Tranche 2", self.look("tariff").words)

    def test_the_whole_table_is_proposed_from_the_first_second(self):
        self.tariff.unlink()
        action = self.setup.open("tariff")
        Tariff = self.env["espace.tariff"].with_user(self.admin)
        form = Form(Tariff.with_context(**action["context"]))
        self.assertEqual(form.date_from, self.year.date_from)
        form.save()
        tariff = self.env["espace.tariff"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual(
            [
                (line.product_id, line.qf_min, line.qf_max, line.unit)
                for line in tariff.line_ids
            ],
            [
                (self.meal, 0, 0, "session"),
                *(
                    (option, low, high, "hour")
                    for option in (self.t1, self.t2)
                    for low, high in ((0, 500), (500, 1001), (1001, 0))
                ),
            ],
        )
        self.assertEqual(set(tariff.line_ids.mapped("to_fill")), {True})

    def test_a_price_that_nobody_typed_is_none(self):
        lines = self.tariff.line_ids.filtered(lambda line: line.product_id == self.meal)
        lines.write({"amount": 0, "to_fill": True})
        look = self.look("tariff")
        self.assertFalse(look.done)
        self.assertIn("Repas", look.words)
        red = [
            f for f in self.setup._steps_findings(self.company) if f.code == "tariff"
        ]
        self.assertEqual([finding.level for finding in red], ["danger"])
        with self.assertRaises(MissingPrice):
            self.tariff._price(self.meal, self.nina, self.martin, MONDAY)

    def test_a_price_of_nothing_that_was_said_is_one(self):
        lines = self.tariff.line_ids.filtered(lambda line: line.product_id == self.meal)
        lines.write({"amount": 0, "to_fill": True})
        lines.amount = 0
        self.assertFalse(any(lines.mapped("to_fill")))
        self.assertTrue(self.look("tariff").done)
        findings = self.setup._price_findings(self.company)
        self.assertIn("Free of charge: Repas", findings[0].words)
        self.assertEqual(findings[0].level, "warning")
        price = self.tariff._price(self.meal, self.nina, self.martin, MONDAY)
        self.assertEqual(price.amount, 0)

    def test_tariffs_made_by_code_begin_empty(self):
        self.tariff.unlink()
        tariff = self.env["espace.tariff"].create({"name": "T", "date_from": TODAY})
        self.assertFalse(tariff.line_ids)

    def test_a_pasted_table_is_read_for_those_who_read_tariffs(self):
        Tariff = self.env["espace.tariff"]
        rows = Tariff.with_user(self.admin).read_pasted(
            "0 à 499\t3,60\n500 et plus\t1.000"
        )
        self.assertEqual((rows[0]["from"], rows[0]["to"]), (0, 500))
        self.assertEqual(rows[0]["cells"][0]["value"], 3.6)
        self.assertTrue(rows[1]["cells"][0]["error"])
        with self.assertRaises(AccessError):
            Tariff.with_user(self._create_staff("animation")).read_pasted("1")

    def test_what_a_parent_would_pay_is_said(self):
        self.env["espace.activity"]._carry_out(
            self.setup._setup_plan(self.company, self.year)
        )
        seen = [
            finding["words"]
            for finding in self.setup.ready()["findings"]
            if "A parent sees" in finding["words"]
        ]
        self.assertIn("3.60", seen[0])

    # === Régie === #

    def test_a_regie_wants_a_regisseur_a_ceiling_and_journals(self):
        self.assertIn("Neither", self.look("regie").words)
        regie = self._create_regie()
        self.assertIn("its régisseur, its ceiling", self.look("regie").words)
        regie.write({"regisseur_id": self.admin.id, "cash_ceiling": 1200})
        self.assertTrue(self.look("regie").done)
        regie.regisseur_id = False
        self.assertFalse(self.look("regie").done)

    def test_the_wizard_sets_up_the_regie_that_is_asked_for(self):
        self.assertEqual(self.setup.open("regie")["res_model"], "espace.regie.wizard")
        wizard = self.env["espace.regie.wizard"].with_user(self.admin)
        wizard.create({"cash_ceiling": 900, "decision": "Arrêté 12"}).action_apply()
        [regie] = self.company._espace_regies()
        self.assertEqual(regie.regisseur_id, self.admin)
        self.assertEqual(regie.cash_ceiling, 900)
        self.assertEqual(regie.decision, "Arrêté 12")
        self.assertEqual(len(regie.journal_ids), 7)
        self.assertTrue(self.look("regie").done)
        # Again without harm.
        wizard.create({}).action_apply()
        self.assertEqual(self.company._espace_regies(), regie)
        self.assertEqual(regie.cash_ceiling, 900)

    def test_only_administrators_set_up_the_regie(self):
        wizard = self.env["espace.regie.wizard"].with_user(
            self._create_staff("finance")
        )
        with self.assertRaises(AccessError):
            wizard.create({})

    # === Payment === #

    def test_a_commune_may_do_without_payment_online(self):
        self.assertFalse(self.look("payment").done)
        self.setup.open("payment", "without")
        self.assertTrue(self.company.espace_at_counter)
        self.assertTrue(self.look("payment").done)
        self.setup.open("payment", "provider")
        self.assertFalse(self.look("payment").done)
