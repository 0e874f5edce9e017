from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, TUESDAY, WEDNESDAY

from ...domain import caf
from ..common import EspaceBillingCase


@tagged("post_install", "-at_install")
class TestCafHours(EspaceBillingCase):
    """The evening until 18:30 lasts two hours."""

    def hours(self, **domain):
        """Return (realised, billed) of the commune."""
        self.env.flush_all()
        self.env.invalidate_all()
        [sums] = self.env["espace.caf.hours"]._read_group(
            [("company_id", "=", self.company.id)]
            + [(name, "=", value) for name, value in domain.items()],
            [],
            ["hours_realised:sum", "hours_billed:sum"],
        )
        return tuple(value or 0 for value in sums)

    def test_paid_at_booking_is_billed_at_once_and_realised_on_coming(self):
        booking = self.booked(self.nina, self.t2, MONDAY)
        self.assertEqual(self.hours(), (0, 2))
        self.point(booking, "present")
        self.assertEqual(self.hours(), (2, 2))

    def test_paid_at_consumption_is_both_once_the_child_came(self):
        self.evening.billing_mode = "consumption"
        booking = self.booked(self.nina, self.t2, MONDAY)
        self.assertEqual(self.hours(), (0, 0))
        self.point(booking, "present")
        self.assertEqual(self.hours(), (2, 2))

    def test_an_absence_without_proof_is_billed_and_not_realised(self):
        for mode in ("booking", "consumption"):
            with self.subTest(mode=mode):
                self.evening.billing_mode = mode
                day = MONDAY if mode == "booking" else TUESDAY
                booking = self.booked(self.nina, self.t2, day)
                self.tariff.line_ids.filtered(
                    lambda line: line.product_id == self.t2
                ).mapped("event")
                self.point(booking, "absent_unjustified")
                charged = booking.charged_amount > 0
                self.assertEqual(self.hours(date=day), (0, 2 if charged else 0))
                self.assertTrue(charged)

    def test_an_excused_absence_and_a_cancellation_are_neither(self):
        excused = self.booked(self.nina, self.t2, MONDAY)
        self.point(excused, "absent_justified")
        self.cancel(self.booked(self.nina, self.t2, TUESDAY))
        self.assertEqual(self.hours(), (0, 0))

    def test_a_child_that_comes_without_booking_is_both(self):
        session = self.session(self.evening, MONDAY)
        with self.at(MONDAY):
            self.Reservation._walk_in(self.nina, self.t2, session)
        self.assertEqual(self.hours(), (2, 2))

    def test_the_whole_slot_is_realised_whatever_the_time_spent(self):
        """Half an hour of a slot billed by started quarters of an hour."""
        self.t2.espace_records_times = True
        lines = self.tariff.line_ids.filtered(lambda line: line.product_id == self.t2)
        lines.write({"unit": "started_unit", "unit_minutes": 15, "amount": 0.20})
        self.evening.billing_mode = "consumption"
        booking = self.booked(self.nina, self.t2, MONDAY)
        with self.at(MONDAY):
            booking._record_times(arrived=16.5, left=17.0)
        self.assertAlmostEqual(booking.charged_amount, 0.40)
        realised, billed = self.hours()
        self.assertEqual(realised, 2)
        self.assertAlmostEqual(billed, 0.5)
        # The agent corrects the time: the units charged follow.
        with self.at(MONDAY):
            booking._record_times(left=17.75)
        self.assertAlmostEqual(booking.charged_amount, 1.00)
        self.assertAlmostEqual(self.hours()[1], 1.25)

    def test_the_age_is_that_of_the_day(self):
        self.nina.birth_date = date(2021, 1, 12)
        for day in (MONDAY, TUESDAY):
            self.point(self.booked(self.nina, self.t2, day), "present")
        self.assertEqual(self.hours(age_group="under_6", date=MONDAY), (2, 2))
        self.assertEqual(self.hours(age_group="from_6", date=TUESDAY), (2, 2))

    def test_they_are_grouped_as_the_screens_do(self):
        self.martin.caf_regime = "msa"
        self.point(self.booked(self.nina, self.t2, MONDAY), "present")
        groups = self.env["espace.caf.hours"].formatted_read_group(
            [("company_id", "=", self.company.id)],
            ["school_id", "caf_regime", "date:month"],
            ["hours_realised:sum"],
        )
        self.assertEqual(groups[0]["school_id"][0], self.school.id)
        self.assertEqual(groups[0]["caf_regime"], "msa")

    def test_the_summary_adds_up(self):
        self.nina.birth_date = date(2022, 1, 1)
        for child, day in ((self.nina, MONDAY), (self.tom, MONDAY)):
            self.point(self.booked(child, self.t2, day), "present")
        self.point(self.booked(self.nina, self.t1, TUESDAY), "present")
        run = self.env["espace.caf.wizard"].create({"year": 2027})
        [sheet] = run._sheets()
        self.assertEqual(sheet["activity"], self.evening)
        self.assertEqual(sheet["total"], [(3, 3), (2, 2), (5, 5)])
        self.assertEqual(sheet["children"], [1, 1])
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "espace_famille_billing.caf_hours", run.ids
        )
        self.assertIn("January", html.decode())
        self.assertIn("5.00", html.decode())

    def counted(self, day):
        self.env.flush_all()
        self.env.invalidate_all()
        rows = self.env["espace.caf.hours"].search(
            [("company_id", "=", self.company.id), ("date", "=", day)], order="id"
        )
        return rows.mapped("hours_counted")

    def on_wednesdays(self, **option):
        """Have the evening held on Wednesdays, with this option of T2."""
        self.evening.write({"wednesday": True, "on_wednesdays": True})
        self.evening._generate_sessions(WEDNESDAY, WEDNESDAY)
        self.t2.write(option)

    def test_a_wednesday_counts_for_nine_hours_at_most(self):
        self.on_wednesdays(
            espace_hours=11,
            espace_time_from=7.5,
            espace_time_to=18.5,
            espace_includes_meal=True,
        )
        self.point(self.booked(self.nina, self.t2, WEDNESDAY), "present")
        self.assertEqual(self.counted(WEDNESDAY), [9])
        self.assertEqual(self.hours()[0], 11, "what was realised stays")
        self.company.espace_caf_day_hours = 10
        self.assertEqual(self.counted(WEDNESDAY), [10])
        self.company.espace_caf_day_hours = 0
        self.assertEqual(self.counted(WEDNESDAY), [11])

    def test_a_half_day_counts_for_four_hours_and_holidays_are_not_capped(self):
        self.on_wednesdays(espace_hours=5, espace_time_from=7.5, espace_time_to=12.5)
        self.point(self.booked(self.nina, self.t2, WEDNESDAY), "present")
        self.assertEqual(self.counted(WEDNESDAY), [4])
        self.env["espace.calendar.period"].create(
            {
                "name": "Holidays",
                "kind": "holiday",
                "year_id": self.year.id,
                "date_from": WEDNESDAY,
                "date_to": WEDNESDAY,
            }
        )
        self.assertEqual(self.counted(WEDNESDAY), [5])

    def test_other_days_are_not_capped(self):
        self.t2.espace_hours = 11
        self.point(self.booked(self.nina, self.t2, MONDAY), "present")
        self.assertEqual(self.counted(MONDAY), [11])

    def test_the_view_reckons_as_the_rule(self):
        """A morning, and a whole day with its meal, of one child on a Wednesday."""
        self.on_wednesdays(espace_hours=5, espace_time_from=7.5, espace_time_to=12.5)
        self.canteen.write({"wednesday": True, "on_wednesdays": True})
        self.canteen._generate_sessions(WEDNESDAY, WEDNESDAY)
        self.meal.write({"espace_hours": 7, "espace_includes_meal": True})
        for option in (self.t2, self.meal):
            self.point(self.booked(self.nina, option, WEDNESDAY), "present")
        slots = [caf.Slot(5, False, 7.5, 12.5), caf.Slot(7, True)]
        self.assertEqual(
            self.counted(WEDNESDAY), caf.wednesday_hours(slots, caf.Caps())
        )
        self.assertEqual(self.counted(WEDNESDAY), [4, 5])

    def test_a_year_without_hours_has_no_summary(self):
        with self.assertRaises(UserError):
            self.env["espace.caf.wizard"].create({"year": 2020}).action_print()
