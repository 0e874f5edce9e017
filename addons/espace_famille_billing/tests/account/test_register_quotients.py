from odoo import fields
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.register.test_register_import import RegisterCase

SHEET = (
    "Nom enfant;Prénom enfant;Né le;Classe;Nom resp 1;Prénom resp 1;Adresse;CP;QF\n"
    "ROUX;Tom;04/05/2017;CP;ROUX;Ève;3 rue Basse;81090;%s\n"
)


@tagged("post_install", "-at_install")
class TestRegisterQuotients(RegisterCase):
    def incomes(self):
        return self.child("Tom ROUX").family_id.income_ids

    def test_a_quotient_comes_along_and_the_same_changes_nothing(self):
        self.imported(SHEET % "1 050,5")
        income = self.incomes()
        today = self.company._espace_today()
        self.assertEqual((income.value, income.date_from), (1050.5, today))
        again = self.preview(SHEET % "1050.50")
        self.assertFalse(again.changed_ids)
        self.work(again)
        self.assertEqual(self.incomes(), income)

    def test_another_quotient_is_shown_old_and_new(self):
        self.imported(SHEET % "512")
        self.incomes().date_from = fields.Date.subtract(
            self.company._espace_today(), months=2
        )
        one = self.preview(SHEET % "600")
        self.assertIn("512.00 → 600.00", one.changed_ids.text)
        self.work(one)
        self.assertEqual(sorted(self.incomes().mapped("value")), [512, 600])

    def test_a_quotient_that_may_be_read_in_two_ways_is_a_problem(self):
        one = self.imported(SHEET % "1.000")
        self.assertIn("“1.000”", one.problem_ids.text)
        self.assertTrue(self.child("Tom ROUX"))
        self.assertFalse(self.incomes())

    # === Undoing === #

    def test_a_quotient_that_came_along_is_taken_back(self):
        self.imported(SHEET % "512")
        earlier = self.incomes()
        earlier.date_from = fields.Date.subtract(self.company._espace_today(), months=2)
        second = self.imported(SHEET % "600")
        self.assertEqual(len(self.incomes()), 2)
        second.action_undo()
        self.assertEqual((self.incomes(), earlier.value), (earlier, 512))

    def test_a_quotient_corrected_on_its_day_is_what_it_was(self):
        self.imported(SHEET % "512")
        income = self.incomes()
        second = self.imported(SHEET % "600")
        self.assertEqual((self.incomes(), income.value), (income, 600))
        second.action_undo()
        self.assertEqual((self.incomes(), income.value), (income, 512))

    def test_a_quotient_that_somebody_changed_since_stays(self):
        self.imported(SHEET % "512")
        self.incomes().date_from = fields.Date.subtract(
            self.company._espace_today(), months=2
        )
        second = self.imported(SHEET % "600")
        self.incomes().filtered(lambda one: one.value == 600).value = 700
        second.action_undo()
        self.assertEqual(sorted(self.incomes().mapped("value")), [512, 700])
        self.assertIn("was changed since", second.undone_words)
