from datetime import date, datetime

from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import (
    CANTEEN_CUTOFF,
    EVENING_CUTOFF,
    MONDAY,
    SCHOOL_WEEK,
    THURSDAY,
    TUESDAY,
    EspaceCase,
)


@tagged("post_install", "-at_install")
class TestSessionLimits(EspaceCase):
    def test_limits_are_stored_in_utc(self):
        canteen = self.session(self.canteen, MONDAY)
        evening = self.session(self.evening, MONDAY)
        self.assertEqual(canteen.booking_cutoff, CANTEEN_CUTOFF)
        self.assertEqual(evening.booking_cutoff, EVENING_CUTOFF)
        self.assertEqual(evening.cancel_cutoff, EVENING_CUTOFF)

    def test_never_and_always_survive_storage(self):
        session = self.session(self.canteen, MONDAY)
        self.assertEqual(session._limit("cancel"), datetime.min)
        self.canteen.cancel_rule_id = False
        self.assertEqual(session._limit("cancel"), datetime.max)
        self.assertEqual(session._limit("late"), datetime.min)

    def test_a_changed_rule_moves_the_limits(self):
        self.rule_weekly.line_ids.time = 10
        session = self.session(self.canteen, MONDAY)
        self.assertEqual(session.booking_cutoff, datetime(2027, 1, 5, 9, 0))
        self.rule_weekly.line_ids.cutoff_weekday = "0"
        self.assertEqual(session.booking_cutoff, datetime(2027, 1, 4, 9, 0))

    def test_another_rule_moves_the_limits(self):
        self.canteen.booking_rule_id = self.rule_eve
        self.assertEqual(
            self.session(self.canteen, MONDAY).booking_cutoff, EVENING_CUTOFF
        )

    def test_a_changed_calendar_moves_the_limits(self):
        self.rule_eve.offset_calendar = "school"
        session = self.session(self.evening, TUESDAY)
        self.assertEqual(session.booking_cutoff, datetime(2027, 1, 11, 16, 0))
        self.year.period_ids = [
            Command.create(
                {
                    "name": "Bridge",
                    "kind": "bridge",
                    "date_from": MONDAY,
                    "date_to": MONDAY,
                }
            )
        ]
        self.assertEqual(session.booking_cutoff, datetime(2027, 1, 8, 16, 0))

    def test_changed_opening_days_move_limits_counted_in_days_of_service(self):
        self.rule_eve.offset_calendar = "service"
        session = self.session(self.evening, THURSDAY)
        self.assertEqual(session.booking_cutoff, datetime(2027, 1, 12, 16, 0))
        self.evening.tuesday = False
        self.assertEqual(session.booking_cutoff, datetime(2027, 1, 11, 16, 0))

    def test_changed_hours_move_limits_at_the_start(self):
        self.rule_eve.write({"offset_count": 0, "offset_from": "slot_start"})
        session = self.session(self.evening, MONDAY)
        self.assertEqual(session.booking_cutoff, datetime(2027, 1, 11, 15, 30))
        self.t1.product_tmpl_id.espace_time_from = 16
        self.assertEqual(session.booking_cutoff, datetime(2027, 1, 11, 15, 0))

    def test_another_time_zone_moves_the_limits(self):
        self.company.espace_tz = "Indian/Reunion"
        self.assertEqual(
            self.session(self.evening, MONDAY).booking_cutoff,
            datetime(2027, 1, 10, 13, 0),
        )

    def test_a_limit_set_for_one_day_stays(self):
        own = datetime(2027, 1, 8, 9, 0)
        session = self.session(self.evening, MONDAY)
        session.booking_cutoff_override = own
        self.assertEqual(session.booking_cutoff, own)
        self.rule_eve.time = 12
        self.assertEqual(session.booking_cutoff, own)
        other = self.session(self.evening, TUESDAY)
        self.assertEqual(other.booking_cutoff, datetime(2027, 1, 11, 11, 0))
        session.booking_cutoff_override = False
        self.assertEqual(session.booking_cutoff, datetime(2027, 1, 10, 11, 0))

    def test_each_limit_of_a_day_may_be_its_own(self):
        session = self.session(self.evening, MONDAY)
        own = datetime(2027, 1, 8, 9, 0)
        for purpose in ("booking", "cancel", "late"):
            with self.subTest(purpose=purpose):
                session[f"{purpose}_cutoff_override"] = own
                self.rule_eve.time = 12
                self.evening.late_rule_id = self.rule_eve
                self.year.week_pattern = "4.5"
                self.assertEqual(session._limit(purpose), own)

    def test_a_day_with_a_late_limit_of_its_own_takes_late_bookings(self):
        session = self.session(self.evening, MONDAY)
        session.booking_cutoff_override = datetime(2027, 1, 8, 9, 0)
        session.late_cutoff_override = datetime(2027, 1, 9, 9, 0)
        item = (self.nina, self.t1, MONDAY)
        late = self.quote(self.martin, item, now=datetime(2027, 1, 9, 8, 0))
        self.assertEqual((late.status, late.late), ("available", True))
        over = self.quote(self.martin, item, now=datetime(2027, 1, 9, 9, 0))
        self.assertEqual(over.status, "too_late")

    def test_a_limit_after_the_day_of_the_service_is_refused(self):
        session = self.session(self.evening, MONDAY)
        session.cancel_cutoff_override = datetime(2027, 1, 11, 22, 59)
        with self.assertRaisesRegex(ValidationError, "after the service"):
            session.cancel_cutoff_override = datetime(2027, 1, 11, 23, 0)

    def test_limits_are_said_in_words(self):
        session = self.session(self.canteen, MONDAY)
        self.assertEqual(session.booking_words, "Tuesday 5 January at 12h")
        self.assertEqual(session.cancel_words, "Never")
        self.assertFalse(session.late_words)


