from odoo.exceptions import AccessError

from ..common import MONDAY, NOW, TOO_LATE, EspaceCase


class TestOptionChange(EspaceCase):
    """Another option of a booked day: the seat is kept whatever happens."""

    def change(self, product, day=MONDAY, now=NOW, child=None):
        return self.Reservation._change_option(
            self.martin, (child or self.nina, product, day), now
        )

    def test_the_booking_keeps_its_seat_and_its_state(self):
        booked = self.booked(self.nina, self.t1, MONDAY)
        quote = self.change(self.t2)
        self.assertEqual((quote.status, quote.reservation_id), ("booked", booked.id))
        self.assertEqual(booked.product_id, self.t2)
        self.assertEqual(booked.state, "confirmed")
        self.assertEqual(self.session(self.evening, MONDAY).booked_count, 1)

    def test_nobody_takes_the_place_in_between(self):
        """Full, and others wait: a change needs no place, and frees none."""
        self.evening.waiting_list = True
        booked = self.booked(self.nina, self.t1, MONDAY)
        self.booked(self.tom, self.t1, MONDAY)
        self.Reservation._join_waiting(self.durand, [(self.lina, self.t1, MONDAY)], NOW)
        self.assertEqual(self.change(self.t2).status, "booked")
        self.assertEqual(booked.product_id, self.t2)
        waits = self.reservation(self.lina, self.evening, MONDAY)
        self.assertEqual(waits.state, "waiting")

    def test_after_the_limit_nothing_changes(self):
        booked = self.booked(self.nina, self.t1, MONDAY)
        quote = self.change(self.t2, now=TOO_LATE)
        self.assertEqual(quote.status, "blocked")
        self.assertIn("could be cancelled until", quote.reason)
        self.assertEqual(booked.product_id, self.t1)

    def test_the_limit_of_booking_binds_too(self):
        self.evening.cancel_rule_id = False
        booked = self.booked(self.nina, self.t1, MONDAY)
        quote = self.change(self.t2, now=TOO_LATE)
        self.assertEqual(quote.status, "too_late")
        self.assertEqual(booked.product_id, self.t1)

    def test_what_the_town_hall_approved_it_changes(self):
        self.evening.approval = "manual"
        booked = self.booked(self.nina, self.t1, MONDAY)
        self.assertEqual(self.change(self.t2).status, "pending")
        booked.state = "confirmed"
        quote = self.change(self.t1)
        self.assertEqual(quote.status, "blocked")
        self.assertIn("ask it to change", quote.reason)
        self.assertEqual(booked.product_id, self.t2)

    def test_an_absent_child_keeps_its_option(self):
        booked = self.booked(self.nina, self.t1, MONDAY)
        booked.attendance = "absent_justified"
        self.assertEqual(self.change(self.t2).status, "blocked")
        self.assertEqual(booked.product_id, self.t1)

    def test_without_a_booking_nothing_is_changed(self):
        self.assertEqual(self.change(self.t2).status, "available")
        self.assertFalse(self.reservation(self.nina, self.evening, MONDAY))
        booked = self.booked(self.nina, self.t1, MONDAY)
        self.assertEqual(self.change(self.t1).status, "booked")
        self.assertEqual(self.change(self.meal).status, "available")
        self.assertEqual(booked.product_id, self.t1)

    def test_another_family_changes_nothing(self):
        booked = self.booked(self.nina, self.t1, MONDAY)
        with self.assertRaises(AccessError):
            self.Reservation._change_option(
                self.durand, (self.nina, self.t2, MONDAY), NOW
            )
        self.assertEqual(booked.product_id, self.t1)

    def test_the_history_says_which_option_it_was(self):
        booked = self.booked(self.nina, self.t1, MONDAY)
        self.change(self.t2)
        event = self.env["espace.reservation.event"].search(
            [("reservation_id", "=", booked.id), ("kind", "=", "option")]
        )
        self.assertEqual((event.old, event.new), ("Tranche 1", "Tranche 2"))
