from datetime import datetime, timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from ...domain.booking import TRANSITIONS
from ..common import EVENING_CUTOFF, MONDAY, NOW, TODAY, TUESDAY, EspaceCase


@tagged("post_install", "-at_install")
class TestCancel(EspaceCase):
    def test_in_time_it_frees_the_seat(self):
        reservation = self.booked(self.nina, self.t1, MONDAY)
        session = self.session(self.evening, MONDAY)
        reservation._cancel(now=EVENING_CUTOFF - timedelta(seconds=1))
        self.assertEqual(reservation.state, "cancelled")
        self.assertTrue(reservation.cancel_reason)
        self.assertEqual(session.booked_count, 0)
        self.assertEqual(session.free_count, 2)

    def test_too_late_says_the_limit_and_changes_nothing(self):
        reservation = self.booked(self.nina, self.t1, MONDAY)
        with self.assertRaises(UserError) as error:
            reservation._cancel(now=EVENING_CUTOFF)
        self.assertIn("Sunday 10 January at 17h", str(error.exception))
        self.assertEqual(reservation.state, "confirmed")

    def test_never_says_what_to_do(self):
        reservation = self.booked(self.nina, self.meal, MONDAY)
        with self.assertRaises(UserError) as error:
            reservation._cancel(now=NOW)
        self.assertIn("proof", str(error.exception))

    def test_one_too_late_cancels_none(self):
        monday = self.booked(self.nina, self.t1, MONDAY)
        tuesday = self.booked(self.nina, self.t1, TUESDAY)
        with self.assertRaises(UserError):
            (tuesday | monday)._cancel(now=EVENING_CUTOFF)
        self.assertEqual(tuesday.state, "confirmed")
        tuesday._cancel(now=EVENING_CUTOFF)
        self.assertEqual(tuesday.state, "cancelled")

    def test_the_past_is_not_cancelled(self):
        self.evening.cancel_rule_id = False
        reservation = self.booked(self.nina, self.t1, MONDAY)
        with self.assertRaises(UserError):
            reservation._cancel(now=datetime(2027, 1, 11, 15, 30))

    def test_staff_cancel_whatever_the_limit(self):
        reservation = self.booked(self.nina, self.meal, MONDAY)
        reservation.action_cancel()
        self.assertEqual(reservation.state, "cancelled")

    def test_cancelling_twice_changes_nothing(self):
        reservation = self.booked(self.nina, self.t1, MONDAY)
        reservation._cancel(now=NOW)
        at = reservation.cancelled_at
        self.assertFalse(reservation._cancel(now=EVENING_CUTOFF))
        self.assertEqual(reservation.cancelled_at, at)

    def test_a_cancelled_day_can_be_booked_again(self):
        self.booked(self.nina, self.t1, MONDAY)._cancel(now=NOW)
        self.booked(self.nina, self.t2, MONDAY)
        self.assertEqual(self.session(self.evening, MONDAY).booked_count, 1)

    def test_unpaid_seats_are_freed_and_the_family_told(self):
        reservation = self.booked(self.nina, self.t1, MONDAY)
        unpaid = self.booked(self.tom, self.t1, MONDAY)
        self.env.cr.execute(
            "UPDATE espace_reservation SET state = 'pending_payment',"
            " hold_until = %s WHERE id = %s",
            [NOW, unpaid.id],
        )
        unpaid.invalidate_recordset()
        messages = self.martin.message_ids
        self.assertFalse(
            self.Reservation._release_expired(now=NOW - timedelta(minutes=1))
        )
        self.Reservation._release_expired(now=NOW)
        self.assertEqual(unpaid.state, "cancelled")
        self.assertEqual(reservation.state, "confirmed")
        self.assertEqual(self.session(self.evening, MONDAY).booked_count, 1)
        self.assertIn("Tom", (self.martin.message_ids - messages).body)


@tagged("post_install", "-at_install")
class TestStates(EspaceCase):
    def test_only_known_transitions_are_made(self):
        states = list(TRANSITIONS)
        for old in states:
            for new in states:
                with self.subTest(old=old, new=new):
                    reservation = self._reservation_in(old)
                    if new == old or new in TRANSITIONS[old]:
                        reservation.state = new
                        self.assertEqual(reservation.state, new)
                    else:
                        with self.assertRaises(UserError):
                            reservation.state = new
                    self._remove(reservation)

    def _reservation_in(self, state):
        return self.Reservation.create(
            {
                "child_id": self.nina.id,
                "family_id": self.martin.id,
                "session_id": self.session(self.evening, MONDAY).id,
                "product_id": self.t1.id,
                "state": state,
            }
        )

    def _remove(self, reservation):
        self.env.flush_all()
        self.env.cr.execute(
            "DELETE FROM espace_reservation WHERE id = %s", [reservation.id]
        )
        self.env.invalidate_all()

    def test_a_booking_is_never_deleted(self):
        with self.assertRaises(UserError):
            self.booked(self.nina, self.t1, MONDAY).unlink()


@tagged("post_install", "-at_install")
class TestAttendance(EspaceCase):
    def _booked_today(self):
        [status] = self.book(self.martin, (self.nina, self.t1, TODAY), staff=True)
        self.assertEqual(status, "booked")
        return self.reservation(self.nina, self.evening, TODAY)

    def test_staff_record_who_came(self):
        reservation = self._booked_today()
        for action, attendance in (
            ("action_present", "present"),
            ("action_absent", "absent_unjustified"),
            ("action_absent_justified", "absent_justified"),
        ):
            getattr(reservation, action)()
            self.assertEqual(reservation.attendance, attendance)

    def test_a_coming_day_cannot_be_recorded(self):
        with self.assertRaises(UserError):
            self.booked(self.nina, self.t1, MONDAY).action_present()

    def test_a_locked_day_stays_as_it_is(self):
        reservation = self._booked_today()
        reservation.session_id.attendance_locked = True
        with self.assertRaises(UserError):
            reservation.action_absent()
        self.assertEqual(reservation.attendance, "expected")

    def test_a_recorded_booking_is_no_longer_cancelled_by_the_family(self):
        reservation = self._booked_today()
        reservation.action_present()
        self.assertFalse(reservation._cancellable(NOW))
