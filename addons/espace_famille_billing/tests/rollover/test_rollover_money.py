from datetime import date

from odoo.tests import tagged

from ..common import EspaceBillingCase


@tagged("post_install", "-at_install")
class TestRolloverMoney(EspaceBillingCase):
    """The quotients and the tariff of the next year: each once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.next_year = cls.env["espace.school.year"].create(
            {"date_from": "2027-09-01", "date_to": "2028-08-31"}
        )
        Rollover = cls.env["espace.year.rollover"]
        cls.rollover = Rollover.browse(Rollover.action_open()["res_id"])

    def test_families_without_a_quotient_are_asked_once(self):
        # The Martins have given one, the Durands none.
        self.assertEqual(self.rollover._quotients_to_ask(), self.durand)
        self.assertEqual(self.rollover.quotient_count, 1)
        before = self.durand.message_ids
        self.rollover.action_ask_quotients()
        [message] = self.durand.message_ids - before
        self.assertIn("quotient", message.body)
        self.env.invalidate_all()
        self.assertEqual(self.rollover.quotient_count, 0)
        self.rollover.action_ask_quotients()
        self.assertEqual(len(self.durand.message_ids - before), 1)

    def test_a_quotient_that_is_too_old_is_asked_for_again(self):
        self.company.write({"espace_qf_renewal": "months", "espace_qf_months": 12})
        self.martin.income_ids.date_from = "2025-06-01"
        self.assertEqual(self.rollover._quotients_to_ask(), self.martin | self.durand)
        before = self.martin.message_ids
        self.rollover.action_ask_quotients()
        [message] = self.martin.message_ids - before
        self.assertIn("2025", message.body)

    def test_a_family_whose_children_leave_is_not_asked(self):
        moves = self.env["espace.class.move"].search(
            [("child_id", "=", self.lina.id), ("year_id", "=", self.next_year.id)]
        )
        moves.decision = "leave"
        self.assertFalse(self.rollover._quotients_to_ask())

    def test_the_tariff_is_copied_once_with_its_new_dates(self):
        self.assertEqual(self.rollover.tariff_id, self.tariff)
        self.assertFalse(self.rollover.next_tariff_id)
        opened = self.rollover.action_copy_tariff()
        copy = self.env["espace.tariff.copy"].with_context(**opened["context"])
        wizard = copy.create({"percent": 2})
        self.assertEqual(wizard.date_from, date(2027, 9, 1))
        self.assertIn("2027–2028", wizard.name)
        self.assertEqual(wizard.line_ids.line_id, self.tariff.line_ids)
        wizard.action_copy()
        self.env.invalidate_all()
        self.assertEqual(self.tariff.date_to, date(2027, 8, 31))
        self.assertEqual(self.rollover.next_tariff_id.date_from, date(2027, 9, 1))
        again = self.rollover.action_copy_tariff()
        self.assertEqual(
            (again["res_model"], again["res_id"]),
            ("espace.tariff", self.rollover.next_tariff_id.id),
        )
