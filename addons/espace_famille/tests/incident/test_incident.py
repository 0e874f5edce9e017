from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..common import NOW, EspaceCase

FELL = datetime(2027, 1, 4, 7, 30)  # 8:30 in Paris


@tagged("post_install", "-at_install")
class TestIncident(EspaceCase):
    """An accident: written, declared, told to both households, never rewritten."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent = cls._create_staff("animation")
        cls.colleague = cls._create_user(
            "staff_colleague", "espace_famille.group_animation"
        )
        cls.manager = cls._create_staff("manager")
        cls.nurse = cls._create_staff("animation", "health")
        cls.Incident = cls.env["espace.incident"]
        for family in cls.martin | cls.durand:
            family.guardian_ids.email = f"{family.name.lower()}@example.org"

    def record(self, user=None, **vals):
        return self.Incident.with_user(user or self.agent).create(
            {
                "child_id": self.nina.id,
                "happened_on": FELL,
                "activity_id": self.evening.id,
                "place": "Cour",
                "what_happened": "Nina fell from the swing.",
                "injury": "Bump on the forehead",
                "care": "Ice, watched for an hour",
                "witnesses": "Paul, agent",
                **vals,
            }
        )

    def share(self):
        self.env["espace.custody"].create(
            {"child_id": self.nina.id, "family_id": self.durand.id, "pattern": "odd"}
        )

    def letters(self, family):
        return family.message_ids.filtered(
            lambda message: (message.subject or "").startswith("Accident")
        )

    # === Writing and declaring === #

    def test_an_agent_writes_and_declares_its_own(self):
        incident = self.record()
        self.assertEqual(incident.author_id, self.agent)
        self.assertIn("8h30", incident.display_name)
        incident.place = "Cour de l'école"
        incident.action_declare()
        self.assertEqual(incident.state, "declared")
        self.assertEqual(incident.declared_by, self.agent)
        self.assertEqual(incident.declared_on, NOW)

    def test_what_is_declared_stays_and_is_corrected_by_a_step(self):
        incident = self.record(step_ids=[Command.create({"who": "Claire, mother"})])
        incident.action_declare()
        for user in (self.agent, self.manager):
            mine = incident.with_user(user)
            for vals in (
                {"what_happened": "Nothing."},
                {"injury": "None"},
                {"happened_on": NOW},
                {"child_id": self.tom.id},
            ):
                with self.assertRaises(UserError):
                    mine.write(vals)
            with self.assertRaisesRegex(UserError, "stays as it is"):
                mine.unlink()
            with self.assertRaisesRegex(UserError, "stays as it is"):
                mine.step_ids[0].words = "She was not told."
            with self.assertRaisesRegex(UserError, "stays as it is"):
                mine.step_ids[0].unlink()
        with self.assertRaisesRegex(UserError, "stays as it is"):
            incident.sudo().what_happened = "Nothing."
        with self.assertRaisesRegex(UserError, "stays as it is"):
            incident.action_declare()
        correction = {"kind": "addendum", "words": "It was the slide."}
        incident.write({"step_ids": [Command.create(correction)]})
        step = incident.step_ids.filtered(lambda step: step.kind == "addendum")
        self.assertEqual(step.words, "It was the slide.")
        self.assertEqual(step.author_id, self.agent)

    def test_the_form_proposes_the_children_of_the_commune(self):
        form = Form(self.Incident.with_user(self.agent))
        self.assertEqual(form.company_id, self.company)
        form.child_id = self.nina
        form.what_happened = "Fell."
        form.injury = "Bump"
        incident = form.save()
        self.assertEqual(incident.company_id, self.nina.company_id)
        self.assertEqual(incident.injury, "Bump")

    def test_a_draft_is_deleted_by_its_author(self):
        incident = self.record()
        incident.unlink()
        self.assertFalse(incident.exists())

    def test_nobody_writes_in_the_name_of_another(self):
        for vals in (
            {"author_id": self.manager.id},
            {"state": "declared"},
            {"declared_on": FELL},
        ):
            with self.assertRaises(AccessError):
                self.record(**vals)
        incident = self.record()
        with self.assertRaises(AccessError):
            incident.state = "declared"
        letter = {"kind": "letter", "incident_id": incident.id}
        with self.assertRaises(AccessError):
            self.env["espace.incident.step"].with_user(self.agent).create(letter)

    def test_what_lies_ahead_is_no_accident(self):
        with self.assertRaisesRegex(ValidationError, "before it happens"):
            self.record(happened_on=NOW + timedelta(hours=1))

    # === Who reads === #

    def test_an_agent_reads_its_own_and_the_management_all(self):
        incident = self.record()
        incident.action_declare()
        search = [("id", "=", incident.id)]
        for user, found in (
            (self.agent, True),
            (self.colleague, False),
            (self.manager, True),
            (self.nurse, True),
            (self._create_staff("admin"), True),
        ):
            Incident = self.Incident.with_user(user)
            self.assertEqual(bool(Incident.search(search)), found, user.login)
        with self.assertRaises(AccessError):
            self.Incident.with_user(self._create_staff("finance")).search(search)
        self.assertEqual(self.nina.with_user(self.agent).incident_count, 1)
        self.assertEqual(self.nina.with_user(self.colleague).incident_count, 0)

    def test_a_nurse_reads_what_is_declared_and_writes_nothing_of_it(self):
        incident = self.record()
        mine = incident.with_user(self.nurse)
        self.assertFalse(mine.has_access("read"))
        incident.action_declare()
        self.assertTrue(mine.has_access("read"))
        self.assertFalse(mine.has_access("write"))

    def test_injuries_are_read_by_health_and_the_author_and_it_is_recorded(self):
        incident = self.record()
        incident.action_declare()
        self.env.flush_all()
        self.env.invalidate_all()
        readings = self.env["espace.health.reading"].sudo()
        self.env.cr.precommit.run()
        known = readings.search([])
        self.assertFalse(incident.with_user(self.manager).injury)
        self.assertFalse(incident.with_user(self.manager).care)
        self.env.cr.precommit.run()
        self.assertEqual(readings.search([]), known, "Who reads nothing leaves no row")
        self.assertEqual(incident.with_user(self.nurse).injury, "Bump on the forehead")
        self.env.cr.precommit.run()
        [row] = readings.search([("user_id", "=", self.nurse.id)])
        self.assertEqual((row.kind, row.child_id), ("incident", self.nina))
        self.assertEqual(
            incident.with_user(self.agent).care, "Ice, watched for an hour"
        )
        for name in ("injury_kept", "care_kept"):
            with self.assertRaises(AccessError):
                incident.with_user(self.nurse).read([name])
            with self.assertRaises(AccessError):
                self.Incident.with_user(self.nurse).search([(name, "ilike", "bump")])

    def test_the_management_writes_no_injuries(self):
        incident = self.record()
        with self.assertRaises(AccessError):
            incident.with_user(self.manager).injury = "None at all"
        incident.with_user(self.manager).place = "Préau"
        self.assertEqual(incident.injury, "Bump on the forehead")

    # === Both households === #

    def test_both_households_get_a_letter_and_nothing_of_each_other(self):
        self.share()
        self.durand.guardian_ids.may_book = False
        self.martin.write({"street": "12 rue des Secrets", "phone": "0639980001"})
        incident = self.record()
        incident.action_declare()
        for family in self.martin | self.durand:
            [letter] = self.letters(family)
            self.assertEqual(letter.partner_ids, family.guardian_ids.partner_id)
            self.assertIn("Nina", letter.body)
            self.assertIn("fell from the swing", letter.body)
            for secret in ("Secrets", "0639980001", "Bump", "Ice", "Paul", "Claire"):
                self.assertNotIn(secret, letter.body)
        steps = incident.step_ids.filtered(lambda step: step.kind == "letter")
        self.assertEqual(steps.family_id, self.martin | self.durand)

    def test_parents_are_told_by_voice(self):
        incident = self.record()
        self.assertFalse(incident.parents_told)
        step = self.env["espace.incident.step"].with_user(self.manager)
        step = step.create(
            {
                "incident_id": incident.id,
                "guardian_id": self.martin.guardian_ids[0].id,
                "how": "phone",
            }
        )
        self.assertTrue(incident.parents_told)
        self.assertEqual(step.family_id, self.martin)
        with self.assertRaisesRegex(ValidationError, "not a guardian"):
            step.guardian_id = self.durand.guardian_ids
        with self.assertRaisesRegex(ValidationError, "which parent"):
            step.create({"incident_id": incident.id})
        with self.assertRaisesRegex(ValidationError, "added or corrected"):
            step.create({"incident_id": incident.id, "kind": "addendum"})

    # === Merging, erasing === #

    def test_a_merged_child_keeps_its_accidents(self):
        incident = self.record(child_id=self.tom.id)
        incident.action_declare()
        self.tom.birth_date = self.nina.birth_date
        self.env["espace.merge"]._merge(self.nina, self.tom)
        self.assertEqual(incident.sudo().child_id, self.nina)

    def test_erasing_the_child_erases_what_was_written(self):
        incident = self.record(step_ids=[Command.create({"who": "Claire"})])
        incident.action_declare()
        self.nina.active = False
        with freeze_time("2037-01-04 08:00:00"):
            self.nina.with_user(self._create_staff("admin"))._erase()
        kept = incident.sudo()
        self.assertFalse(kept.injury or kept.care or kept.witnesses or kept.place)
        self.assertEqual(kept.what_happened, "Erased")
        self.assertFalse(any(kept.step_ids.mapped("who")))
        self.assertEqual(kept.happened_on, FELL)
