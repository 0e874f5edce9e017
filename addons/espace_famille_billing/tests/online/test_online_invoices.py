from datetime import timedelta
from decimal import Decimal

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW

from ..common_regie import CounterCase, euros

KEPT = "Part of your payment stays on your account"


class OnlineCase(CounterCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._publish_provider()
        cls.bank_journal.write(
            {"espace_regie_id": cls.regie.id, "espace_means": "online"}
        )
        cls.both = cls.meal_move | cls.evening_move

    def received(self):
        return self.Payment.search([("espace_family_id", "=", self.martin.id)])


@tagged("post_install", "-at_install")
class TestOnlineInvoices(OnlineCase):
    """Several invoices in one payment online, and what the bank says of it."""

    def test_one_payment_settles_all_and_has_a_receipt(self):
        self.notify(self.transaction(self.both, amount=4.90))
        self.assertEqual(self.left(), euros("0", "0", "3.60"))
        payment = self.received()
        self.assertEqual(payment.espace_receipt_number, "RS-2027-00001")
        self.assertEqual(payment.espace_means, "online")
        self.assertEqual(
            payment._espace_settled(),
            [(self.meal_move, 3.60), (self.evening_move, 1.30)],
        )

    def test_told_twice_it_is_paid_once(self):
        transaction = self.transaction(self.both, amount=4.90)
        self.notify(transaction)
        self.notify(transaction)
        transaction._post_process()
        self.assertEqual(len(self.received()), 1)
        self.assertEqual(self.receivable(self.martin), 0)
        self.assertEqual(self.regie.receipt_sequence_id.number_next_actual, 1)
        self.assertEqual(self.pay(self.durand).espace_receipt_number, "RS-2027-00002")

    def test_another_amount_pays_nothing(self):
        for amount in (0.01, 49):
            transaction = self.notify(
                self.transaction(self.both, amount=4.90), amount=amount
            )
            self.assertEqual(transaction.state, "error")
        self.assertFalse(self.received())
        self.assertEqual(self.left(), euros("3.60", "1.30", "3.60"))

    def test_what_was_paid_at_the_counter_meanwhile_leaves_a_credit(self):
        transaction = self.transaction(self.both, amount=4.90)
        self.pay(amount=3.60)
        self.notify(transaction)
        self.assertEqual(self.left(), euros("0", "0", "3.60"))
        self.assertEqual(self.martin._espace_open_amount("credit"), 3.60)
        message = self.messages(self.martin, KEPT)
        self.assertEqual(len(message), 1)
        self.assertIn("3.60", message.body)

    def test_paid_twice_is_kept_and_told(self):
        first = self.transaction(self.both, amount=4.90)
        second = self.transaction(self.both, amount=4.90)
        self.notify(first)
        self.assertFalse(self.messages(self.martin, KEPT))
        self.notify(second)
        self.assertEqual(self.martin._espace_open_amount("credit"), 4.90)
        self.assertEqual(len(self.messages(self.martin, KEPT)), 1)

    def test_a_contested_card_is_rejected(self):
        self.notify(self.transaction(self.both, amount=4.90))
        self.received().with_user(self.clerk)._espace_reject("chargeback", NOW.date())
        self.assertEqual(self.left(), euros("3.60", "1.30", "3.60"))


@tagged("post_install", "-at_install")
class TestSilentBank(OnlineCase):
    """A payment that the bank leaves pending holds seats for the hours set."""

    def setUp(self):
        super().setUp()
        self.booking = self.booked(self.lina, self.t1, MONDAY)
        self.tx = self.notify(
            self.transaction(self.booking.charge_ids.move_id), "pending"
        )
        self.company.espace_pending_hours = 24

    def release(self, hours):
        now = NOW + timedelta(hours=hours, minutes=1)
        with freeze_time(now):
            self.env.invalidate_all()
            return self.Reservation._release_expired(now)

    def notes(self):
        return self.durand.message_ids.filtered(
            lambda message: message.partner_ids == self.clerk.partner_id
        )

    def test_within_the_hours_the_seat_is_held(self):
        self.assertFalse(self.release(23))
        self.assertEqual(self.booking.state, "pending_payment")
        self.assertFalse(self.notes())

    def test_beyond_the_hours_the_seat_is_given_back_and_the_regie_told(self):
        self.assertEqual(self.release(24), self.booking)
        self.assertEqual(self.booking.state, "cancelled")
        note = self.notes()
        self.assertEqual(len(note), 1)
        self.assertIn(self.tx.reference, note.body)
        self.assertEqual(note.subtype_id, self.env.ref("mail.mt_note"))
        self.assertEqual(self.session(self.evening, MONDAY).booked_count, 0)

    def test_the_money_that_comes_after_all_is_kept(self):
        self.release(24)
        self.notify(self.tx)
        # It pays what else the family owes: 3.60 €.
        self.assertEqual(self.durand.amount_due, 2.80)
        self.assertEqual(self.durand._espace_credit(), 0)
        self.assertEqual(self.receivable(self.durand), Decimal("2.80"))
        self.assertEqual(self.booking.state, "cancelled")

    def test_a_page_that_was_never_sent_tells_nobody(self):
        self.tx.state = "draft"
        self.assertEqual(self.release(24), self.booking)
        self.assertFalse(self.notes())

    def test_an_authorised_payment_is_awaited(self):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE payment_transaction SET state = 'authorized' WHERE id = %s",
            [self.tx.id],
        )
        self.assertFalse(self.release(100))
