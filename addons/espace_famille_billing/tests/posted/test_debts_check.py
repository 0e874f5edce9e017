"""What families owe, bent behind the back of the guards, is found; else nothing is."""

from datetime import date, timedelta

from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import TODAY

from ...domain import write_off
from ...models.core.amounts import to_decimal
from ..common_posted import BentCase

IN_MARCH = TODAY + timedelta(days=61)


@tagged("post_install", "-at_install")
class TestDebtsCheck(BentCase):
    def assert_sound(self):
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.env["espace.check"]._problems(self.company), [])

    # === Sound === #

    def test_each_kind_of_decision_is_sound_and_so_is_undoing_it(self):
        for kind in write_off.KINDS:
            with self.subTest(kind=kind):
                move = self.give_up(3, kind)
                self.assert_sound()
                move.action_espace_undo_write_off()
                self.assertTrue(move.espace_undone)
                self.assert_sound()

    def test_what_is_collected_in_parts_and_rejected_is_sound(self):
        move = self.give_up(5)
        for amount in (2, 3):
            payment = move._espace_collect_written_off(
                self.cheque, to_decimal(amount), TODAY
            )
            self.assert_sound()
        payment._espace_reject("unpaid_cheque", TODAY)
        self.assert_sound()

    def test_what_goes_to_the_accountant_and_comes_back_is_sound(self):
        debt = self.transmitted(6)
        self.assert_sound()
        line = debt.espace_transfer_line_ids
        with self.at(IN_MARCH):
            line.returned_reason = "Payment plan"
            line.with_user(self.users["finance"]).action_take_back()
            self.assert_sound()
            self.pay(self.martin, 2, IN_MARCH, debt)
            self.assert_sound()
            self.transmit(debt)
            self.assert_sound()

    def test_a_payment_of_what_comes_to_be_given_up_by_the_accountant_is_sound(self):
        """The accountant asks the council to give up what it cannot recover."""
        debt = self.transmitted(6)
        self.Move._espace_write_off(
            self.martin,
            {self.receivable_lines(debt): 6},
            TODAY,
            "D13",
            TODAY,
            self.loss,
        )
        self.assert_sound()

    def test_credits_that_are_set_off_are_sound(self):
        self.pay(self.martin, 50, TODAY)
        debt = self.invoice(self.martin, [(self.t1, 6)], TODAY)
        self.assertEqual(debt.payment_state, "paid")
        self.assert_sound()
        owed = self.invoice(self.durand, [(self.meal, 6)], TODAY)
        self.invoice(self.durand, [(self.meal, 4)], TODAY, "out_refund")
        self.durand._espace_set_off()
        self.assertLess(owed.amount_residual, 6)
        self.assert_sound()

    def test_several_regies_are_sound(self):
        regie, journals, _treasury = self._open_regie("RE2")
        payment = self.pay(self.martin, 4, TODAY, journal=journals["cash"])
        self.assertEqual(payment.espace_regie_id, regie)
        self.Remittance.create(
            {
                "regie_id": regie.id,
                "journal_id": journals["cash"].id,
                "date": TODAY,
                "amount": 3,
            }
        ).action_confirm()
        rejected = self.pay(self.durand, 2, TODAY, journal=journals["cheque"])
        rejected._espace_reject("unpaid_cheque", TODAY)
        self.assert_sound()
        january = (date(2027, 1, 1), date(2027, 1, 31))
        with self.at(date(2027, 2, 1)):
            for one in self.regie | regie:
                self.close(self.statement(*january, regie_id=one.id))
        self.assert_sound()

    # === Matching === #

    def test_a_credit_that_would_be_used_twice(self):
        line = self.receivable_lines(self.moves["receipt"])
        self.spoil_row(line, amount_residual=-1, reconciled=False)
        self.assert_found("line_left", self.moves["receipt"], others=["purse"])

    def test_money_of_another_regie(self):
        regie, _journals, _treasury = self._open_regie("RE2")
        debt = self.receivable_lines(self.moves["receipt"]).matched_debit_ids
        self.spoil_row(debt.debit_move_id.move_id, espace_regie_id=regie.id)
        self.assertIn("one_regie", self.codes())

    # === Given up === #

    def test_a_write_off_without_its_decision(self):
        move = self.moves["written_off"]
        for values in (
            {"espace_write_off_kind": None},
            {"espace_decision": None},
            {"espace_decision_date": None},
            {"espace_undone": True},
        ):
            before = {name: move[name] for name in values}
            self.spoil_row(move, **values)
            self.assert_found("write_off_decision", move)
            self.spoil_row(move, **before)
        self.assertEqual(self.codes(), set())

    def test_a_write_off_undone_by_another_decision(self):
        move = self.moves["written_off"]
        move.action_espace_undo_write_off()
        reversal = move.reversal_move_ids
        for values in (
            {"espace_decision": "D99"},
            {"espace_write_off_kind": write_off.EXTINGUISHED},
            {"espace_written_off_family_id": self.martin.id},
        ):
            before = {
                name: reversal[name].id if name.endswith("_id") else reversal[name]
                for name in values
            }
            self.spoil_row(reversal, **values)
            self.assertIn("write_off_decision", self.codes(), values)
            self.spoil_row(reversal, **before)
        self.assertEqual(self.codes(), set())

    def test_what_is_owed_no_more_was_collected(self):
        recovery = self.moves["recovery"]
        for move in (self.irrecoverable, recovery):
            self.spoil_row(move, espace_write_off_kind=write_off.EXTINGUISHED)
        self.assert_found("recovery", recovery)

    def test_more_is_due_again_than_was_given_up(self):
        other = self.give_up(9)
        other._espace_collect_written_off(self.cash, to_decimal(8), TODAY)
        self.spoil_row(
            other.espace_recovery_ids, espace_recovers_id=self.irrecoverable.id
        )
        self.assert_found("recovery", self.irrecoverable)

    # === Sent to the accountant === #

    def test_a_debt_that_is_not_with_the_accountant_as_its_etat_says(self):
        debt = self.transmitted(6)
        line = debt.espace_transfer_line_ids
        for record, values in (
            (debt, {"espace_transmitted_on": None}),
            (debt, {"espace_transmitted_on": TODAY}),
            (line, {"amount": 7}),
            (line, {"returned_on": TODAY}),
        ):
            before = {name: record[name] or None for name in values}
            self.spoil_row(record, **values)
            self.assert_found("transmitted", debt)
            self.spoil_row(record, **before)
        self.assertEqual(self.codes(), set())

    def test_a_debt_that_was_sent_twice(self):
        debt, other = self.transmitted(6), self.transmitted(4)
        self.assertEqual(self.codes(), set())
        self.spoil_row(other.espace_transfer_line_ids, move_id=debt.id)
        self.assert_found("transmitted", debt | other)

    def test_the_regie_was_paid_what_the_accountant_recovers(self):
        debt = self.transmitted(6)
        day = IN_MARCH + timedelta(days=1)
        with self.at(day):
            payment = self.pay(self.martin, 6, day)
            # As what a bank had taken already.
            lines = self.receivable_lines(payment.move_id | debt).sudo()
            lines.reconcile()
        self.assert_found("transmitted", debt)
        with self.at(day):
            line = debt.espace_transfer_line_ids
            line.returned_reason = "Paid online"
            line.with_user(self.users["finance"]).action_take_back()
        self.env.flush_all()
        self.assertEqual(self.codes(), set())

    def test_a_number_of_an_etat_that_misses(self):
        self.transmitted(6)
        transfer = self.transmitted(4).espace_transfer_line_ids.transfer_id
        self.assertEqual(transfer.name, "2027-002")
        for name in ("2027-003", "2026-002", None):
            self.spoil_row(transfer, name=name)
            self.assert_found("transfer_gap", transfer)
