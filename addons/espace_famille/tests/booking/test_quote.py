from datetime import date, datetime, timedelta

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import (
    CANTEEN_CUTOFF,
    EVENING_CUTOFF,
    MONDAY,
    NOW,
    TODAY,
    TOO_LATE,
    TUESDAY,
    WEDNESDAY,
    EspaceCase,
)


@tagged("post_install", "-at_install")
class TestQuote(EspaceCase):
    def assertRefused(self, quote, status):
        self.assertEqual(quote.status, status)
        self.assertTrue(quote.reason, f"{status} gives no reason")

    def test_available_tells_limits_and_places(self):
        quote = self.quote(self.martin, (self.nina, self.t1, MONDAY))
        self.assertEqual(quote.status, "available")
        self.assertEqual(quote.reason, "")
        self.assertEqual(quote.limit, EVENING_CUTOFF)
        self.assertEqual(quote.cancel_limit, EVENING_CUTOFF)
        self.assertEqual(quote.free_seats, 2)
        self.assertFalse(quote.late)
        self.assertFalse(quote.reservation_id)

    def test_records_and_ids_are_the_same(self):
        by_record = self.quote(self.martin, (self.nina, self.t1, MONDAY))
        by_id = self.quote(self.martin, (self.nina.id, self.t1.id, "2027-01-11"))
        self.assertEqual(by_record, by_id)

    def test_answers_keep_the_order_of_the_questions(self):
        items = [
            (child, product, day)
            for day in (TUESDAY, MONDAY)
            for product in (self.t2, self.meal)
            for child in (self.tom, self.nina)
        ]
        quotes = self.quote(self.martin, *items)
        self.assertEqual(
            [(quote.child_id, quote.product_id, quote.date) for quote in quotes],
            [(child.id, product.id, day) for child, product, day in items],
        )

    def test_nothing_asked_nothing_answered(self):
        self.assertEqual(self.Reservation._quote(self.martin, [], now=NOW), [])

    def test_closed_without_a_session(self):
        item = (self.nina, self.meal, WEDNESDAY)
        self.assertRefused(self.quote(self.martin, item), "closed")

    def test_closed_by_staff(self):
        self.session(self.canteen, MONDAY).action_close()
        item = (self.nina, self.meal, MONDAY)
        self.assertRefused(self.quote(self.martin, item), "closed")

    def test_closed_for_a_product_of_no_activity(self):
        product = self.env["product.product"].create({"name": "Chair"})
        quote = self.quote(self.martin, (self.nina, product, MONDAY))
        self.assertRefused(quote, "closed")

    def test_past(self):
        item = (self.nina, self.meal, MONDAY)
        quote = self.quote(self.martin, item, now=datetime(2027, 1, 12, 8))
        self.assertRefused(quote, "past")

    def test_past_once_the_service_has_begun(self):
        self.evening.booking_rule_id = False
        item = (self.nina, self.t1, MONDAY)
        before = self.quote(self.martin, item, now=datetime(2027, 1, 11, 15, 29))
        self.assertEqual(before.status, "available")
        after = self.quote(self.martin, item, now=datetime(2027, 1, 11, 15, 30))
        self.assertRefused(after, "past")

    def test_not_enrolled(self):
        self.nina.enrolment_ids.unlink()
        item = (self.nina, self.meal, MONDAY)
        self.assertRefused(self.quote(self.martin, item), "not_enrolled")
        self.canteen.enrolment_required = False
        self.assertEqual(self.quote(self.martin, item).status, "available")

    def test_not_enrolled_outside_the_dates_or_before_approval(self):
        enrolment = self.nina.enrolment_ids.filtered(
            lambda e: e.activity_id == self.canteen
        )
        item = (self.nina, self.meal, MONDAY)
        enrolment.state = "pending"
        self.assertRefused(self.quote(self.martin, item), "not_enrolled")
        enrolment.write({"state": "approved", "date_from": TUESDAY})
        self.assertRefused(self.quote(self.martin, item), "not_enrolled")

    def test_blocked(self):
        self.nina.custody_ids = [
            Command.create({"family_id": self.durand.id, "pattern": "odd"})
        ]
        self.assertEqual(self.nina._paying_family(MONDAY), self.martin)
        self.martin.active = False
        item = (self.nina, self.meal, MONDAY)
        self.assertRefused(self.quote(self.martin, item), "blocked")

    def test_not_open_yet(self):
        self.canteen.booking_opening = datetime(2027, 1, 4, 18, 0)
        item = (self.nina, self.meal, MONDAY)
        quote = self.quote(self.martin, item)
        self.assertRefused(quote, "not_open_yet")
        self.assertIn("Monday 4 January at 19h", quote.reason)
        later = self.quote(self.martin, item, now=datetime(2027, 1, 4, 18, 0))
        self.assertEqual(later.status, "available")

    def test_too_late_from_the_very_limit(self):
        item = (self.nina, self.meal, MONDAY)
        in_time = CANTEEN_CUTOFF - timedelta(seconds=1)
        self.assertEqual(self.quote(self.martin, item, now=in_time).status, "available")
        quote = self.quote(self.martin, item, now=CANTEEN_CUTOFF)
        self.assertRefused(quote, "too_late")
        self.assertIn("Tuesday 5 January at 12h", quote.reason)

    def test_time_included_lasts_to_the_end_of_its_minute(self):
        self.rule_weekly.inclusive = True
        item = (self.nina, self.meal, MONDAY)
        last = CANTEEN_CUTOFF + timedelta(seconds=59)
        self.assertEqual(self.quote(self.martin, item, now=last).status, "available")
        after = last + timedelta(seconds=1)
        self.assertRefused(self.quote(self.martin, item, now=after), "too_late")

    def test_never_bookable_says_so(self):
        self.canteen.booking_rule_id = self.rule_never
        quote = self.quote(self.martin, (self.nina, self.meal, MONDAY))
        self.assertRefused(quote, "too_late")

    def test_late_window_is_available_and_late(self):
        self.canteen.late_rule_id = self.rule_eve
        item = (self.nina, self.meal, MONDAY)
        quote = self.quote(self.martin, item, now=CANTEEN_CUTOFF)
        self.assertEqual((quote.status, quote.late), ("available", True))
        quote = self.quote(self.martin, item, now=TOO_LATE)
        self.assertRefused(quote, "too_late")

    def test_full(self):
        self.booked(self.nina, self.t1, MONDAY)
        self.booked(self.tom, self.t1, MONDAY)
        quote = self.quote(self.durand, (self.lina, self.t1, MONDAY))
        self.assertRefused(quote, "full")

    def test_other_household(self):
        self._share_nina()
        item = (self.nina, self.meal, MONDAY)  # week 2, even
        self.assertRefused(self.quote(self.martin, item), "other_household")
        self.assertEqual(self.quote(self.durand, item).status, "available")

    def test_other_option(self):
        self.booked(self.nina, self.t1, MONDAY)
        quote = self.quote(self.martin, (self.nina, self.t2, MONDAY))
        self.assertRefused(quote, "other_option")
        self.assertIn("Tranche 1", quote.reason)

    def test_booked_and_until_when_it_may_be_cancelled(self):
        reservation = self.booked(self.nina, self.t1, MONDAY)
        item = (self.nina, self.t1, MONDAY)
        quote = self.quote(self.martin, item)
        self.assertEqual(quote.status, "booked")
        self.assertEqual(quote.reservation_id, reservation.id)
        self.assertTrue(quote.cancellable)
        late = self.quote(self.martin, item, now=EVENING_CUTOFF)
        self.assertEqual((late.status, late.cancellable), ("booked", False))

    def test_in_cart(self):
        item = (self.nina, self.t1, MONDAY)
        self.Reservation._add_to_cart(self.martin, [item], now=NOW)
        quote = self.quote(self.martin, item)
        self.assertEqual(quote.status, "in_cart")
        self.assertTrue(quote.cancellable)

    def test_pending_and_waiting(self):
        self.evening.approval = "manual"
        reservation = self.booked(self.nina, self.t1, MONDAY)
        item = (self.nina, self.t1, MONDAY)
        self.assertEqual(reservation.state, "pending_approval")
        self.assertEqual(self.quote(self.martin, item).status, "pending")
        draft = self.Reservation.create(
            self.Reservation._prepare_reservation(
                self.martin, self.quote(self.martin, (self.tom, self.t1, MONDAY))
            )
        )
        draft.state = "waiting"
        quote = self.quote(self.martin, (self.tom, self.t1, MONDAY))
        self.assertEqual(quote.status, "waiting")

    def test_limits_and_openings_do_not_bind_staff(self):
        self.canteen.booking_opening = datetime(2027, 3, 1)
        self.nina.enrolment_ids.unlink()
        item = (self.nina, self.meal, MONDAY)
        for now in (NOW, TOO_LATE, datetime(2027, 1, 12, 8)):
            with self.subTest(now=now):
                quote = self.quote(self.martin, item, now=now, staff=True)
                self.assertEqual(quote.status, "available")

    def test_places_and_closures_bind_staff(self):
        self.booked(self.nina, self.t1, MONDAY)
        self.booked(self.tom, self.t1, MONDAY)
        item = (self.lina, self.t1, MONDAY)
        self.assertRefused(self.quote(self.durand, item, staff=True), "full")
        self.session(self.evening, MONDAY).action_close()
        self.assertRefused(self.quote(self.durand, item, staff=True), "closed")

    def test_a_foreign_child_is_refused_outright(self):
        with self.assertRaises(AccessError):
            self.quote(self.martin, (self.lina, self.meal, MONDAY))
        with self.assertRaises(AccessError):
            self.quote(self.martin, (self.lina, self.meal, MONDAY), staff=True)

    def test_a_child_that_does_not_exist_is_refused_outright(self):
        with self.assertRaises(AccessError):
            self.quote(self.martin, (2**31 - 1, self.meal.id, MONDAY))

    def test_a_product_that_does_not_exist_is_closed(self):
        quote = self.quote(self.martin, (self.nina.id, 2**31 - 1, MONDAY))
        self.assertRefused(quote, "closed")

    def test_an_activity_of_another_commune_is_closed(self):
        other = self.env["res.company"].create(
            {"name": "Elsewhere", "espace_is_commune": True}
        )
        activity = self.env["espace.activity"].create(
            {"name": "Cantine", "company_id": other.id, "enrolment_required": False}
        )
        product = self._create_option(activity, "Repas")
        self.env["espace.session"].create(
            {"activity_id": activity.id, "date": MONDAY, "capacity": 10}
        )
        quote = self.quote(self.martin, (self.nina, product, MONDAY))
        self.assertRefused(quote, "closed")

    def _share_nina(self):
        self.env["espace.custody"].create(
            {
                "child_id": self.nina.id,
                "family_id": self.durand.id,
                "pattern": "even",
            }
        )


