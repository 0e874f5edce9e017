from datetime import date, timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ...models.leaving import espace_leaving_mixin
from ...models.leaving.undecided import Undecided
from ..common import MONDAY, NOW, THURSDAY, TODAY, TUESDAY, EspaceCase

LEAVE = {"active": False}


class LeavingCase(EspaceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._create_staff("manager")

    def ask(self, records, vals):
        """Open the dialog that decides on a change, as an agent does."""
        Wizard = self.env["espace.leaving.wizard"].with_user(self.manager)
        action = Wizard._action_ask(
            {"model": records._name, "ids": records.ids, "vals": vals}
        )
        return Wizard.browse(action["res_id"])

    def enrolment(self, child, activity):
        return child.enrolment_ids.filtered(lambda e: e.activity_id == activity)

    def states(self, *bookings):
        return [booking.state for booking in bookings]

    def assert_refused(self, change, *bookings):
        """Check that a change is refused in words, and that nothing is changed."""
        before = self.states(*bookings)
        with (
            self.assertRaisesRegex(UserError, "left behind.*Leaving"),
            self.env.cr.savepoint(),
        ):
            change()
        self.assertEqual(self.states(*bookings), before)


@tagged("post_install", "-at_install")
class TestEveryDoor(LeavingCase):
    """Whoever leaves keeps no seats, whatever leaves and by whatever door."""

    def setUp(self):
        super().setUp()
        self.monday = self.booked(self.nina, self.t1, MONDAY)
        self.thursday = self.booked(self.nina, self.t1, THURSDAY)

    def test_a_change_by_name_is_refused_with_the_way(self):
        nina = self.nina.with_user(self.manager)
        evening = self.enrolment(self.nina, self.evening)
        self.enrolment(self.nina, self.canteen).unlink()
        other_class = self.class_cm1
        guardians = self.martin.guardian_ids
        for name, change in {
            "a child archived": lambda: nina.write(LEAVE),
            "a child's archive action": lambda: nina.action_archive(),
            "a child with a last day": lambda: nina.write({"leaves_on": MONDAY}),
            "a family archived": lambda: self.martin.write(LEAVE),
            "a family's archive action": lambda: self.martin.action_archive(),
            "a family's account closed": lambda: self.martin.write(
                {"state": "archived"}
            ),
            "a family with a last day": lambda: self.martin.write(
                {"leaves_on": MONDAY}
            ),
            "an enrolment that ends earlier": lambda: evening.write(
                {"date_to": MONDAY}
            ),
            "an enrolment that begins later": lambda: evening.write(
                {"date_from": TUESDAY}
            ),
            "an enrolment refused": lambda: evening._refuse("moved"),
            "an enrolment deleted": lambda: evening.unlink(),
            "an enrolment given to another": lambda: evening.write(
                {"activity_id": self.canteen.id}
            ),
            "the last guardian deleted": lambda: guardians.unlink(),
            "the household changed": lambda: nina.write({"family_id": self.durand.id}),
        }.items():
            with self.subTest(name=name):
                self.assert_refused(change, self.monday, self.thursday)
                self.assertTrue(self.nina.active and self.martin.active)
        self.evening.limit_class_ids = self.class_cp
        self.assert_refused(
            lambda: nina.write({"class_id": other_class.id}), self.monday
        )
        self.assertEqual(self.nina.class_id, self.class_cp)

    def test_a_deleted_child_or_family_is_refused_in_words(self):
        with self.assertRaisesRegex(UserError, "archive the child"):
            self.nina.unlink()
        with self.assertRaisesRegex(UserError, "archive the family"):
            self.martin.unlink()

    def test_a_class_is_not_deleted_under_its_children(self):
        with self.assertRaisesRegex(UserError, "move them to another class"):
            self.class_cp.unlink()
        empty = self.class_cp.copy({"name": "CP bis"})
        empty.unlink()
        self.assertFalse(empty.exists())

    def test_an_import_is_refused_and_says_the_way(self):
        child = self.env["espace.child"].with_user(self.manager)
        xml_id = "espace_tests.nina_who_leaves"
        self.env["ir.model.data"]._update_xmlids(
            [{"xml_id": xml_id, "record": self.nina}]
        )
        result = child.load(["id", "active"], [[xml_id, "False"]])
        self.assertFalse(result["ids"])
        self.assertIn("Leaving", result["messages"][0]["message"])
        self.env.invalidate_all()
        self.assertTrue(self.nina.active)

    def test_erasing_waits_for_the_decision(self):
        admin = self._create_staff("admin")
        for one in (self.nina, self.martin):
            with self.subTest(one=one), self.assertRaisesRegex(UserError, "Leaving"):
                one.with_user(admin)._erase()

    def test_erasing_waits_for_what_a_family_booked_for_another_household(self):
        self.lina.custody_ids = [
            Command.create({"family_id": self.martin.id, "pattern": "even"})
        ]
        (self.monday | self.thursday)._cancel(staff=True)
        day = next(
            d for d in (MONDAY, MONDAY + timedelta(7)) if not d.isocalendar().week % 2
        )
        self.booked(self.lina, self.t1, day)
        self.assertIn("bookings to come", self.martin._why_kept())

    def test_a_form_leads_to_the_dialog(self):
        evening = self.enrolment(self.nina, self.evening).with_user(self.manager)
        with self.assertRaises(RedirectWarning) as caught:
            evening.web_save({"date_to": str(MONDAY)}, {"date_to": {}})
        words, action, _button, context = caught.exception.args
        self.assertIn("left behind", words)
        dialog = self.env["ir.actions.server"].browse(action)
        found = dialog.with_user(self.manager).with_context(**context).run()
        wizard = self.env["espace.leaving.wizard"].browse(found["res_id"])
        self.assertEqual(wizard.reservation_ids, self.thursday)
        wizard.with_user(self.manager).action_confirm()
        self.assertEqual(
            self.states(self.monday, self.thursday), ["confirmed", "cancelled"]
        )
        self.assertEqual(evening.date_to, MONDAY)

    def test_the_lines_of_a_form_and_a_list_lead_to_it_too(self):
        evening = self.enrolment(self.nina, self.evening).with_user(self.manager)
        ended = {"date_to": str(MONDAY)}
        nina = evening.child_id
        for save in (
            lambda: evening.web_save_multi([ended], {"date_to": {}}),
            lambda: nina.web_save({"enrolment_ids": [(1, evening.id, ended)]}, {}),
        ):
            with self.assertRaises(RedirectWarning) as caught, self.cr.savepoint():
                save()
            asked = caught.exception.args[3]["espace_leaving"]
            self.assertEqual(asked["model"], "espace.enrolment")
            self.assertEqual(asked["vals"], ended)

    def test_odoos_archive_button_opens_the_dialog(self):
        class Request:
            class httprequest:
                path = "/web/dataset/call_kw/espace.child/action_archive"

        with patch.object(espace_leaving_mixin, "request", Request):
            action = self.nina.with_user(self.manager).action_archive()
        self.assertTrue(self.nina.active)
        wizard = self.env["espace.leaving.wizard"].browse(action["res_id"])
        self.assertEqual(wizard.reservation_ids, self.monday | self.thursday)

    def test_the_menu_of_actions_opens_the_dialog(self):
        for xml_id, record in (
            ("espace_family_leaving_action", self.martin),
            ("espace_child_leaving_action", self.nina),
            (
                "espace_enrolment_leaving_action",
                self.enrolment(self.nina, self.evening),
            ),
        ):
            action = self.env.ref(f"espace_famille.{xml_id}").with_user(self.manager)
            found = action.with_context(
                active_model=record._name, active_id=record.id, active_ids=record.ids
            ).run()
            wizard = self.env["espace.leaving.wizard"].browse(found["res_id"])
            self.assertEqual(
                wizard.reservation_ids, self.monday | self.thursday, xml_id
            )

    def test_what_is_over_or_unrelated_stops_nobody(self):
        (self.monday | self.thursday)._cancel(staff=True)
        self.nina.active = False
        self.assertFalse(self.nina.active)

    def test_a_booking_that_staff_made_without_enrolment_stops_no_other_change(self):
        self.enrolment(self.tom, self.evening).unlink()
        self.assertEqual(
            self.book(self.martin, (self.tom, self.t1, MONDAY), staff=True), ["booked"]
        )
        self.tom.class_id = self.class_cp
        self.assert_refused(lambda: self.tom.write(LEAVE))

    def test_a_cart_goes_by_itself(self):
        (self.monday | self.thursday)._cancel(staff=True)
        self.Reservation._add_to_cart(
            self.martin, [(self.nina, self.t1, TUESDAY)], now=NOW
        )
        self.nina.active = False
        self.assertFalse(self.Reservation._cart(self.martin))

    def test_a_place_on_the_waiting_list_is_decided_too(self):
        (self.monday | self.thursday)._cancel(staff=True)
        self.evening.waiting_list = True
        session = self.session(self.evening, TUESDAY)
        session.capacity = 0
        self.Reservation._join_waiting(
            self.martin, [(self.nina, self.t1, TUESDAY)], now=NOW
        )
        waits = self.reservation(self.nina, self.evening, TUESDAY)
        self.assertEqual(waits.state, "waiting")
        self.assert_refused(lambda: self.nina.write(LEAVE), waits)
        wizard = self.ask(self.nina, LEAVE)
        self.assertEqual((wizard.booking_count, wizard.waiting_count), (0, 1))
        wizard.action_confirm()
        self.assertEqual(waits.state, "cancelled")
        self.assertFalse(session.waiting_count)


@tagged("post_install", "-at_install")
class TestDecision(LeavingCase):
    """Cancel now, keep until a date, give up; and what follows."""

    def setUp(self):
        super().setUp()
        self.monday = self.booked(self.nina, self.t1, MONDAY)
        self.thursday = self.booked(self.nina, self.t1, THURSDAY)

    def test_opening_the_dialog_changes_nothing(self):
        wizard = self.ask(self.nina, LEAVE)
        self.assertEqual(wizard.reservation_ids, self.monday | self.thursday)
        self.assertIn("Claire Martin", wizard.told)
        self.assertTrue(self.nina.active)
        self.assertEqual(self.states(self.monday, self.thursday), ["confirmed"] * 2)

    def test_cancelled_now_frees_the_seats_and_says_so(self):
        session = self.monday.session_id
        session.capacity = 1
        self.evening.waiting_list = True
        self.Reservation._join_waiting(
            self.durand, [(self.lina, self.t1, MONDAY)], now=NOW
        )
        messages = self.martin.message_ids
        self.ask(self.nina, LEAVE).action_confirm()
        self.assertFalse(self.nina.active)
        self.assertEqual(self.states(self.monday, self.thursday), ["cancelled"] * 2)
        self.assertEqual(self.monday.cancel_reason, "Departure")
        self.assertEqual(
            self.reservation(self.lina, self.evening, MONDAY).state, "confirmed"
        )
        told = (self.martin.message_ids - messages).filtered("partner_ids")
        self.assertEqual(len(told), 1)
        self.assertIn("Tranche 1", told.body)
        self.assertEqual(self.env["espace.check"]._problems(self.company), [])

    def test_who_leaves_does_not_take_its_own_waiting_place(self):
        session = self.monday.session_id
        session.capacity = 1
        self.evening.waiting_list = True
        self.Reservation._join_waiting(
            self.martin, [(self.tom, self.t1, MONDAY)], now=NOW
        )
        self.ask(self.martin, LEAVE).action_confirm()
        self.assertEqual(session.booked_count, 0)
        self.assertEqual(session.waiting_count, 0)

    def test_nobody_is_told_where_the_agent_says_so(self):
        messages = self.martin.message_ids
        wizard = self.ask(self.nina, LEAVE)
        wizard.notify = False
        wizard.action_confirm()
        self.assertFalse((self.martin.message_ids - messages).filtered("partner_ids"))

    def test_kept_until_a_date_leaves_once_it_is_over(self):
        wizard = self.ask(self.nina, LEAVE)
        wizard.write({"choice": "keep", "last_day": MONDAY})
        self.assertEqual(wizard.cancelled_count, 1)
        wizard.action_confirm()
        self.assertTrue(self.nina.active)
        self.assertIn("Leaves after Monday 11 January", self.nina.leaving_words)
        self.assertEqual(
            self.states(self.monday, self.thursday), ["confirmed", "cancelled"]
        )
        quote = self.quote(self.martin, (self.nina, self.t1, THURSDAY))
        self.assertEqual(quote.status, "closed")
        self.assertIn("Departure", quote.reason)
        self.assertEqual(
            self.quote(self.martin, (self.nina, self.t1, THURSDAY), staff=True).status,
            "closed",
        )
        self.env["espace.family"]._cron_leave()
        self.assertTrue(self.nina.active, "its last day is not over")
        self.monday._cancel(staff=True)
        self.nina.leaves_on = TODAY - timedelta(days=1)
        self.env["espace.family"]._cron_leave()
        self.assertFalse(self.nina.active)

    def test_an_enrolment_kept_until_a_date_ends_on_it(self):
        evening = self.enrolment(self.nina, self.evening)
        wizard = self.ask(evening, None)
        wizard.write({"choice": "keep", "last_day": MONDAY})
        wizard.action_confirm()
        self.assertEqual(evening.date_to, MONDAY)
        self.assertEqual(
            self.states(self.monday, self.thursday), ["confirmed", "cancelled"]
        )
        self.assertEqual(self.thursday.cancel_reason, "End of the enrolment")

    def test_a_deleted_enrolment_takes_its_bookings_along(self):
        evening = self.enrolment(self.nina, self.evening)
        self.ask(evening, None).action_confirm()
        self.assertFalse(evening.exists())
        self.assertEqual(self.states(self.monday, self.thursday), ["cancelled"] * 2)

    def test_another_class_keeps_what_it_may(self):
        meal = self.booked(self.nina, self.meal, MONDAY)
        self.evening.limit_class_ids = self.class_cp
        wizard = self.ask(self.nina, {"class_id": self.class_cm1.id})
        wizard.action_confirm()
        self.assertEqual(self.nina.class_id, self.class_cm1)
        self.assertEqual(self.states(meal, self.monday), ["confirmed", "cancelled"])

    def test_given_up_later_is_as_if_it_never_was(self):
        wizard = self.ask(self.nina, LEAVE)
        wizard.write({"choice": "keep", "last_day": THURSDAY})
        wizard.action_confirm()
        self.nina.with_user(self.manager).action_stay()
        self.assertFalse(self.nina.leaves_on)
        day = date(2027, 1, 18)
        self.assertEqual(self.book(self.martin, (self.nina, self.t1, day)), ["booked"])

    def test_a_last_day_is_asked_for_and_is_to_come(self):
        wizard = self.ask(self.nina, LEAVE)
        wizard.choice = "keep"
        for day in (False, TODAY - timedelta(days=1)):
            wizard.last_day = day
            with self.assertRaises(UserError):
                wizard.action_confirm()
        self.assertTrue(self.nina.active)

    def test_a_family_takes_its_children_along_and_comes_back_as_it_was(self):
        self.martin.state = "active"
        self.tom.active = False
        self.lina.custody_ids = [
            Command.create({"family_id": self.martin.id, "pattern": "even"})
        ]
        self.ask(self.martin, LEAVE).action_confirm()
        self.assertEqual((self.martin.active, self.martin.state), (False, "archived"))
        self.assertFalse(self.nina.active)
        self.assertTrue(self.lina.active, "it lives with the Durands")
        self.martin.action_unarchive()
        self.assertEqual((self.martin.active, self.martin.state), (True, "active"))
        self.assertTrue(self.nina.active)
        self.assertFalse(self.tom.active, "it had left before")
        self.assertEqual(self.monday.state, "cancelled", "places are booked again")
        self.assertEqual(
            self.book(self.martin, (self.nina, self.t1, MONDAY)), ["booked"]
        )

    def test_a_child_who_lives_elsewhere_stays_where_it_lives(self):
        self.nina.custody_ids = [
            Command.create({"family_id": self.durand.id, "pattern": "even"})
        ]
        wizard = self.ask(self.martin, LEAVE)
        wizard.action_confirm()
        self.assertTrue(self.nina.active)

    def test_only_management_decides(self):
        wizard = self.ask(self.nina, LEAVE)
        for role in ("animation", "finance"):
            user = self._create_staff(role)
            with self.assertRaises(AccessError):
                wizard.with_user(user).action_confirm()

    def test_nothing_else_is_changed_by_the_dialog(self):
        Wizard = self.env["espace.leaving.wizard"].with_user(self.manager)
        wizard = Wizard.create(
            {"res_model": "res.users", "res_ids": self.env.user.ids, "vals": LEAVE}
        )
        with self.assertRaises(AccessError):
            wizard.action_confirm()

    def test_the_form_shows_the_choices(self):
        wizard = self.ask(self.nina, LEAVE)
        form = Form(wizard)
        form.choice = "keep"
        form.last_day = MONDAY
        self.assertEqual(form.cancelled_count, 1)

    def test_undecided_is_a_refusal_in_words(self):
        self.assertTrue(issubclass(Undecided, UserError))
