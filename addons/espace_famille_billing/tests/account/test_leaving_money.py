from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW, THURSDAY

from ..common import EspaceBillingCase

LEAVE = {"active": False}


@tagged("post_install", "-at_install")
class TestLeavingMoney(EspaceBillingCase):
    """What is owed either way by who leaves is said, and settled by the rules."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_regie()
        cls.manager = cls._create_staff("manager")

    def ask(self, records, vals=None):
        Wizard = self.env["espace.leaving.wizard"].with_user(self.manager)
        action = Wizard._action_ask(
            {"model": records._name, "ids": records.ids, "vals": vals or LEAVE}
        )
        return Wizard.browse(action["res_id"])

    def test_what_is_owed_and_what_is_given_back_are_said(self):
        meal = self.booked(self.nina, self.meal, MONDAY)
        [invoice] = meal.charge_ids.move_id
        wizard = self.ask(self.nina)
        self.assertIn("Martin owes", wizard.money)
        self.assertIn("3.60", wizard.money)
        self.assertIn(invoice.name, wizard.money)
        self.assertIn("gets back", wizard.money)
        wizard.write({"choice": "keep", "last_day": MONDAY})
        self.assertNotIn("gets back", wizard.money, "the meal of that day is kept")

    def test_what_is_cancelled_is_credited_by_staff_whatever_the_limit(self):
        meal = self.booked(self.nina, self.meal, MONDAY)
        kept = self.booked(self.tom, self.meal, THURSDAY)
        self.ask(self.nina).action_confirm()
        self.assertEqual(meal.state, "cancelled")
        self.assertEqual(sum(meal.charge_ids.mapped("amount")), 0)
        self.assertEqual(sum(kept.charge_ids.mapped("amount")), 3.6)
        self.martin._espace_set_off(NOW)
        self.assertAlmostEqual(float(self.martin._espace_net().owed), 3.6)
        self.assertEqual(self.env["espace.check"]._problems(self.company), [])

    def test_a_family_that_left_still_owes(self):
        self.booked(self.nina, self.meal, MONDAY)
        evening = self.booked(self.nina, self.t1, THURSDAY)
        wizard = self.ask(self.martin)
        wizard.write({"choice": "keep", "last_day": MONDAY})
        wizard.action_confirm()
        self.assertEqual(evening.state, "cancelled")
        self.assertTrue(self.martin.active)
        self.assertEqual(self.martin.leaves_on, MONDAY)
        self.martin._espace_set_off(NOW)
        self.assertAlmostEqual(float(self.martin._espace_net().owed), 3.6)
