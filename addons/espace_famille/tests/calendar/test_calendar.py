from datetime import date

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import MONDAY, TUESDAY, WEDNESDAY, EspaceCase


@tagged("post_install", "-at_install")
class TestCalendar(EspaceCase):
    def test_each_day_has_its_kind(self):
        kinds = {
            date(2027, 1, 11): "school",
            date(2027, 1, 13): "wednesday",
            date(2027, 1, 16): "weekend",
            date(2026, 12, 22): "holiday",
            date(2026, 12, 25): "public_holiday",
            date(2027, 5, 7): "closed",  # the day after Ascension
        }
        for day, kind in kinds.items():
            with self.subTest(day=day):
                self.assertEqual(self.company._day_kind(day), kind)

    def test_a_period_entered_by_staff_counts_at_once(self):
        self.assertEqual(self.company._day_kind(MONDAY), "school")
        period = self.env["espace.calendar.period"].create(
            {
                "name": "Flood",
                "kind": "bridge",
                "year_id": self.year.id,
                "date_from": MONDAY,
                "date_to": TUESDAY,
            }
        )
        self.assertEqual(self.company._day_kind(MONDAY), "closed")
        period.date_from = TUESDAY
        self.assertEqual(self.company._day_kind(MONDAY), "school")
        self.assertEqual(self.company._day_kind(TUESDAY), "closed")
        period.unlink()
        self.assertEqual(self.company._day_kind(TUESDAY), "school")

    def test_school_on_wednesday_morning_makes_it_a_school_day(self):
        self.year.week_pattern = "4.5"
        self.assertEqual(self.company._day_kind(WEDNESDAY), "school")

    def test_loading_the_calendar_again_keeps_corrections(self):
        winter = self.year.period_ids.filtered(
            lambda p: p.kind == "holiday" and p.date_from.month == 2
        )
        self.assertEqual(winter.source, "official")
        last_day = winter.date_to
        winter.date_to = date(2027, 2, 19)
        self.assertEqual(winter.source, "manual")
        count = len(self.year.period_ids)
        self.year._seed()
        self.assertEqual(len(self.year.period_ids), count)
        self.assertEqual(winter.date_to, date(2027, 2, 19))
        self.assertNotEqual(winter.date_to, last_day)

    def test_years_of_one_commune_do_not_overlap(self):
        with self.assertRaises(ValidationError):
            self.env["espace.school.year"].create(
                {"date_from": date(2027, 8, 31), "date_to": date(2028, 8, 30)}
            )

    def test_another_commune_has_its_own_year(self):
        other = self.env["res.company"].create(
            {"name": "Elsewhere", "espace_school_zone": "A"}
        )
        year = self.env["espace.school.year"]._create_for(other, MONDAY)
        self.assertEqual(year.zone, "A")
        # Winter holidays of the zones differ that year.
        kinds = {
            (company._day_kind(day))
            for company in (self.company, other)
            for day in (date(2027, 2, 8),)
        }
        self.assertEqual(kinds, {"holiday", "school"})

    def test_sessions_open_on_open_days_only(self):
        days = set(self.canteen.session_ids.mapped("date"))
        self.assertIn(MONDAY, days)
        self.assertNotIn(WEDNESDAY, days)
        self.assertEqual(len(days), 20)  # five weeks of four days

    def test_opening_sessions_twice_creates_none_twice(self):
        before = self.canteen.session_ids
        self.assertFalse(self.canteen._generate_sessions(MONDAY, date(2027, 2, 5)))
        self.assertEqual(self.canteen.session_ids, before)

    def test_a_day_closed_later_loses_its_empty_session_only(self):
        self.booked(self.nina, self.meal, TUESDAY)
        self.year.period_ids = [
            Command.create(
                {
                    "name": "Bridge",
                    "kind": "bridge",
                    "date_from": MONDAY,
                    "date_to": TUESDAY,
                }
            )
        ]
        self.canteen._generate_sessions(MONDAY, TUESDAY)
        self.assertFalse(self.session(self.canteen, MONDAY))
        self.assertTrue(self.session(self.canteen, TUESDAY))
