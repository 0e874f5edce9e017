from datetime import timedelta
from decimal import Decimal

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW, THURSDAY, TUESDAY

from ..common import EspaceBillingCase

HELD = NOW + timedelta(minutes=60)
IN_TIME = NOW + timedelta(minutes=59)
EXPIRED = NOW + timedelta(minutes=61)

NOT_PAID = "Booking not kept: payment not completed"
TOO_LATE = "Payment received too late"


@tagged("post_install", "-at_install")
class TestPaymentAtBooking(EspaceBillingCase):
    """Payment at booking (R) where families pay online."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._publish_provider()
        # The messages to the family are looked for in the words of the sources.
        (cls.martin | cls.durand).lang = "en_US"

    def setUp(self):
        super().setUp()
        # The evening childcare has two places: both are held.
        self.assertEqual(
            self.book(
                self.martin, (self.nina, self.t1, MONDAY), (self.tom, self.t2, MONDAY)
            ),
            ["pending", "pending"],
        )
        self.nina_t1 = self.reservation(self.nina, self.evening, MONDAY)
        self.tom_t2 = self.reservation(self.tom, self.evening, MONDAY)
        self.both = self.nina_t1 | self.tom_t2
        self.move = self.invoices(self.martin)

    def assert_held(self, reservations=None):
        """The seats are taken, the invoice waits, nothing is confirmed."""
        reservations = reservations or self.both
        self.assertEqual(set(reservations.mapped("state")), {"pending_payment"})
        self.assertEqual(set(reservations.mapped("hold_until")), {HELD})
        moves = reservations.charge_ids.move_id
        self.assertEqual(moves.mapped("state"), ["draft"])
        self.assertEqual(self.martin.amount_due, 0)

    def assert_paid(self):
        """The seats are confirmed, the invoice is paid and nothing is owed."""
        self.assertEqual(set(self.both.mapped("state")), {"confirmed"})
        self.assertFalse(any(self.both.mapped("hold_until")))
        self.assertEqual(self.move.state, "posted")
        self.assertEqual(self.move.payment_state, "paid")
        self.assertEqual(self.move.amount_residual, 0)
        self.assertEqual(self.receivable(self.martin), 0)
        self.assertEqual(self.martin.amount_due, 0)

    def assert_released(self, credit=0):
        """The seats are free, nothing is charged and nothing is left to pay.

        :param credit: the euros of money that paid nothing
        """
        self.assertEqual(set(self.both.mapped("state")), {"cancelled"})
        self.assertEqual(self.session(self.evening, MONDAY).booked_count, 0)
        self.assertFalse(self.invoices(self.martin))
        self.assertEqual(set(self.both.charge_ids.mapped("state")), {"offset"})
        self.assertEqual(sum(self.amounts(self.both)), 0)
        self.assertEqual(self.martin._espace_credit(), credit)

    def payments(self):
        return self.env["account.payment"].search(
            [("partner_id", "=", self.martin.partner_id.id)]
        )

    # === While the family pays === #

    def test_seats_are_held_for_the_time_of_the_commune(self):
        self.assert_held()
        self.assertEqual(self.session(self.evening, MONDAY).booked_count, 2)
        self.assertEqual(self.move.amount_total, 1.95)
        self.assertEqual(self.martin._espace_payment_move(), self.move)
        quote = self.quote(self.durand, (self.lina, self.t1, MONDAY))
        self.assertEqual(quote.status, "full")

    def test_the_commune_chooses_how_long(self):
        self.company.espace_hold_minutes = 20
        reservation = self.booked(self.lina, self.meal, MONDAY)
        self.assertEqual(reservation.hold_until, NOW + timedelta(minutes=20))

    def test_booking_again_changes_nothing(self):
        statuses = self.book(
            self.martin, (self.nina, self.t1, MONDAY), (self.tom, self.t2, MONDAY)
        )
        self.assertEqual(statuses, ["pending", "pending"])
        self.assertEqual(self.invoices(self.martin), self.move)
        self.assert_held()

    def test_what_an_agent_books_is_confirmed_and_due(self):
        lina = self.book(self.durand, (self.lina, self.meal, MONDAY), staff=True)
        self.assertEqual(lina, ["booked"])
        self.assertEqual(self.invoices(self.durand).state, "posted")
        self.assertEqual(self.durand.amount_due, 3.60)

    def test_a_draft_that_an_accountant_cancels_gives_no_credit(self):
        self.move.button_cancel()
        self.Reservation._release_expired(EXPIRED)
        self.assertEqual(set(self.both.mapped("state")), {"cancelled"})
        self.assertEqual(self.martin._espace_credit(), 0)

    def test_a_published_provider_only(self):
        self.provider.is_published = False
        self.assertEqual(self.booked(self.nina, self.meal, MONDAY).state, "confirmed")
        self.provider.write({"is_published": True, "state": "disabled"})
        self.assertEqual(self.booked(self.nina, self.meal, TUESDAY).state, "confirmed")

    # === Paid === #

    def test_a_payment_confirms_and_settles_the_invoice(self):
        transaction = self.notify(self.transaction(self.move))
        self.assert_paid()
        self.assertEqual(transaction.payment_id, self.payments())
        self.assertEqual(self.payments().amount, 1.95)
        self.assertFalse(self.messages(self.martin))

    def test_a_payment_that_is_told_twice_counts_once(self):
        transaction = self.transaction(self.move)
        for _time in range(2):
            self.notify(transaction)
        transaction._post_process()
        self.assert_paid()
        self.assertEqual(len(self.payments()), 1)
        self.assertEqual(len(self.invoices(self.martin)), 1)
        self.assertFalse(self.messages(self.martin))

    def test_paid_seats_are_not_released(self):
        self.notify(self.transaction(self.move))
        self.assertFalse(self.Reservation._release_expired(EXPIRED))
        self.assert_paid()

    def test_money_that_came_is_not_lost_before_it_is_processed(self):
        transaction = self.transaction(self.move)
        with self._bank("done"):
            transaction._process("none", {"amount": 1.95})
        self.assertFalse(self.Reservation._release_expired(EXPIRED))
        transaction._post_process()
        self.assert_paid()

    def test_a_second_try_after_a_refused_card_confirms(self):
        with self._bank("canceled"):
            self.transaction(self.move)._process("none", {"amount": 1.95})
        self.assert_held()
        self.notify(self.transaction(self.move))
        self.assert_paid()

    def test_paying_twice_leaves_the_second_payment_as_credit(self):
        first, second = self.transaction(self.move), self.transaction(self.move)
        self.notify(first)
        self.notify(second)
        self.assertEqual(set(self.both.mapped("state")), {"confirmed"})
        self.assertEqual(self.move.payment_state, "paid")
        self.assertEqual(self.receivable(self.martin), Decimal("-1.95"))

    def test_a_posted_invoice_confirms_too(self):
        self.move.action_post()
        self.assertEqual(set(self.both.mapped("state")), {"confirmed"})
        self.assertEqual(self.martin.amount_due, 1.95)

    # === Not paid === #

    def test_seats_that_are_not_paid_in_time_are_given_back(self):
        released = self.Reservation._release_expired(EXPIRED)
        self.assertEqual(released, self.both)
        self.assert_released()
        self.assertFalse(self.move.exists())
        quote = self.quote(self.durand, (self.lina, self.t1, MONDAY))
        self.assertEqual(quote.status, "available")

    def test_the_family_is_told_that_its_seats_are_given_back(self):
        self.Reservation._release_expired(EXPIRED)
        message = self.messages(self.martin, NOT_PAID)
        self.assertEqual(len(message), 1)
        self.assertEqual(message.partner_ids, self.martin.guardian_ids.partner_id)
        self.assertIn("Nina Martin", message.body)
        self.assertIn("Tom Martin", message.body)
        self.Reservation._release_expired(EXPIRED)
        self.assertEqual(len(self.messages(self.martin)), 1)

    def test_before_the_hour_nothing_is_released(self):
        self.assertFalse(self.Reservation._release_expired(IN_TIME))
        self.assert_held()
        self.assertFalse(self.messages(self.martin))

    def test_the_scheduled_job_releases(self):
        cron = self.env.ref("espace_famille_billing.cron_release_expired")
        with self.at(NOW.date()):
            cron.ir_actions_server_id.run()
        self.assert_released()

    def test_a_page_that_was_only_opened_does_not_hold_the_seats(self):
        self.transaction(self.move)
        self.Reservation._release_expired(EXPIRED)
        self.assert_released()

    def test_a_refused_card_does_not_hold_the_seats(self):
        for state in ("canceled", "error"):
            with self._bank(state):
                self.transaction(self.move)._process("none", {"amount": 1.95})
        self.Reservation._release_expired(EXPIRED)
        self.assert_released()

    def test_a_payment_pending_at_the_bank_holds_the_seats(self):
        transaction = self.notify(self.transaction(self.move), "pending")
        self.assertFalse(self.Reservation._release_expired(EXPIRED))
        self.assert_held()
        self.notify(transaction)
        self.assert_paid()

    def test_a_pending_payment_that_fails_releases_the_seats(self):
        transaction = self.notify(self.transaction(self.move), "pending")
        self.notify(transaction, "canceled")
        self.Reservation._release_expired(EXPIRED)
        self.assert_released()

    def test_one_family_does_not_hold_up_the_others(self):
        lina = self.booked(self.lina, self.meal, MONDAY)
        self.notify(self.transaction(self.move), "pending")
        self.assertEqual(self.Reservation._release_expired(EXPIRED), lina)
        self.assert_held()
        self.assertEqual(lina.state, "cancelled")
        self.assertTrue(self.messages(self.durand, NOT_PAID))
        self.assertFalse(self.messages(self.martin))

    # === Paid too late === #

    def test_money_that_comes_too_late_stays_as_credit(self):
        transaction = self.transaction(self.move)
        self.Reservation._release_expired(EXPIRED)
        self.notify(transaction)
        self.assert_released(credit=1.95)
        self.assertEqual(transaction.payment_id.amount, 1.95)
        self.assertEqual(self.receivable(self.martin), Decimal("-1.95"))

    def test_the_family_is_told_once_that_its_money_came_too_late(self):
        transaction = self.transaction(self.move)
        self.Reservation._release_expired(EXPIRED)
        self.notify(transaction)
        self.notify(transaction)
        message = self.messages(self.martin, TOO_LATE)
        self.assertEqual(len(message), 1)
        self.assertEqual(message.partner_ids, self.martin.guardian_ids.partner_id)
        self.assertEqual(len(self.payments()), 1)

    def test_a_seat_that_was_given_to_another_stays_with_it(self):
        transaction = self.transaction(self.move)
        self.Reservation._release_expired(EXPIRED)
        lina = self.booked(self.lina, self.t1, MONDAY, now=EXPIRED)
        self.notify(transaction)
        self.assertEqual(lina.state, "pending_payment")
        self.assertEqual(self.session(self.evening, MONDAY).booked_count, 1)

    # === Another amount === #

    def test_a_bank_that_names_another_amount_confirms_nothing(self):
        for amount in (0.01, 19.50):
            with self.subTest(amount=amount):
                transaction = self.notify(self.transaction(self.move), amount=amount)
                self.assertEqual(transaction.state, "error")
                self.assert_held()
                self.assertFalse(self.payments())

    def test_a_transaction_of_another_amount_confirms_nothing(self):
        transaction = self.notify(self.transaction(self.move, amount=0.01))
        self.assertEqual(transaction.state, "done")
        self.assert_held()
        self.assertEqual(self.payments().amount, 0.01)
        self.assertEqual(self.receivable(self.martin), Decimal("-0.01"))
        self.assertEqual(len(self.messages(self.martin)), 1)
        self.Reservation._release_expired(EXPIRED)
        self.assert_released(credit=0.01)

    def test_after_another_amount_the_right_one_still_confirms(self):
        self.notify(self.transaction(self.move, amount=0.01))
        self.notify(self.transaction(self.move))
        self.assertEqual(set(self.both.mapped("state")), {"confirmed"})
        self.assertEqual(self.move.payment_state, "paid")
        self.assertEqual(self.receivable(self.martin), Decimal("-0.01"))

    # === Cancelling while paying === #

    def test_giving_up_frees_everything(self):
        self.cancel(self.both)
        self.assert_released()

    def test_taking_out_one_child_keeps_the_other_and_its_time(self):
        self.cancel(self.nina_t1, now=IN_TIME)
        self.assertEqual(self.nina_t1.state, "cancelled")
        self.assert_held(self.tom_t2)
        move = self.invoices(self.martin)
        self.assertEqual(move.amount_total, 1.30)
        self.assertEqual(self.martin._espace_payment_move(), move)
        self.assertEqual(self.session(self.evening, MONDAY).booked_count, 1)
        self.assertEqual(self.martin._espace_credit(), 0)
        self.notify(self.transaction(move))
        self.assertEqual(self.tom_t2.state, "confirmed")
        self.assertEqual(self.receivable(self.martin), 0)

    def test_money_for_what_was_taken_out_meanwhile_stays_as_credit(self):
        transaction = self.transaction(self.move)
        self.cancel(self.nina_t1, now=IN_TIME)
        self.notify(transaction)
        self.assert_held(self.tom_t2)
        self.assertEqual(self.receivable(self.martin), Decimal("-1.95"))
        self.assertEqual(len(self.messages(self.martin)), 1)

    def test_no_cancelling_while_a_payment_is_on_its_way(self):
        transaction = self.notify(self.transaction(self.move), "pending")
        with self.assertRaises(UserError) as error:
            self.cancel(self.nina_t1)
        self.assertIn("on its way", str(error.exception))
        with self.assertRaises(UserError):
            self.nina_t1.action_cancel()
        self.assert_held()
        self.notify(transaction)
        self.assert_paid()
        self.cancel(self.nina_t1)
        self.assertEqual(self.martin._espace_credit(), 0.65)

    def test_what_is_paid_does_not_prevent_cancelling_what_is_not(self):
        self.notify(self.transaction(self.move))
        waiting = self.booked(self.nina, self.t1, TUESDAY)
        self.cancel(self.nina_t1 | waiting)
        self.assertEqual(waiting.state, "cancelled")
        self.assertEqual(self.martin._espace_credit(), 0.65)

    def test_staff_do_not_confirm_by_mistake_what_is_not_paid(self):
        self.both.action_confirm()
        self.assert_held()

    # === With a credit === #

    def with_credit(self):
        """Give the Martins 1.95 € back: both children's childcare, paid then undone."""
        self.notify(self.transaction(self.move))
        self.cancel(self.both)
        self.assertEqual(self.martin._espace_credit(), 1.95)
        return self.both.charge_ids.filtered(lambda charge: charge.amount < 0)

    def test_payments_of_one_second_are_told_apart(self):
        """Drafts have no number to name a payment by; Odoo names it by the second."""
        Transaction = self.env["payment.transaction"]
        with freeze_time(NOW):
            named = {
                Transaction._compute_reference(
                    "none", invoice_ids=[Command.set(self.draft().ids)]
                )
                for _family in range(2)
            }
        self.assertEqual(len(named), 2)

    def draft(self):
        return self.Move.create(
            {"move_type": "out_invoice", "partner_id": self.martin.partner_id.id}
        )

    def test_a_credit_lowers_what_is_paid_online(self):
        self.with_credit()
        meal = self.booked(self.nina, self.meal, MONDAY)
        self.assertEqual(meal.state, "pending_payment")
        move = self.martin._espace_payment_move()
        self.assertEqual(move.espace_reservation_ids, meal)
        self.assertEqual(
            move._espace_sums(),
            (Decimal("3.60"), Decimal("1.95"), Decimal(0), Decimal("1.65")),
        )
        self.notify(self.transaction(move, amount=1.65))
        self.assertEqual(meal.state, "confirmed")
        self.assertEqual(
            move._espace_sums(),
            (Decimal("3.60"), Decimal("1.95"), Decimal("1.65"), Decimal(0)),
        )
        self.assertEqual(self.receivable(self.martin), 0)

    def test_a_credit_that_covers_everything_confirms_at_once(self):
        self.with_credit()
        tom = self.booked(self.tom, self.t2, THURSDAY)
        self.assertEqual(tom.state, "confirmed")
        self.assertFalse(tom.hold_until)
        self.assertEqual(self.martin._espace_credit(), 0.65)
        move = tom.charge_ids.move_id
        self.assertEqual((move.state, move.amount_residual), ("posted", 0))
        self.assertEqual(move.amount_total, 1.30)
        self.assertNotIn(0, self.invoices(self.martin).mapped("amount_total"))

    def test_a_credit_comes_back_when_the_seat_is_not_paid(self):
        credits_ = self.with_credit()
        meal = self.booked(self.nina, self.meal, MONDAY)
        self.assertEqual(credits_.move_id.move_type, "out_refund")
        self.assertEqual(self.Reservation._release_expired(EXPIRED), meal)
        self.assertEqual(credits_.move_id.amount_residual, 1.95)
        self.assertEqual(self.martin._espace_credit(), 1.95)

    def test_a_credit_follows_the_child_that_stays(self):
        self.with_credit()
        self.book(
            self.martin, (self.nina, self.meal, MONDAY), (self.tom, self.meal, MONDAY)
        )
        nina = self.reservation(self.nina, self.canteen, MONDAY)
        tom = self.reservation(self.tom, self.canteen, MONDAY)
        self.cancel(nina, now=IN_TIME)
        self.assert_held(tom)
        self.assertEqual(
            self.martin._espace_payment_move()._espace_asked(), Decimal("1.65")
        )

    def test_what_stays_is_confirmed_when_the_credit_covers_it(self):
        self.with_credit()
        self.book(
            self.martin, (self.nina, self.meal, MONDAY), (self.tom, self.t2, THURSDAY)
        )
        meal = self.reservation(self.nina, self.canteen, MONDAY)
        tom = self.reservation(self.tom, self.evening, THURSDAY)
        self.cancel(meal, now=IN_TIME)
        self.assertEqual(tom.state, "confirmed")
        self.assertFalse(tom.hold_until)
        self.assertEqual(self.martin._espace_credit(), 0.65)

    # === Nothing to pay now === #

    def test_a_free_booking_is_confirmed_at_once(self):
        line = self.tariff.line_ids.filtered(
            lambda line: line.product_id == self.meal and line.event == "planned"
        )
        line.amount = 0
        reservation = self.booked(self.nina, self.meal, MONDAY)
        self.assertEqual(reservation.state, "confirmed")
        self.assertFalse(reservation.hold_until)
        self.assertFalse(reservation.charge_ids)
        self.assertEqual(self.invoices(self.martin), self.move)

    def test_what_is_paid_at_consumption_is_confirmed_at_once(self):
        self.canteen.billing_mode = "consumption"
        self.book(
            self.durand, (self.lina, self.meal, MONDAY), (self.lina, self.t1, TUESDAY)
        )
        meal = self.reservation(self.lina, self.canteen, MONDAY)
        evening = self.reservation(self.lina, self.evening, TUESDAY)
        self.assertEqual(meal.state, "confirmed")
        self.assertFalse(meal.hold_until)
        self.assertEqual(evening.state, "pending_payment")
        self.assertEqual(self.invoices(self.durand).amount_total, 0.80)

    def test_what_waits_for_approval_is_not_paid_yet(self):
        self.canteen.approval = "manual"
        reservation = self.booked(self.nina, self.meal, MONDAY)
        self.assertEqual(reservation.state, "pending_approval")
        self.assertEqual(self.invoices(self.martin), self.move)

    def test_what_is_free_does_not_wait_for_what_is_paid(self):
        line = self.tariff.line_ids.filtered(
            lambda line: line.product_id == self.meal and line.event == "planned"
        )
        line.amount = 0
        self.book(
            self.durand, (self.lina, self.meal, MONDAY), (self.lina, self.t1, TUESDAY)
        )
        meal = self.reservation(self.lina, self.canteen, MONDAY)
        self.assertEqual(meal.state, "confirmed")
        self.assertFalse(meal.hold_until)
        self.Reservation._release_expired(EXPIRED)
        self.assertEqual(meal.state, "confirmed")

    # === Two carts === #

    def test_two_carts_are_paid_one_after_the_other(self):
        meal = self.booked(self.nina, self.meal, MONDAY, now=IN_TIME)
        second = meal.charge_ids.move_id
        self.assertEqual(self.martin._espace_payment_move(), self.move)
        self.notify(self.transaction(self.move))
        self.assertEqual(set(self.both.mapped("state")), {"confirmed"})
        self.assertEqual(meal.state, "pending_payment")
        self.assertEqual(self.martin._espace_payment_move(), second)
        self.notify(self.transaction(second))
        self.assertEqual(meal.state, "confirmed")
        self.assertEqual(self.receivable(self.martin), 0)
        self.assertFalse(self.martin._espace_payment_move())

    def test_the_first_cart_expires_before_the_second(self):
        meal = self.booked(self.nina, self.meal, MONDAY, now=IN_TIME)
        self.assertEqual(self.Reservation._release_expired(EXPIRED), self.both)
        self.assertEqual(meal.state, "pending_payment")
        self.assertEqual(self.martin._espace_payment_move(), meal.charge_ids.move_id)
