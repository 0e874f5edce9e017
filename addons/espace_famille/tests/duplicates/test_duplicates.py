from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..common import MONDAY, TUESDAY, EspaceCase

SEEN = "Vu au guichet"


class DuplicatesCase(EspaceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._create_staff("manager")
        cls.Merge = cls.env["espace.merge"].with_user(cls.manager)
        cls.martin.write({"street": "3 rue des Vignes", "zip": "81090"})
        cls.twin = cls._create_family("MARTIN", ["Claire"])
        cls.twin.write({"street": "3, rue des vignes", "zip": "81090", "phone": "0563"})
        cls.nina2 = cls._create_child(cls.twin, "nina", cls.class_cp, lastname="MARTIN")

    def pairs(self, subject):
        self.env.flush_all()
        found = self.env["espace.duplicate"].search(
            [("subject", "=", subject), ("company_id", "=", self.company.id)]
        )
        return [(one.one_id, one.other_id) for one in found]

    def merge(self, kept, gone, **choices):
        kept, gone = kept.with_user(self.manager), gone.with_user(self.manager)
        return self.Merge._merge(kept, gone, choices)


@tagged("post_install", "-at_install")
class TestFinding(DuplicatesCase):
    def test_who_is_there_twice_is_listed(self):
        self.assertEqual(self.pairs("child"), [(self.nina.id, self.nina2.id)])
        self.assertEqual(self.pairs("family"), [(self.martin.id, self.twin.id)])
        claires = self.martin.guardian_ids[0] | self.twin.guardian_ids
        self.assertEqual(self.pairs("guardian"), [tuple(claires.ids)])

    def test_a_namesake_of_another_birth_is_not(self):
        self.nina2.birth_date = date(2019, 5, 2)
        self.assertEqual(self.pairs("child"), [])

    def test_the_same_person_in_two_families_is_not(self):
        self.twin.guardian_ids.partner_id = self.martin.guardian_ids[0].partner_id
        self.assertEqual(self.pairs("guardian"), [])

    def test_what_was_found_to_be_two_is_listed_no_more(self):
        pair = self.env["espace.duplicate"].search([("subject", "=", "child")])
        pair.with_user(self.manager).action_keep_apart()
        self.assertEqual(self.pairs("child"), [])
        self.assertFalse(self.nina.duplicate_id)
        self.assertEqual(self.env["espace.merge"].search([]).outcome, "apart")

    def test_it_is_said_while_one_types(self):
        with Form(self.env["espace.child"].with_user(self.manager)) as form:
            form.lastname, form.firstname = "MARTIN", "Tom"
            form.family_id = self.durand
            self.assertFalse(form.duplicate_id)
            form.birth_date = self.tom.birth_date
            self.assertEqual(form.duplicate_id, self.tom)
            form.firstname = "Thomas"
            self.assertFalse(form.duplicate_id)
        with Form(self.env["espace.guardian"].with_user(self.manager)) as form:
            form.family_id = self.durand
            form.lastname, form.firstname = "Martin", "Claire"
            self.assertFalse(form.duplicate_id)
            form.email = "CLAIRE.martin@example.org"
            self.assertEqual(form.duplicate_id, self.martin.guardian_ids[0])
        with Form(self.env["espace.family"].with_user(self.manager)) as form:
            form.name = "martin"
            self.assertFalse(form.duplicate_id)
            form.street, form.zip = "3 Rue des Vignes", "81090"
            self.assertEqual(form.duplicate_id, self.martin)


@tagged("post_install", "-at_install")
class TestMerging(DuplicatesCase):
    def test_a_family_its_people_and_bookings_become_one(self):
        booking = self.booked(self.nina2, self.meal, MONDAY)
        other = self.booked(self.nina, self.meal, TUESDAY)
        reference = self.twin.reference
        twin = self.twin.id
        note = self.twin.message_post(body=SEEN, message_type="comment")
        merge = self.merge(self.martin, self.twin, with_people=True)
        self.assertFalse(self.twin.exists() or self.nina2.exists())
        self.assertEqual((booking | other).family_id, self.martin)
        self.assertEqual((booking | other).child_id, self.nina)
        self.assertEqual(booking.session_id.booked_count, 1)
        self.assertEqual(
            self.martin.guardian_ids.mapped("firstname"), ["Claire", "Marc"]
        )
        self.assertEqual(self.martin.child_ids, self.nina | self.tom)
        self.assertEqual(self.martin.phone, "0563")
        self.assertEqual((note.model, note.res_id), ("espace.family", self.martin.id))
        self.assertEqual((merge.gone_reference, merge.gone_id), (reference, twin))
        self.assertIn(reference, merge.details)
        self.assertEqual(merge.merged_uid, self.manager)
        self.assertEqual(len(self.env["espace.merge"].search([])), 3)
        self.assertEqual(len(self.nina.enrolment_ids), 2)
        self.assertEqual(self.env["espace.check"]._problems(self.company), [])

    def test_people_may_stay_apart(self):
        self.merge(self.martin, self.twin, with_people=False)
        self.assertEqual(len(self.martin.guardian_ids), 3)
        self.assertEqual(sorted(self.martin.guardian_ids.mapped("rank")), [1, 2, 3])
        self.assertEqual(
            self.martin.guardian_ids.partner_id.parent_id, self.martin.partner_id
        )
        self.merge(self.nina, self.nina2)
        self.assertEqual(self.martin.child_ids, self.nina | self.tom)

    def test_showing_changes_nothing(self):
        wizard = self.env["espace.merge.wizard"].with_user(self.manager)
        action = wizard._open(*(self.martin | self.twin).with_user(self.manager))
        wizard = wizard.browse(action["res_id"])
        self.assertIn(self.twin.reference, wizard.preview)
        self.assertTrue(self.twin.exists() and self.nina2.exists())
        self.assertFalse(self.env["espace.merge"].search([]))
        wizard.action_swap()
        self.assertEqual(wizard.kept_family_id, self.twin)
        wizard.action_merge()
        self.assertFalse(self.martin.exists())

    def test_what_changed_meanwhile_is_shown_again(self):
        wizard = self.env["espace.merge.wizard"].with_user(self.manager)
        action = wizard._open(*(self.nina | self.nina2).with_user(self.manager))
        wizard = wizard.browse(action["res_id"])
        self.booked(self.nina2, self.meal, MONDAY)
        self.assertEqual(wizard.action_merge()["res_model"], wizard._name)
        self.assertTrue(self.nina2.exists())

    def test_a_child_booked_twice_is_said_first(self):
        first = self.booked(self.nina, self.meal, MONDAY)
        second = self.booked(self.nina2, self.meal, MONDAY)
        self.merge(self.martin, self.twin, with_people=False)
        with self.assertRaisesRegex(UserError, "Booked on both"):
            self.merge(self.nina, self.nina2)
        self.merge(self.nina, self.nina2, cancel_doubles=True)
        self.assertEqual((first.state, second.state), ("confirmed", "cancelled"))
        self.assertEqual(second.child_id, self.nina)
        self.assertEqual(first.session_id.booked_count, 1)
        self.assertEqual(self.env["espace.check"]._problems(self.company), [])

    def test_a_child_that_came_twice_is_settled_first(self):
        bookings = [
            self.booked(child, self.meal, MONDAY) for child in (self.nina, self.nina2)
        ]
        with freeze_time("2027-01-11 13:00:00"):
            for booking in bookings:
                booking._set_attendance("present")
        self.merge(self.martin, self.twin, with_people=False)
        with self.assertRaisesRegex(UserError, "on both for the same sessions"):
            self.merge(self.nina, self.nina2, cancel_doubles=True)

    def test_the_child_of_parents_apart_gets_its_second_household(self):
        self.merge(self.nina, self.nina2)
        self.assertEqual(self.nina.family_id, self.martin)
        self.assertEqual(self.nina.other_family_ids, self.twin)
        self.assertTrue(self.nina.custody_to_set)

    def test_coming_bookings_of_the_other_home_want_their_custody_first(self):
        self.booked(self.nina2, self.meal, MONDAY)
        with self.assertRaisesRegex(UserError, "when it lives there"):
            self.merge(self.nina, self.nina2)

    def test_custody_and_papers_move(self):
        lina2 = self._create_child(self.twin, "Lina", self.class_cp, lastname="Durand")
        self.env["espace.custody"].create(
            {"child_id": lina2.id, "family_id": self.martin.id, "pattern": "even"}
        )
        claire = self.twin.guardian_ids
        self.env["espace.authorisation"].create(
            {"child_id": lina2.id, "kind": "photo", "guardian_id": claire.id}
        )
        lina2.write({"allergies": "Arachide", "has_pai": True})
        self.lina.allergies = "Lait"
        lina2.other_family_ids = self.durand
        self.merge(self.lina, lina2)
        self.assertEqual(self.lina.custody_ids.family_id, self.martin)
        self.assertTrue(self.lina.shared_custody)
        self.assertEqual(self.lina.authorisation_ids.kind, "photo")
        self.assertTrue(self.lina.has_pai)
        self.assertEqual(self.lina.allergies, "Lait\nArachide")

    def test_the_log_in_goes_on(self):
        claire, other = self.martin.guardian_ids[0], self.twin.guardian_ids
        user = self._create_portal_user(other)
        self.merge(self.martin, self.twin, with_people=True)
        claire = self.martin.guardian_ids[0]
        self.assertEqual(claire.user_id, user)
        self.assertTrue(user.active)
        families = self.env["espace.family"]._of_user(user)
        self.assertEqual(families, self.martin)

    def test_of_two_log_ins_one_is_chosen(self):
        claire, other = self.martin.guardian_ids[0], self.twin.guardian_ids
        other.email = "claire.perso@example.org"
        users = self._create_portal_user(claire), self._create_portal_user(other)
        self.merge(self.martin, self.twin, with_people=False)
        with self.assertRaisesRegex(UserError, "Both have a log-in"):
            self.merge(claire, other)
        self.merge(claire, other, log_in="gone")
        self.assertEqual(claire.user_id, users[1])
        self.assertEqual([user.active for user in users], [False, True])
        self.assertEqual(self.env["espace.family"]._of_user(users[1]), self.martin)

    def test_who_may(self):
        for role in ("animation", "finance"):
            clerk = self._create_staff(role)
            with self.assertRaises(AccessError):
                self.env["espace.merge"].with_user(clerk)._merge(
                    self.martin.with_user(clerk), self.twin.with_user(clerk)
                )
        with self.assertRaises(UserError):
            self.merge(self.martin, self.martin)
        with self.assertRaises(AccessError):
            self.Merge.create({"company_id": self.company.id, "subject": "child"})

    def test_a_family_that_is_erased_leaves_no_name_behind(self):
        payer, name = self.twin.partner_id, "MARTIN"
        self.merge(self.martin, self.twin, with_people=True)
        self.martin._erase()
        merges = self.env["espace.merge"].search([])
        words = " ".join(
            filter(
                None,
                [*merges.mapped("gone_name"), *merges.mapped("details"), payer.name],
            )
        )
        self.assertNotIn(name, words)
        self.assertNotIn("Claire", words)

    def test_a_register_finds_the_one_that_is_left(self):
        lines = self.env["espace.register.import"].create(
            {"child_ids": [Command.set(self.nina2.ids)]}
        )
        self.merge(self.martin, self.twin, with_people=True)
        self.assertEqual(lines.child_ids, self.nina)
