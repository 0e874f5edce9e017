from datetime import date, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..common import MONDAY, EspaceCase

LATER = "2030-09-02 08:00:00"


@tagged("post_install", "-at_install")
class TestErasure(EspaceCase):
    """Data are kept no longer than needed: three years after the last use."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls._create_staff("admin")
        cls.manager = cls._create_staff("manager")

    def setUp(self):
        super().setUp()
        self.booking = self.booked(self.nina, self.t1, MONDAY)

    def old(self, model):
        records = self.env[model].with_context(active_test=False)
        return records.search([("to_erase", "=", True)])

    def test_nobody_is_erased_within_three_years_of_the_last_enrolment(self):
        last = max(self.nina.enrolment_ids.mapped("date_to"))
        limit = date(last.year + 3, last.month, last.day)
        for day, expected in ((limit, False), (limit + timedelta(days=1), True)):
            with freeze_time(day), self.subTest(day=day):
                self.env.invalidate_all()
                self.assertEqual(self.nina in self.old("espace.child"), expected)
                self.assertEqual(self.martin in self.old("espace.family"), expected)
                self.assertEqual(self.nina.to_erase, expected)
                kept = self.env["espace.child"].search([("to_erase", "=", False)])
                self.assertEqual(self.nina in kept, not expected)
                self.assertEqual(self.martin.to_erase, expected)

    def test_a_commune_keeps_them_longer(self):
        self.company.espace_erase_after = 5
        with freeze_time(LATER):
            self.assertFalse(self.old("espace.child"))
        self.company.espace_erase_after = 3
        with freeze_time(LATER):
            self.assertIn(self.nina, self.old("espace.child"))
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.company.espace_erase_after = 0

    def test_a_child_who_comes_keeps_its_family_and_no_brother(self):
        self.tom.enrolment_ids.date_to = date(2030, 6, 30)
        with freeze_time(LATER):
            self.assertIn(self.nina, self.old("espace.child"))
            self.assertNotIn(self.tom, self.old("espace.child"))
            self.assertNotIn(self.martin, self.old("espace.family"))

    def test_a_child_keeps_a_number_and_a_year(self):
        self.nina.write(
            {"allergies": "Arachide", "has_pai": True, "pai_details": "Stylo"}
        )
        self.env["espace.custody"].create(
            {"child_id": self.nina.id, "family_id": self.durand.id, "pattern": "odd"}
        )
        with freeze_time(LATER):
            self.nina.with_user(self.admin)._erase()
        self.assertEqual(self.nina.name, f"Erased child no. {self.nina.id}")
        self.assertEqual(self.nina.birth_date, date(2019, 1, 1))
        self.assertFalse(self.nina.allergies or self.nina.pai_details)
        self.assertFalse(self.nina.active or self.nina.has_pai or self.nina.class_id)
        self.assertEqual(self.nina.family_ids, self.martin)
        self.assertEqual(self.booking.state, "confirmed")
        self.assertEqual(self.booking.class_id, self.class_cp)
        self.assertTrue(self.tom.active)
        with freeze_time(LATER):
            self.assertNotIn(self.nina, self.old("espace.child"))

    def test_what_is_to_come_keeps_a_family(self):
        with self.assertRaisesRegex(UserError, "Nina Martin still has bookings"):
            self.martin.with_user(self.admin)._erase()
        self.assertEqual(self.nina.name, "Nina Martin")

    def test_another_household_keeps_a_child(self):
        self.env["espace.custody"].create(
            {"child_id": self.nina.id, "family_id": self.durand.id, "pattern": "odd"}
        )
        with freeze_time(LATER), self.assertRaisesRegex(UserError, "Durand"):
            self.martin._erase()
        with freeze_time(LATER):
            self.durand._erase()
        self.assertEqual(self.nina.name, "Nina Martin")
        self.assertEqual(self.nina.family_ids, self.martin)

    def test_only_administrators_erase(self):
        with freeze_time(LATER):
            for record in (self.martin, self.nina):
                with self.assertRaises(AccessError):
                    record.with_user(self.manager)._erase()
            with self.assertRaises(AccessError):
                self.env["espace.erasure.wizard"].with_user(self.manager).create({})

    def test_guardians_lose_their_name_and_their_account(self):
        claire, marc = self.martin.guardian_ids
        user = self._create_portal_user(claire)
        agent = self.manager.partner_id
        marc.partner_id = agent
        agent_name = agent.name
        with freeze_time(LATER):
            self.martin._erase()
        self.assertFalse(self.martin.guardian_ids)
        self.assertFalse(user.active)
        self.assertEqual(user.login, f"erased-{user.id}")
        self.assertEqual(user.name, "Erased person")
        self.assertFalse(user.partner_id.email)
        self.assertEqual(self.martin.name, f"Erased family {self.martin.reference}")
        self.assertEqual(agent.name, agent_name, "Agents are parents too.")
        self.assertTrue(self.manager.active)

    def test_a_guardian_of_two_families_stays_one(self):
        person = self.martin.guardian_ids[0].partner_id
        self.env["espace.guardian"].create(
            {
                "family_id": self.durand.id,
                "partner_id": person.id,
                "civility": "madam",
            }
        )
        with freeze_time(LATER):
            self.martin._erase()
        self.assertEqual(person.name, "Claire Martin")
        self.assertEqual(self.durand.guardian_ids.partner_id & person, person)

    def test_the_history_says_what_happened_and_nothing_else(self):
        self.booking._cancel(reason="Varicelle", staff=True)
        self.assertIn("Varicelle", self.booking.event_ids.mapped("note"))
        with self.assertRaises(UserError):
            self.booking.event_ids.with_context(espace_erasing=True).write(
                {"note": False}
            )
        kinds = self.booking.event_ids.mapped("kind")
        with freeze_time(LATER):
            self.nina._erase()
        self.assertEqual(self.booking.event_ids.mapped("kind"), kinds)
        self.assertFalse(any(self.booking.event_ids.mapped("note")))
        self.assertFalse(self.booking.cancel_reason)

    def test_the_wizard_says_who_stays_and_why(self):
        with freeze_time(LATER):
            action = (self.nina | self.tom).with_user(self.admin).action_erase()
            wizard = (
                self.env[action["res_model"]]
                .with_user(self.admin)
                .browse(action["res_id"])
            )
            self.assertIn("Nina Martin", wizard.erased)
            self.assertFalse(wizard.kept)
            with self.assertRaisesRegex(UserError, "Tick the box"):
                wizard.action_erase()
            form = Form(wizard)
            form.sure = True
            form.save().action_erase()
        self.assertTrue(self.nina.erased_on and self.tom.erased_on)
        self.booked(self.lina, self.t1, MONDAY)
        families = (self.martin | self.durand).with_user(self.admin)
        action = families.action_erase()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertIn("Lina Durand still has bookings", wizard.kept)
        wizard.sure = True
        wizard.action_erase()
        self.assertEqual(self.durand.name, "Durand")

    def test_the_night_erases_where_the_commune_wants_it(self):
        families = self.env["espace.family"]
        progress = patch.object(
            self.env.registry["ir.cron"], "_commit_progress", return_value=60.0
        )
        with freeze_time(LATER), progress:
            families._cron_erase()
            self.assertFalse(self.martin.erased_on)
            self.company.espace_erase_alone = True
            families._cron_erase()
        self.assertEqual(self.martin.erased_on, date(2030, 9, 2))
        self.assertFalse(self.martin.active)

    def test_who_fetches_another_child_too_is_kept(self):
        persons = self.env["espace.pickup.person"].create(
            [
                {
                    "name": name,
                    "phone": "0639980000",
                    "family_id": self.martin.id,
                    "child_ids": children.ids,
                }
                for name, children in (
                    ("Ali", self.nina),
                    ("Zoé", self.nina | self.tom),
                )
            ]
        )
        with freeze_time(LATER):
            self.nina._erase()
        self.assertEqual(persons.exists().name, "Zoé")
        self.assertEqual(persons.exists().child_ids, self.tom)
