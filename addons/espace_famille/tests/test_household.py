from datetime import date, timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MONDAY, EspaceCase

NEXT_MONDAY = MONDAY + timedelta(weeks=1)


@tagged("post_install", "-at_install")
class TestCustody(EspaceCase):
    def share(self, family, pattern, **vals):
        return self.env["espace.custody"].create(
            {
                "child_id": self.nina.id,
                "family_id": family.id,
                "pattern": pattern,
                **vals,
            }
        )

    def test_without_custody_the_household_pays(self):
        self.assertEqual(self.nina._paying_family(MONDAY), self.martin)

    def test_alternate_weeks_have_one_payer_each(self):
        self.share(self.durand, "even")
        days = [date(2026, 9, 1) + timedelta(days=n) for n in range(730)]
        for day in days:
            even = day.isocalendar().week % 2 == 0
            payer = self.durand if even else self.martin
            self.assertEqual(self.nina._paying_family(day), payer, day)

    def test_dates_have_one_payer_each(self):
        self.share(self.durand, "dates", date_from=MONDAY, date_to=NEXT_MONDAY)
        before, after = MONDAY - timedelta(days=1), NEXT_MONDAY + timedelta(days=1)
        payers = {
            before: self.martin,
            MONDAY: self.durand,
            NEXT_MONDAY: self.durand,
            after: self.martin,
        }
        for day, payer in payers.items():
            self.assertEqual(self.nina._paying_family(day), payer, day)

    def test_two_families_for_one_day_are_refused(self):
        third = self._create_family("Petit", ["Inès"])
        self.share(self.durand, "even")
        self.share(third, "odd")
        with self.assertRaises(ValidationError):
            self.share(third, "always")

    def test_crossing_dates_are_refused(self):
        third = self._create_family("Petit", ["Inès"])
        self.share(self.durand, "dates", date_from=MONDAY, date_to=NEXT_MONDAY)
        with self.assertRaises(ValidationError):
            self.share(third, "dates", date_from=NEXT_MONDAY, date_to=NEXT_MONDAY)

    def test_dates_are_needed_where_they_matter(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.share(self.durand, "dates", date_from=MONDAY)

    def test_both_families_have_the_child(self):
        custody = self.share(self.durand, "even")
        self.assertEqual(self.nina.family_ids, self.martin | self.durand)
        self.assertIn(self.nina, self.durand.child_ids)
        custody.unlink()
        self.assertNotIn(self.nina, self.durand.child_ids)

    def test_the_other_household_learns_nothing_of_a_booking(self):
        self.booked(self.nina, self.t1, NEXT_MONDAY)
        self.share(self.durand, "even")
        for product in (self.t1, self.t2):
            quote = self.quote(self.durand, (self.nina, product, NEXT_MONDAY))
            self.assertEqual(quote.status, "other_household")
            self.assertFalse(quote.reservation_id)
            self.assertFalse(quote.cancellable)

    def test_a_booking_made_before_the_custody_changed_is_not_doubled(self):
        reservation = self.booked(self.nina, self.t1, MONDAY)
        self.share(self.durand, "even")  # MONDAY is in week 2
        item = (self.nina, self.t1, MONDAY)
        self.assertEqual(self.book(self.durand, item), ["other_household"])
        self.assertEqual(self.quote(self.martin, item).status, "booked")
        reservation._cancel()
        self.assertEqual(self.book(self.durand, item), ["booked"])

    def test_each_family_books_its_own_days(self):
        self.share(self.durand, "even")  # MONDAY is in week 2
        items = [(self.nina, self.t1, day) for day in (MONDAY, NEXT_MONDAY)]
        self.assertEqual(self.book(self.martin, *items), ["other_household", "booked"])
        self.assertEqual(self.book(self.durand, *items), ["booked", "other_household"])


@tagged("post_install", "-at_install")
class TestFamily(EspaceCase):
    def test_guardians_are_contacts_of_the_payer(self):
        guardians = self.martin.guardian_ids
        self.assertEqual(guardians.partner_id.parent_id, self.martin.partner_id)
        self.assertEqual(
            guardians.partner_id.commercial_partner_id, self.martin.partner_id
        )
        self.assertEqual(guardians.mapped("name"), ["Claire Martin", "Marc Martin"])

    def test_a_family_has_a_reference_and_its_own_payer(self):
        self.assertTrue(self.martin.reference)
        self.assertNotEqual(self.martin.reference, self.durand.reference)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.durand.partner_id = self.martin.partner_id
            self.durand.flush_recordset()

    def test_a_compound_name_is_kept_whole(self):
        family = self._create_family("De La Tour", [])
        self.assertEqual(family.name, "De La Tour")
        family.name = "De La Tour Martin"
        self.assertEqual(family.name, "De La Tour Martin")

    def test_a_family_is_found_by_its_people(self):
        Family = self.env["espace.family"]
        for words in ("Martin", "Claire", "Nina", self.martin.reference):
            with self.subTest(words=words):
                found = Family.search([("display_name", "ilike", words)])
                self.assertIn(self.martin, found)
                self.assertNotIn(self.durand, found)

    def test_archiving_keeps_the_account_apart(self):
        self.martin.action_archive()
        self.assertEqual((self.martin.active, self.martin.state), (False, "archived"))
        self.martin.action_unarchive()
        self.assertEqual((self.martin.active, self.martin.state), (True, "draft"))

    def test_counters_count_what_is_to_come(self):
        self.booked(self.nina, self.t1, MONDAY)
        self.booked(self.tom, self.t1, MONDAY)._cancel()
        self.assertEqual(self.martin.child_count, 2)
        self.assertEqual(self.martin.coming_count, 1)
        self.assertEqual(self.nina.coming_count, 1)
        self.assertEqual(self.tom.coming_count, 0)

    def test_nobody_is_born_tomorrow(self):
        with self.assertRaises(ValidationError):
            self.nina.birth_date = MONDAY

    def test_age_counts_birthdays(self):
        self.nina.birth_date = date(2019, 1, 4)
        self.assertEqual(self.nina.age, 8)
        self.nina.birth_date = date(2019, 1, 5)
        self.assertEqual(self.nina.age, 7)


@tagged("post_install", "-at_install")
class TestEnrolment(EspaceCase):
    def test_two_enrolments_of_one_child_do_not_overlap(self):
        vals = {
            "child_id": self.nina.id,
            "activity_id": self.canteen.id,
            "date_from": MONDAY,
            "date_to": NEXT_MONDAY,
        }
        with self.assertRaises(ValidationError):
            self.env["espace.enrolment"].create(vals)
        self.env["espace.enrolment"].create({**vals, "state": "refused"})
        self.env["espace.enrolment"].create(
            {
                **vals,
                "date_from": self.year.date_to + timedelta(days=1),
                "date_to": self.year.date_to + timedelta(days=300),
            }
        )

    def test_an_overlap_is_refused_when_an_enrolment_is_approved_again(self):
        enrolment = self.env["espace.enrolment"].create(
            {
                "child_id": self.nina.id,
                "activity_id": self.canteen.id,
                "date_from": MONDAY,
                "date_to": NEXT_MONDAY,
                "state": "refused",
            }
        )
        with self.assertRaises(ValidationError):
            enrolment.action_approve()
