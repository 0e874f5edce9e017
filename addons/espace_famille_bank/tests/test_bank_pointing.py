from datetime import date, timedelta

from odoo.exceptions import RedirectWarning, UserError
from odoo.tests import Form, tagged

from .common import DAY, BankCase, cfonb


@tagged("post_install", "-at_install")
class TestBankPointing(BankCase):
    def accept(self, line):
        line.with_user(self.clerk).action_accept()

    def choose(self, line, **vals):
        action = line.with_user(self.clerk).action_choose()
        model = self.env[action["res_model"]].with_user(self.clerk)
        form = Form(model.with_context(**action["context"]))
        for name, value in vals.items():
            setattr(form, name, value)
        return form.save()

    # === Transfers === #

    def test_a_transfer_that_names_its_invoice_pays_it(self):
        [line] = self.lines((360, f"VIR {self.meal_move.name}", "MARTIN"))
        self.assertEqual(line.proposal_kind, "transfer")
        self.assertEqual(line.proposal_family_id, self.martin)
        self.assertTrue(line.proposal_sure)
        self.assertEqual(self.meal_move.payment_state, "not_paid")
        self.assertEqual(self.waits(), 360)
        self.accept(line)
        self.assertEqual(self.meal_move.payment_state, "paid")
        payment = line.match_ids.payment_id
        self.assertEqual(payment.espace_receipt_number, "RS-2027-00001")
        self.assertEqual((payment.espace_means, payment.date), ("transfer", DAY))
        self.assertEqual(payment.journal_id, self.journals["transfer"])
        self.assertEqual(self.waits(), 0)
        self.assertTrue(line.sudo().statement_line_id.is_reconciled)
        balances = self.regie._balances(self.journals["transfer"] | self.deposit)
        self.assertEqual(balances[self.journals["transfer"]], 3.6)
        self.assertEqual(balances[self.deposit], 0)

    def test_it_is_counted_in_the_collection(self):
        [line] = self.lines((490, f"{self.martin.reference} CANTINE"), make=cfonb)
        self.accept(line)
        with self.at("2027-02-01"):
            collection = self.env["espace.collection.statement"].create(
                {
                    "regie_id": self.regie.id,
                    "date_from": "2027-01-01",
                    "date_to": "2027-01-31",
                }
            )
            [row] = [r for r in collection.summary["means"] if r["receipts"]]
            self.assertEqual((row["receipts"], row["count"]), (490, 1))
            self.assertIn("transfer", row["means"].lower())
            collection.action_close()
        self.assertEqual(collection.state, "closed")

    def test_more_than_is_owed_stays_on_the_account_of_the_family(self):
        [line] = self.lines((600, f"VIR {self.martin.reference}"))
        self.assertFalse(line.proposal_sure)
        self.accept(line)
        self.assertEqual(float(self.receivable(self.martin)), -1.1)

    def test_an_advance_pays_what_else_is_owed(self):
        [line] = self.lines((490, "VIREMENT"))
        line.with_user(self.clerk)._point_transfer(
            self.martin.with_user(self.clerk), {}, 4.9
        )
        self.assertEqual(self.evening_move.payment_state, "paid")
        self.assertEqual(float(self.receivable(self.martin)), 0)

    def test_what_names_nobody_waits_and_is_given_by_hand(self):
        [line] = self.lines((360, "VIREMENT"))
        self.assertFalse(line.proposal_kind)
        with self.assertRaises(UserError):
            self.accept(line)
        choice = self.choose(line, family_id=self.durand)
        self.assertEqual(choice.debt_ids.move_id, self.lina_move)
        choice.action_point()
        self.assertEqual(self.lina_move.payment_state, "paid")
        self.assertEqual(line.match_ids.family_id, self.durand)

    def test_a_proposal_that_is_none_any_more_is_not_accepted(self):
        first, second = self.lines(
            (360, f"VIR {self.meal_move.name}"), (360, f"BIS {self.meal_move.name}")
        )
        self.accept(first)
        self.assertFalse(second.proposal_kind)
        with self.assertRaises(UserError):
            self.accept(second)
        with self.assertRaisesRegex(UserError, "pointed already"):
            self.accept(first)
        self.assertEqual(self.waits(), 360)

    def test_a_proposal_changed_since_it_was_shown(self):
        [line] = self.lines((490, f"VIR {self.martin.reference}"))
        self.register(self.meal_move, "card")
        with self.assertRaisesRegex(UserError, "no longer what was shown"):
            self.accept(line)
        line.with_user(self.clerk).action_propose()
        self.accept(line)
        self.assertEqual(float(self.receivable(self.martin)), -3.6)

    def test_a_transfer_entered_before_is_not_received_twice(self):
        payment = self.register(self.meal_move, "transfer")
        [line] = self.lines((360, "VIR MARTIN CANTINE"))
        self.assertEqual(line.proposal_kind, "known")
        self.accept(line)
        self.assertEqual(line.match_ids.payment_id, payment)
        self.assertFalse(line.match_ids.made)
        self.assertEqual(self.waits(), 0)

    def test_a_means_that_the_act_does_not_list(self):
        [line] = self.lines((360, f"VIR {self.meal_move.name}"))
        self.regie.takes_transfer = False
        with self.assertRaisesRegex(UserError, "does not take"):
            self.accept(line)

    # === Takings === #

    def test_the_receipts_of_a_day_come_in_one_sum(self):
        payments = self.register(self.meal_move, "online")
        payments |= self.register(self.lina_move, "online")
        [line] = self.lines((720, "PAYFIP 03/01"))
        self.assertEqual(line.proposal_kind, "takings")
        self.assertTrue(line.proposal_sure)
        self.accept(line)
        self.assertEqual(line.match_ids.payment_id, payments)
        self.assertEqual(self.waits(), 0)
        online = self.journals["online"]
        self.assertEqual(self.regie._balances(online)[online], 7.2)

    def test_what_the_bank_kept_is_booked_for_the_commune(self):
        self.register(self.meal_move | self.evening_move, "card")
        self.register(self.lina_move, "card")
        [line] = self.lines((840, "REMISE CB"))
        self.assertEqual(line.proposal_kind, "takings")
        self.assertFalse(line.proposal_sure)
        self.accept(line)
        fee = line.match_ids.remittance_id
        self.assertEqual((fee.amount, fee.state), (0.1, "posted"))
        card = self.journals["card"]
        self.assertEqual(self.regie._balances(card)[card], 8.4)
        [borne] = fee.move_id.line_ids.filtered("debit")
        self.assertEqual(borne.account_id, self.fee_account)
        with self.at("2027-02-01"):
            collection = self.env["espace.collection.statement"].create(
                {
                    "regie_id": self.regie.id,
                    "date_from": "2027-01-01",
                    "date_to": "2027-01-31",
                }
            )
            collection.action_close()
        self.assertEqual(collection.state, "closed")

    def test_more_than_a_bank_keeps_is_no_fee(self):
        self.register(self.meal_move, "card")
        [line] = self.lines((100, "REMISE CB"))
        self.assertFalse(line.proposal_kind)
        choice = self.choose(line, kind="takings")
        choice.payment_ids = self.Payment.search(
            [("journal_id", "=", self.journals["card"].id)]
        )
        choice.fee_journal_id = self.journals["card"]
        with self.assertRaisesRegex(UserError, "more than a bank keeps"):
            choice.action_point()

    def test_a_receipt_is_shown_by_one_movement(self):
        payment = self.register(self.meal_move, "card")
        first, second = self.lines((360, "REMISE CB"), (360, "REMISE CB 2"))
        self.accept(first)
        self.assertFalse(second.proposal_kind)
        with self.assertRaisesRegex(UserError, "by another movement"):
            second.with_user(self.clerk)._point_known("known", payment)

    # === What goes out === #

    def test_a_payment_that_the_bank_takes_back(self):
        payment = self.register(self.meal_move, "direct_debit", memo="PRLV-2027-9")
        [line] = self.lines((-360, "REJET PRLV-2027-9"))
        self.assertEqual(line.proposal_kind, "rejection")
        with self.assertRaisesRegex(UserError, "by itself"):
            self.accept(line)
        action = self.choose(line).action_point()
        wizard = self.env[action["res_model"]].with_user(self.clerk)
        form = Form(wizard.with_context(**action["context"]))
        self.assertEqual((form.reason, form.date), ("unpaid_debit", DAY))
        form.save().action_reject()
        self.assertTrue(payment.espace_rejected)
        self.assertEqual(self.meal_move.payment_state, "not_paid")
        self.assertEqual(line.match_ids.payment_id.espace_reverses_id, payment)
        self.assertEqual((line.state, line.kind), ("pointed", "rejection"))
        self.assertEqual(self.waits(), 0)

    def test_a_rejection_entered_before(self):
        payment = self.register(self.meal_move, "direct_debit")
        rejection = payment._espace_reject("unpaid_debit", DAY)
        [line] = self.lines((-360, "IMPAYE"))
        self.assertEqual(line.proposal_kind, "known")
        self.accept(line)
        self.assertEqual(line.match_ids.payment_id, rejection)

    def test_a_rejection_of_another_amount_points_nothing(self):
        payment = self.register(self.meal_move, "direct_debit")
        [line] = self.lines((-361, "IMPAYE"))
        choice = self.choose(line, payment_id=payment)
        with self.assertRaisesRegex(UserError, "adds up to"):
            choice.action_point()
        self.assertFalse(payment.espace_rejected)

    def test_what_is_handed_over_to_the_treasury(self):
        self.register(self.meal_move, "online", day=DAY - timedelta(days=1))
        remittance = self.env["espace.remittance"].create(
            {
                "regie_id": self.regie.id,
                "journal_id": self.journals["online"].id,
                "date": DAY,
                "amount": 3.6,
            }
        )
        remittance.action_confirm()
        [line] = self.lines((-360, "VIR COMPTABLE PUBLIC"))
        self.assertEqual(line.proposal_kind, "remittance")
        self.accept(line)
        self.assertEqual(line.match_ids.remittance_id, remittance)

    def test_a_fee_of_the_bank(self):
        self.register(self.meal_move, "online")
        [line] = self.lines((-50, "FRAIS DE TENUE DE COMPTE"))
        self.assertEqual(line.proposal_kind, "fees")
        self.choose(line, fee_journal_id=self.journals["online"]).action_point()
        online = self.journals["online"]
        self.assertEqual(self.regie._balances(online)[online], 3.1)

    # === Taking back === #

    def test_a_fee_is_given_back_with_its_movement(self):
        self.register(self.meal_move, "card")
        self.register(self.lina_move, "card")
        [line] = self.lines((710, "REMISE CB"))
        self.accept(line)
        fee = line.match_ids.remittance_id
        card = self.journals["card"]
        self.assertEqual(self.regie._balances(card)[card], 7.1)
        back = fee.with_user(self.clerk).action_take_back()
        back = self.env["espace.remittance"].browse(back["res_id"])
        with self.assertRaisesRegex(UserError, "The bank kept"):
            back.with_user(self.clerk).action_confirm()
        back.unlink()
        line.with_user(self.clerk).action_release()
        self.assertEqual(self.regie._balances(card)[card], 7.2)
        self.assertEqual((line.state, self.waits()), ("open", 710))
        self.check_invariants()
        line.with_user(self.clerk).action_propose()
        self.accept(line)
        self.assertEqual(self.regie._balances(card)[card], 7.1)

    def test_one_receipt_of_several_was_a_mistake(self):
        payment = self.register(self.meal_move, "card")
        self.register(self.lina_move, "card")
        [line] = self.lines((720, "REMISE CB"))
        self.accept(line)
        payment.with_user(self.clerk)._espace_reject("mistake", DAY)
        self.assertEqual((line.state, self.waits()), ("open", 720))

    def test_what_was_received_later_is_not_shown(self):
        early = DAY - timedelta(days=9)
        payment = self.register(self.meal_move, "card", day=DAY)
        [line] = self.lines((early, 360, "REMISE CB"))
        self.assertFalse(line.proposal_kind)
        with self.assertRaisesRegex(UserError, "after this movement"):
            line.with_user(self.clerk)._point_known("known", payment)

    def test_a_transfer_given_to_the_wrong_family(self):
        [line] = self.lines((360, "VIREMENT"))
        self.choose(line, family_id=self.martin).action_point()
        payment = line.match_ids.payment_id
        with self.assertRaisesRegex(UserError, "as entered by mistake"):
            line.with_user(self.clerk).action_release()
        payment.with_user(self.clerk)._espace_reject("mistake", DAY)
        self.assertEqual((line.state, self.waits()), ("open", 360))
        self.assertFalse(line.match_ids)
        self.check_invariants()
        self.choose(line, family_id=self.durand).action_point()
        self.assertEqual(self.lina_move.payment_state, "paid")
        self.assertEqual(self.waits(), 0)

    def test_receipts_pointed_by_mistake_are_free_again(self):
        payment = self.register(self.meal_move, "card")
        first, second = self.lines((360, "REMISE CB"), (360, "REMISE CB 2"))
        self.accept(first)
        first.with_user(self.clerk).action_release()
        second.with_user(self.clerk).action_propose()
        self.accept(second)
        self.assertEqual(second.match_ids.payment_id, payment)

    def test_a_locked_day(self):
        self.company.fiscalyear_lock_date = date(2027, 1, 3)
        [line] = self.lines((360, f"VIR {self.meal_move.name}"))
        self.assertEqual(line.day, DAY)
        self.accept(line)
        self.assertEqual(str(line.match_ids.payment_id.date), "2027-01-04")
        self.assertEqual(str(line.pointing_id.date), "2027-01-04")

    def test_a_year_is_locked_once_all_is_pointed(self):
        self.deposit.suspense_account_id.reconcile = False
        [line] = self.lines((360, f"VIR {self.meal_move.name}"))
        with self.assertRaises(RedirectWarning), self.env.cr.savepoint():
            self.company.fiscalyear_lock_date = DAY
        self.accept(line)
        self.company.fiscalyear_lock_date = DAY
        payment = line.match_ids.payment_id
        payment.with_user(self.clerk)._espace_reject("mistake", date(2027, 1, 4))
        self.assertEqual((line.state, self.waits()), ("open", 360))
