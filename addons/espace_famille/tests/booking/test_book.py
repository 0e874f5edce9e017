from datetime import datetime
from unittest.mock import patch

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ..common import (
    CANTEEN_CUTOFF,
    MONDAY,
    NOW,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    EspaceCase,
)


@tagged("post_install", "-at_install")
class TestBook(EspaceCase):
    def test_a_booking_is_confirmed_and_takes_a_seat(self):
        reservation = self.booked(self.nina, self.meal, MONDAY)
        self.assertEqual(reservation.state, "confirmed")
        self.assertEqual(reservation.family_id, self.martin)
        self.assertEqual(reservation.class_id, self.class_cp)
        self.assertEqual(reservation.booked_at, NOW)
        self.assertEqual(reservation.attendance, "expected")
        self.assertEqual(self.session(self.canteen, MONDAY).booked_count, 1)

    def test_approval_by_staff_holds_the_seat_meanwhile(self):
        self.canteen.approval = "manual"
        reservation = self.booked(self.nina, self.meal, MONDAY)
        self.assertEqual(reservation.state, "pending_approval")
        self.assertEqual(self.session(self.canteen, MONDAY).booked_count, 1)
        reservation.action_confirm()
        self.assertEqual(reservation.state, "confirmed")

    def test_approving_many_touches_those_that_wait_only(self):
        known = self.booked(self.tom, self.t1, MONDAY)
        self.canteen.approval = "manual"
        pending = self.booked(self.nina, self.meal, MONDAY)
        with patch.object(
            type(known), "_after_booking", autospec=True
        ) as after_booking:
            (known | pending).action_confirm()
        self.assertEqual(after_booking.call_args.args[0], pending)
        self.assertEqual(known.state, "confirmed")

    def test_a_refused_booking_frees_its_seat(self):
        self.canteen.approval = "manual"
        reservation = self.booked(self.nina, self.meal, MONDAY)
        reservation.action_refuse()
        self.assertEqual(reservation.state, "refused")
        self.assertEqual(self.session(self.canteen, MONDAY).booked_count, 0)
        self.assertEqual(
            self.book(self.martin, (self.nina, self.meal, MONDAY)), ["pending"]
        )

    def test_last_seat_goes_to_one_family(self):
        self.session(self.canteen, MONDAY).capacity = 1
        self.assertEqual(
            self.book(self.martin, (self.nina, self.meal, MONDAY)), ["booked"]
        )
        self.assertEqual(
            self.book(self.durand, (self.lina, self.meal, MONDAY)), ["full"]
        )
        self.assertFalse(self.reservation(self.lina, self.canteen, MONDAY))

    def test_siblings_go_together_or_not_at_all(self):
        self.session(self.canteen, MONDAY).capacity = 1
        items = [(child, self.meal, MONDAY) for child in (self.nina, self.tom)]
        quotes = self.Reservation._book(self.martin, items, now=NOW)
        self.assertEqual([quote.status for quote in quotes], ["full", "full"])
        self.assertTrue(all(quote.reason for quote in quotes))
        self.assertFalse(self.martin.reservation_ids)
        self.session(self.canteen, MONDAY).capacity = 2
        self.assertEqual(self.book(self.martin, *items), ["booked", "booked"])

    def test_split_siblings_do_not_hold_up_other_days(self):
        self.session(self.canteen, MONDAY).capacity = 1
        items = [
            (child, self.meal, day)
            for day in (MONDAY, TUESDAY)
            for child in (self.nina, self.tom)
        ]
        self.assertEqual(
            self.book(self.martin, *items), ["full", "full", "booked", "booked"]
        )

    def test_what_can_be_booked_is_and_the_rest_says_why(self):
        items = [(self.nina, self.meal, day) for day in (MONDAY, WEDNESDAY, TUESDAY)]
        quotes = self.Reservation._book(self.martin, items, now=NOW)
        self.assertEqual(
            [quote.status for quote in quotes], ["booked", "closed", "booked"]
        )
        self.assertTrue(quotes[1].reason)

    def test_a_repeated_booking_changes_nothing(self):
        item = (self.nina, self.meal, MONDAY)
        reservation = self.booked(*item)
        self.assertEqual(
            self.book(self.martin, item, item, now=datetime(2027, 1, 4, 12)),
            ["booked"],
        )
        self.assertEqual(self.martin.reservation_ids, reservation)
        self.assertEqual(reservation.booked_at, NOW)
        self.assertEqual(self.session(self.canteen, MONDAY).booked_count, 1)

    def test_one_item_asked_twice_takes_one_seat(self):
        item = (self.nina, self.meal, MONDAY)
        self.book(self.martin, item, item)
        self.assertEqual(len(self.martin.reservation_ids), 1)

    def test_a_foreign_child_books_nothing(self):
        items = [(self.nina, self.meal, MONDAY), (self.lina, self.meal, MONDAY)]
        with self.assertRaises(AccessError):
            self.book(self.martin, *items)
        self.assertFalse(self.martin.reservation_ids)

    def test_refusals_write_nothing(self):
        self.session(self.canteen, THURSDAY).action_close()
        self.session(self.canteen, TUESDAY).capacity = 0
        cases = {
            "too_late": (MONDAY, CANTEEN_CUTOFF),
            "past": (MONDAY, datetime(2027, 1, 12, 8)),
            "closed": (THURSDAY, NOW),
            "full": (TUESDAY, NOW),
        }
        for status, (day, now) in cases.items():
            with self.subTest(status=status):
                [quote] = self.Reservation._book(
                    self.martin, [(self.nina, self.meal, day)], now=now
                )
                self.assertEqual(quote.status, status)
                self.assertTrue(quote.reason)
                self.assertFalse(quote.reservation_id)
        self.assertFalse(self.Reservation.search([("child_id", "=", self.nina.id)]))

    def test_staff_book_after_the_limit(self):
        item = (self.nina, self.meal, MONDAY)
        [status] = self.book(self.martin, item, now=CANTEEN_CUTOFF, staff=True)
        self.assertEqual(status, "booked")
        self.assertTrue(self.reservation(self.nina, self.canteen, MONDAY).late)

    def test_the_late_window_marks_the_booking(self):
        self.canteen.late_rule_id = self.rule_eve
        reservation = self.booked(self.nina, self.meal, MONDAY, now=CANTEEN_CUTOFF)
        self.assertTrue(reservation.late)
        self.assertFalse(self.booked(self.tom, self.t1, MONDAY).late)

    # === Options === #

    def test_options_share_the_places(self):
        self.booked(self.nina, self.t1, MONDAY)
        self.booked(self.tom, self.t2, MONDAY)
        self.assertEqual(self.session(self.evening, MONDAY).free_count, 0)
        self.assertEqual(self.book(self.durand, (self.lina, self.t1, MONDAY)), ["full"])

    def test_options_exclude_one_another(self):
        self.booked(self.nina, self.t1, MONDAY)
        self.assertEqual(
            self.book(self.martin, (self.nina, self.t2, MONDAY)), ["other_option"]
        )

    def test_two_options_asked_at_once_give_one(self):
        items = [(self.nina, option, MONDAY) for option in (self.t1, self.t2)]
        self.assertEqual(self.book(self.martin, *items), ["booked", "other_option"])
        self.assertEqual(len(self.martin.reservation_ids), 1)

    def test_an_option_of_another_activity_is_refused(self):
        reservation = self.booked(self.nina, self.meal, MONDAY)
        with self.assertRaises(ValidationError):
            reservation.product_id = self.t1

    def test_a_reservation_belongs_to_a_family_of_the_child(self):
        reservation = self.booked(self.nina, self.meal, MONDAY)
        with self.assertRaises(ValidationError):
            reservation.family_id = self.durand


