from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..common import MONDAY, TODAY
from .test_attendance import AttendanceCase


class WalkInCase(AttendanceCase):
    def walk_in(self, child, product=None, **options):
        return self.Reservation.with_user(self.agent)._walk_in(
            child, product or self.meal, self.today(self.canteen), **options
        )


@tagged("post_install", "-at_install")
class TestWalkIn(WalkInCase):
    def test_a_child_without_booking_is_present_at_once(self):
        reservation = self.walk_in(self.nina)
        self.assertEqual(
            (reservation.state, reservation.origin, reservation.attendance),
            ("confirmed", "walk_in", "present"),
        )
        self.assertEqual(reservation.family_id, self.martin)
        self.assertEqual(reservation.attendance_uid, self.agent)

    def test_a_full_day_turns_nobody_away_and_counts_apart(self):
        session = self.today(self.canteen)
        session.capacity = 1
        self.book_today(self.nina, self.meal)
        self.walk_in(self.tom)
        self.walk_in(self.lina)
        self.assertEqual((session.booked_count, session.walk_in_count), (1, 2))

    def test_a_child_that_is_not_enrolled_comes_in(self):
        self.nina.enrolment_ids.unlink()
        self.assertEqual(self.walk_in(self.nina).attendance, "present")

    def test_the_household_of_the_day_pays(self):
        # 4 January 2027 is in ISO week 1, an odd one.
        self.env["espace.custody"].create(
            {"child_id": self.nina.id, "family_id": self.durand.id, "pattern": "odd"}
        )
        self.assertEqual(self.walk_in(self.nina).family_id, self.durand)

    def test_a_child_already_booked_is_not_added_again(self):
        self.book_today(self.nina, self.meal)
        with self.assertRaisesRegex(UserError, "booked there"):
            self.walk_in(self.nina)

    def test_a_child_added_twice_is_there_once(self):
        self.walk_in(self.nina)
        with self.assertRaises(UserError):
            self.walk_in(self.nina)
        self.assertEqual(self.today(self.canteen).walk_in_count, 1)

    def test_a_cancelled_booking_does_not_stand_in_the_way(self):
        cancelled = self.book_today(self.nina, self.meal)
        cancelled._cancel(staff=True)
        reservation = self.walk_in(self.nina)
        self.assertNotEqual(reservation, cancelled)
        self.assertEqual(reservation.origin, "walk_in")

    def test_a_line_left_in_the_cart_does_not_stand_in_the_way(self):
        draft = self.Reservation.create(
            {
                "child_id": self.nina.id,
                "family_id": self.martin.id,
                "product_id": self.meal.id,
                "session_id": self.today(self.canteen).id,
            }
        )
        self.assertEqual(self.walk_in(self.nina).attendance, "present")
        self.assertFalse(draft.exists())

    def test_a_waiting_child_who_turns_up_leaves_the_list(self):
        session = self.today(self.canteen)
        waiting = self.Reservation.create(
            {
                "child_id": self.nina.id,
                "family_id": self.martin.id,
                "product_id": self.meal.id,
                "session_id": session.id,
                "state": "waiting",
            }
        )
        self.assertEqual(session.waiting_count, 1)
        self.assertEqual(self.walk_in(self.nina), waiting)
        self.assertEqual((waiting.origin, waiting.state), ("walk_in", "confirmed"))
        self.assertEqual(
            (session.waiting_count, session.booked_count, session.walk_in_count),
            (0, 0, 1),
        )

    def test_a_booking_to_approve_is_for_management(self):
        self.canteen.approval = "manual"
        self.Reservation.create(
            {
                "child_id": self.nina.id,
                "family_id": self.martin.id,
                "product_id": self.meal.id,
                "session_id": self.today(self.canteen).id,
                "state": "pending_approval",
            }
        )
        with self.assertRaisesRegex(UserError, "management"):
            self.walk_in(self.nina)

    def test_nobody_comes_on_a_day_to_come(self):
        with self.assertRaises(UserError):
            self.Reservation._walk_in(
                self.nina, self.meal, self.session(self.canteen, MONDAY)
            )

    def test_the_option_is_one_of_the_activity(self):
        with self.assertRaises(UserError):
            self.walk_in(self.nina, self.t1)

    def test_only_agents_add_children(self):
        session = self.today(self.canteen)
        parent = self._create_portal_user(self.martin.guardian_ids[0])
        for user in (self._create_staff("finance"), parent):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.Reservation.with_user(user)._walk_in(self.nina, self.meal, session)

    def test_a_child_of_another_commune_is_not_added(self):
        other = self.env["res.company"].create(
            {"name": "Elsewhere", "espace_is_commune": True}
        )
        family = self.env["espace.family"].create(
            {"name": "Loin", "company_id": other.id}
        )
        child = self.env["espace.child"].create(
            {"lastname": "Loin", "firstname": "Ali", "family_id": family.id}
        )
        with self.assertRaises(UserError):
            self.Reservation._walk_in(child, self.meal, self.today(self.canteen))


