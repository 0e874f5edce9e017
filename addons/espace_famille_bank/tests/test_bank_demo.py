from odoo.tests import tagged

from ..demo import DEPOSIT_IBAN, Demonstration
from ..domain import statements
from .common import DAY, BankCase


@tagged("post_install", "-at_install")
class TestBankDemo(BankCase):
    """The step of the demonstration, on the small commune."""

    def test_three_movements_wait(self):
        company = self.company

        class Small(Demonstration):
            """The same, elsewhere."""

            def _company(self):
                return company

        self.deposit.write({"bank_account_id": False, "code": "DFX"})
        self.regie.dft_journal_id = False
        self.register(self.meal_move, "card", day=DAY)
        Small(self.env)._load_statement()
        lines = self.Line.search([("regie_id", "=", self.regie.id)], order="id")
        self.assertEqual(lines.mapped("proposal_kind"), ["transfer", "takings", False])
        self.assertEqual(set(lines.mapped("state")), {"open"})
        self.assertTrue(
            statements.is_account(
                DEPOSIT_IBAN.replace(" ", ""),
                self.regie.dft_journal_id.bank_account_id.acc_number,
            )
        )
