from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.core.guards import LEAVING, allow
from ..common import EVENING_CUTOFF, MONDAY, NOW, TOO_LATE, TUESDAY, EspaceCase

LATER = NOW + timedelta(minutes=5)


class WaitingCase(EspaceCase):
    """The evening childcare has two places; two rivals take them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.evening.waiting_list = True
        cls.rivals = [cls._create_family(f"Rival {n}", ["Alix"]) for n in range(3)]
        cls.sams = [
            cls._create_child(family, f"Sam {n}", cls.class_cp)
            for n, family in enumerate(cls.rivals)
        ]

    def fill(self, day=MONDAY):
        return [self.booked(child, self.t1, day) for child in self.sams[:2]]

    def join(self, child, day=MONDAY, now=NOW, product=None, **options):
        """Join the waiting list; return the status."""
        family = child._paying_family(day)
        item = (child, product or self.t1, day)
        [quote] = self.Reservation._join_waiting(family, [item], now, **options)
        return quote.status

    def waiting(self, child, day=MONDAY, now=NOW):
        """Join, which must succeed; return the reservation."""
        self.assertEqual(self.join(child, day, now), "waiting")
        return self.reservation(child, self.evening, day)


@tagged("post_install", "-at_install")
class TestWaiting(WaitingCase):
    # === Joining === #

    def test_a_full_day_can_be_waited_for_and_takes_no_seat(self):
        self.fill()
        quote = self.quote(self.martin, (self.nina, self.t1, MONDAY))
        self.assertEqual((quote.status, quote.may_wait), ("full", True))
        reservation = self.waiting(self.nina)
        session = self.session(self.evening, MONDAY)
        self.assertEqual((session.booked_count, session.waiting_count), (2, 1))
        self.assertEqual(reservation.state, "waiting")
        quote = self.quote(self.martin, (self.nina, self.t1, MONDAY))
        self.assertEqual((quote.status, quote.rank), ("waiting", 1))
        self.assertTrue(quote.cancellable)

    def test_a_day_with_a_place_is_not_waited_for(self):
        self.assertEqual(self.join(self.nina), "available")
        self.assertFalse(self.nina.reservation_ids)

    def test_no_list_to_join_without_one_nor_after_the_limit(self):
        self.fill()
        self.assertEqual(self.join(self.nina, now=TOO_LATE), "too_late")
        self.evening.waiting_list = False
        self.assertEqual(self.join(self.nina), "full")
        self.assertFalse(self.nina.reservation_ids)

    def test_joining_twice_changes_nothing(self):
        self.fill()
        first = self.waiting(self.nina)
        self.assertEqual(self.join(self.nina, now=LATER), "waiting")
        self.assertEqual(first.waiting_since, NOW)
        self.assertEqual(len(self.nina.reservation_ids), 1)

    def test_within_a_second_who_came_first_stands_first(self):
        self.fill()
        # The line of Nina is the older one; Lina presses first.
        self.Reservation._add_to_cart(self.martin, [(self.nina, self.t1, MONDAY)], NOW)
        ranks = []
        for child, later in ((self.lina, 200_000), (self.nina, 700_000)):
            with freeze_time(NOW + timedelta(microseconds=later)):
                [quote] = self.Reservation._join_waiting(
                    child._paying_family(MONDAY), [(child, self.t1, MONDAY)]
                )
            ranks.append(quote.rank)
        self.assertEqual(ranks, [1, 2])
        self.assertEqual(self.lina.reservation_ids.waiting_rank, 1)

    def test_a_line_of_the_cart_that_filled_up_can_wait(self):
        self.Reservation._add_to_cart(self.martin, [(self.nina, self.t1, MONDAY)], NOW)
        self.fill()
        self.waiting(self.nina)
        self.assertFalse(self.Reservation._cart(self.martin))
        self.assertEqual(len(self.nina.reservation_ids), 1)

    def test_a_foreign_child_is_refused(self):
        self.fill()
        with self.assertRaises(AccessError):
            self.Reservation._join_waiting(
                self.durand, [(self.nina, self.t1, MONDAY)], NOW
            )

    def test_siblings_who_do_not_both_fit_may_wait_together(self):
        self.booked(self.sams[0], self.t1, MONDAY)
        items = [(child, self.t1, MONDAY) for child in (self.nina, self.tom)]
        quotes = self.Reservation._quote_cart(self.martin, items, NOW)
        self.assertEqual([(q.status, q.may_wait) for q in quotes], [("full", True)] * 2)
        quotes = self.Reservation._join_waiting(self.martin, items, NOW)
        self.assertEqual([q.status for q in quotes], ["waiting"] * 2)
        # One place does not help them; a child alone may have it.
        self.booked(self.lina, self.t1, MONDAY)

    # === Order === #

    def test_the_rank_follows_the_criteria_of_the_activity(self):
        self.fill()
        self.durand.residency = "non_resident"
        lina = self.waiting(self.lina)
        sam = self.waiting(self.sams[2], now=LATER)
        self.assertEqual((lina.waiting_rank, sam.waiting_rank), (1, 2))
        self.evening.waiting_criterion_ids = [Command.create({"criterion": "resident"})]
        (lina | sam).invalidate_recordset(["waiting_rank"])
        self.assertEqual((lina.waiting_rank, sam.waiting_rank), (2, 1))

    def test_the_list_is_sorted_by_rank_whatever_the_time_of_joining(self):
        """Sorting by rank follows the criteria, ascending and descending."""
        self.fill()
        self.evening.waiting_criterion_ids = [Command.create({"criterion": "resident"})]
        lina, sam = self.waiting(self.lina), self.waiting(self.sams[2], now=LATER)
        domain = [("session_id", "=", lina.session_id.id), ("state", "=", "waiting")]
        for residency, first, last in (
            ("resident", lina, sam),
            ("non_resident", sam, lina),
        ):
            lina.family_id.residency = residency
            found = self.Reservation.search(domain, order="waiting_rank")
            self.assertEqual(found.ids, [first.id, last.id])
            found = self.Reservation.search(domain, order="waiting_rank desc")
            self.assertEqual(found.ids, [last.id, first.id])

    def test_a_brother_who_has_a_place_comes_first(self):
        self.evening.waiting_criterion_ids = [Command.create({"criterion": "sibling"})]
        self.booked(self.nina, self.t1, MONDAY)
        self.booked(self.sams[0], self.t1, MONDAY)
        self.waiting(self.lina)
        tom = self.waiting(self.tom, now=LATER)
        self.assertEqual(tom.waiting_rank, 1)

    def test_the_order_is_said_to_families(self):
        self.evening.waiting_criterion_ids = [
            Command.create({"sequence": 2, "criterion": "resident"}),
            Command.create({"sequence": 1, "criterion": "sibling"}),
        ]
        self.assertEqual(
            self.evening.waiting_sentence,
            "Order of the waiting list: brothers and sisters of a child already "
            "booked, then families of the commune, then date of the request.",
        )

    # === A place frees === #

    def test_a_freed_place_goes_to_the_first_who_waits_and_it_is_told(self):
        first, _second = self.fill()
        lina = self.waiting(self.lina)
        nina = self.waiting(self.nina, now=LATER)
        first._cancel(LATER)
        self.assertEqual((lina.state, nina.state), ("confirmed", "waiting"))
        self.assertEqual(nina.waiting_rank, 1)
        self.assertEqual(lina.booked_at, LATER)
        session = self.session(self.evening, MONDAY)
        self.assertEqual((session.booked_count, session.waiting_count), (2, 1))
        message = self.durand.message_ids[0]
        self.assertIn("Waiting list", message.subject)
        self.assertIn("Lina", message.body)
        self.assertIn("It is booked", message.body)

    def test_leaving_the_list_frees_nothing(self):
        self.fill()
        lina, nina = self.waiting(self.lina), self.waiting(self.nina, now=LATER)
        lina._cancel(LATER)
        self.assertEqual(nina.state, "waiting")
        self.assertEqual(nina.waiting_rank, 1)

    def test_who_may_no_longer_come_is_passed_over(self):
        first, _second = self.fill()
        lina = self.waiting(self.lina)
        nina = self.waiting(self.nina, now=LATER)
        allow(self.lina.enrolment_ids, LEAVING).unlink()
        first._cancel(LATER)
        self.assertEqual((lina.state, nina.state), ("waiting", "confirmed"))

    def test_siblings_wait_for_two_places_and_a_single_child_takes_the_first(self):
        first, second = self.fill()
        nina, tom = self.waiting(self.nina), self.waiting(self.tom)
        lina = self.waiting(self.lina, now=LATER)
        first._cancel(LATER)
        self.assertEqual((nina.state, tom.state), ("waiting", "waiting"))
        self.assertEqual(lina.state, "confirmed")
        (second | lina)._cancel(LATER)
        self.assertEqual((nina.state, tom.state), ("confirmed", "confirmed"))

    def test_more_places_and_a_reopened_day_serve_the_list(self):
        self.fill()
        lina = self.waiting(self.lina)
        nina = self.waiting(self.nina, now=LATER)
        self.session(self.evening, MONDAY).capacity = 3
        self.assertEqual((lina.state, nina.state), ("confirmed", "waiting"))
        self.evening.capacity = 4
        self.assertEqual(nina.state, "waiting", "this day has its own places")
        self.session(self.evening, MONDAY).state = "closed"
        self.session(self.evening, MONDAY).capacity = 4
        self.assertEqual(nina.state, "waiting")
        self.session(self.evening, MONDAY).action_open()
        self.assertEqual(nina.state, "confirmed")

    def test_a_place_freed_on_a_closed_day_is_given_to_nobody(self):
        first, _second = self.fill()
        lina = self.waiting(self.lina)
        self.session(self.evening, MONDAY).action_close()
        first._cancel(LATER)
        self.assertEqual(lina.state, "waiting")

    def test_an_approval_by_staff_is_still_asked(self):
        first, _second = self.fill()
        lina = self.waiting(self.lina)
        self.evening.approval = "manual"
        first._cancel(LATER)
        self.assertEqual(lina.state, "pending_approval")

    def test_refusing_a_request_gives_its_place(self):
        self.evening.approval = "manual"
        first, _second = self.fill()
        lina = self.waiting(self.lina)
        first.action_refuse()
        self.assertEqual(lina.state, "pending_approval")

    # === After the limit === #

    def test_after_the_limit_a_freed_place_waits_for_staff(self):
        first, _second = self.fill()
        lina = self.waiting(self.lina)
        first._cancel(TOO_LATE, staff=True)
        self.assertEqual(lina.state, "waiting")
        session = self.session(self.evening, MONDAY)
        self.env["espace.reservation"]._promote_waiting(session, TOO_LATE, given=True)
        self.assertEqual(lina.state, "confirmed")
        self.assertFalse(lina.late)

    def test_after_the_limit_nobody_books_late_before_those_who_wait(self):
        self.evening.late_rule_id = self.env["espace.deadline.rule"].create(
            {"name": "Same day", "kind": "offset", "offset_count": 0, "time": 9}
        )
        first, _second = self.fill()
        self.waiting(self.lina)
        first._cancel(TOO_LATE, staff=True)
        item = (self.nina, self.t1, MONDAY)
        quote = self.quote(self.martin, item, now=TOO_LATE)
        self.assertEqual(quote.status, "full")
        self.assertIn("kept", quote.reason)
        quote = self.quote(self.martin, item, now=TOO_LATE, staff=True)
        self.assertEqual(quote.status, "available")

    def test_staff_give_a_place_to_a_child_of_their_choice(self):
        first, _second = self.fill()
        lina = self.waiting(self.lina)
        nina = self.waiting(self.nina, now=LATER)
        first._cancel(TOO_LATE, staff=True)
        manager = self._create_staff("manager")
        nina.with_user(manager).action_give_place()
        self.assertEqual((lina.state, nina.state), ("waiting", "confirmed"))

    def test_giving_a_place_that_is_not_there_leads_to_the_exception(self):
        self.fill()
        lina = self.waiting(self.lina)
        manager = self._create_staff("manager")
        action = lina.with_user(manager).action_give_place()
        self.assertEqual(action["res_model"], "espace.booking.wizard")
        self.assertEqual(action["context"]["default_when_full"], "beyond")
        self.assertEqual(lina.state, "waiting")

    def test_agents_of_the_animation_give_no_place(self):
        self.fill()
        lina = self.waiting(self.lina)
        agent = self._create_staff("animation")
        with self.assertRaises(AccessError):
            lina.with_user(agent).action_give_place()
        with self.assertRaises(AccessError):
            lina.session_id.with_user(agent).action_promote_waiting()

    # === Late cancellation === #

    def test_late_cancelling_is_refused_without_the_setting_or_anybody_waiting(self):
        first, second = self.fill()
        with self.assertRaises(UserError):
            first._cancel(TOO_LATE)
        self.evening.release_if_waiting = True
        with self.assertRaises(UserError):
            second._cancel(TOO_LATE)
        self.assertEqual((first.state, second.state), ("confirmed", "confirmed"))

    def test_late_cancelling_is_accepted_when_a_waiting_family_takes_the_place(self):
        self.evening.release_if_waiting = True
        first, second = self.fill()
        lina = self.waiting(self.lina)
        item = (self.sams[0], self.t1, MONDAY)
        quote = self.quote(self.rivals[0], item, now=TOO_LATE)
        self.assertEqual((quote.cancellable, quote.release), (True, True))
        first._cancel(TOO_LATE)
        self.assertEqual((first.state, lina.state), ("cancelled", "confirmed"))
        self.assertEqual(self.session(self.evening, MONDAY).booked_count, 2)
        with self.assertRaises(UserError):
            second._cancel(TOO_LATE)

    def test_late_cancelling_changes_nothing_when_nobody_can_take_the_place(self):
        self.evening.release_if_waiting = True
        first, _second = self.fill()
        lina = self.waiting(self.lina)
        allow(self.lina.enrolment_ids, LEAVING).unlink()
        with self.assertRaisesRegex(UserError, "Nobody on the waiting list"):
            first._cancel(TOO_LATE)
        self.env.invalidate_all()
        self.assertEqual((first.state, lina.state), ("confirmed", "waiting"))

    def test_a_late_place_is_not_left_once_the_service_has_begun(self):
        self.evening.release_if_waiting = True
        first, _second = self.fill()
        self.waiting(self.lina)
        with self.assertRaises(UserError):
            first._cancel(datetime(2027, 1, 11, 15, 30))

    def test_before_the_limit_nothing_is_released(self):
        self.evening.release_if_waiting = True
        self.fill()
        self.waiting(self.lina)
        before = EVENING_CUTOFF - timedelta(minutes=1)
        quote = self.quote(self.rivals[0], (self.sams[0], self.t1, MONDAY), now=before)
        self.assertEqual((quote.cancellable, quote.release), (True, False))

    # === Many at once === #

    def test_a_week_cancelled_at_once_is_told_once(self):
        days = [MONDAY, TUESDAY]
        booked = [self.fill(day)[0] for day in days]
        waits = [self.waiting(self.lina, day) for day in days]
        before = len(self.durand.message_ids)
        self.Reservation.browse(r.id for r in booked)._cancel(LATER)
        self.assertEqual([r.state for r in waits], ["confirmed"] * 2)
        self.assertEqual(len(self.durand.message_ids), before + 1)

    def test_promotion_costs_the_same_for_one_and_for_many_days(self):
        days = [
            session.date
            for session in self.evening.session_ids
            if session.date > date(2027, 1, 8)
        ][:8]
        booked = [self.fill(day)[0] for day in days]
        for day in days:
            self.waiting(self.lina, day)

        def cancel(reservations):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.Reservation.browse(r.id for r in reservations)._cancel(LATER)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        one, seven = cancel(booked[:1]), cancel(booked[1:])
        self.assertLess(seven, one + 40)

    # === Beyond the places === #

    def test_staff_go_beyond_the_places_with_a_reason(self):
        self.fill()
        item = (self.nina, self.t1, MONDAY)
        self.assertEqual(self.book(self.martin, item, staff=True), ["full"])
        self.assertEqual(self.book(self.martin, item, beyond="Please"), ["full"])
        statuses = self.book(self.martin, item, staff=True, beyond="Mother in hospital")
        self.assertEqual(statuses, ["booked"])
        reservation = self.reservation(self.nina, self.evening, MONDAY)
        self.assertEqual(reservation.beyond_reason, "Mother in hospital")
        session = self.session(self.evening, MONDAY)
        self.assertEqual((session.booked_count, session.beyond_count), (3, 1))
        self.assertEqual(session.free_count, 0)

    def test_free_places_are_taken_before_going_beyond(self):
        self.booked(self.sams[0], self.t1, MONDAY)
        items = [(child, self.t1, MONDAY) for child in (self.nina, self.tom)]
        statuses = self.book(self.martin, *items, staff=True, beyond="Agreed")
        self.assertEqual(statuses, ["booked"] * 2)
        self.assertEqual(self.session(self.evening, MONDAY).beyond_count, 1)

    def test_a_seat_beyond_gives_nobody_a_place_when_it_is_left(self):
        first, _second = self.fill()
        item = (self.nina, self.t1, MONDAY)
        self.book(self.martin, item, staff=True, beyond="Agreed")
        lina = self.waiting(self.lina)
        first._cancel(LATER)
        self.assertEqual(lina.state, "waiting", "the exceptional seat fills the place")
        self.reservation(self.nina, self.evening, MONDAY)._cancel(LATER)
        self.assertEqual(lina.state, "confirmed")
        self.assertEqual(self.session(self.evening, MONDAY).booked_count, 2)

    @mute_logger("odoo.sql_db")
    def test_a_child_that_waits_may_be_booked_beyond(self):
        self.fill()
        lina = self.waiting(self.lina)
        item = (self.lina, self.t1, MONDAY)
        self.assertEqual(
            self.book(self.durand, item, staff=True, beyond="Agreed"), ["booked"]
        )
        self.assertEqual(lina.state, "confirmed")
        self.assertTrue(lina.beyond)
