from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import (
    EVENING_CUTOFF,
    MONDAY,
    NOW,
    TOO_LATE,
)

from ..common import EspaceBillingCase

LATER = NOW + timedelta(minutes=5)
ONE_DAY = timedelta(hours=24)


@tagged("post_install", "-at_install")
class TestWaitingMoney(EspaceBillingCase):
    """A place of the waiting list is paid for like another, with the time to do so."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.evening.waiting_list = True
        (cls.martin | cls.durand).lang = "en_US"
        cls.rival = cls._create_family("Rival", ["Alix"])
        cls.rivals = [
            cls._create_child(cls.rival, name, cls.class_cp) for name in ("Sam", "Zoé")
        ]

    def setUp(self):
        super().setUp()
        self.first, self.second = (
            self.booked(child, self.t1, MONDAY) for child in self.rivals
        )
        self.lina_waits = self.waiting(self.lina, NOW)
        self.nina_waits = self.waiting(self.nina, LATER)

    def waiting(self, child, now):
        family = child._paying_family(MONDAY)
        items = [(child, self.t1, MONDAY)]
        [quote] = self.Reservation._join_waiting(family, items, now)
        self.assertEqual(quote.status, "waiting")
        return self.Reservation.browse(quote.reservation_id)

    def test_waiting_costs_nothing(self):
        self.assertFalse((self.lina_waits | self.nina_waits).charge_ids)

    def test_without_online_payment_the_place_is_invoiced_at_once(self):
        self.first._cancel(LATER)
        self.assertEqual(self.lina_waits.state, "confirmed")
        self.assertEqual(self.invoices(self.durand).state, "posted")
        self.assertEqual(self.durand.amount_due, 0.80)

    def test_with_online_payment_the_family_has_a_day_to_pay(self):
        self._publish_provider()
        self.first._cancel(LATER)
        self.assertEqual(self.lina_waits.state, "pending_payment")
        self.assertEqual(self.lina_waits.hold_until, LATER + ONE_DAY)
        self.assertEqual(self.invoices(self.durand).state, "draft")
        message = self.durand.message_ids[0]
        self.assertIn("Pay before", message.body)

    def test_the_time_to_pay_ends_with_the_day_before(self):
        self._publish_provider()
        now = EVENING_CUTOFF - timedelta(hours=1)
        self.first._cancel(now)
        midnight = datetime(2027, 1, 10, 23, 0)
        self.assertEqual(self.lina_waits.hold_until, midnight)

    def test_a_place_not_paid_for_goes_to_the_next(self):
        self._publish_provider()
        self.first._cancel(LATER)
        self.Reservation._release_expired(LATER + ONE_DAY)
        self.assertEqual(self.lina_waits.state, "cancelled")
        self.assertEqual(self.nina_waits.state, "pending_payment")
        self.assertFalse(self.invoices(self.durand))
        session = self.session(self.evening, MONDAY)
        self.assertEqual((session.booked_count, session.waiting_count), (2, 0))

    def test_a_cart_that_is_not_paid_gives_its_places_to_those_who_wait(self):
        self._publish_provider()
        (self.first | self.second)._cancel(LATER, staff=True)
        self.assertEqual(self.nina_waits.state, "pending_payment")
        expired = LATER + ONE_DAY
        tom = self.Reservation._join_waiting(
            self.martin, [(self.tom, self.t1, MONDAY)], LATER
        )
        self.Reservation._release_expired(expired)
        tom = self.Reservation.browse(tom[0].reservation_id)
        self.assertEqual(tom.state, "pending_payment")

    def test_a_place_left_late_is_credited_to_one_and_due_by_the_other(self):
        self._publish_provider()
        self.evening.release_if_waiting = True
        paid = self.first.charge_ids.amount
        with freeze_time(TOO_LATE):
            self.first._cancel(TOO_LATE)
        self.assertEqual(self.first.state, "cancelled")
        self.assertEqual(self.first.charged_amount, 0)
        # What is left is of the other child.
        self.assertGreater(paid, 0)
        self.assertEqual(self.rival.amount_due, paid)
        self.assertEqual(self.lina_waits.state, "confirmed")
        self.assertEqual(self.invoices(self.durand).state, "posted")

    def test_a_child_without_a_price_is_passed_over(self):
        self.env["espace.tariff"].search([]).line_ids.filtered(
            lambda line: line.product_id == self.t1
        ).residency = "resident"
        self.durand.residency = "non_resident"
        self.first._cancel(LATER)
        self.assertEqual(self.lina_waits.state, "waiting")
        self.assertEqual(self.nina_waits.state, "confirmed")

    def test_what_is_booked_beyond_the_places_is_charged_like_another(self):
        self.assertEqual(
            self.book(
                self.martin, (self.tom, self.t1, MONDAY), staff=True, beyond="Agreed"
            ),
            ["booked"],
        )
        tom = self.reservation(self.tom, self.evening, MONDAY)
        self.assertEqual(tom.charge_ids.mapped("amount"), [0.65])
