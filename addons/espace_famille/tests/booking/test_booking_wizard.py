from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..common import MONDAY, THURSDAY, EspaceCase


@tagged("post_install", "-at_install")
class TestBookingWizard(EspaceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._create_staff("manager")

    def form(self, family=None):
        action = (family or self.martin).with_user(self.manager).action_book()
        return Form(
            self.env[action["res_model"]]
            .with_user(self.manager)
            .with_context(**action["context"])
        )

    def fill(self, product, date_from=MONDAY, date_to=THURSDAY):
        form = self.form()
        form.product_id = product
        form.date_from = date_from
        form.date_to = date_to
        return form

    def test_preview_shows_each_child_and_day_with_its_reason(self):
        self.session(self.canteen, THURSDAY).action_close()
        wizard = self.fill(self.meal).save()
        found = {
            (line.child_id, line.date.day, line.status) for line in wizard.line_ids
        }
        expected = {
            (child, day, "closed" if day == 14 else "available")
            for child in (self.nina, self.tom)
            for day in (11, 12, 14)
        }
        self.assertEqual(found, expected)
        for line in wizard.line_ids:
            self.assertEqual(line.chosen, line.status == "available")
            self.assertEqual(bool(line.reason), line.status == "closed")
        self.assertFalse(self.martin.reservation_ids)

    def test_weekdays_follow_the_activity_and_can_be_unticked(self):
        form = self.fill(self.meal)
        self.assertFalse(form.wednesday)
        form.tuesday = False
        days = {line.date.day for line in form.save().line_ids}
        self.assertEqual(days, {11, 14})

    def test_it_books_what_is_ticked_through_the_gate(self):
        self.session(self.evening, MONDAY).capacity = 1
        form = self.fill(self.t1)
        with form.line_ids.edit(2) as line:
            line.chosen = False
        wizard = form.save()
        dropped = wizard.line_ids[2]
        untouched = (dropped.child_id, dropped.date)
        wizard.action_book()
        self.assertEqual(wizard.state, "done")
        # One place on Monday: the siblings are not split.
        self.assertEqual(wizard.booked_count, 3)
        self.assertEqual(wizard.refused_count, 2)
        refused = wizard.line_ids.filtered(lambda line: line.status == "full")
        self.assertEqual(refused.mapped("date"), [MONDAY, MONDAY])
        self.assertTrue(all(refused.mapped("reason")))
        booked = {(r.child_id, r.date) for r in self.martin.reservation_ids}
        self.assertEqual(len(booked), 3)
        self.assertNotIn(untouched, booked)

    def test_staff_book_after_the_limit_and_are_told(self):
        self.rule_eve.kind = "never"
        wizard = self.fill(self.t1, MONDAY, MONDAY).save()
        self.assertEqual(set(wizard.line_ids.mapped("status")), {"available"})
        self.assertTrue(all(wizard.line_ids.mapped("reason")))
        wizard.action_book()
        self.assertEqual(wizard.booked_count, 2)

    def test_it_can_go_on_with_something_else(self):
        wizard = self.fill(self.t1, MONDAY, MONDAY).save()
        wizard.action_book()
        wizard.action_back()
        self.assertEqual(wizard.state, "draft")
        self.assertEqual(set(wizard.line_ids.mapped("status")), {"booked"})
        self.assertEqual(wizard.chosen_count, 0)

    def test_nothing_ticked_is_said(self):
        wizard = self.fill(self.t1, MONDAY, MONDAY).save()
        wizard.line_ids.chosen = False
        with self.assertRaises(UserError):
            wizard.action_book()

    def test_a_range_that_is_too_long_is_said(self):
        form = self.fill(self.t1)
        with self.assertRaises(UserError):
            form.date_to = MONDAY.replace(year=2029)

    def test_a_foreign_child_slipped_in_books_nothing(self):
        wizard = self.fill(self.t1, MONDAY, MONDAY).save()
        wizard.line_ids[0].child_id = self.lina
        with self.assertRaises(AccessError):
            wizard.action_book()
        self.assertFalse(self.reservation(self.lina, self.evening, MONDAY))

    def test_animation_does_not_book(self):
        animation = self._create_staff("animation")
        with self.assertRaises(AccessError):
            self.env["espace.booking.wizard"].with_user(animation).create(
                {"family_id": self.martin.id}
            )

    # === Full days === #

    def full(self):
        self.evening.waiting_list = True
        self.session(self.evening, MONDAY).capacity = 1
        self.booked(self.lina, self.t1, MONDAY)
        return self.fill(self.t1, MONDAY, MONDAY)

    def test_what_is_full_is_left_out_by_default(self):
        wizard = self.full().save()
        self.assertEqual(wizard.full_count, 2)
        self.assertFalse(any(wizard.line_ids.mapped("chosen")))

    def test_agents_put_children_on_the_waiting_list(self):
        form = self.full()
        form.when_full = "wait"
        wizard = form.save()
        wizard.action_book()
        self.assertEqual((wizard.waiting_count, wizard.refused_count), (2, 0))
        session = self.session(self.evening, MONDAY)
        self.assertEqual((session.booked_count, session.waiting_count), (1, 2))

    def test_agents_go_beyond_the_places_and_say_why(self):
        form = self.full()
        form.when_full = "beyond"
        wizard = form.save()
        with self.assertRaisesRegex(UserError, "Say why"):
            wizard.action_book()
        wizard.beyond_reason = "Emergency, agreed by the mayor"
        wizard.action_book()
        self.assertEqual(wizard.booked_count, 2)
        nina = self.reservation(self.nina, self.evening, MONDAY)
        self.assertEqual(nina.beyond_reason, "Emergency, agreed by the mayor")
