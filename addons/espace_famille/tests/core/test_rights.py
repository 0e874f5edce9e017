from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import MONDAY, TODAY, EspaceCase

FAMILY_MODELS = (
    "espace.family",
    "espace.guardian",
    "espace.child",
    "espace.enrolment",
    "espace.reservation",
)
STAFF_MODELS = (
    "espace.activity",
    "espace.booking.wizard",
    "espace.calendar.period",
    "espace.custody",
    "espace.deadline.rule",
    "espace.school.year",
    "espace.session",
)
HEALTH_FIELDS = ("pai_details", "allergies")


class RightsCase(EspaceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.claire = cls._create_portal_user(cls.martin.guardian_ids[0])
        cls.nina.write({"pai_details": "Epipen in the bag", "allergies": "Peanuts"})
        cls.own = cls._book_one(cls.martin, cls.nina)
        cls.foreign = cls._book_one(cls.durand, cls.lina)

    @classmethod
    def _book_one(cls, family, child):
        [quote] = cls.Reservation._book(family, [(child, cls.t1, MONDAY)])
        return cls.Reservation.browse(quote.reservation_id)

    def _records(self, family):
        return (
            family,
            family.guardian_ids,
            family.main_child_ids,
            family.main_child_ids.enrolment_ids,
            family.reservation_ids,
        )


@tagged("post_install", "-at_install")
class TestPortalRights(RightsCase):
    def test_a_parent_reads_the_own_family(self):
        for records in self._records(self.martin):
            with self.subTest(model=records._name):
                self.assertTrue(records)
                records.with_user(self.claire).read(["display_name"])

    def test_a_parent_reads_no_other_family(self):
        for records in self._records(self.durand):
            with self.subTest(model=records._name), self.assertRaises(AccessError):
                records.with_user(self.claire).read(["display_name"])

    def test_a_parent_finds_the_own_family_only(self):
        for records in self._records(self.martin):
            with self.subTest(model=records._name):
                found = self.env[records._name].with_user(self.claire).search([])
                self.assertEqual(found.sudo(), records.sudo())

    def test_a_parent_writes_nothing(self):
        for model in FAMILY_MODELS:
            Model = self.env[model].with_user(self.claire)
            for verb in ("write", "create", "unlink"):
                with self.subTest(model=model, verb=verb):
                    self.assertFalse(Model.has_access(verb))
        with self.assertRaises(AccessError):
            self.own.with_user(self.claire).write({"state": "cancelled"})
        with self.assertRaises(AccessError):
            self.own.with_user(self.claire).unlink()
        with self.assertRaises(AccessError):
            self.own.with_user(self.claire).copy()

    def test_a_parent_sees_nothing_of_the_office(self):
        for model in STAFF_MODELS:
            with self.subTest(model=model):
                self.assertFalse(
                    self.env[model].with_user(self.claire).has_access("read")
                )

    def test_a_parent_presses_no_button_of_staff(self):
        own = self.own.with_user(self.claire)
        for action in (
            "action_confirm",
            "action_refuse",
            "action_cancel",
            "action_present",
            "action_absent",
            "action_absent_justified",
        ):
            with self.subTest(action=action), self.assertRaises(AccessError):
                getattr(own, action)()
        self.assertEqual(self.own.state, "confirmed")

    def test_a_parent_reads_no_health_text(self):
        nina = self.nina.with_user(self.claire)
        for name in HEALTH_FIELDS:
            with self.subTest(field=name), self.assertRaises(AccessError):
                nina.read([name])

    def test_separated_parents_see_their_own_days_only(self):
        self.env["espace.custody"].create(
            {
                "child_id": self.nina.id,
                "family_id": self.durand.id,
                "pattern": "odd",
            }
        )
        sofia = self._create_portal_user(self.durand.guardian_ids)
        self.nina.with_user(sofia).read(["name"])
        with self.assertRaises(AccessError):
            self.own.with_user(sofia).read(["state"])
        for records in (self.martin, self.martin.guardian_ids):
            with self.subTest(model=records._name), self.assertRaises(AccessError):
                records.with_user(sofia).read(["street"])
        with self.assertRaises(AccessError):
            self.nina.with_user(sofia).read(["family_ids"])


@tagged("post_install", "-at_install")
class TestStaffRights(RightsCase):
    def test_animation_reads_children_and_bookings_and_changes_none(self):
        user = self._create_staff("animation")
        families = ("espace.family", "espace.guardian")
        for records in self._records(self.martin):
            with self.subTest(model=records._name):
                if records._name in families:
                    with self.assertRaises(AccessError):
                        records.with_user(user).read(["display_name"])
                else:
                    records.with_user(user).read(["display_name"])
                for verb in ("write", "create", "unlink"):
                    Model = self.env[records._name].with_user(user)
                    self.assertFalse(Model.has_access(verb), verb)
        with self.assertRaises(AccessError):
            self.martin.with_user(user).write({"residency": "non_resident"})

    def test_animation_records_attendance_and_nothing_else(self):
        user = self._create_staff("animation")
        [quote] = self.Reservation._book(
            self.martin, [(self.tom, self.t1, TODAY)], staff=True
        )
        reservation = self.Reservation.browse(quote.reservation_id).with_user(user)
        reservation.action_present()
        self.assertEqual(reservation.attendance, "present")
        for action in ("action_cancel", "action_confirm", "action_refuse"):
            with self.subTest(action=action), self.assertRaises(AccessError):
                getattr(reservation, action)()
        with self.assertRaises(AccessError):
            reservation.write({"attendance": "expected"})

    def test_animation_closes_no_day(self):
        user = self._create_staff("animation")
        with self.assertRaises(AccessError):
            self.own.session_id.with_user(user).action_close()

    def test_management_creates_a_family_and_books(self):
        user = self._create_staff("manager")
        env = self.env(user=user)
        family = env["espace.family"].create(
            {
                "name": "Petit",
                "guardian_ids": [
                    (0, 0, {"civility": "sir", "lastname": "Petit", "firstname": "Ali"})
                ],
            }
        )
        child = env["espace.child"].create(
            {"lastname": "Petit", "firstname": "Zoé", "family_id": family.id}
        )
        [quote] = env["espace.reservation"]._book(
            family, [(child, self.meal, MONDAY)], staff=True
        )
        self.assertEqual(quote.status, "booked")
        env["espace.reservation"].browse(quote.reservation_id).action_cancel()

    def test_management_changes_no_setting(self):
        user = self._create_staff("manager")
        for model in (
            "espace.activity",
            "espace.deadline.rule",
            "espace.school.year",
            "espace.calendar.period",
            "product.template",
        ):
            with self.subTest(model=model):
                Model = self.env[model].with_user(user)
                self.assertTrue(Model.has_access("read"))
                self.assertFalse(Model.has_access("write"))

    def test_administration_sets_up_an_activity(self):
        env = self.env(user=self._create_staff("admin"))
        activity = env["espace.activity"].create(
            {
                "name": "Centre de loisirs",
                "on_school_days": False,
                "on_wednesdays": True,
                "product_ids": [(0, 0, {"name": "Journée", "type": "service"})],
            }
        )
        activity.action_generate_sessions()
        self.assertTrue(activity.session_ids)
        days = activity.session_ids.mapped("date")
        self.assertEqual({day.weekday() for day in days}, {2})

    def test_health_texts_are_for_those_who_need_them(self):
        without = self._create_staff("manager")
        within = self._create_staff("animation", "health")
        for name in HEALTH_FIELDS:
            with self.subTest(field=name):
                self.assertNotIn(
                    name, self.env["espace.child"].with_user(without).fields_get()
                )
                with self.assertRaises(AccessError):
                    self.nina.with_user(without).read([name])
                with self.assertRaises(AccessError):
                    self.env["espace.child"].with_user(without).search(
                        [(name, "!=", False)]
                    )
                self.assertTrue(self.nina.with_user(within).read([name])[0][name])

    def test_a_commune_does_not_see_another(self):
        other = self.env["res.company"].create(
            {"name": "Elsewhere", "espace_is_commune": True}
        )
        user = self._create_staff("admin")
        user.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        env = self.env(user=user, context={"allowed_company_ids": other.ids})
        for records in (
            *self._records(self.martin),
            self.canteen,
            self.rule_eve,
            self.year,
            self.year.period_ids,
            self.school,
            self.class_cp,
            self.own.session_id,
        ):
            with self.subTest(model=records._name):
                self.assertFalse(env[records._name].search([("id", "in", records.ids)]))

    def test_an_internal_user_without_a_role_sees_nothing(self):
        user = self._create_user("nobody", "base.group_user")
        for model in (*FAMILY_MODELS, *STAFF_MODELS):
            with self.subTest(model=model):
                self.assertFalse(self.env[model].with_user(user).has_access("read"))