@tagged("post_install", "-at_install")
class TestWalkInDialog(WalkInCase):
    def form(self, child=None, activity=None):
        session = self.today(activity or self.canteen).with_user(self.agent)
        action = session.action_walk_in()
        form = Form(
            self.env[action["res_model"]]
            .with_user(self.agent)
            .with_context(**action["context"])
        )
        if child:
            form.child_id = child
        return form

    def test_the_agent_names_the_child_and_it_is_there(self):
        form = self.form(self.nina)
        self.assertEqual(form.product_id, self.meal)
        self.assertEqual(form.class_id, self.class_cp)
        self.assertEqual(form.family_id, self.martin)
        self.assertFalse(form.warning)
        form.save().action_add()
        reservation = self.reservation(self.nina, self.canteen, TODAY)
        self.assertEqual(reservation.origin, "walk_in")

    def test_the_dialog_opens_again_for_the_next_child(self):
        action = self.form(self.nina).save().action_add_another()
        self.assertEqual(action["res_model"], "espace.walk.in.wizard")
        self.assertTrue(self.reservation(self.nina, self.canteen, TODAY))

    def test_one_option_of_several_is_chosen(self):
        form = self.form(self.nina, self.evening)
        self.assertFalse(form.product_id)
        form.product_id = self.t2
        form.save().action_add()
        reservation = self.reservation(self.nina, self.evening, TODAY)
        self.assertEqual(reservation.product_id, self.t2)

    def test_a_booked_child_is_marked_present_instead(self):
        reservation = self.book_today(self.nina, self.meal)
        form = self.form(self.nina)
        self.assertEqual(form.verdict, "booked")
        self.assertIn("Nina", form.warning)
        wizard = form.save()
        wizard.action_mark_present()
        self.assertEqual(reservation.attendance, "present")
        self.assertEqual(reservation.origin, "booked")

    def test_the_agent_is_told_what_happened_before(self):
        self.book_today(self.nina, self.meal)._cancel(staff=True)
        self.assertIn("cancelled", self.form(self.nina).warning)
        self.Reservation.create(
            {
                "child_id": self.tom.id,
                "family_id": self.martin.id,
                "product_id": self.meal.id,
                "session_id": self.today(self.canteen).id,
                "state": "waiting",
            }
        )
        form = self.form(self.tom)
        self.assertEqual(form.verdict, "waiting")
        self.assertIn("waiting list", form.warning)

    def test_the_agent_is_told_who_pays_and_who_is_not_enrolled(self):
        self.env["espace.custody"].create(
            {"child_id": self.nina.id, "family_id": self.durand.id, "pattern": "odd"}
        )
        self.lina.enrolment_ids.unlink()
        form = self.form(self.nina)
        self.assertEqual(form.family_id, self.durand)
        self.assertIn("Durand", form.warning)
        self.assertIn("not enrolled", self.form(self.lina).warning)

    def test_children_are_found_by_words_in_any_order(self):
        Child = self.env["espace.child"].with_user(self.agent)
        for words in ("nina", "martin nin", "Nina Martin", "MART ni"):
            with self.subTest(words=words):
                found = [key for key, _name in Child.name_search(words)]
                self.assertIn(self.nina.id, found)
                self.assertNotIn(self.lina.id, found)
        shown = Child.with_context(espace_show_class=True).browse(self.nina.id)
        self.assertIn("CP", shown.display_name)

    def test_the_list_of_the_day_opens_the_dialog(self):
        session = self.today(self.canteen)
        listed = self.Reservation.with_user(self.agent)
        action = listed.with_context(espace_session_id=session.id).action_open_walk_in()
        self.assertEqual(action["context"]["default_session_id"], session.id)
        with self.assertRaises(UserError):
            listed.action_open_walk_in()
