from datetime import date

from freezegun import freeze_time

from odoo.tests import tagged

from ..common import MONDAY, NOW
from .test_document import DocumentCase


@tagged("post_install", "-at_install")
class TestProvisionalAdmission(DocumentCase):
    """A vaccination that is missing admits for three months, then blocks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.insurance.active = False
        cls.vaccinations = cls._create_type(
            "Vaccinations",
            blocking=True,
            provisional_months=3,
            validity="unlimited",
        )

    def admit(self, child, day):
        """Have a child be enrolled since a day."""
        child.enrolment_ids.write({"date_from": day})
        self.env.invalidate_all()

    def status(self, child=None, day=MONDAY):
        child = child or self.nina
        return self.quote(child.family_id, (child, self.t1, day))

    def line(self, child):
        return self.env["espace.document.missing"].search(
            [("child_id", "=", child.id), ("type_id", "=", self.vaccinations.id)]
        )

    def test_it_admits_for_three_months_and_then_blocks(self):
        # Three months from 12 October end on 11 January, which is MONDAY.
        self.admit(self.nina, date(2026, 10, 12))
        self.assertEqual(self.status().status, "available")
        self.admit(self.nina, date(2026, 10, 11))
        quote = self.status()
        self.assertEqual(quote.status, "blocked")
        self.assertIn("Vaccinations", quote.reason)

    def test_who_waits_for_nothing_blocks_at_once(self):
        self.vaccinations.provisional_months = 0
        self.admit(self.nina, date(2027, 1, 4))
        self.assertEqual(self.status().status, "blocked")

    def test_the_paper_ends_it(self):
        self.admit(self.nina, date(2026, 9, 1))
        self.assertEqual(self.status().status, "blocked")
        self.document(self.nina, self.vaccinations)
        self.assertEqual(self.status().status, "available")

    def test_a_vaccination_that_ended_gives_three_months_more(self):
        self.admit(self.nina, date(2025, 9, 1))
        paper = self.document(
            self.nina,
            self.vaccinations,
            issued_on=date(2025, 9, 1),
            expires_on=date(2026, 12, 31),
        )
        self.assertEqual(self.status().status, "available")
        paper.expires_on = date(2026, 10, 1)
        self.assertEqual(self.status().status, "blocked")

    def test_both_dates_are_shown_and_agree_with_the_gate(self):
        for admitted in (date(2026, 10, 12), date(2026, 10, 11), date(2026, 11, 30)):
            self.admit(self.nina, admitted)
            line = self.line(self.nina)
            self.assertEqual(line.admitted_on, admitted)
            blocked = self.status().status == "blocked"
            self.assertEqual(line.provisional_until < MONDAY, blocked, admitted)
        self.assertEqual(line.provisional_until, date(2027, 2, 27))
        words = line._admission_words()
        self.assertIn("30 November 2026", words)
        self.assertIn("27 February 2027", words)

    def test_an_ended_paper_moves_the_date_in_the_list_too(self):
        self.admit(self.nina, date(2025, 9, 1))
        self.document(
            self.nina,
            self.vaccinations,
            issued_on=date(2025, 9, 1),
            expires_on=date(2026, 12, 31),
        )
        self.assertEqual(self.line(self.nina).provisional_until, date(2027, 3, 31))

    def test_the_family_is_reminded_before_it_ends_and_once(self):
        self.vaccinations.write({"missing_days": 1, "reminder_days": 15})
        self.admit(self.nina, date(2026, 12, 1))  # until 28 February
        self.tom.enrolment_ids.unlink()
        self.lina.enrolment_ids.unlink()
        Reminder = self.env["espace.document.reminder"]

        def reminded(day):
            before = self.martin.message_ids
            self.env.invalidate_all()
            with freeze_time(day):
                Reminder._cron_remind()
            return self.martin.message_ids - before

        first = reminded("2027-01-06 06:00:00")
        self.assertEqual(len(first), 1)
        self.assertIn("28 February 2027", first.body)
        self.assertFalse(reminded("2027-02-12 06:00:00"))
        again = reminded("2027-02-13 06:00:00")
        self.assertEqual(len(again), 1)
        self.assertIn("Vaccinations", again.body)
        self.assertFalse(reminded("2027-02-20 06:00:00"))

    def test_the_number_of_queries_is_that_of_any_family(self):
        self.admit(self.nina, date(2026, 12, 1))
        items = [(self.nina, self.t1, MONDAY)]
        self.env.invalidate_all()
        self.Reservation._quote(self.martin, items, now=NOW)
        self.env.invalidate_all()
        with self.assertQueryCount(30):
            self.Reservation._quote(self.martin, items, now=NOW)
