from datetime import date, timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..common import MONDAY, NOW, EspaceCase

NEXT_MONDAY = MONDAY + timedelta(weeks=1)


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


class EnrolmentCase(EspaceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.leisure = cls.env["espace.activity"].create(
            {"name": "Centre de loisirs", "sequence": 1}
        )
        cls.outing = cls._create_option(cls.leisure, "Journée")
        cls.leisure._generate_sessions(MONDAY, NEXT_MONDAY)

    def assertRefused(self, child, words, **vals):
        with (
            self.assertRaisesRegex(ValidationError, words),
            self.env.cr.savepoint(),
        ):
            self.enrolment(child, **vals)

    def enrolment(self, child, user=None, **vals):
        Enrolment = self.env["espace.enrolment"].with_user(user or self.env.user)
        return Enrolment.create(
            {
                "child_id": child.id,
                "activity_id": self.leisure.id,
                "date_from": self.year.date_from,
                "date_to": self.year.date_to,
                **vals,
            }
        )


@tagged("post_install", "-at_install")
class TestLimits(EnrolmentCase):
    def test_a_child_too_young_is_refused_and_told_from_when(self):
        self.nina.birth_date = date(2024, 1, 12)
        self.leisure.age_min = 3
        self.assertRefused(self.nina, "12 January 2027")
        self.enrolment(self.nina, date_from=date(2027, 1, 12))

    def test_a_child_too_old_is_refused(self):
        self.nina.birth_date = date(2015, 3, 3)
        self.leisure.age_max = 11
        self.assertRefused(self.nina, "3 March 2027")
        self.enrolment(self.nina, date_to=date(2027, 3, 2))

    def test_months_and_the_schools_reckoning(self):
        self.nina.birth_date = date(2024, 6, 30)
        self.leisure.write({"age_min": 2, "age_min_months": 6})
        with self.assertRaises(ValidationError):
            self.enrolment(self.nina)
        self.leisure.age_reckoned = "autumn"  # 2 years and 6 months on 31 December
        self.enrolment(self.nina)

    def test_another_class_is_refused_and_names_those_that_may_come(self):
        self.leisure.write({"level_from": "ce1", "level_to": "cm2"})
        self.assertRefused(self.nina, "CE1 – CM2")
        self.enrolment(self.tom)
        self.leisure.limit_class_ids = self.class_cp
        self.enrolment(self.nina)

    def test_the_birth_date_is_asked_for_where_it_matters(self):
        self.nina.birth_date = False
        self.leisure.age_min = 3
        self.assertRefused(self.nina, "birth date")
        self.leisure.age_min = 0
        self.enrolment(self.nina)

    def test_an_exception_needs_its_reason_and_is_recorded_with_the_child(self):
        self.leisure.level_from = "ce1"
        manager = self._create_staff("manager")
        self.assertRefused(self.nina, "Write why", exception=True, exception_reason=" ")
        enrolment = self.enrolment(
            self.nina,
            user=manager,
            exception=True,
            exception_reason="Her brother comes too",
        )
        self.assertEqual(enrolment.state, "approved")
        note = self.nina.message_ids[0]
        self.assertIn("Her brother comes too", note.body)
        self.assertEqual(note.author_id, manager.partner_id)
        with self.assertRaises(ValidationError):
            enrolment.exception = False

    def test_without_enrolment_the_limits_are_met_at_booking(self):
        self.leisure.write({"enrolment_required": False, "age_min": 8})
        item = (self.nina, self.outing, MONDAY)  # born on 1 May 2019: seven
        quote = self.quote(self.martin, item)
        self.assertEqual(quote.status, "blocked")
        self.assertIn("1 May 2027", quote.reason)
        self.assertEqual(self.book(self.martin, item), ["blocked"])
        agent = self.quote(self.martin, item, staff=True)
        self.assertEqual((agent.status, agent.reason), ("available", ""))
        self.assertIn("1 May 2027", agent.warning)
        self.nina.birth_date = date(2018, 5, 1)
        self.assertEqual(self.quote(self.martin, item).status, "available")

    def test_an_enrolment_with_an_exception_may_book(self):
        self.leisure.age_min = 8
        self.enrolment(self.nina, exception=True, exception_reason="Sister")
        item = (self.nina, self.outing, MONDAY)
        self.assertEqual(self.book(self.martin, item), ["booked"])

    def test_limits_that_nobody_meets_are_refused(self):
        with self.assertRaises(ValidationError):
            self.leisure.write({"age_min": 6, "age_max": 3})
        with self.assertRaises(ValidationError):
            self.leisure.write({"level_from": "cm2", "level_to": "cp"})
        for vals in ({"age_min": -1}, {"age_max": -3}, {"age_min_months": 12}):
            with (
                self.subTest(vals=vals),
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.leisure.write(vals)
                self.leisure.flush_recordset()

    def test_the_limits_are_said_in_words(self):
        self.assertFalse(self.leisure.limits_sentence)
        self.leisure.write({"age_min": 3, "age_max": 11})
        self.assertEqual(
            self.leisure.limits_sentence, "From 3 years to 11 years included"
        )
        self.leisure.write({"age_min_months": 6, "age_max": 0, "level_to": "gs"})
        self.assertEqual(
            self.leisure.limits_sentence,
            "From 3 years and 6 months on, classes: up to GS",
        )


@tagged("post_install", "-at_install")
class TestApproval(EnrolmentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.leisure.enrolment_approval = "manual"
        cls.manager = cls._create_staff("manager")

    def test_staff_approve_where_the_activity_says_so(self):
        enrolment = self.enrolment(self.nina)
        self.assertEqual(enrolment.state, "pending")
        item = (self.nina, self.outing, MONDAY)
        quote = self.quote(self.martin, item)
        self.assertEqual(quote.status, "not_enrolled")
        self.assertIn("awaits approval", quote.reason)
        enrolment.with_user(self.manager).action_approve()
        self.assertEqual(self.quote(self.martin, item).status, "available")
        message = self.martin.message_ids[0]
        self.assertEqual(message.subject, "Enrolment accepted")
        self.assertEqual(message.partner_ids, self.martin.guardian_ids.partner_id)

    def test_an_automatic_one_is_approved_at_once(self):
        self.leisure.enrolment_approval = "automatic"
        self.assertEqual(self.enrolment(self.nina).state, "approved")

    def test_a_refusal_has_a_reason_that_the_family_reads(self):
        enrolment = self.enrolment(self.nina).with_user(self.manager)
        action = enrolment.action_refuse()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        wizard = wizard.with_user(self.manager)
        with self.assertRaises(UserError):
            wizard.action_refuse()
        self.assertEqual(enrolment.state, "pending")
        wizard.reason = "No place left this year"
        wizard.action_refuse()
        self.assertEqual(enrolment.state, "refused")
        self.assertIn("No place left this year", self.martin.message_ids[0].body)
        quote = self.quote(self.martin, (self.nina, self.outing, MONDAY))
        self.assertIn("was refused", quote.reason)

    def test_both_households_are_told(self):
        self.env["espace.custody"].create(
            {"child_id": self.nina.id, "family_id": self.durand.id, "pattern": "odd"}
        )
        self.enrolment(self.nina).with_user(self.manager).action_approve()
        for family in (self.martin, self.durand):
            self.assertEqual(family.message_ids[0].subject, "Enrolment accepted")

    def test_only_management_decides(self):
        enrolment = self.enrolment(self.nina)
        claire = self._create_portal_user(self.martin.guardian_ids[0])
        for user in (self._create_staff("animation"), claire):
            for call in ("action_approve", "action_refuse"):
                with self.assertRaises(AccessError):
                    getattr(enrolment.with_user(user), call)()
            with self.assertRaises(AccessError):
                enrolment.with_user(user)._refuse("no")
        self.assertEqual(enrolment.state, "pending")

    def test_the_form_follows_the_activity(self):
        form = Form(self.env["espace.enrolment"].with_user(self.manager))
        form.child_id = self.nina
        form.activity_id = self.leisure
        self.assertEqual(form.state, "pending")
        form.date_from = self.year.date_from
        form.date_to = self.year.date_to
        enrolment = form.save()
        enrolment.action_approve()
        enrolment.date_to = MONDAY
        self.assertEqual(enrolment.state, "approved")


@tagged("post_install", "-at_install")
class TestEnrolmentWizard(EnrolmentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.next_year = cls.env["espace.school.year"].create(
            {"date_from": date(2027, 9, 1), "date_to": date(2028, 8, 31)}
        )
        cls.manager = cls._create_staff("manager")

    def wizard(self, **vals):
        Wizard = self.env["espace.enrolment.wizard"].with_user(self.manager)
        return Wizard.create(
            {"year_id": self.next_year.id, "activity_ids": self.leisure.ids, **vals}
        )

    def statuses(self, wizard):
        return {
            (line.child_id.firstname, line.activity_id.name): line.status
            for line in wizard.line_ids
        }

    def test_a_class_is_enrolled_at_once(self):
        wizard = self.wizard(year_id=self.year.id, class_ids=self.class_cp.ids)
        wizard.action_check()
        self.assertFalse(self.leisure_enrolments())
        wizard.action_enrol()
        found = self.leisure_enrolments()
        self.assertEqual(found.child_id, self.nina | self.lina)
        self.assertEqual(set(found.mapped("state")), {"approved"})
        self.assertEqual(
            {(e.date_from, e.date_to) for e in found},
            {(self.year.date_from, self.year.date_to)},
        )

    def test_a_whole_school_is_enrolled_with_its_classes(self):
        other = self.env["espace.school"].create(
            {"name": "École du Pré", "class_ids": [(0, 0, {"name": "CP"})]}
        )
        far = self._create_child(self.martin, "Ada", other.class_ids)
        wizard = self.wizard(year_id=self.year.id, school_ids=self.school.ids)
        wizard.action_check()
        children = wizard.line_ids.child_id
        self.assertEqual(children, self.nina | self.tom | self.lina)
        wizard = self.wizard(
            year_id=self.year.id,
            school_ids=other.ids,
            class_ids=self.class_cm1.ids,
        )
        wizard.action_check()
        self.assertEqual(wizard.line_ids.child_id, far | self.tom)

    def leisure_enrolments(self):
        return self.env["espace.enrolment"].search(
            [("activity_id", "=", self.leisure.id)]
        )

    def test_last_year_is_renewed_and_the_others_listed_with_their_reason(self):
        self.canteen.level_to = "cp"
        self.canteen.enrolment_approval = "manual"
        wizard = self.wizard(
            mode="renew", activity_ids=(self.canteen | self.evening).ids
        )
        self._enrolled_next(self.lina, self.evening)
        wizard.action_check()
        self.assertEqual(
            self.statuses(wizard),
            {
                ("Nina", "Cantine"): "ready",
                ("Lina", "Cantine"): "ready",
                ("Tom", "Cantine"): "refused",
                ("Nina", "Garderie du soir"): "ready",
                ("Tom", "Garderie du soir"): "ready",
                ("Lina", "Garderie du soir"): "known",
            },
        )
        refused = wizard.line_ids.filtered(lambda line: line.status == "refused")
        self.assertIn("up to CP", refused.reason)
        wizard.action_enrol()
        renewed = self.env["espace.enrolment"].search(
            [("date_from", "=", self.next_year.date_from)]
        )
        self.assertEqual(len(renewed), 5)
        self.assertEqual(set(renewed.mapped("state")), {"approved"})
        self.assertNotIn((self.tom, self.canteen), self._pairs(renewed))
        wizard.action_back()
        wizard.action_check()
        self.assertEqual(wizard.ready_count, 0)
        with self.assertRaises(UserError):
            wizard.action_enrol()

    def _pairs(self, enrolments):
        return {(e.child_id, e.activity_id) for e in enrolments}

    def _enrolled_next(self, child, activity):
        return self.env["espace.enrolment"].create(
            {
                "child_id": child.id,
                "activity_id": activity.id,
                "date_from": self.next_year.date_from,
                "date_to": self.next_year.date_to,
            }
        )

    def test_refused_and_left_children_are_not_renewed(self):
        self.nina.enrolment_ids.write({"state": "refused"})
        self.tom.active = False
        wizard = self.wizard(mode="renew", activity_ids=self.canteen.ids)
        wizard.action_check()
        self.assertEqual(self.statuses(wizard), {("Lina", "Cantine"): "ready"})

    def test_what_fails_meanwhile_leaves_nothing_half_done(self):
        wizard = self.wizard(mode="renew", activity_ids=self.canteen.ids)
        wizard.action_check()
        self._enrolled_next(self.tom, self.canteen)
        before = self.env["espace.enrolment"].search_count([])
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            wizard.action_enrol()
        self.assertEqual(self.env["espace.enrolment"].search_count([]), before)

    def test_nothing_to_enrol_says_what_to_do(self):
        with self.assertRaises(UserError):
            self.wizard().action_check()
        with self.assertRaises(UserError):
            self.wizard(mode="renew").action_check()
        with self.assertRaisesRegex(UserError, "no school year before"):
            self.wizard(mode="renew", year_id=self.year.id).action_check()

    def test_chosen_children_come_with_the_action(self):
        Wizard = self.env["espace.enrolment.wizard"].with_context(
            active_model="espace.child", active_ids=[self.nina.id, self.tom.id]
        )
        form = Form(Wizard.with_user(self.manager))
        form.year_id = self.year
        self.assertEqual(form.date_to, self.year.date_to)
        form.activity_ids.add(self.leisure)
        wizard = form.save()
        wizard.action_check()
        self.assertEqual(wizard.ready_count, 2)
        self.assertEqual(wizard.line_ids.child_id, self.nina | self.tom)

    def test_only_management_enrols(self):
        with self.assertRaises(AccessError):
            self.env["espace.enrolment.wizard"].with_user(
                self._create_staff("animation")
            ).create({"year_id": self.year.id, "activity_ids": self.leisure.ids})


@tagged("post_install", "-at_install")
class TestAuthorisation(EspaceCase):
    def authorise(self, guardian, **vals):
        return self.env["espace.authorisation"].create(
            {
                "child_id": self.nina.id,
                "kind": "leave_alone",
                "guardian_id": guardian.id,
                **vals,
            }
        )

    def test_who_allowed_what_and_when(self):
        given = self.authorise(self.martin.guardian_ids[0])
        self.assertEqual((given.granted, given.given_on), ("yes", NOW.date()))
        animation = self._create_staff("animation")
        self.assertTrue(self.nina.with_user(animation).authorisation_ids)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.authorise(self.martin.guardian_ids[0], granted="no")

    def test_a_stranger_allows_nothing(self):
        with self.assertRaises(ValidationError):
            self.authorise(self.durand.guardian_ids)

    def test_nobody_allows_tomorrow(self):
        with self.assertRaises(ValidationError):
            self.authorise(self.martin.guardian_ids[0], given_on=MONDAY)
