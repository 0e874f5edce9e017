from datetime import date, timedelta
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..common import MONDAY, NOW, TODAY, TUESDAY, EspaceCase


class ClosureCase(EspaceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Closure = cls.env["espace.closure"]
        (cls.martin | cls.durand).lang = "en_US"

    def closure(self, **vals):
        return self.Closure.create(
            {"name": "Strike", "date_from": MONDAY, "date_to": MONDAY, **vals}
        )

    def messages(self, family):
        return family.message_ids.filtered(lambda m: m.message_type == "comment")


@tagged("post_install", "-at_install")
class TestApply(ClosureCase):
    def test_sessions_close_bookings_go_and_each_family_is_told_once(self):
        bookings = self.booked(self.nina, self.meal, MONDAY)
        bookings |= self.booked(self.tom, self.t1, MONDAY)
        other = self.booked(self.lina, self.meal, MONDAY)
        later = self.booked(self.nina, self.meal, TUESDAY)
        closure = self.closure(message="A minimum service is organised.")
        closure._apply(now=NOW)
        self.assertEqual(closure.state, "done")
        self.assertEqual(set((bookings | other).mapped("state")), {"cancelled"})
        self.assertEqual(other.cancel_reason, "Closed: strike")
        self.assertEqual(later.state, "confirmed")
        for activity in (self.canteen, self.evening):
            session = self.session(activity, MONDAY)
            self.assertEqual((session.state, session.booked_count), ("closed", 0))
            self.assertEqual(self.session(activity, TUESDAY).state, "open")
        self.assertEqual((closure.cancelled_count, closure.notified_count), (3, 2))
        message = self.messages(self.martin)
        self.assertEqual(len(message), 1)
        for words in ("A minimum service", "Nina Martin: Repas", "Tom Martin: Tranche"):
            self.assertIn(words, message.body)
        self.assertNotIn("Lina", message.body)
        self.assertEqual(len(self.messages(self.durand)), 1)

    def test_only_the_activities_named_are_closed(self):
        meal = self.booked(self.nina, self.meal, MONDAY)
        slot = self.booked(self.nina, self.t1, MONDAY)
        self.closure(activity_ids=self.evening.ids)._apply(now=NOW)
        self.assertEqual((meal.state, slot.state), ("confirmed", "cancelled"))
        self.assertEqual(self.session(self.canteen, MONDAY).state, "open")

    def test_a_class_stays_away_and_the_others_come(self):
        nina = self.booked(self.nina, self.meal, MONDAY)
        tom = self.booked(self.tom, self.meal, MONDAY)
        lina = self.booked(self.lina, self.meal, MONDAY)
        self.closure(name="Outing", class_ids=self.class_cp.ids)._apply(now=NOW)
        self.assertEqual(
            (nina.state, tom.state, lina.state), ("cancelled", "confirmed", "cancelled")
        )
        self.assertEqual(self.session(self.canteen, MONDAY).state, "open")
        tom._cancel(now=NOW, staff=True)
        self.assertEqual(
            self.quote(self.martin, (self.tom, self.meal, MONDAY)).status, "available"
        )
        quote = self.quote(self.martin, (self.nina, self.meal, MONDAY))
        self.assertEqual((quote.status, quote.reason), ("closed", "Closed: outing"))
        [status] = self.book(self.martin, (self.nina, self.meal, MONDAY), staff=True)
        self.assertEqual(status, "closed")

    def test_a_school_stays_away(self):
        other = self.env["espace.school"].create({"name": "École des Lilas"})
        booking = self.booked(self.nina, self.meal, MONDAY)
        closure = self.closure(school_ids=other.ids)
        with self.assertRaises(UserError):
            closure._apply(now=NOW)
        closure.school_ids = self.school
        closure._apply(now=NOW)
        self.assertEqual(booking.state, "cancelled")

    def test_a_closed_day_says_why(self):
        self.closure()._apply(now=NOW)
        quote = self.quote(self.martin, (self.nina, self.meal, MONDAY))
        self.assertEqual((quote.status, quote.reason), ("closed", "Closed: strike"))
        self.session(self.canteen, TUESDAY).state = "closed"
        quote = self.quote(self.martin, (self.nina, self.meal, TUESDAY))
        self.assertEqual(quote.reason, "Closed on that day.")

    def test_sessions_made_later_are_closed_too(self):
        closed = self.session(self.evening, MONDAY)
        closed.unlink()
        self.closure(activity_ids=self.canteen.ids)._apply(now=NOW)
        self.closure(date_to=TUESDAY, activity_ids=self.evening.ids)._apply(now=NOW)
        self.evening._generate_sessions(MONDAY, MONDAY)
        quote = self.quote(self.martin, (self.nina, self.t1, MONDAY))
        self.assertEqual((quote.status, quote.reason), ("closed", "Closed: strike"))

    def test_carts_are_emptied_and_waiting_children_too(self):
        self.Reservation._add_to_cart(
            self.martin, [(self.nina, self.meal, MONDAY)], now=NOW
        )
        waiting = self.Reservation.create(
            {
                "child_id": self.lina.id,
                "family_id": self.durand.id,
                "session_id": self.session(self.canteen, MONDAY).id,
                "product_id": self.meal.id,
                "state": "waiting",
            }
        )
        closure = self.closure()
        self.assertEqual((closure.booking_count, closure.draft_count), (1, 1))
        closure._apply(now=NOW)
        self.assertFalse(self.Reservation._cart(self.martin))
        self.assertEqual(waiting.state, "cancelled")

    def test_a_freed_place_is_given_to_nobody(self):
        self.booked(self.nina, self.meal, MONDAY)
        seen = []
        cancel = type(self.Reservation)._cancel

        def look(reservations, now=None, staff=False, reason=None, promote=True):
            seen.append((promote, set(reservations.session_id.mapped("state"))))
            return cancel(reservations, now, staff, reason, promote)

        with patch.object(type(self.Reservation), "_cancel", look):
            self.closure()._apply(now=NOW)
        self.assertEqual(seen[0], (False, {"closed"}))

    def test_who_was_there_stays_and_it_is_said(self):
        items = [(self.nina, self.t1, TODAY), (self.lina, self.t1, TODAY)]
        self.book(self.martin, items[0], staff=True)
        self.book(self.durand, items[1], staff=True)
        came = self.reservation(self.nina, self.evening, TODAY)
        came.action_present()
        closure = self.closure(date_from=TODAY, date_to=TODAY)
        self.assertIn("Nina Martin: Tranche 1", closure.remarks)
        closure._apply(now=NOW)
        self.assertEqual(came.state, "confirmed")
        self.assertFalse(self.reservation(self.lina, self.evening, TODAY))

    def test_the_preview_counts_what_will_change(self):
        self.booked(self.nina, self.meal, MONDAY)
        self.booked(self.tom, self.meal, MONDAY)
        closure = self.closure()
        self.assertEqual(
            (
                closure.session_count,
                closure.booking_count,
                closure.family_count,
                closure.problems,
            ),
            (2, 2, 1, ""),
        )
        self.assertEqual(self.session(self.canteen, MONDAY).state, "open")


@tagged("post_install", "-at_install")
class TestBadInput(ClosureCase):
    def test_a_locked_day_is_named_and_nothing_changes(self):
        booking = self.booked(self.nina, self.meal, MONDAY)
        tuesday = self.booked(self.nina, self.meal, TUESDAY)
        tuesday.session_id.attendance_locked = True
        closure = self.closure(date_to=TUESDAY)
        with self.assertRaises(UserError) as error:
            closure._apply(now=NOW)
        self.assertIn("Cantine – Tuesday 12 January 2027", str(error.exception))
        self.assertEqual((closure.state, booking.state), ("draft", "confirmed"))
        self.assertEqual(booking.session_id.state, "open")

    def test_dates_are_in_order_and_a_year_at_most(self):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            self.closure(date_to=TODAY)
        with self.assertRaises(ValidationError):
            self.closure(date_to=MONDAY + timedelta(days=366))

    def test_nothing_to_close_says_so(self):
        closure = self.closure(date_from=date(2027, 1, 9), date_to=date(2027, 1, 10))
        self.assertIn("nothing to close", closure.problems)
        with self.assertRaises(UserError):
            closure._apply(now=NOW)

    def test_it_is_applied_once(self):
        closure = self.closure()
        closure._apply(now=NOW)
        with self.assertRaises(UserError):
            closure._apply(now=NOW)

    def test_what_was_applied_is_neither_rewritten_nor_deleted(self):
        closure = self.closure()
        closure._apply(now=NOW)
        manager = self._create_staff("manager")
        for vals in ({"date_to": TUESDAY}, {"state": "draft"}, {"session_ids": []}):
            with self.assertRaises(UserError):
                closure.with_user(manager).write(vals)
        with self.assertRaises(UserError):
            closure.unlink()


@tagged("post_install", "-at_install")
class TestUndo(ClosureCase):
    def test_all_comes_back_as_it_was(self):
        self.canteen.approval = "manual"
        pending = self.booked(self.nina, self.meal, MONDAY)
        slot = self.booked(self.nina, self.t1, MONDAY)
        closure = self.closure()
        closure._apply(now=NOW)
        closure._undo(now=NOW)
        self.assertEqual(closure.state, "undone")
        self.assertEqual((pending.state, slot.state), ("pending_approval", "confirmed"))
        self.assertFalse(slot.cancelled_at or slot.cancel_reason or slot.closure_id)
        session = slot.session_id
        self.assertEqual((session.state, session.booked_count), ("open", 1))
        self.assertEqual(
            self.quote(self.martin, (self.tom, self.t1, MONDAY)).status, "available"
        )
        self.assertIn("stand again", self.messages(self.martin)[0].body)
        self.assertFalse(closure.not_restored)

    def test_only_the_sessions_it_closed_are_opened(self):
        closed = self.session(self.canteen, MONDAY)
        closed.state = "closed"
        closure = self.closure()
        closure._apply(now=NOW)
        closure._undo(now=NOW)
        self.assertEqual(closed.state, "closed")
        self.assertEqual(self.session(self.evening, MONDAY).state, "open")

    def test_a_place_taken_meanwhile_is_not_oversold(self):
        first = self.booked(self.nina, self.t1, MONDAY)
        second = self.booked(self.lina, self.t1, MONDAY)
        closure = self.closure(class_ids=self.class_cp.ids)
        closure._apply(now=NOW)
        # The session stayed open for the other classes.
        self.booked(self.tom, self.t1, MONDAY)
        closure._undo(now=NOW)
        self.assertEqual((first.state, second.state), ("confirmed", "cancelled"))
        self.assertEqual(first.session_id.booked_count, 2)
        self.assertIn("Lina Durand: Tranche 1", closure.not_restored)
        self.assertIn("the place was taken", closure.not_restored)
        self.assertIn("could not be brought back", self.messages(self.durand)[0].body)

    def test_a_child_booked_again_is_not_booked_twice(self):
        booking = self.booked(self.nina, self.t1, MONDAY)
        closure = self.closure()
        closure._apply(now=NOW)
        self.env.flush_all()
        again = self.Reservation.create(
            {
                "child_id": self.nina.id,
                "family_id": self.martin.id,
                "session_id": booking.session_id.id,
                "product_id": self.t2.id,
                "state": "confirmed",
            }
        )
        closure._undo(now=NOW)
        self.assertEqual((booking.state, again.state), ("cancelled", "confirmed"))
        self.assertIn("booked again", closure.not_restored)

    def test_what_another_closure_closes_too_stays_closed(self):
        booking = self.booked(self.nina, self.meal, MONDAY)
        strike = self.closure()
        strike._apply(now=NOW)
        snow = self.closure(name="Snow", date_to=TUESDAY)
        snow._apply(now=NOW)
        strike._undo(now=NOW)
        session = booking.session_id
        self.assertEqual((session.state, booking.state), ("closed", "cancelled"))
        self.assertEqual(
            self.quote(self.martin, (self.nina, self.meal, MONDAY)).reason,
            "Closed: snow",
        )
        snow._undo(now=NOW)
        self.assertEqual((session.state, booking.state), ("open", "confirmed"))

    def test_only_a_closure_has_a_way_out_of_cancelled(self):
        booking = self.booked(self.nina, self.t1, MONDAY)
        closure = self.closure()
        closure._apply(now=NOW)
        for forged in (True, 1, "restoring"):
            with self.assertRaises(UserError):
                booking.with_context(espace_restoring=forged).write(
                    {"state": "confirmed"}
                )

    def test_a_day_locked_since_is_not_undone(self):
        booking = self.booked(self.nina, self.t1, MONDAY)
        closure = self.closure()
        closure._apply(now=NOW)
        booking.session_id.attendance_locked = True
        with self.assertRaises(UserError):
            closure._undo(now=NOW)
        self.assertEqual((closure.state, booking.state), ("done", "cancelled"))

    def test_it_can_be_closed_again(self):
        booking = self.booked(self.nina, self.t1, MONDAY)
        first = self.closure()
        first._apply(now=NOW)
        first._undo(now=NOW)
        second = self.closure()
        second._apply(now=NOW)
        self.assertEqual(booking.closure_id, second)
        second._undo(now=NOW)
        self.assertEqual(booking.state, "confirmed")


@tagged("post_install", "-at_install")
class TestClosureScreens(ClosureCase):
    def test_management_previews_applies_and_undoes(self):
        booking = self.booked(self.nina, self.meal, MONDAY)
        manager = self._create_staff("manager")
        form = Form(self.Closure.with_user(manager))
        self.assertEqual(form.name, "Strike")
        form.kind = "weather"
        self.assertEqual(form.name, "Weather")
        form.date_from = MONDAY
        self.assertEqual(form.date_to, MONDAY)
        self.assertEqual(form.booking_count, 1)
        form.class_ids.add(self.class_cm1)
        self.assertEqual(form.booking_count, 0)
        form.class_ids.remove(self.class_cm1.id)
        closure = form.save()
        for purpose, state in (("action_preview", "cancelled"), ("action_undo", None)):
            action = getattr(closure, purpose)()
            wizard = (
                self.env[action["res_model"]]
                .with_user(manager)
                .with_context(**action["context"])
                .create({})
            )
            self.assertEqual((wizard.booking_count, wizard.family_count), (1, 1))
            self.assertFalse(wizard.problems)
            wizard.action_confirm()
            self.assertEqual(booking.state, state or "confirmed")
        self.assertEqual((closure.applied_by, closure.undone_by), (manager, manager))

    def test_lists_open_on_what_is_concerned(self):
        booking = self.booked(self.nina, self.meal, MONDAY)
        closure = self.closure()
        for _time in range(2):
            action = closure.action_open_reservations()
            self.assertEqual(self.Reservation.search(action["domain"]), booking)
            action = closure.action_open_sessions()
            self.assertEqual(
                len(self.env["espace.session"].search(action["domain"])), 2
            )
            if closure.state == "draft":
                closure._apply(now=NOW)

    def test_animation_and_regie_read_only(self):
        closure = self.closure()
        for role in ("animation", "finance"):
            known = closure.with_user(self._create_staff(role))
            known.read(["name", "booking_count"])
            for method in ("action_preview", "action_undo"):
                with self.assertRaises(AccessError):
                    getattr(known, method)()
            self.assertFalse(known.has_access("write"))

    def test_a_quote_costs_the_same_queries_with_many_closures(self):
        items = [(self.nina, self.meal, MONDAY), (self.tom, self.meal, TUESDAY)]

        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.Reservation._quote(self.martin, items, now=NOW)
            return self.env.cr.sql_log_count - before

        for name in ("One", "Two"):
            self.closure(name=name, class_ids=self.class_cp.ids).sudo().state = "done"
        queries()  # what is kept between requests is read the first time
        two = queries()
        for number in range(8):
            self.closure(
                name=f"More {number}", class_ids=self.class_cm1.ids
            ).sudo().state = "done"
        queries()
        self.assertEqual(queries(), two)
