from datetime import date

from freezegun import freeze_time

from odoo.tests import tagged

from ..common import MONDAY, EspaceCase

AFTER = "2027-09-01 06:00:00"  # the enrolments end on 31 August


@tagged("post_install", "-at_install")
class TestHealthErasure(EspaceCase):
    """Health goes with the enrolment; the diet three years after the last meal."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pai = cls.env["espace.document.type"].create(
            {"name": "PAI", "only_pai": True, "confidential": True}
        )
        cls.insurance = cls.env["espace.document.type"].create({"name": "Insurance"})
        cls.diet = cls._no_pork()
        for child in cls.nina | cls.lina:
            child.write(
                {
                    "has_pai": True,
                    "pai_details": "An adrenaline pen",
                    "allergies": "Peanuts",
                    "diet_id": cls.diet.id,
                }
            )
        cls.paper = cls.document(cls.pai)
        cls.other = cls.document(cls.insurance)

    @classmethod
    def document(cls, kind):
        return cls.env["espace.document"].create(
            {
                "type_id": kind.id,
                "child_id": cls.nina.id,
                "issued_on": date(2026, 9, 1),
                "expires_on": False,
                "decision": "valid",
            }
        )

    def night(self, day):
        with freeze_time(day):
            self.env["espace.child"]._cron_erase_health()
        self.env.invalidate_all()

    def health(self, child):
        return child.has_pai, child.pai_details, child.allergies

    def test_it_is_kept_as_long_as_a_child_is_enrolled(self):
        self.night("2027-08-31 06:00:00")
        self.assertTrue(all(self.health(self.nina)))
        self.assertTrue(self.paper.exists())

    def test_it_goes_with_the_enrolment(self):
        self.night(AFTER)
        self.assertFalse(any(self.health(self.nina)))
        self.assertFalse(self.paper.exists())
        self.assertTrue(self.other.exists(), "an insurance is no health paper")
        self.assertEqual(self.nina.diet_id, self.diet)
        self.assertIn("Health information erased", self.nina.message_ids[0].body)
        self.assertTrue(self.nina.active and self.nina.firstname == "Nina")

    def test_an_enrolment_to_come_keeps_it(self):
        self.env["espace.enrolment"].create(
            {
                "child_id": self.nina.id,
                "activity_id": self.evening.id,
                "date_from": date(2027, 10, 1),
                "date_to": date(2028, 7, 1),
                "state": "pending",
            }
        )
        self.night(AFTER)
        self.assertTrue(all(self.health(self.nina)))
        self.assertFalse(any(self.health(self.lina)))

    def test_who_leaves_loses_it_at_once(self):
        self.nina.active = False
        self.night("2027-01-05 06:00:00")
        self.assertFalse(any(self.health(self.nina)))
        self.assertTrue(all(self.health(self.lina)))

    def test_who_is_enrolled_in_nothing_keeps_it_until_leaving(self):
        self.nina.enrolment_ids.unlink()
        self.night(AFTER)
        self.assertTrue(all(self.health(self.nina)))

    def test_a_refusal_is_kept_three_years_after_the_last_meal(self):
        meal = self.booked(self.nina, self.meal, MONDAY)
        self.env.cr.execute("UPDATE espace_child SET create_date = '2026-09-01'")
        self.night("2030-01-11 06:00:00")
        self.assertEqual(self.nina.diet_id, self.diet)
        self.assertFalse(self.lina.diet_id, "it never ate here")
        self.night("2030-01-12 06:00:00")
        self.assertFalse(self.nina.diet_id)
        self.assertTrue(meal.exists())
