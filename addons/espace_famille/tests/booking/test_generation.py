from datetime import date, timedelta

from odoo.fields import Command
from odoo.tests import tagged

from ..common import MONDAY, NOW, THURSDAY, TODAY, TUESDAY, WEDNESDAY, EspaceCase

SATURDAY = date(2027, 1, 16)
END = date(2027, 2, 5)


@tagged("post_install", "-at_install")
class TestGeneration(EspaceCase):
    """Sessions are opened again without harm after any change."""

    def bridge(self, date_from, date_to):
        return self.env["espace.calendar.period"].create(
            {
                "name": "Pont",
                "kind": "bridge",
                "year_id": self.year.id,
                "date_from": date_from,
                "date_to": date_to,
            }
        )

    def days(self, activity):
        return set(activity.session_ids.mapped("date"))

    def test_new_opening_days_are_added(self):
        self.evening.write({"wednesday": True, "on_wednesdays": True})
        new = self.evening._generate_sessions(TODAY, END)
        self.assertEqual({day.weekday() for day in new.mapped("date")}, {2})
        self.assertEqual(len(new), 5)

    def test_days_no_longer_open_go_when_nobody_ever_booked(self):
        self.evening.tuesday = False
        self.evening._generate_sessions(TODAY, END)
        self.assertFalse(self.session(self.evening, TUESDAY))
        self.assertTrue(self.session(self.evening, MONDAY))

    def test_an_exceptional_saturday_survives(self):
        saturday = self.env["espace.session"].create(
            {"activity_id": self.canteen.id, "date": SATURDAY, "capacity": 3}
        )
        self.assertFalse(saturday.generated)
        self.canteen._generate_sessions(TODAY, END)
        self.assertTrue(saturday.exists())
        self.year.action_generate_sessions()
        self.assertTrue(saturday.exists())

    def test_a_day_given_up_and_opened_by_hand_stays_as_it_is(self):
        self.bridge(MONDAY, MONDAY)
        self.canteen._generate_sessions(TODAY, END)
        by_hand = self.env["espace.session"].create(
            {"activity_id": self.canteen.id, "date": MONDAY, "capacity": 1}
        )
        self.canteen._generate_sessions(TODAY, END)
        self.assertEqual(self.session(self.canteen, MONDAY), by_hand)

    def test_days_on_which_children_are_expected_are_kept_and_named(self):
        self.booked(self.nina, self.meal, TUESDAY)
        kept = self.session(self.canteen, TUESDAY)
        self.bridge(MONDAY, TUESDAY)
        action = self.year.action_generate_sessions()
        self.assertTrue(kept.exists())
        self.assertEqual(kept.state, "open")
        self.assertFalse(self.session(self.canteen, MONDAY))
        params = action["params"]
        self.assertEqual(params["type"], "warning")
        self.assertIn("Cantine – Tuesday 12 January 2027", params["message"])
        self.assertEqual(
            self.env["espace.session"].search(params["next"]["domain"]), kept
        )

    def test_a_waiting_family_is_expected_too(self):
        self.Reservation.create(
            {
                "child_id": self.nina.id,
                "family_id": self.martin.id,
                "session_id": self.session(self.canteen, TUESDAY).id,
                "product_id": self.meal.id,
                "state": "waiting",
            }
        )
        self.bridge(TUESDAY, TUESDAY)
        plan = self.canteen._plan_sessions(TODAY, END)
        self.assertEqual(plan.kept, self.session(self.canteen, TUESDAY))

    def test_a_day_where_nobody_comes_any_more_is_closed(self):
        reservation = self.booked(self.nina, self.meal, TUESDAY)
        reservation._cancel(now=NOW, staff=True)
        self.bridge(TUESDAY, TUESDAY)
        self.canteen._generate_sessions(TODAY, END)
        self.assertEqual(self.session(self.canteen, TUESDAY).state, "closed")

    def test_a_day_that_staff_closed_is_not_reopened(self):
        session = self.session(self.canteen, THURSDAY)
        session.action_close()
        self.canteen._generate_sessions(TODAY, END)
        self.assertEqual(session.state, "closed")

    def test_the_past_is_left_as_it_was(self):
        monday = date(2026, 12, 14)
        self.canteen._generate_sessions(monday, monday + timedelta(days=4))
        past = self.session(self.canteen, monday)
        self.canteen.monday = False
        self.canteen._generate_sessions(monday, END)
        self.assertTrue(past.exists())
        self.assertFalse(self.session(self.canteen, MONDAY))

    def test_new_places_reach_new_and_old_days(self):
        self.canteen.write({"capacity": 20, "wednesday": True, "on_wednesdays": True})
        self.canteen._generate_sessions(TODAY, END)
        self.assertEqual(self.session(self.canteen, MONDAY).capacity, 20)
        self.assertEqual(self.session(self.canteen, WEDNESDAY).capacity, 20)

    def test_nothing_is_done_twice(self):
        self.year.action_generate_sessions()
        plan = (self.canteen | self.evening)._plan_sessions(
            self.year.date_from, self.year.date_to
        )
        self.assertFalse(plan.missing)
        self.assertFalse(plan.removed | plan.closed | plan.kept)

    def test_the_number_of_queries_does_not_depend_on_the_days(self):
        activities = self.canteen | self.evening
        self.env.flush_all()
        counts = []
        self.company._espace_calendar()
        for end in (date(2027, 2, 5), date(2027, 6, 30)):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            activities._plan_sessions(TODAY, end)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)

    def test_places_left_and_full_days_can_be_looked_for(self):
        session = self.session(self.evening, MONDAY)
        Session = self.env["espace.session"]
        own = [("activity_id", "=", self.evening.id), ("date", "=", MONDAY)]
        full = [*own, ("free_count", "=", 0)]
        self.assertFalse(Session.search(full))
        self.booked(self.nina, self.t1, MONDAY)
        self.assertEqual(Session.search([*own, ("fill_rate", ">=", 50)]), session)
        self.booked(self.tom, self.t1, MONDAY)
        self.assertEqual(Session.search(full), session)
        self.reservation(self.tom, self.evening, MONDAY)._cancel(now=NOW)
        self.assertFalse(Session.search(full))

    def test_a_new_opening_reaches_the_limits_of_its_days(self):
        self.rule_eve.offset_calendar = "service"
        self.evening.write({"wednesday": True, "on_wednesdays": True})
        self.evening._generate_sessions(TODAY, END)
        thursday = self.session(self.evening, THURSDAY)
        self.assertEqual(thursday.booking_cutoff.date(), WEDNESDAY)
        self.year.period_ids = [
            Command.create(
                {
                    "name": "Pont",
                    "kind": "bridge",
                    "date_from": WEDNESDAY,
                    "date_to": WEDNESDAY,
                }
            )
        ]
        self.assertEqual(thursday.booking_cutoff.date(), TUESDAY)
