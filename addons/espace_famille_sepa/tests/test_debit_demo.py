from datetime import date

from freezegun import freeze_time

from odoo.tests import tagged

from ..demo import FAMILY_IBANS, REGIE_IBAN, Demonstration
from ..domain import iban
from .common import SepaSetup

TODAY = date(2027, 2, 10)


@tagged("post_install", "-at_install")
class TestDebitDemo(SepaSetup):
    """The steps of the demonstration, on the small commune."""

    def test_the_accounts_of_the_demonstration_can_be_debited(self):
        for number in (*FAMILY_IBANS, REGIE_IBAN):
            self.assertEqual(iban.read(number)[1], None, number)

    def test_one_run_is_booked_with_a_rejection_and_one_is_announced(self):
        clock = freeze_time("2027-02-10 09:00:00")
        clock.start()
        self.addCleanup(clock.stop)
        company, families = self.company, self.martin | self.durand

        class Small(Demonstration):
            """The same, elsewhere and on another day."""

            def _company(self):
                return company

            def _today(self):
                return TODAY

            def _families(self):
                return families

        Small(self.env)._load_debits()
        booked = self.Order.search(
            [("espace_regie_id", "=", self.regie.id), ("state", "=", "uploaded")]
        )
        self.assertEqual(booked.espace_stage, "collected")
        [rejected] = booked.payment_ids.filtered("espace_rejected")
        self.assertEqual(rejected.espace_rejection_ids.espace_reason, "unpaid_debit")
        self.assertEqual(set(families.espace_mandate_ids.mapped("state")), {"valid"})
        announced = self.Order.search(
            [("espace_regie_id", "=", self.regie.id), ("state", "=", "draft")]
        )
        # The visitor, who is the first family, finds an invoice to pay.
        self.assertNotIn(self.martin, announced.payment_line_ids.espace_family_id)
        self.assertFalse(self.env["espace.check"]._problems(self.company))
