from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from odoo.addons.espace_famille.tests.common import TODAY

from ..common_regie import CounterCase, euros


@tagged("post_install", "-at_install")
class TestWriteOff(CounterCase):
    """Admission en non-valeur."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls.env["account.account"].create(
            {
                "name": "Créances admises en non-valeur",
                "code": "654100",
                "account_type": "expense",
                "company_ids": [Command.set(cls.company.ids)],
            }
        )

    def form(self, moves=None):
        source = moves or self.martin
        action = source.with_user(self.clerk).action_espace_write_off()
        model = self.env[action["res_model"]].with_user(self.clerk)
        form = Form(model.with_context(**action["context"]))
        form.decision = "Délibération 2027-12"
        form.decision_date = TODAY
        return form

    def write_off(self, moves=None, amount=None):
        form = self.form(moves)
        if amount:
            form.amount = amount
        return self.Move.browse(form.save().action_write_off()["res_id"])

    def charged(self):
        lines = self.env["account.move.line"].search(
            [("account_id", "=", self.account.id), ("parent_state", "=", "posted")]
        )
        return sum(lines.mapped("balance"))

    def test_the_debt_is_charged_to_the_account_and_settled(self):
        move = self.write_off(self.meal_move)
        self.assertEqual(self.left(), euros("0", "1.30", "3.60"))
        self.assertEqual(self.charged(), 3.60)
        self.assertEqual(self.martin.amount_due, 1.30)
        self.assertEqual(move.espace_decision, "Délibération 2027-12")
        self.assertEqual(move.espace_decision_date, TODAY)
        self.assertEqual(move.espace_written_off_family_id, self.martin)

    def test_the_account_is_found_or_set(self):
        self.assertEqual(self.form().account_id, self.account)
        other = self.account.copy({"code": "654200"})
        self.company.espace_writeoff_account_id = other
        self.assertEqual(self.form().account_id, other)

    def test_nothing_is_proposed_from_the_family(self):
        form = self.form()
        self.assertEqual(form.amount, 0)
        with self.assertRaises(UserError):
            form.save().action_write_off()

    def test_a_part_is_written_off(self):
        self.write_off(self.meal_move, amount=1)
        self.assertEqual(self.left(), euros("2.60", "1.30", "3.60"))
        self.assertEqual(self.pay().amount, 3.90)

    def test_never_more_than_the_debt(self):
        with self.assertRaises(UserError) as error:
            self.write_off(self.meal_move, amount=5)
        self.assertIn("4.90", str(error.exception))
        self.assertEqual(self.charged(), 0)

    def test_it_is_undone_once(self):
        move = self.write_off(self.meal_move | self.evening_move)
        self.assertEqual(self.receivable(self.martin), 0)
        move.with_user(self.clerk).action_espace_undo_write_off()
        self.assertEqual(self.left(), euros("3.60", "1.30", "3.60"))
        self.assertEqual(self.charged(), 0)
        self.assertTrue(move.espace_undone)
        with self.assertRaises(UserError):
            move.with_user(self.clerk).action_espace_undo_write_off()
        with self.assertRaises(UserError):
            move.reversal_move_ids.with_user(self.clerk).action_espace_undo_write_off()
        self.assertEqual(self.pay().amount, 4.90)

    def test_a_credit_is_not_written_off(self):
        credit = self.Payment.create(
            {
                "payment_type": "inbound",
                "partner_id": self.martin.partner_id.id,
                "journal_id": self.journals["card"].id,
                "amount": 10,
            }
        )
        credit.action_post()
        with self.assertRaises(UserError):
            self.Move.with_user(self.clerk)._espace_write_off(
                self.martin,
                {self.martin._espace_open_lines("credit"): 10},
                TODAY,
                "D",
                TODAY,
                self.account,
            )

    def test_invoices_of_two_families_are_not_written_off_together(self):
        moves = (self.meal_move | self.lina_move).with_user(self.clerk)
        with self.assertRaises(UserError):
            moves.action_espace_write_off()

    def test_only_the_regie_writes_off(self):
        parts = {self.martin._espace_open_lines("debit")[0]: 1}
        move = self.write_off(self.meal_move)
        accountant = self._create_user("accountant", "account.group_account_invoice")
        with self.assertRaises(AccessError):
            self.Move.with_user(accountant)._espace_write_off(
                self.martin, parts, TODAY, "D", TODAY, self.account
            )
        with self.assertRaises(AccessError):
            move.with_user(accountant).action_espace_undo_write_off()