@tagged("post_install", "-at_install")
class TestQuoteQueries(EspaceCase):
    """A month is a fixed number of queries, however large it or the commune is."""

    def _items(self, count):
        days = [date(2027, 1, 4) + timedelta(days=n) for n in range(33)]
        items = [
            (child, product, day)
            for day in days
            for product in (self.meal, self.t1, self.t2)
            for child in (self.nina, self.tom)
        ]
        self.assertGreaterEqual(len(items), count)
        return items[:count]

    def _queries(self, items):
        self._forget()
        before = self.env.cr.sql_log_count
        quotes = self.Reservation._quote(self.martin, items, now=NOW)
        count = self.env.cr.sql_log_count - before
        self.assertEqual(len(quotes), len(items))
        return count

    def _forget(self):
        self.env.flush_all()
        self.env.invalidate_all()

    def test_queries_do_not_grow_with_the_items(self):
        few, many = self._items(10), self._items(190)
        self._queries(many)  # fill the caches that live longer than a request
        self.assertEqual(self._queries(few), self._queries(many))

    def test_queries_do_not_grow_with_the_families(self):
        items = self._items(60)
        self._add_families(3)
        self._queries(items)
        few = self._queries(items)
        self._add_families(95)
        self.assertEqual(self._queries(items), few)

    def test_queries_do_not_grow_with_the_bookings(self):
        self.canteen.capacity = 50
        items = self._items(190)
        self.book(self.martin, *items[:60])
        self.assertTrue(self.martin.reservation_ids)
        self._queries(items)
        few = self._queries(items)
        self.book(self.martin, *items)
        self.assertGreater(len(self.martin.reservation_ids), 30)
        self.assertEqual(self._queries(items), few)

    def _add_families(self, count):
        families = self.env["espace.family"].create(
            [{"name": f"Household {n}"} for n in range(count)]
        )
        children = self.env["espace.child"].create(
            [
                {"lastname": "X", "firstname": f"{n}", "family_id": family.id}
                for n, family in enumerate(families)
            ]
        )
        for child in children:
            self._enrol(child, self.canteen)
        session = self.session(self.canteen, TODAY + timedelta(days=1))
        session.capacity = 500
        self.Reservation.create(
            [
                {
                    "child_id": child.id,
                    "family_id": child.family_id.id,
                    "session_id": session.id,
                    "product_id": self.meal.id,
                    "state": "confirmed",
                }
                for child in children
            ]
        )
