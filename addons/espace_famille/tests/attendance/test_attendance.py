import re
from datetime import date, datetime, timedelta

from freezegun import freeze_time
from lxml import etree
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import MONDAY, NOW, TODAY, TUESDAY, EspaceCase

# The evening of today in UTC: 20:00 in Paris, every service is over.
EVENING = datetime(2027, 1, 4, 19, 0)


class AttendanceCase(EspaceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent = cls._create_staff("animation")
        cls.manager = cls._create_staff("manager")

    def book_today(self, child, product):
        """Book today as staff; return the reservation."""
        family = child._paying_family(TODAY)
        [quote] = self.Reservation._book(family, [(child, product, TODAY)], staff=True)
        self.assertEqual(quote.status, "booked", quote.reason)
        return self.Reservation.browse(quote.reservation_id)

    def today(self, activity):
        return self.session(activity, TODAY)


@tagged("post_install", "-at_install")
class TestPointing(AttendanceCase):
    def test_one_tap_present_absent_and_back_to_expected(self):
        reservation = self.book_today(self.nina, self.meal).with_user(self.agent)
        for action, attendance in (
            ("action_present", "present"),
            ("action_absent", "absent_unjustified"),
            ("action_expected", "expected"),
        ):
            getattr(reservation, action)()
            self.assertEqual(reservation.attendance, attendance)

    def test_a_tap_says_who_tapped_and_when(self):
        reservation = self.book_today(self.nina, self.meal)
        reservation.with_user(self.agent).action_present()
        self.assertEqual(reservation.attendance_uid, self.agent)
        self.assertEqual(reservation.attendance_at, NOW)

    def test_a_second_tap_has_no_effect(self):
        booked = self.book_today(self.nina, self.meal).with_user(self.agent)
        for action in ("action_present", "action_absent", "action_expected"):
            with self.subTest(action=action):
                getattr(booked, action)()
                events = len(booked.event_ids)
                with freeze_time("2027-01-04 15:00:00"):
                    getattr(booked, action)()
                self.assertEqual(booked.attendance_at, NOW)
                self.assertEqual(len(booked.event_ids), events)

    def test_no_button_of_the_list_goes_because_of_a_tap(self):
        """What is under the finger stays there: nothing slides into its place."""
        for xmlid in (
            "espace_reservation_view_list",
            "espace_reservation_view_list_attendance",
            "espace_reservation_view_kanban",
        ):
            arch = etree.fromstring(self.env.ref(f"espace_famille.{xmlid}").arch)
            buttons = arch.xpath("//button[@invisible]")
            self.assertTrue(buttons, xmlid)
            for button in buttons:
                changed = {"attendance", "arrived_at", "left_at"}
                named = set(re.findall(r"\w+", button.get("invisible")))
                self.assertFalse(named & changed, (xmlid, button.get("name")))

    def test_all_present_takes_those_still_expected_only(self):
        nina = self.book_today(self.nina, self.meal)
        tom = self.book_today(self.tom, self.meal)
        tom.action_absent()
        self.today(self.canteen).with_user(self.agent).action_all_present()
        self.assertEqual(nina.attendance, "present")
        self.assertEqual(tom.attendance, "absent_unjustified")

    def test_all_present_of_the_list_is_the_ticked_ones_or_the_whole_day(self):
        nina = self.book_today(self.nina, self.meal)
        tom = self.book_today(self.tom, self.meal)
        evening = self.book_today(self.tom, self.t1)
        empty = self.Reservation.with_user(self.agent).with_context(
            espace_session_id=self.today(self.canteen).id
        )
        empty.browse(nina.id).action_all_present()
        self.assertEqual((nina | tom).mapped("attendance"), ["present", "expected"])
        empty.action_all_present()
        self.assertEqual((nina | tom).mapped("attendance"), ["present", "present"])
        self.assertEqual(evening.attendance, "expected")

    def test_the_counters_of_the_day_follow(self):
        session = self.today(self.canteen)
        nina = self.book_today(self.nina, self.meal)
        self.book_today(self.tom, self.meal)
        lina = self.book_today(self.lina, self.meal)
        counters = ["expected_count", "present_count", "absent_count"]

        def counted():
            return [session[name] for name in counters]

        self.assertEqual(counted(), [3, 0, 0])
        nina.action_present()
        lina.action_absent_justified()
        self.assertEqual(counted(), [1, 1, 1])
        nina.action_expected()
        self.assertEqual(counted(), [2, 0, 1])

    def test_the_list_of_the_day_opens_with_those_who_hold_a_seat(self):
        self.book_today(self.nina, self.meal)
        self.book_today(self.tom, self.meal)._cancel(staff=True)
        action = self.today(self.canteen).with_user(self.agent).action_open_attendance()
        found = self.Reservation.with_user(self.agent).search(action["domain"])
        self.assertEqual(found.child_id, self.nina)
        self.assertEqual(action["context"]["search_default_group_class"], 1)
        self.assertFalse(action["context"]["espace_records_times"])

    def test_the_list_remarks_what_is_unusual(self):
        booked = self.book_today(self.nina, self.meal)
        walk_in = self.Reservation._walk_in(
            self.tom, self.meal, self.today(self.canteen)
        )
        pending = self.book_today(self.lina, self.meal)
        self.env.cr.execute(
            "UPDATE espace_reservation SET state = 'pending_approval' WHERE id = %s",
            [pending.id],
        )
        pending.invalidate_recordset()
        self.assertEqual(
            (booked | walk_in | pending).mapped("remark"),
            [False, "Came without booking", "Waiting for approval"],
        )

    def test_the_dashboard_opens_the_list_of_today_and_of_the_next_day(self):
        with self.subTest(day="today"):
            action = self.canteen.action_open_today()
            self.assertEqual(
                action["context"]["espace_session_id"], self.today(self.canteen).id
            )
        with self.subTest(day="next"):
            action = self.canteen.action_open_tomorrow()
            following = self.session(self.canteen, TODAY + timedelta(days=1))
            self.assertEqual(action["context"]["espace_session_id"], following.id)

    def test_an_activity_without_coming_day_says_so(self):
        self.canteen.session_ids.unlink()
        with self.assertRaises(UserError):
            self.canteen.action_open_tomorrow()

    def test_pointing_a_class_costs_the_same_queries_as_pointing_one(self):
        both = self.book_today(self.nina, self.meal) | self.book_today(
            self.tom, self.meal
        )

        def queries(reservations, method):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            getattr(reservations.browse(reservations.ids), method)()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        queries(both, "action_present")
        of_both = queries(both, "action_absent")
        queries(both, "action_present")
        self.assertEqual(of_both, queries(both[:1], "action_absent"))


@tagged("post_install", "-at_install")
class TestDirectWrite(AttendanceCase):
    """What a client writes is held to the rules of the buttons."""

    def test_a_manager_may_write_what_the_buttons_write(self):
        reservation = self.book_today(self.nina, self.meal)
        reservation.with_user(self.manager).write({"attendance": "present"})
        self.assertEqual(reservation.attendance, "present")
        self.assertEqual(reservation.attendance_uid, self.manager)

    def test_an_agent_writes_nothing_directly(self):
        reservation = self.book_today(self.nina, self.meal).with_user(self.agent)
        for vals in ({"attendance": "present"}, {"left_at": 17}):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                reservation.write(vals)

    def test_nobody_signs_for_another(self):
        reservation = self.book_today(self.nina, self.meal)
        reservation.with_user(self.manager).write(
            {
                "attendance": "present",
                "attendance_uid": self.agent.id,
                "attendance_at": "2020-01-01 00:00:00",
            }
        )
        self.assertEqual(reservation.attendance_uid, self.manager)
        self.assertEqual(reservation.attendance_at, NOW)

    def test_a_coming_day_is_not_written(self):
        reservation = self.booked(self.nina, self.meal, MONDAY)
        with self.assertRaises(UserError):
            reservation.with_user(self.manager).write({"attendance": "present"})

    def test_only_confirmed_bookings_are_written(self):
        reservation = self.book_today(self.nina, self.meal)
        reservation._cancel(staff=True)
        with self.assertRaises(UserError):
            reservation.with_user(self.manager).write({"attendance": "present"})

    def test_a_booking_is_not_created_present_on_a_coming_day(self):
        vals = {
            "child_id": self.nina.id,
            "family_id": self.martin.id,
            "product_id": self.meal.id,
            "session_id": self.session(self.canteen, MONDAY).id,
            "state": "confirmed",
            "attendance": "present",
        }
        with self.assertRaises(UserError):
            self.Reservation.with_user(self.manager).create(vals)

    def test_regie_alone_does_not_point(self):
        reservation = self.book_today(self.nina, self.meal)
        finance = self._create_staff("finance")
        with self.assertRaises(AccessError):
            reservation.with_user(finance).action_present()


@tagged("post_install", "-at_install")
class TestTimes(AttendanceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.t2.espace_records_times = True

    def _here(self):
        return self.book_today(self.nina, self.t2).with_user(self.agent)

    def test_arrived_now_and_left_now_take_the_clock_of_the_commune(self):
        reservation = self._here()
        with freeze_time("2027-01-04 15:32:00"):  # 16:32 in Paris
            reservation.action_arrived()
        with freeze_time("2027-01-04 16:47:30"):
            reservation.action_left()
        with freeze_time("2027-01-04 17:00:00"):  # a second tap on either
            reservation.action_arrived()
            reservation.action_left()
        self.assertEqual(reservation.attendance, "present")
        self.assertAlmostEqual(reservation.arrived_at, 16 + 32 / 60)
        self.assertAlmostEqual(reservation.left_at, 17 + 47 / 60)
        self.assertEqual(reservation.sudo()._presence_minutes(), 75)

    def test_leaving_alone_counts_from_the_start_of_the_option(self):
        reservation = self._here()
        reservation._record_times(left=17.25)
        self.assertEqual(reservation._presence_minutes(), 45)

    def test_arriving_alone_counts_until_the_end_of_the_option(self):
        reservation = self._here()
        reservation._record_times(arrived=17)
        self.assertEqual(reservation._presence_minutes(), 90)

    def test_present_without_times_has_no_duration(self):
        reservation = self._here()
        reservation.action_present()
        self.assertIsNone(reservation._presence_minutes())

    def test_times_are_refused_when_they_make_no_day(self):
        reservation = self._here()
        for times in ((17, 16.5), (25, 0), (-1, 0), (16, 24.5)):
            with self.subTest(times=times), self.assertRaises(UserError):
                reservation._record_times(*times)
        self.assertEqual(reservation.attendance, "expected")

    def test_times_are_corrected_and_forgotten_in_the_dialog(self):
        reservation = self._here()
        reservation._record_times(16.5, 17)
        wizard = (
            self.env["espace.times.wizard"]
            .with_user(self.agent)
            .create({"reservation_id": reservation.id})
        )
        self.assertEqual((wizard.arrived_at, wizard.left_at), (16.5, 17))
        wizard.write({"arrived_at": 0, "left_at": 18})
        wizard.action_save()
        self.assertEqual((reservation.arrived_at, reservation.left_at), (0, 18))

    def test_an_absent_child_has_no_times(self):
        reservation = self._here()
        reservation._record_times(16.5, 17)
        reservation.action_absent()
        self.assertEqual((reservation.arrived_at, reservation.left_at), (0, 0))

    def test_an_option_without_times_records_none(self):
        reservation = self.book_today(self.nina, self.meal).with_user(self.agent)
        with self.assertRaises(UserError):
            reservation.action_arrived()

    def test_now_is_only_for_today(self):
        reservation = self._here()
        with freeze_time("2027-01-05 09:00:00"), self.assertRaises(UserError):
            reservation.action_left()

    def test_times_written_directly_are_checked_and_mean_present(self):
        reservation = self.book_today(self.nina, self.t2).with_user(self.manager)
        reservation.write({"arrived_at": 16.5})
        self.assertEqual(reservation.attendance, "present")
        with self.assertRaises(UserError):
            reservation.write({"left_at": 16})

    @mute_logger("odoo.sql_db")
    def test_the_database_refuses_impossible_times(self):
        reservation = self.book_today(self.nina, self.t2)
        with self.assertRaisesRegex(IntegrityError, "times_of_one_day"):
            reservation.write({"arrived_at": 18, "left_at": 17})
            self.env.flush_all()

    def test_the_list_shows_times_where_the_activity_records_them(self):
        context = self.today(self.evening).action_open_attendance()["context"]
        self.assertTrue(context["espace_records_times"])
        self.assertTrue(context["espace_times_now"])
        tomorrow = self.session(self.evening, TODAY + timedelta(days=1))
        context = tomorrow.action_open_attendance()["context"]
        self.assertTrue(context["espace_records_times"])
        self.assertFalse(context["espace_times_now"])


@tagged("post_install", "-at_install")
class TestBatch(AttendanceCase):
    """Points of a device that was offline."""

    def setUp(self):
        super().setUp()
        self.here = self.book_today(self.nina, self.meal)
        self.away = self.book_today(self.tom, self.meal)
        self.canteen_today = self.today(self.canteen).with_user(self.agent)
        self.early = NOW - timedelta(minutes=30)
        self.later = NOW - timedelta(minutes=10)

    def test_points_are_recorded_with_the_instant_they_were_taken(self):
        refused = self.canteen_today._mark(
            [
                (self.here.id, "present", self.early),
                (self.away.id, "absent_unjustified", self.later),
            ]
        )
        self.assertFalse(refused)
        self.assertEqual(self.here.attendance, "present")
        self.assertEqual(self.here.attendance_at, self.early)
        self.assertEqual(self.here.attendance_uid, self.agent)
        self.assertEqual(self.away.attendance, "absent_unjustified")

    def test_sending_a_batch_again_changes_nothing(self):
        points = [
            (self.here.id, "present", self.early),
            (self.here.id, "absent_unjustified", self.later),
        ]
        self.canteen_today._mark(points)
        events = self.here.event_ids
        self.assertFalse(self.canteen_today._mark(points))
        self.assertEqual(self.here.attendance, "absent_unjustified")
        self.assertEqual(self.here.event_ids, events)

    def test_the_last_instant_wins_whatever_comes_first(self):
        self.canteen_today._mark([(self.here.id, "present", self.later)])
        self.canteen_today._mark([(self.here.id, "absent_unjustified", self.early)])
        self.assertEqual(self.here.attendance, "present")

    def test_a_clock_that_is_ahead_does_not_forbid_later_points(self):
        self.canteen_today._mark(
            [(self.here.id, "present", NOW + timedelta(days=1))], now=NOW
        )
        later = NOW + timedelta(minutes=1)
        self.canteen_today._mark(
            [(self.here.id, "absent_unjustified", later)], now=later
        )
        self.assertEqual(self.here.attendance, "absent_unjustified")

    def test_refusals_are_told_and_stop_nobody_else(self):
        other = self.book_today(self.lina, self.t1)
        cancelled = self.book_today(self.lina, self.meal)
        cancelled._cancel(staff=True)
        refused = self.canteen_today._mark(
            [
                (other.id, "present", self.early),
                (cancelled.id, "present", self.early),
                (self.away.id, "asleep", self.early),
                (0, "present", self.early),
                (self.here.id, "present", self.early),
            ]
        )
        self.assertEqual(
            {key for key, _reason in refused},
            {other.id, cancelled.id, self.away.id, 0},
        )
        self.assertTrue(all(reason for _key, reason in refused))
        self.assertEqual(self.here.attendance, "present")
        self.assertEqual(other.attendance, "expected")
        self.assertEqual(self.away.attendance, "expected")

    def test_a_locked_day_refuses_every_point(self):
        self.canteen_today.sudo().attendance_locked = True
        refused = self.canteen_today._mark([(self.here.id, "present", self.early)])
        self.assertEqual([key for key, _reason in refused], self.here.ids)
        self.assertEqual(self.here.attendance, "expected")

    def test_only_agents_send_points(self):
        session = self.canteen_today.with_user(self._create_staff("finance"))
        with self.assertRaises(AccessError):
            session._mark([(self.here.id, "present", self.early)])


@tagged("post_install", "-at_install")
class TestToPoint(AttendanceCase):
    def state(self, session):
        session.invalidate_recordset()
        return session.attendance_state

    def assert_found(self, session, state):
        """The state read and the state searched are the same."""
        self.assertEqual(self.state(session), state)
        for name, _label in session._fields["attendance_state"].selection:
            found = session.search([("attendance_state", "=", name)])
            self.assertEqual(session in found, name == state, name)

    def test_a_day_goes_from_to_come_to_pointed_and_locked(self):
        reservation = self.book_today(self.nina, self.t2)
        session = self.today(self.evening)
        self.assert_found(session, "to_come")
        with freeze_time(EVENING):
            self.assert_found(session, "to_mark")
            self.assertEqual(session.to_mark_count, 1)
            reservation.action_present()
            self.assert_found(session, "marked")
            session.action_lock()
            self.assert_found(session, "locked")

    def test_a_day_pointed_before_its_end_is_pointed(self):
        self.book_today(self.nina, self.t2).action_present()
        self.assert_found(self.today(self.evening), "marked")

    def test_a_service_without_hours_lasts_all_day(self):
        self.book_today(self.nina, self.meal)
        session = self.today(self.canteen)
        with freeze_time(EVENING):
            self.assert_found(session, "to_come")
        with freeze_time("2027-01-05 08:00:00"):
            self.assert_found(session, "to_mark")

    def test_days_to_come_are_never_to_point(self):
        self.booked(self.nina, self.t2, MONDAY)
        self.assert_found(self.session(self.evening, MONDAY), "to_come")

    def test_the_count_can_be_searched(self):
        session = self.today(self.evening)
        self.book_today(self.nina, self.t2)
        self.book_today(self.tom, self.t1)
        with freeze_time(EVENING):
            for domain, expected in (
                ([("to_mark_count", ">", 0)], True),
                ([("to_mark_count", "=", 2)], True),
                ([("to_mark_count", "!=", 2)], False),
                ([("to_mark_count", ">", 2)], False),
                ([("to_mark_count", "=", 0)], False),
                ([("to_mark_count", "<", 3)], True),
            ):
                with self.subTest(domain=domain):
                    found = session.search(domain)
                    self.assertEqual(session in found, expected)

    def test_the_dashboard_says_how_many_days_are_to_point(self):
        self.book_today(self.nina, self.t2)
        with freeze_time(EVENING):
            self.evening.invalidate_recordset()
            self.assertEqual(self.evening.to_mark_count, 1)
            self.assertEqual(self.canteen.to_mark_count, 0)
            action = self.evening.action_open_to_mark()
            found = self.env["espace.session"].search(action["domain"])
            self.assertEqual(found, self.today(self.evening))


@tagged("post_install", "-at_install")
class TestLock(AttendanceCase):
    def setUp(self):
        super().setUp()
        self.booking = self.book_today(self.nina, self.t2)
        self.t2.espace_records_times = True
        self.day = self.today(self.evening)

    def _lock(self):
        self.booking.action_present()
        self.day.with_user(self.manager).action_lock()
        self.assertTrue(self.day.attendance_locked)

    def assert_refused(self, call, *args):
        with self.assertRaisesRegex(UserError, "is locked"):
            call(*args)

    def test_nothing_changes_on_a_locked_day(self):
        self._lock()
        admin = self.booking.with_user(self._create_staff("admin"))
        for call, *args in (
            (admin.action_absent,),
            (admin.action_expected,),
            (admin._record_times, 16.5, 17),
            (admin.action_cancel,),
            (admin.write, {"attendance": "expected"}),
            (admin.write, {"arrived_at": 16.5}),
            (admin.sudo().write, {"state": "cancelled"}),
            (admin.sudo().write, {"product_id": self.t1.id}),
            (
                admin.sudo().write,
                {"session_id": self.session(self.evening, TUESDAY).id},
            ),
            (admin.sudo().write, {"attendance": "absent_justified"}),
            (admin.sudo()._cancel, NOW, True),
        ):
            with self.subTest(call=call.__name__, args=args):
                self.assert_refused(call, *args)
        with self.assertRaises(UserError):
            admin.unlink()
        self.assertEqual(self.booking.attendance, "present")

    def test_nobody_is_added_to_a_locked_day(self):
        self._lock()
        self.assert_refused(self.Reservation._walk_in, self.tom, self.t1, self.day)
        self.assert_refused(
            self.Reservation.create,
            {
                "child_id": self.tom.id,
                "family_id": self.martin.id,
                "product_id": self.t1.id,
                "session_id": self.day.id,
                "state": "confirmed",
            },
        )

    def test_a_locked_day_is_quoted_as_such(self):
        self._lock()
        quote = self.quote(self.martin, (self.tom, self.t1, TODAY), staff=True)
        self.assertEqual(quote.status, "closed")
        self.assertIn("locked", quote.reason)

    def test_a_cart_on_a_locked_day_can_be_emptied(self):
        draft = self.Reservation.create(
            {
                "child_id": self.tom.id,
                "family_id": self.martin.id,
                "product_id": self.t1.id,
                "session_id": self.day.id,
            }
        )
        self._lock()
        draft._cancel()
        self.assertFalse(draft.exists())

    def test_a_payment_on_its_way_may_end_on_a_locked_day(self):
        paying = self.book_today(self.tom, self.t1)
        self.env.cr.execute(
            "UPDATE espace_reservation SET state = 'pending_payment' WHERE id = %s",
            [paying.id],
        )
        paying.invalidate_recordset()
        self._lock()
        paying.write({"state": "confirmed"})
        self.assertEqual(paying.state, "confirmed")

    def test_many_days_are_locked_at_once_but_those_left_to_point(self):
        self.booking.action_present()
        self.book_today(self.tom, self.meal)
        days = self.day | self.today(self.canteen)
        result = days.with_user(self.manager).action_lock()
        self.assertEqual(days.filtered("attendance_locked"), self.day)
        self.assertIn("Cantine", result["params"]["message"])

    def test_a_day_that_is_not_pointed_is_not_locked(self):
        with self.assertRaises(UserError):
            self.day.action_lock()
        with self.assertRaises(UserError):
            self.session(self.evening, MONDAY).action_lock()

    def test_unlocking_is_recorded_and_opens_the_day(self):
        self._lock()
        self.day.with_user(self.manager).action_unlock()
        self.booking.action_absent()
        self.assertEqual(
            [(e.kind, e.user_id) for e in self.day.lock_event_ids.sorted("id")],
            [("locked", self.manager), ("unlocked", self.manager)],
        )

    def test_a_lock_written_directly_is_recorded_too(self):
        self.day.with_user(self.manager).write({"attendance_locked": True})
        self.day.with_user(self.manager).write({"attendance_locked": True})
        self.assertEqual(self.day.lock_event_ids.mapped("kind"), ["locked"])

    def test_agents_neither_lock_nor_unlock(self):
        day = self.day.with_user(self.agent)
        for action in ("action_lock", "action_unlock"):
            with self.subTest(action=action), self.assertRaises(AccessError):
                getattr(day, action)()

    def test_other_days_stay_open(self):
        self._lock()
        other = self.book_today(self.tom, self.meal)
        other.action_absent()
        self.assertEqual(other.attendance, "absent_unjustified")
        self.assertEqual(self.day.date, date(2027, 1, 4))
