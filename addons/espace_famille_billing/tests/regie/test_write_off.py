from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.espace_famille.tests.common import TODAY

from ...models.core.amounts import to_decimal
from ..common_regie import CounterCase, euros


@tagged("post_install", "-at_install")
class TestWriteOff(CounterCase):
    """Admission en non-valeur, remise gracieuse, créance éteinte."""

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

    def form(self, moves=None, kind=None):
        source = moves or self.martin
        action = source.with_user(self.clerk).action_espace_write_off()
        model = self.env[action["res_model"]].with_user(self.clerk)
        form = Form(model.with_context(**action["context"]))
        if kind:
            form.kind = kind
        form.decision = "Délibération 2027-12"
        form.decision_date = TODAY
        return form

    def write_off(self, moves=None, amount=None, kind=None, account=None):
        form = self.form(moves, kind)
        if amount:
            form.amount = amount
        if account:
            form.account_id = account
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

    def test_the_same_form_sent_twice_gives_up_once(self):
        """“Back” and “Write off” again, or a program that calls a second time."""
        form = self.form(self.meal_move)
        form.amount = 1
        wizard = form.save()
        again = wizard.copy()
        again.write({"token": wizard.token, "amount": 1})
        again.line_ids.filtered("pay").amount = 1
        moves = [
            self.Move.browse(one.action_write_off()["res_id"])
            for one in (wizard, wizard, again)
        ]
        self.assertEqual(len(set(moves)), 1)
        self.assertEqual(self.charged(), 1)
        self.assertEqual(self.left(), euros("2.60", "1.30", "3.60"))
        self.assertNotEqual(self.form().token, wizard.token)

    def test_the_database_refuses_the_same_form_twice(self):
        move = self.write_off(self.meal_move, amount=1)
        self.assertTrue(move.espace_form_token)
        vals = {"espace_form_token": move.espace_form_token, "move_type": "entry"}
        with (
            self.assertRaises(UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.Move.create(vals)

    def test_what_is_collected_after_all_is_taken_once(self):
        self.other_account("758800", "income_other")
        move = self.write_off(self.meal_move)
        action = move.with_user(self.clerk).action_espace_collect_written_off()
        model = self.env[action["res_model"]].with_user(self.clerk)
        form = Form(model.with_context(**action["context"]))
        form.journal_id = self.journals["cash"]
        form.amount = 1
        wizard = form.save()
        payments = {wizard.action_collect()["res_id"] for _time in range(2)}
        self.assertEqual(len(payments), 1)
        self.assertEqual(move._espace_still_owed(), to_decimal(2.60))

    def test_nothing_is_collected_before_it_was_given_up(self):
        self.other_account("758800", "income_other")
        move = self.write_off(self.meal_move)
        with self.assertRaisesRegex(UserError, "undo the write-off first"):
            self.collect(move, date=TODAY - timedelta(days=1))

    def test_the_account_is_found_or_set(self):
        self.assertEqual(self.form().account_id, self.account)
        other = self.account.copy({"code": "654200"})
        self.company.espace_writeoff_account_id = other
        self.assertEqual(self.form().account_id, other)

    def other_account(self, code, kind="expense"):
        return self.env["account.account"].create(
            {
                "name": code,
                "code": code,
                "account_type": kind,
                "company_ids": [Command.set(self.company.ids)],
            }
        )

    def collect(self, move, amount=None, means="cash", **vals):
        """Take a payment of what was written off, as an agent does."""
        action = move.with_user(self.clerk).action_espace_collect_written_off()
        model = self.env[action["res_model"]].with_user(self.clerk)
        form = Form(model.with_context(**action["context"]))
        form.journal_id = self.journals[means]
        if amount is not None:
            form.amount = amount
        for name, value in vals.items():
            setattr(form, name, value)
        action = form.save().action_collect()
        self.env.invalidate_all()
        return self.Payment.browse(action["res_id"])

    def test_each_decision_has_its_account(self):
        extinguished = self.other_account("654200")
        remitted = self.other_account("658800")
        for kind, account in (
            ("irrecoverable", self.account),
            ("extinguished", extinguished),
            ("remission", remitted),
        ):
            with self.subTest(kind=kind):
                form = self.form(self.meal_move, kind)
                self.assertEqual(form.account_id, account)
                move = self.Move.browse(form.save().action_write_off()["res_id"])
                self.assertEqual(move.espace_write_off_kind, kind)
                lost = move.line_ids.filtered(lambda line: line.debit)
                self.assertEqual((lost.account_id, lost.debit), (account, 3.60))
                move.with_user(self.clerk).action_espace_undo_write_off()

    def test_only_a_non_valeur_is_still_owed(self):
        self.other_account("654200")
        for kind, owed in (("irrecoverable", 3.60), ("extinguished", 0)):
            with self.subTest(kind=kind):
                move = self.write_off(self.meal_move, kind=kind)
                self.env.invalidate_all()
                # Nobody asks for it any more.
                self.assertEqual(self.martin.amount_due, 1.30)
                self.assertEqual(self.martin.espace_irrecoverable, owed)
                account = self.martin._espace_account()
                self.assertEqual(account["irrecoverable"], owed)
                self.assertEqual(account["closing"], 1.30)
                move.with_user(self.clerk).action_espace_undo_write_off()

    def test_the_account_says_which_decision_it_was(self):
        self.other_account("654200")
        self.write_off(self.meal_move, amount=1)
        self.write_off(self.meal_move, amount=1, kind="extinguished")
        self.write_off(self.meal_move, amount=1, kind="remission", account=self.account)
        lines = self.martin._espace_account()["lines"]
        self.assertEqual(
            lines.mapped("kind")[-3:], ["write_off", "extinguished", "remission"]
        )

    def test_what_proves_the_decision_is_kept_with_the_entry(self):
        attachment = (
            self.env["ir.attachment"]
            .with_user(self.clerk)
            .create({"name": "jugement.pdf", "raw": b"%PDF"})
        )
        form = self.form(self.meal_move)
        form.attachment_ids.add(attachment)
        move = self.Move.browse(form.save().action_write_off()["res_id"])
        self.assertEqual(
            (attachment.res_model, attachment.res_id), ("account.move", move.id)
        )

    def test_the_entry_does_not_come_before_the_decision(self):
        form = self.form(self.meal_move)
        form.decision_date = "2027-01-05"
        with self.assertRaises(UserError):
            form.save().action_write_off()

    # === Collected after all === #

    def test_an_irrecoverable_debt_is_collected_after_all(self):
        income = self.other_account("758880", "income_other")
        move = self.write_off(self.meal_move)
        payment = self.collect(move)
        self.assertTrue(payment.espace_receipt_number)
        self.assertEqual(payment.amount, 3.60)
        # It pays the invoice itself, so that what it paid for is known.
        self.assertEqual(payment.reconciled_invoice_ids, self.meal_move)
        self.assertEqual(self.left(), euros("0", "1.30", "3.60"))
        # The charge that the council voted stays, an income of the day stands beside.
        self.assertEqual(self.charged(), 3.60)
        entry = move.espace_recovery_ids
        found = entry.line_ids.filtered(lambda line: line.account_id == income)
        self.assertEqual(found.credit, 3.60)
        self.assertEqual(self.martin.espace_irrecoverable, 0)
        kinds = self.martin._espace_account()["lines"].mapped("kind")
        self.assertEqual(kinds[-3:], ["write_off", "recovery", "receipt"])
        self.assertEqual(self.env["espace.check"]._problems(self.company), [])

    def test_it_is_collected_in_parts_and_never_too_much(self):
        self.other_account("758880", "income_other")
        move = self.write_off(self.meal_move | self.evening_move)
        self.collect(move, 4.00)
        self.assertEqual(self.martin.espace_irrecoverable, 0.90)
        self.assertEqual(self.receivable(self.martin), 0)
        with self.assertRaises(UserError):
            self.collect(move, 0.91)
        with self.assertRaises(UserError):
            self.collect(move, 0)
        self.collect(move, 0.90)
        self.assertEqual(self.martin.espace_irrecoverable, 0)
        paid = self.martin.espace_payment_ids.mapped("amount")
        self.assertEqual(to_decimal(sum(paid)), to_decimal(4.90))
        self.assertEqual(self.left(), euros("0", "0", "3.60"))
        with self.assertRaises(UserError):
            move.with_user(self.clerk).action_espace_undo_write_off()

    def test_what_is_extinguished_is_not_collected(self):
        self.other_account("758880", "income_other")
        move = self.write_off(self.meal_move, kind="extinguished", account=self.account)
        with self.assertRaises(UserError):
            move.with_user(self.clerk)._espace_collect_written_off(
                self.journals["cash"], to_decimal(1), TODAY
            )

    def test_only_the_regie_collects_it(self):
        move = self.write_off(self.meal_move)
        accountant = self._create_user("accountant", "account.group_account_invoice")
        with self.assertRaises(AccessError):
            move.with_user(accountant)._espace_collect_written_off(
                self.journals["cash"], to_decimal(1), TODAY
            )

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
