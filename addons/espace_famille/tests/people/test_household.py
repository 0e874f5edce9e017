from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..common import MONDAY, EspaceCase


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

    def test_the_families_of_children_are_read_at_once(self):
        children = self.nina | self.tom | self.lina
        self.assertGreater(len(children.family_id), 1)

        def queries(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.mapped("family_ids")
            return self.env.cr.sql_log_count - before

        queries(children)
        self.assertEqual(queries(children), queries(children[:1]))

    def test_nobody_is_born_tomorrow(self):
        with self.assertRaises(ValidationError):
            self.nina.birth_date = MONDAY

    def test_age_counts_birthdays(self):
        self.nina.birth_date = date(2019, 1, 4)
        self.assertEqual(self.nina.age, 8)
        self.nina.birth_date = date(2019, 1, 5)
        self.assertEqual(self.nina.age, 7)

    def test_guardians_are_ranked_in_the_order_they_are_added(self):
        self.assertEqual(self.martin.guardian_ids.mapped("rank"), [1, 2])
        third = self.env["espace.guardian"].create(
            {
                "family_id": self.martin.id,
                "civility": "madam",
                "lastname": "Martin",
                "firstname": "Odile",
            }
        )
        self.assertEqual(third.rank, 3)
        family = self.env["espace.family"].create(
            {
                "name": "Petit",
                "guardian_ids": [
                    Command.create(
                        {"civility": "sir", "lastname": "Petit", "firstname": name}
                    )
                    for name in ("Ali", "Hugo")
                ],
            }
        )
        self.assertEqual(family.guardian_ids.mapped("rank"), [1, 2])

    def test_the_form_proposes_the_next_rank(self):
        manager = self._create_staff("manager")
        form = Form(self.martin.with_user(manager))
        with form.guardian_ids.new() as guardian:
            self.assertEqual(guardian.rank, 3)
            guardian.civility = "sir"
            guardian.lastname = "Martin"
            guardian.firstname = "Paul"
        with form.guardian_ids.new() as guardian:
            self.assertEqual(guardian.rank, 4)
            guardian.civility = "madam"
            guardian.lastname = "Martin"
            guardian.firstname = "Odile"
        form.save()
        self.assertEqual(self.martin.guardian_ids.mapped("rank"), [1, 2, 3, 4])

    def test_odd_ranks_are_refused(self):
        for rank in (-1, 100):
            with (
                self.subTest(rank=rank),
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.martin.guardian_ids[0].rank = rank
                self.martin.guardian_ids.flush_recordset()
