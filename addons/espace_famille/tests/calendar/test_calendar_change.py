from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..common import MONDAY, NOW, THURSDAY, TUESDAY, EspaceCase


@tagged("post_install", "-at_install")
class TestCalendarChange(EspaceCase):
    """A calendar that changes on days on which children are booked."""

    def setUp(self):
        super().setUp()
        self.manager = self._create_staff("manager")
        self.monday = self.booked(self.nina, self.t1, MONDAY)
        self.session_ = self.monday.session_id

    def holiday(self, first=MONDAY, last=None, **vals):
        return self.env["espace.calendar.period"].create(
            {
                "year_id": self.year.id,
                "kind": "public_holiday",
                "name": "Fête locale",
                "date_from": first,
                "date_to": last or first,
                **vals,
            }
        )

    def decide(self, choice, **vals):
        action = self.year.with_user(self.manager).action_decide_calendar()
        decision = self.env["espace.calendar.decision"].browse(action["res_id"])
        decision.with_user(self.manager).write({"choice": choice, **vals})
        decision.with_user(self.manager).action_confirm()

    def status(self, child, day, staff=False):
        family = child.family_id
        return self.quote(family, (child, self.t1, day), staff=staff).status

    # === Doors === #

    def test_nothing_is_booked_meanwhile_whatever_the_door(self):
        def loaded():
            fields = ["year_id/.id", "kind", "name", "date_from", "date_to"]
            row = [self.year.id, "bridge", "Pont", str(MONDAY), str(MONDAY)]
            result = self.env["espace.calendar.period"].load(fields, [row])
            self.assertFalse(result["messages"])
            return self.env["espace.calendar.period"].browse(result["ids"])

        def moved():
            period = self.holiday(THURSDAY)
            period.write({"date_from": MONDAY, "date_to": MONDAY})
            return period

        def from_the_form():
            with Form(self.year) as form, form.period_ids.new() as line:
                line.kind = "bridge"
                line.name = "Pont"
                line.date_from = line.date_to = MONDAY
            return self.year.period_ids.filtered(lambda p: p.name == "Pont")

        for name, door in {
            "a public holiday": self.holiday,
            "a bridge": lambda: self.holiday(kind="bridge"),
            "school holidays": lambda: self.holiday(kind="holiday"),
            "moved": moved,
            "an import": loaded,
            "the form of the year": from_the_form,
        }.items():
            with self.subTest(name=name):
                period = door()
                self.assertEqual(self.session_.off_calendar, "off")
                self.assertEqual(self.status(self.lina, MONDAY), "closed")
                self.assertEqual(self.status(self.lina, MONDAY, staff=True), "closed")
                self.assertEqual(self.monday.state, "confirmed", "nobody decided yet")
                self.assertIn("1 bookings on 1 days", self.year.off_booked_words)
                period.unlink()
                self.assertFalse(self.session_.off_calendar)
                self.assertFalse(self.year.off_booked_words)
                self.assertEqual(self.status(self.lina, MONDAY), "available")

    def test_holidays_taken_out_close_what_was_opened_for_them(self):
        self.evening.write({"on_school_days": False, "on_holidays": True})
        period = self.holiday(MONDAY, THURSDAY, kind="holiday")
        self.assertFalse(self.session_.off_calendar)
        period.unlink()
        self.assertEqual(self.session_.off_calendar, "off")

    def test_another_week_closes_its_wednesdays(self):
        self.evening.write(
            {"wednesday": True, "on_school_days": False, "on_wednesdays": True}
        )
        self.year.week_pattern = "4.5"
        self.year.week_pattern = "4"
        self.assertEqual(self.session_.off_calendar, "off")

    def test_the_loading_of_a_calendar_shows_what_is_booked(self):
        period = self.holiday()
        period.write({"official_key": "public_holiday:fete-locale"})
        wizard = self.env["espace.calendar.wizard"].create({"year_id": self.year.id})
        wizard.action_apply()
        self.assertIn("1 bookings on 1 days", wizard.off_booked_words)
        self.assertEqual(
            wizard.action_decide_calendar()["res_model"], "espace.calendar.decision"
        )

    def test_a_cart_and_a_waiting_place_take_nothing_meanwhile(self):
        self.session_.capacity = 1
        self.evening.waiting_list = True
        self.Reservation._join_waiting(
            self.durand, [(self.lina, self.t1, MONDAY)], now=NOW
        )
        self.holiday()
        self.monday._cancel(staff=True)
        waits = self.reservation(self.lina, self.evening, MONDAY)
        self.assertEqual(waits.state, "waiting")
        self.assertEqual(
            self.book(self.martin, (self.tom, self.t1, MONDAY)), ["closed"]
        )

    # === Decision === #

    def test_closed_with_notice(self):
        self.holiday()
        messages = self.martin.message_ids
        self.decide("close")
        closure = self.monday.closure_id
        self.assertEqual((self.monday.state, closure.state), ("cancelled", "done"))
        self.assertEqual(closure.name, "Fête locale")
        self.assertEqual(self.session_.state, "closed")
        self.assertEqual(len(self.martin.message_ids - messages), 1)
        self.assertFalse(self.year.off_booked_words)
        self.assertEqual(self.session(self.canteen, MONDAY).state, "open")

    def test_two_days_that_touch_are_one_closure(self):
        self.booked(self.nina, self.t1, TUESDAY)
        self.holiday(MONDAY, TUESDAY)
        messages = self.martin.message_ids
        self.decide("close", reason="Pont")
        self.assertEqual(
            len(self.env["espace.closure"].search([("name", "=", "Pont")])), 1
        )
        self.assertEqual(len(self.martin.message_ids - messages), 1)

    def test_kept_open_on_purpose_is_recorded_and_shown(self):
        self.holiday()
        with self.assertRaises(UserError):
            self.decide("keep", reason=" ")
        self.decide("keep", reason="The centre runs on this day")
        self.assertEqual(self.session_.off_calendar, "kept")
        self.assertEqual(self.session_.kept_by, self.manager)
        self.assertEqual(self.session_.kept_reason, "The centre runs on this day")
        self.assertIn("4 January 2027: The centre runs", self.session_.kept_words)
        self.assertEqual(self.status(self.lina, MONDAY), "available")
        self.assertEqual(self.monday.state, "confirmed")
        # Another change of the calendar does not ask again, nor does opening sessions.
        self.holiday(THURSDAY)
        self.assertEqual(self.session_.off_calendar, "kept")
        plan = self.evening._plan_sessions(MONDAY, MONDAY)
        self.assertFalse(plan.kept | plan.closed | plan.removed)

    def test_other_days_are_not_decided_on(self):
        self.holiday()
        other = self.session(self.evening, THURSDAY)
        decision = self.env["espace.calendar.decision"].create(
            {"session_ids": other.ids, "choice": "keep", "reason": "By mistake"}
        )
        with self.assertRaises(UserError):
            decision.action_confirm()
        self.assertFalse(other.off_calendar)

    def test_a_closure_withdrawn_asks_again(self):
        self.holiday()
        self.decide("close")
        self.monday.closure_id._undo(now=NOW)
        self.assertEqual(self.session_.off_calendar, "off")
        self.assertEqual(self.status(self.lina, MONDAY), "closed")

    def test_nothing_to_decide_is_said(self):
        with self.assertRaisesRegex(UserError, "Nobody is booked"):
            self.year.action_decide_calendar()

    def test_nobody_writes_the_decision_by_hand(self):
        self.holiday()
        with self.assertRaises(AccessError):
            self.session_.with_user(self.manager).write({"off_calendar": "kept"})

    def test_what_staff_opened_by_hand_is_open_whatever_the_calendar_says(self):
        self.session_.generated = False
        self.holiday()
        self.assertFalse(self.session_.off_calendar)

    # === A class away === #

    def test_a_class_away_is_a_closure_for_its_children(self):
        self.booked(self.lina, self.t1, TUESDAY)
        other = self.booked(self.tom, self.t1, TUESDAY)
        action = self.class_cp.with_user(self.manager).action_away()
        closure = Form(
            self.env["espace.closure"]
            .with_user(self.manager)
            .with_context(**action["context"])
        )
        closure.date_from = MONDAY
        closure.date_to = THURSDAY
        closure = closure.save()
        self.assertEqual(closure.class_ids, self.class_cp)
        self.assertEqual((closure.booking_count, closure.family_count), (2, 2))
        closure._apply(now=NOW)
        self.assertEqual(self.monday.state, "cancelled")
        self.assertEqual(other.state, "confirmed")
        self.assertEqual(self.status(self.lina, THURSDAY), "closed")
        self.assertEqual(self.session_.booked_count, 0)

    def test_the_class_is_chosen_in_the_list_too(self):
        context = (self.class_cp | self.class_cm1).action_away()["context"]
        self.assertEqual(
            context["default_class_ids"], (self.class_cp | self.class_cm1).ids
        )