@tagged("post_install", "-at_install")
class TestCart(EspaceCase):
    def add(self, family, *items, now=NOW):
        quotes = self.Reservation._add_to_cart(family, items, now=now)
        return [quote.status for quote in quotes]

    def test_the_cart_takes_no_seat(self):
        item = (self.nina, self.meal, MONDAY)
        self.assertEqual(self.add(self.martin, item), ["in_cart"])
        session = self.session(self.canteen, MONDAY)
        self.assertEqual(session.booked_count, 0)
        session.capacity = 1
        self.assertEqual(
            self.book(self.durand, (self.lina, self.meal, MONDAY)), ["booked"]
        )
        self.assertEqual(self.book(self.martin, item), ["full"])

    def test_adding_twice_keeps_one_line(self):
        item = (self.nina, self.meal, MONDAY)
        self.add(self.martin, item)
        self.assertEqual(self.add(self.martin, item), ["in_cart"])
        self.assertEqual(len(self.Reservation._cart(self.martin)), 1)

    def test_two_options_of_one_day_do_not_share_a_cart(self):
        items = [(self.nina, option, MONDAY) for option in (self.t1, self.t2)]
        self.assertEqual(self.add(self.martin, *items), ["in_cart", "other_option"])

    def test_what_cannot_be_booked_stays_out_of_the_cart(self):
        self.assertEqual(
            self.add(self.martin, (self.nina, self.meal, MONDAY), now=CANTEEN_CUTOFF),
            ["too_late"],
        )
        self.assertFalse(self.Reservation._cart(self.martin))

    def test_validating_confirms_the_lines_of_the_cart(self):
        items = [(self.nina, self.meal, day) for day in (MONDAY, TUESDAY)]
        self.add(self.martin, *items)
        cart = self.Reservation._cart(self.martin)
        self.assertEqual(self.book(self.martin, *items), ["booked", "booked"])
        self.assertEqual(set(cart.mapped("state")), {"confirmed"})
        self.assertEqual(self.martin.reservation_ids, cart)

    def test_a_limit_passed_in_the_cart_is_found_again(self):
        item = (self.nina, self.meal, MONDAY)
        self.add(self.martin, item)
        self.assertEqual(self.book(self.martin, item, now=CANTEEN_CUTOFF), ["too_late"])
        self.assertEqual(self.Reservation._cart(self.martin).state, "draft")

    def test_another_option_replaces_the_one_in_the_cart(self):
        self.add(self.martin, (self.nina, self.t1, MONDAY))
        self.assertEqual(
            self.book(self.martin, (self.nina, self.t2, MONDAY)), ["booked"]
        )
        self.assertEqual(self.martin.reservation_ids.product_id, self.t2)

    def test_a_line_leaves_the_cart_without_a_trace(self):
        self.add(self.martin, (self.nina, self.meal, MONDAY))
        self.Reservation._cart(self.martin)._cancel(now=NOW)
        self.assertFalse(self.martin.reservation_ids)
