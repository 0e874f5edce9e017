from datetime import date, datetime

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..common import MONDAY, NOW, SCHOOL_WEEK, THURSDAY, TUESDAY, EspaceCase

OPENS_ON = datetime(2027, 1, 5, 18, 0)


@tagged("post_install", "-at_install")
class TestOpening(EspaceCase):
    def opening(self, **vals):
        return self.env["espace.booking.opening"].create(
            {
                "name": "Week of the snow",
                "activity_ids": [Command.set(self.evening.ids)],
                "date_from": MONDAY,
                "date_to": TUESDAY,
                "opens_on": OPENS_ON,
                **vals,
            }
        )

    def status(self, day, now=NOW):
        return self.quote(self.martin, (self.nina, self.t1, day), now=now).status

    def test_days_open_for_booking_on_their_own_day(self):
        self.opening()
        self.assertEqual(self.status(TUESDAY), "not_open_yet")
        self.assertEqual(self.status(THURSDAY), "available")
        self.assertEqual(
            self.status(TUESDAY, datetime(2027, 1, 5, 17, 59)), "not_open_yet"
        )
        self.assertEqual(self.status(TUESDAY, OPENS_ON), "available")

    def test_families_are_told_when(self):
        self.opening()
        quote = self.quote(self.martin, (self.nina, self.t1, MONDAY))
        self.assertEqual(quote.reason, "Bookings open on Tuesday 5 January at 19h.")

    def test_the_own_day_wins_over_the_general_one_either_way(self):
        self.evening.booking_opening = datetime(2027, 1, 8, 18, 0)
        self.opening(opens_on=datetime(2027, 1, 1, 8, 0))
        self.assertEqual(self.status(MONDAY), "available")
        self.assertEqual(self.status(THURSDAY), "not_open_yet")

    def test_a_changed_opening_reaches_its_days(self):
        opening = self.opening()
        session = self.session(self.evening, MONDAY)
        other = self.session(self.evening, THURSDAY)
        self.assertEqual(session.booking_opening, OPENS_ON)
        opening.opens_on = datetime(2027, 1, 2, 18, 0)
        self.assertEqual(session.booking_opening, datetime(2027, 1, 2, 18, 0))
        opening.date_to = THURSDAY
        self.assertTrue(other.booking_opening)
        opening.activity_ids = self.canteen
        self.assertFalse(other.booking_opening)
        self.assertTrue(self.session(self.canteen, MONDAY).booking_opening)
        opening.unlink()
        self.assertFalse(self.session(self.canteen, MONDAY).booking_opening)

    def test_a_holiday_period_gives_its_dates_and_keeps_giving_them(self):
        summer = self.year.period_ids.filtered(lambda p: p.name == "Vacances d'été")
        form = Form(self.env["espace.booking.opening"])
        form.period_id = summer
        self.assertEqual(form.name, "Vacances d'été")
        form.activity_ids = self.evening
        form.opens_on = datetime(2027, 5, 3, 6, 0)
        opening = form.save()
        self.assertEqual(opening.date_from, date(2027, 7, 3))
        summer.date_from = date(2027, 7, 5)
        self.assertEqual(opening.date_from, date(2027, 7, 5))

    def test_sessions_opened_later_follow_it(self):
        leisure = self.env["espace.activity"].create(
            {"name": "Centre de loisirs", "on_holidays": True, **SCHOOL_WEEK}
        )
        opening = self.opening(
            activity_ids=leisure.ids,
            date_from=date(2027, 2, 6),
            date_to=date(2027, 2, 21),
        )
        leisure._generate_sessions(date(2027, 2, 1), date(2027, 2, 28))
        winter = self.session(leisure, date(2027, 2, 9))
        self.assertEqual(winter.booking_opening, opening.opens_on)
        self.assertFalse(self.session(leisure, date(2027, 2, 4)).booking_opening)

    def test_one_day_of_an_activity_opens_once(self):
        self.opening()
        with (
            self.assertRaisesRegex(ValidationError, "Garderie du soir"),
            self.env.cr.savepoint(),
        ):
            self.opening(name="Again", date_from=TUESDAY, date_to=THURSDAY)
        self.opening(name="Canteen", activity_ids=self.canteen.ids)
        self.opening(name="After", date_from=THURSDAY, date_to=THURSDAY)

    def test_an_activity_takes_no_overlapping_opening_either(self):
        self.opening()
        other = self.opening(name="Canteen", activity_ids=self.canteen.ids)
        with self.assertRaisesRegex(ValidationError, "Garderie du soir"):
            self.evening.opening_ids = [Command.link(other.id)]

    def test_it_opens_something(self):
        with self.assertRaises(ValidationError):
            self.opening(activity_ids=False)

    def test_days_that_close_before_they_open_are_pointed_out(self):
        opening = self.opening()
        self.assertFalse(opening.warning)
        opening.opens_on = datetime(2027, 1, 11, 10, 0)
        self.assertIn("before their bookings open: 1", opening.warning)
        self.assertIn("Monday 11 January", opening.warning)