@tagged("post_install", "-at_install")
class TestSessionSeats(EspaceCase):
    def test_the_database_refuses_one_child_too_many(self):
        session = self.session(self.evening, MONDAY)
        vals = {
            "session_id": session.id,
            "product_id": self.t1.id,
            "state": "confirmed",
        }
        for child in (self.nina, self.tom):
            self.Reservation.create(
                {**vals, "child_id": child.id, "family_id": self.martin.id}
            )
        self.assertEqual(session.booked_count, 2)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.Reservation.create(
                {**vals, "child_id": self.lina.id, "family_id": self.durand.id}
            )
            self.env.flush_all()

    def test_the_database_refuses_a_wrong_counter(self):
        session = self.session(self.evening, MONDAY)
        self.env.flush_all()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.env.cr.execute(
                "UPDATE espace_session SET booked_count = 3 WHERE id = %s",
                [session.id],
            )

    def test_the_database_refuses_places_under_the_bookings(self):
        session = self.session(self.evening, MONDAY)
        self.booked(self.nina, self.t1, MONDAY)
        self.env.flush_all()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.env.cr.execute(
                "UPDATE espace_session SET capacity = 0 WHERE id = %s", session.ids
            )

    def test_agents_are_told_why_places_cannot_be_taken_away(self):
        session = self.session(self.evening, MONDAY)
        self.booked(self.nina, self.t1, MONDAY)
        with self.assertRaisesRegex(UserError, "already booked"):
            session.capacity = 0
        with self.assertRaisesRegex(UserError, "already booked"):
            self.evening.capacity = 0

    def test_the_database_keeps_one_reservation_a_day(self):
        reservation = self.booked(self.nina, self.t1, MONDAY)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            reservation.copy({"product_id": self.t2.id})
            self.env.flush_all()

    def test_one_session_a_day(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.session(self.evening, MONDAY).copy()
            self.env.flush_all()

    def test_a_child_who_comes_without_booking_takes_no_place(self):
        session = self.session(self.evening, MONDAY)
        self.booked(self.nina, self.t1, MONDAY)
        self.booked(self.tom, self.t1, MONDAY)
        self.Reservation.create(
            {
                "child_id": self.lina.id,
                "family_id": self.durand.id,
                "session_id": session.id,
                "product_id": self.t1.id,
                "state": "confirmed",
                "origin": "walk_in",
            }
        )
        self.env.flush_all()
        self.assertEqual((session.booked_count, session.walk_in_count), (2, 1))

    def test_without_a_limit_everybody_comes(self):
        self.evening.seats_limited = False
        self.evening.capacity = 0
        for child in (self.nina, self.tom, self.lina):
            self.booked(child, self.t1, MONDAY)
        self.assertEqual(self.session(self.evening, MONDAY).booked_count, 3)

    def test_new_places_reach_coming_days_unless_changed_by_hand(self):
        by_hand = self.session(self.evening, MONDAY)
        by_hand.capacity = 7
        self.assertTrue(by_hand.capacity_changed)
        self.evening.capacity = 12
        self.assertEqual(by_hand.capacity, 7)
        self.assertEqual(self.session(self.evening, TUESDAY).capacity, 12)

    def test_a_booked_day_is_closed_not_deleted(self):
        session = self.session(self.evening, MONDAY)
        self.booked(self.nina, self.t1, MONDAY)
        with self.assertRaises(UserError):
            session.unlink()
        session.action_close()
        self.assertEqual(session.state, "closed")
        session.action_open()
        self.assertEqual(session.state, "open")

    def test_the_fill_bar_follows_the_bookings(self):
        session = self.session(self.evening, MONDAY)
        self.booked(self.nina, self.t1, MONDAY)
        self.assertEqual(session.free_count, 1)
        self.assertEqual(session.fill_rate, 50)

    def test_an_activity_is_open_on_some_days(self):
        with self.assertRaises(ValidationError):
            self.env["espace.activity"].create(
                {"name": "Nowhere", "on_school_days": False, **SCHOOL_WEEK}
            )

    def test_an_option_ends_after_it_starts(self):
        with self.assertRaises(ValidationError):
            self.t1.product_tmpl_id.write(
                {"espace_time_from": 18, "espace_time_to": 17}
            )

    def test_the_dashboard_names_today_and_the_next_open_day(self):
        self.booked(self.nina, self.t1, date(2027, 1, 5))
        self.assertEqual(self.evening.today_session_id.date, date(2027, 1, 4))
        self.assertEqual(self.evening.next_date, date(2027, 1, 5))
        self.assertEqual(self.evening.next_booked, 1)
        self.assertEqual(self.evening.next_capacity, 2)
        action = self.evening.action_open_tomorrow()
        self.assertEqual(self.Reservation.search(action["domain"]).child_id, self.nina)
