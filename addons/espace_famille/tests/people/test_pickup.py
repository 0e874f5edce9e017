from datetime import timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..attendance.test_attendance import AttendanceCase
from ..common import MONDAY, TODAY


@tagged("post_install", "-at_install")
class TestPickup(AttendanceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.claire, cls.marc = cls.martin.guardian_ids
        cls.claire.phone = "06 39 98 00 01"
        # Agents read of the children that are on the lists of these days.
        for child in (cls.nina, cls.tom, cls.lina):
            cls.Reservation._book(child.family_id, [(child, cls.meal, MONDAY)])

    def person(self, name="Odile Roux", family=None, **vals):
        return self.env["espace.pickup.person"].create(
            {"name": name, "family_id": (family or self.martin).id, **vals}
        )

    def words(self, child=None):
        child = (child or self.nina).with_user(self.agent)
        child.invalidate_recordset(["pickup_words"])
        return child.pickup_words

    def test_guardians_come_first_then_those_authorised_with_their_phone(self):
        self.person(relation="grandmother", phone="06 39 98 00 02")
        self.assertEqual(
            self.words(),
            "Claire Martin 06 39 98 00 01, Marc Martin, "
            "Odile Roux (grandmother) 06 39 98 00 02",
        )

    def test_a_person_may_fetch_the_whole_household_or_some_children(self):
        self.person()
        self.person("Ali Petit", child_ids=[(6, 0, self.tom.ids)])
        self.assertIn("Odile Roux", self.words())
        self.assertNotIn("Ali Petit", self.words())
        self.assertIn("Odile Roux", self.words(self.tom))
        self.assertIn("Ali Petit", self.words(self.tom))
        self.assertNotIn("Odile Roux", self.words(self.lina))

    def test_an_authorisation_holds_between_its_dates(self):
        day = timedelta(days=1)
        for date_from, date_to, valid in (
            (TODAY, TODAY, True),
            (False, TODAY - day, False),
            (TODAY + day, False, False),
            (TODAY - day, False, True),
        ):
            person = self.person(date_from=date_from, date_to=date_to)
            with self.subTest(date_from=date_from, date_to=date_to):
                self.assertEqual("Odile Roux" in self.words(), valid)
            person.active = False
        self.assertNotIn("Odile Roux", self.words())

    def test_a_booking_tells_those_of_its_own_day(self):
        self.person(date_from=MONDAY, date_to=MONDAY)
        coming = self.booked(self.nina, self.t1, MONDAY).with_user(self.agent)
        today = self.book_today(self.nina, self.t1).with_user(self.agent)
        self.assertIn("Odile Roux", coming.pickup_words)
        self.assertNotIn("Odile Roux", today.pickup_words)

    def test_a_guardian_kept_away_by_a_court_is_named_as_such(self):
        self.marc.may_pick_up = False
        self.assertTrue(self.words().endswith("NOT Marc Martin"))

    def test_both_households_may_fetch_and_that_of_the_day_comes_first(self):
        self.env["espace.custody"].create(
            {"child_id": self.nina.id, "family_id": self.durand.id, "pattern": "odd"}
        )
        self.assertTrue(self.words().startswith("Sofia Durand"))
        self.assertIn("Claire Martin", self.words())

    def test_persons_of_a_family_fetch_its_children_only(self):
        with self.assertRaises(ValidationError):
            self.person(child_ids=[(6, 0, self.lina.ids)])

    def test_a_person_without_children_is_refused(self):
        person = self.person()
        with self.assertRaises(ValidationError):
            person.child_ids = False

    @mute_logger("odoo.sql_db")
    def test_an_authorisation_does_not_end_before_it_starts(self):
        with self.assertRaisesRegex(IntegrityError, "dates_ordered"):
            self.person(date_from=MONDAY, date_to=TODAY)
            self.env.flush_all()

    def test_who_saw_the_papers_is_recorded(self):
        person = self.person().with_user(self.manager)
        person.action_check_identity()
        self.assertEqual(person.identity_checked_on, TODAY)
        self.assertEqual(person.identity_checked_by, self.manager)
        with self.assertRaises(AccessError):
            person.with_user(self.agent).action_check_identity()

    def test_management_enters_persons_on_the_form_of_the_family(self):
        form = Form(self.martin.with_user(self.manager))
        with form.pickup_person_ids.new() as line:
            line.name = "Odile Roux"
        form.save()
        self.assertEqual(self.martin.pickup_person_ids.child_ids, self.nina | self.tom)

    def test_management_adds_a_person_from_the_child(self):
        action = self.nina.with_user(self.manager).action_add_pickup_person()
        form = Form(
            self.env[action["res_model"]]
            .with_user(self.manager)
            .with_context(**action["context"])
        )
        form.name = "Odile Roux"
        self.assertEqual(form.save().child_ids, self.nina | self.tom)
        self.assertEqual(self.nina.pickup_person_ids.name, "Odile Roux")

    def test_agents_read_and_parents_do_not(self):
        person = self.person()
        person.with_user(self.agent).read(["name", "phone", "child_ids"])
        parent = self._create_portal_user(self.claire)
        with self.assertRaises(AccessError):
            person.with_user(parent).read(["name"])
        for records, name in (
            (self.nina, "pickup_words"),
            (self.nina, "pickup_person_ids"),
            (self.claire, "may_pick_up"),
        ):
            with self.subTest(field=name), self.assertRaises(AccessError):
                records.with_user(parent).read([name])

    def test_a_list_of_children_costs_the_same_queries_as_one(self):
        self.person()
        self.person("Ali Petit", self.durand)
        children = self.nina | self.tom | self.lina

        def queries(records):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records.browse(records.ids).mapped("pickup_words")
            return self.env.cr.sql_log_count - before

        queries(children)
        self.assertEqual(queries(children), queries(children[:1]))
