"""What was bent behind the back of the guards is found, and no collection is closed."""

from datetime import date

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.espace_famille.models.core.guards import allow
from odoo.addons.espace_famille.tests.common import TODAY

from ...models.collection.espace_collection_checklist import PROMISES
from ...models.core.guards import STATING
from ..common_posted import BentCase


@tagged("post_install", "-at_install")
class TestBooksCheck(BentCase):
    def assert_closing_refused(self, words):
        """Check that January cannot be closed, in words that say what differs."""
        collection = self.statement(date(2027, 1, 1), date(2027, 1, 31))
        with self.at(date(2027, 2, 1)), self.assertRaises(UserError) as error:
            collection.action_close()
        self.assertRegex(str(error.exception), words)

    def by_our_ways(self, journal, accounts, day=TODAY, **vals):
        """Post an entry as nobody can, with the key that no client has."""
        debit, credit = accounts
        move = allow(self.Move, STATING).create(
            {
                "move_type": "entry",
                "journal_id": journal.id,
                "date": day,
                "line_ids": [
                    Command.create({"account_id": debit.id, "balance": 3}),
                    Command.create({"account_id": credit.id, "balance": -3}),
                ],
                **vals,
            }
        )
        move._post(soft=False)
        return move.with_env(self.env)

    @property
    def general(self):
        return self.env["account.journal"].search(
            [("type", "=", "general"), ("company_id", "=", self.company.id)], limit=1
        )

    # === Sound === #

    def test_what_our_ways_make_is_sound_and_can_be_closed(self):
        self.assertEqual(self.env["espace.check"]._problems(self.company), [])
        collection = self.statement(date(2027, 1, 1), date(2027, 1, 31))
        with self.at(date(2027, 2, 1)):
            self.assertEqual(
                [c.words for c in collection._checks() if c.level == "blocking"], []
            )
            collection.action_close()
        self.assertEqual(self.env["espace.check"]._problems(self.company), [])

    def test_a_draft_payment_is_sound(self):
        self.pay(self.durand, 3, TODAY, post=False)
        self.assertEqual(self.env["espace.check"]._problems(self.company), [])

    def test_the_number_of_queries_does_not_depend_on_the_data(self):
        """One a promise."""
        check = self.env["espace.check"]
        invariants = check._book_invariants() + check._debt_invariants()
        for code in sorted({i.code for i in invariants}):
            self.env.flush_all()
            with self.subTest(code=code), self.assertQueryCount(1):
                getattr(check, f"_find_{code}")(self.company)

    def test_the_checklist_names_promises_that_there_are(self):
        codes = {i.code for i in self.env["espace.check"]._invariants()}
        self.assertLessEqual(PROMISES, codes)

    # === Payments === #

    def test_a_payment_that_lost_its_entry(self):
        payment = self.payments["receipt"]
        self.spoil_row(payment.move_id, state="draft")
        self.assertLessEqual({"payment_posted", "receipt_given"}, self.codes())
        self.spoil_row(payment.move_id, state="posted")
        self.spoil_row(payment, state="canceled")
        self.assert_found("payment_posted", payment)
        self.assert_closing_refused("without a posted entry")

    def test_a_payment_of_another_payer(self):
        payment = self.payments["receipt"]
        self.spoil_row(payment, partner_id=self.martin.partner_id.id)
        self.assert_found("payment_payer", payment)
        self.assert_closing_refused("another family or journal")

    def test_an_entry_of_another_payer(self):
        payment = self.payments["receipt"]
        line = self.receivable_lines(payment.move_id)
        self.spoil_row(line, partner_id=self.martin.partner_id.id)
        self.assert_found(
            "payment_payer",
            payment,
            others=("matched_family",) if line.matched_debit_ids else (),
        )

    def test_a_payment_of_another_direction_amount_or_day(self):
        payment = self.payments["receipt"]
        for values in (
            {"payment_type": "outbound"},
            {"amount": 3},
            {"date": date(2027, 1, 3)},
        ):
            before = {name: payment[name] for name in values}
            self.spoil_row(payment, **values)
            self.assertIn("payment_entry", self.codes(), values)
            self.spoil_row(payment, **before)
        self.assertEqual(self.codes(), set())

    def test_a_payment_of_another_journal(self):
        payment = self.payments["receipt"]
        self.spoil_row(payment, journal_id=self.card.id)
        self.assertIn("payment_payer", self.codes())

    def test_money_that_pays_the_debts_of_another_family(self):
        debt = self.receivable_lines(self.invoice(self.durand, [(self.meal, 2)], TODAY))
        money = self.receivable_lines(self.pay(self.durand, 2, TODAY).move_id)
        lines = debt | money
        lines.filtered(lambda line: not line.reconciled).reconcile()
        self.assertEqual(self.codes(), set())
        self.spoil(
            "UPDATE account_move_line SET partner_id = %s WHERE id = %s",
            self.martin.partner_id.id,
            debt.id,
        )
        self.assertLessEqual({"matched_family", "invoice_entry"}, self.codes())

    # === Remittances === #

    def test_a_remittance_that_is_not_its_entry(self):
        for values in ({"amount": 3}, {"date": date(2027, 1, 3)}, {"move_id": None}):
            before = {
                name: self.remittance[name].id
                if name == "move_id"
                else self.remittance[name]
                for name in values
            }
            self.spoil_row(self.remittance, **values)
            self.assertIn("remittance_entry", self.codes(), values)
            self.spoil_row(self.remittance, **before)
        self.spoil_row(self.remittance, amount=3)
        self.assert_closing_refused("not what their entries say")

    def test_a_number_of_a_remittance_that_misses(self):
        self.spoil_row(self.remittance, name="REG-V-2027-002")
        self.assert_found("remittance_gap", self.regie)
        self.assert_closing_refused("Numbers of remittances")

    # === Entries === #

    def test_an_entry_by_hand_in_the_journal_of_a_regie(self):
        other = (self.loss, self.other_account)
        move = self.by_our_ways(self.cash, other)
        self.assert_found("regie_entry", move)
        self.assert_closing_refused(f"no payment or remittance made them.*{move.name}")

    def test_an_entry_by_hand_on_the_account_of_a_regie(self):
        accounts = (self.cash.default_account_id, self.loss)
        move = self.by_our_ways(self.general, accounts)
        self.assert_found("regie_entry", move)
        self.assert_closing_refused("does not close with what the accounts hold")

    def test_an_entry_by_hand_is_mended_by_its_reversal(self):
        """As one from before the guards: neither it nor a gap stays."""
        accounts = (self.cash.default_account_id, self.loss)
        move = self.by_our_ways(self.cash, accounts)
        self.assert_found("regie_entry", move)
        part = self.Move.create(
            {
                "move_type": "entry",
                "journal_id": self.cash.id,
                "date": TODAY,
                "reversed_entry_id": move.id,
                "line_ids": [
                    Command.create({"account_id": self.loss.id, "balance": 2}),
                    Command.create(
                        {
                            "account_id": self.cash.default_account_id.id,
                            "balance": -2,
                        }
                    ),
                ],
            }
        )
        with self.assertRaises(UserError):
            part.action_post()
        part.unlink()
        mended = move.with_user(self.accountant)._reverse_moves([{"date": TODAY}])
        mended.action_post()
        self.assertEqual(self.codes(), set())

    def test_an_entry_by_hand_that_names_a_payment(self):
        accounts = (self.cash.default_account_id, self.loss)
        move = self.by_our_ways(
            self.cash, accounts, origin_payment_id=self.payments["receipt"].id
        )
        self.assert_found("regie_entry", move)

    def test_an_entry_by_hand_in_a_closed_period(self):
        accounts = (self.cash.default_account_id, self.loss)
        move = self.by_our_ways(self.general, accounts, date(2026, 12, 20))
        self.assert_found("regie_entry", move, others=("cash_stated",))

    def test_what_a_bank_states_does_not_keep_a_collection_open(self):
        self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.card.id,
                "date": TODAY,
                "amount": 9,
                "payment_ref": "Bank",
            }
        )
        self.assertEqual(self.codes(), set())
        collection = self.statement(date(2027, 1, 1), date(2027, 1, 31))
        with self.at(date(2027, 2, 1)):
            collection.action_close()
        self.assertEqual(self.codes(), set())

    def test_a_reversal_of_what_a_regie_booked(self):
        for name in ("receipt", "remittance"):
            with self.env.cr.savepoint() as savepoint:
                move = self.moves[name]
                reversal = allow(move, STATING)._reverse_moves(
                    [{"date": TODAY}], cancel=True
                )
                self.assertLessEqual({"regie_entry", "regie_reversal"}, self.codes())
                self.assert_closing_refused(f"reverse what.*{reversal.name}")
                savepoint.rollback()
            self.env.invalidate_all()

    def test_a_reversal_of_an_invoice_without_its_charges(self):
        invoice = self.moves["invoice"]
        reversal = allow(invoice, STATING)._reverse_moves([{"date": TODAY}])
        reversal._post(soft=False)
        self.assert_found("regie_reversal", reversal)

    def test_a_gap_in_the_numbers_of_a_journal(self):
        for move in (self.moves["receipt"], self.moves["invoice"]):
            name = f"{move.sequence_prefix}00099"
            before = (move.name, move.sequence_number)
            self.spoil_row(move, name=name, sequence_number=99)
            self.assert_found("journal_gap", move.journal_id)
            self.spoil_row(move, name=before[0], sequence_number=before[1])
        self.assertEqual(self.codes(), set())
        self.spoil_row(self.moves["receipt"], name="X/1")
        self.assert_found("journal_gap", self.cash)
        self.assert_closing_refused("the FEC shows the gap")

    # === Invoices === #

    def test_an_invoice_that_is_not_its_entry(self):
        invoice = self.moves["invoice"]
        line = self.receivable_lines(invoice)
        self.spoil_row(line, balance=9)
        self.assert_found("invoice_entry", invoice)

    def test_an_invoice_that_says_another_sum_is_left(self):
        invoice = self.moves["invoice"]
        for values in (
            {"amount_residual": 0, "payment_state": "paid"},
            {"payment_state": "paid"},
        ):
            before = {name: invoice[name] for name in values}
            self.spoil_row(invoice, **values)
            self.assert_found("invoice_entry", invoice)
            self.spoil_row(invoice, **before)

    def test_an_invoice_of_another_day(self):
        invoice = self.moves["by_hand"]
        self.spoil_row(invoice, date=date(2026, 12, 11))
        self.assert_found("invoice_entry", invoice)

    def test_a_line_that_lost_its_charges(self):
        """An invoice by hand has none, one of bookings has them all."""
        charge = self.moves["invoice"].invoice_line_ids.espace_charge_ids
        self.spoil_row(charge, invoice_line_id=None)
        self.assertIn("charge_state", self.codes())
