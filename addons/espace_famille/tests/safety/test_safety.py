from datetime import date

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from ..common import MONDAY, NOW, EspaceCase


@tagged("post_install", "-at_install")
class TestSupervision(EspaceCase):
    """The evening lasts two hours: 1 for 10 under six, 1 for 14 above."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._create_staff("manager")
        cls.agent = cls._create_staff("animation")
        cls.evening.write({"declared": True, "usual_staff": 1, "capacity": 60})
        cls.session = cls.evening.session_ids.filtered(lambda s: s.date == MONDAY)

    def come(self, young=0, older=0):
        """Have so many more children booked on Monday evening."""
        born = [date(2023, 1, 1)] * young + [date(2017, 1, 1)] * older
        children = self.env["espace.child"].create(
            [
                {
                    "lastname": "Invented",
                    "firstname": f"Child {number}",
                    "birth_date": birth,
                    "family_id": self.martin.id,
                }
                for number, birth in enumerate(born)
            ]
        )
        self.evening.enrolment_required = False
        quotes = self.env["espace.reservation"]._book(
            self.martin,
            [(child.id, self.t1.id, MONDAY) for child in children],
            staff=True,
            now=NOW,
        )
        self.assertEqual({quote.status for quote in quotes}, {"booked"})
        self.env.flush_all()
        return children

    def test_leisure_centres_are_declared_and_canteens_have_no_rate(self):
        centre = self.env["espace.activity"].create(
            {"name": "Mercredis", "category": "leisure"}
        )
        self.assertTrue(centre.declared)
        self.assertFalse(self.canteen.declared)
        self.evening.declared = False
        self.come(young=30)
        self.assertEqual(self.session.staff_needed, 0)
        self.assertFalse(self.session.staff_short)
        self.assertFalse(self.session.staff_words)

    def test_one_child_too_many_is_said(self):
        self.come(young=10)
        self.assertEqual(self.session.staff_needed, 1)
        self.assertFalse(self.session.staff_short)
        self.come(older=1)
        self.assertEqual(self.session.staff_needed, 2)
        self.assertTrue(self.session.staff_short)
        self.assertEqual(
            self.session.staff_words,
            "10 children under 6 and 1 from 6 on: 2 agent(s) needed, 1 planned.",
        )
        self.session.staff_planned = 2
        self.assertFalse(self.session.staff_short)

    def test_nobody_planned_is_said(self):
        self.evening.usual_staff = 0
        self.come(young=1)
        self.assertIn("none planned", self.session.staff_words)

    def test_who_is_absent_needs_nobody(self):
        self.come(young=11)
        self.assertEqual(self.session.staff_needed, 2)
        with freeze_time("2027-01-11 17:00:00"):
            self.session.reservation_ids[0].attendance = "absent_justified"
        self.assertEqual(self.session.staff_needed, 1)

    def test_with_a_pedt_and_for_longer(self):
        self.come(young=14)
        self.assertEqual(self.session.staff_needed, 2)
        self.company.espace_pedt = True
        self.env.invalidate_all()
        self.assertEqual(self.session.staff_needed, 1)
        self.t1.write({"espace_time_from": 8, "espace_time_to": 17})
        self.env.invalidate_all()
        self.assertEqual(self.session.staff_needed, 2)
        self.company.espace_rate_pedt_long_under_6 = 14
        self.env.invalidate_all()
        self.assertEqual(self.session.staff_needed, 1)
        with self.assertRaisesRegex(ValidationError, "at least one child"):
            self.company.espace_rate_break_from_6 = 0

    def test_the_days_to_come_with_too_few_are_found(self):
        find = self.env["espace.session"].with_user(self.manager).search
        own = [("activity_id", "=", self.evening.id)]
        with freeze_time(NOW):
            self.assertFalse(find([*own, ("staff_short", "=", True)]))
            self.come(young=11)
            found = find([*own, ("staff_short", "=", True)])
            self.assertEqual(found, self.session)
            self.assertNotIn(self.session, find([*own, ("staff_short", "=", False)]))
        with freeze_time("2027-01-12 08:00:00"):
            self.assertFalse(find([*own, ("staff_short", "=", True)]))

    def test_more_places_than_the_agents_may_have_are_said_at_planning(self):
        self.assertIn("60 places", self.evening.staff_warning)
        self.evening.capacity = 10
        self.assertFalse(self.evening.staff_warning)
        self.evening.write({"capacity": 60, "usual_staff": 6})
        self.assertFalse(self.evening.staff_warning)

    def test_the_desk_is_warned_before_it_books(self):
        self.come(young=9)
        self.evening.enrolment_required = False
        small = self.env["espace.child"].create(
            [
                {
                    "lastname": "Durand",
                    "firstname": name,
                    "birth_date": date(2023, 1, 1),
                    "family_id": self.durand.id,
                }
                for name in ("Zoé", "Ana")
            ]
        )
        with freeze_time(NOW):
            Wizard = self.env["espace.booking.wizard"].with_user(self.manager)
            with Form(Wizard) as form:
                form.family_id = self.durand
                form.child_ids = small[0]
                form.product_id = self.t1
                form.date_from = form.date_to = MONDAY
                self.assertFalse(form.staff_words)
                form.child_ids = small
                self.assertIn("11 children under 6", form.staff_words)
                self.assertIn("2 agent(s) needed, 1 planned", form.staff_words)
            wizard = form.record
            wizard.action_book()
            self.assertEqual(wizard.booked_count, 2, "it is a warning, no refusal")

    def test_agents_read_it_on_the_day(self):
        self.come(young=11)
        [read] = self.session.with_user(self.agent).read(["staff_words", "staff_short"])
        self.assertTrue(read["staff_short"])
        self.assertIn("2 agent(s) needed", read["staff_words"])
        self.assertFalse(
            self.env["espace.child"].with_user(self.agent).has_access("write")
        )
