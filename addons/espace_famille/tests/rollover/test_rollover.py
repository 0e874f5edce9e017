from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import MONDAY, EspaceCase


@tagged("post_install", "-at_install")
class TestRollover(EspaceCase):
    """From 2026–2027 to 2027–2028: each part apart, and again without harm.

    It is January; the town hall prepares early.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.school.class_ids = [
            Command.create({"name": "CE1-CE2", "level": "ce2"}),
            Command.create({"name": "CM2", "level": "cm2"}),
        ]
        cls.class_ce, cls.class_cm2 = (
            cls.school.class_ids.filtered(lambda one, name=name: one.name == name)
            for name in ("CE1-CE2", "CM2")
        )
        cls.eva = cls._create_child(
            cls.durand, "Eva", cls.class_cm2, birth_date=date(2016, 3, 1)
        )
        cls.next_year = cls.env["espace.school.year"].create(
            {"date_from": "2027-09-01", "date_to": "2028-08-31"}
        )
        cls.rollover = cls.open_screen()

    @classmethod
    def open_screen(cls):
        Rollover = cls.env["espace.year.rollover"]
        return Rollover.browse(Rollover.action_open()["res_id"])

    def moves(self, child=None):
        moves = self.env["espace.class.move"].search(
            [("year_id", "=", self.next_year.id)]
        )
        return moves.filtered(lambda move: child in (None, move.child_id))

    def counts(self, *names):
        self.env.invalidate_all()
        return tuple(self.rollover[f"{name}_count"] for name in names)

    # === Calendar === #

    def test_the_next_year_is_created_once_with_its_holidays(self):
        self.moves().unlink()
        self.next_year.unlink()
        screen = self.open_screen()
        self.assertFalse(screen.next_id)
        opened = screen.action_load_calendar()
        if opened["res_model"] == "espace.calendar.wizard":
            # No decree is known yet: the town hall decides in the window.
            wizard = self.env["espace.calendar.wizard"].browse(opened["res_id"])
            self.assertTrue(wizard.notice)
            wizard.source = "forecast"
            wizard.action_apply()
        self.env.invalidate_all()
        self.assertEqual(screen.next_id.name, "2027–2028")
        self.assertEqual(screen.next_id.date_from, self.year._next_dates()[0])
        loaded = screen.period_count
        self.assertGreater(loaded, 10)
        screen.action_load_calendar()
        self.env.invalidate_all()
        self.assertEqual(screen.period_count, loaded)

    # === Classes === #

    def test_each_child_is_proposed_a_class(self):
        # CP → the only class with CE1; CM1 → CM2; CM2 leaves.
        self.assertEqual(self.moves(self.nina).to_class_id, self.class_ce)
        self.assertEqual(self.moves(self.tom).to_class_id, self.class_cm2)
        self.assertEqual(self.moves(self.eva).decision, "leave")
        self.assertEqual(self.counts("move_ready", "move_open"), (4, 0))

    def test_nothing_moves_before_it_is_accepted(self):
        self.assertEqual(self.nina.class_id, self.class_cp)
        self.assertEqual(self.eva.class_id, self.class_cm2)

    def test_moving_up_twice_moves_nobody_twice(self):
        self.rollover.action_move_up()
        places = {child: child.class_id for child in self.moves().child_id}
        self.assertEqual(places[self.nina], self.class_ce)
        self.assertEqual(places[self.tom], self.class_cm2)
        self.assertFalse(places[self.eva])
        self.assertEqual(self.counts("move_ready", "move_done"), (0, 4))
        with self.assertRaises(UserError):
            self.rollover.action_move_up()
        again = self.open_screen()
        self.assertEqual(again.move_ready_count, 0)
        with self.assertRaises(UserError):
            again.action_move_up()
        for child, place in places.items():
            self.assertEqual(child.class_id, place)

    def test_a_child_whose_bookings_would_be_left_keeps_nobody_back(self):
        """The activity is for the CP, which Nina leaves with a booking to come."""
        self.evening.enrolment_required = False
        self.evening.limit_class_ids = self.class_cp
        booking = self.booked(self.nina, self.t1, MONDAY)
        # Another child of her class, who goes to the same one.
        zoe = self._create_child(self.durand, "Zoé", self.class_cp)
        screen = self.open_screen()
        screen.action_move_up()
        self.env.invalidate_all()
        self.assertEqual(self.nina.class_id, self.class_cp)
        self.assertEqual(zoe.class_id, self.class_ce)
        self.assertEqual(self.tom.class_id, self.class_cm2)
        self.assertFalse(self.eva.class_id)
        self.assertEqual(booking.state, "confirmed")
        stuck = self.moves(self.nina)
        self.assertEqual(stuck.state, "ready")
        self.assertIn("coming bookings", stuck.problem)
        self.assertFalse(self.moves(zoe).problem)
        self.assertEqual(screen.move_stuck_count, 1)
        shown = self.env["espace.class.move"].search(
            screen.action_show_stuck()["domain"]
        )
        self.assertEqual(shown, stuck)
        booking._cancel(staff=True)
        screen.action_move_up()
        self.env.invalidate_all()
        self.assertEqual(self.nina.class_id, self.class_ce)
        self.assertFalse(stuck.problem)
        self.assertEqual(screen.move_stuck_count, 0)

    def test_a_child_of_a_class_of_several_levels(self):
        """Its age says which level; CE1 stays in the class, CE2 goes on to CM1."""
        young = self._create_child(
            self.martin, "Iris", self.class_ce, birth_date=date(2019, 6, 1)
        )
        old = self._create_child(
            self.martin, "Hugo", self.class_ce, birth_date=date(2018, 6, 1)
        )
        odd = self._create_child(
            self.martin, "Noa", self.class_ce, birth_date=date(2014, 6, 1)
        )
        self.rollover = self.open_screen()
        expected = (
            (young, "ce1", "ce2", self.class_ce),
            (old, "ce2", "cm1", self.class_cm1),
        )
        for child, level, above, place in expected:
            move = self.moves(child)
            self.assertEqual((move.level, move.next_level), (level, above))
            self.assertEqual(move.to_class_id, place)
            self.assertTrue(move.guessed)
        self.assertEqual(self.moves(odd).state, "open", "its age says nothing")
        self.rollover.action_move_up()
        self.assertEqual(young.class_id, self.class_ce)
        self.assertEqual(old.class_id, self.class_cm1)
        self.assertEqual(odd.class_id, self.class_ce)
        # The one to decide is decided later; the others are left alone.
        self.moves(odd).to_class_id = self.class_cm1
        self.assertEqual(self.moves(odd).state, "ready")
        self.open_screen().action_move_up()
        self.assertEqual(odd.class_id, self.class_cm1)
        self.assertEqual(young.class_id, self.class_ce)

    def test_a_level_with_two_classes_is_decided_by_the_town_hall(self):
        other = self.env["espace.school.class"].create(
            {"name": "CM2 B", "level": "cm2", "school_id": self.school.id}
        )
        self.open_screen()
        move = self.moves(self.tom)
        self.assertEqual((move.decision, move.state), ("open", "open"))
        move.to_class_id = other
        self.assertEqual((move.decision, move.state), ("move", "ready"))
        # What was corrected stays when the screen is opened again.
        self.rollover = self.open_screen()
        self.rollover.action_move_up()
        self.assertEqual(self.tom.class_id, other)

    def test_a_child_may_stay_in_its_class(self):
        self.moves(self.nina).write({"decision": "stay", "to_class_id": False})
        self.rollover.action_move_up()
        self.assertEqual(self.nina.class_id, self.class_cp)
        self.open_screen()
        self.assertEqual(self.moves(self.nina).state, "done")

    def test_a_class_changed_by_hand_is_left_alone(self):
        self.moves(self.tom).decision = "open"
        self.rollover.action_move_up()
        self.tom.class_id = self.class_cm2
        self.assertEqual(self.moves(self.tom).state, "by_hand")
        with self.assertRaises(UserError):
            self.open_screen().action_move_up()
        self.assertEqual(self.tom.class_id, self.class_cm2)

    def test_who_comes_once_the_others_have_moved_is_in_its_class(self):
        self.rollover.action_move_up()
        newcomer = self._create_child(self.martin, "Zoé", self.class_cp)
        screen = self.open_screen()
        self.assertFalse(self.moves(newcomer))
        self.assertEqual(screen.move_ready_count, 0)

    def test_what_is_done_is_not_decided_again(self):
        self.rollover.action_move_up()
        with self.assertRaises(ValidationError):
            self.moves(self.nina).decision = "leave"

    def test_only_administration_moves_the_year(self):
        manager = self._create_staff("manager")
        with self.assertRaises(AccessError):
            self.env["espace.year.rollover"].with_user(manager).action_open()
        with self.assertRaises(AccessError):
            self.moves().with_user(manager).read(["decision"])

    # === Leavers === #

    def test_leavers_are_listed_before_and_after(self):
        self.assertEqual(self.counts("leaver"), (1,))
        self.rollover.action_move_up()
        listed = self.rollover.action_show_leavers()
        self.assertEqual(self.env["espace.child"].search(listed["domain"]), self.eva)
        # Comes back to a class, or is archived: no leaver any more.
        self.eva.class_id = self.class_cm2
        self.assertEqual(self.counts("leaver"), (0,))

    # === Enrolments === #

    def enrolments(self):
        return self.env["espace.enrolment"].search(
            [("date_from", "=", self.next_year.date_from)]
        )

    def test_enrolments_of_those_who_stay_are_renewed_once(self):
        self.rollover.action_move_up()
        self.assertEqual(
            self.counts("enrolment_ready", "enrolment_known", "enrolment_refused"),
            (6, 0, 0),
        )
        self.rollover.action_renew_enrolments()
        self.assertEqual(len(self.enrolments()), 6)
        self.assertNotIn(self.eva, self.enrolments().child_id)
        self.assertEqual(self.counts("enrolment_ready", "enrolment_known"), (0, 6))
        self.rollover.action_renew_enrolments()
        self.assertEqual(len(self.enrolments()), 6)

    def test_the_limits_are_judged_by_the_new_class(self):
        self.evening.write({"level_from": "cp", "level_to": "cm1"})
        self.rollover.action_move_up()
        # Tom is in CM2 now.
        self.assertEqual(self.counts("enrolment_ready", "enrolment_refused"), (5, 1))
        self.rollover.action_renew_enrolments()
        refused = self.enrolments().filtered(
            lambda e: e.child_id == self.tom and e.activity_id == self.evening
        )
        self.assertFalse(refused)

    def test_only_the_chosen_activities(self):
        self.rollover.activity_ids = self.canteen
        self.assertEqual(self.counts("enrolment_ready"), (3,), "without Eva")
        self.rollover.action_renew_enrolments()
        self.assertEqual(self.enrolments().activity_id, self.canteen)

    # === Documents === #

    def test_documents_are_asked_for_once(self):
        kind = self.env["espace.document.type"].create(
            {"name": "Assurance scolaire", "reminder_days": 0}
        )
        documents = self.env["espace.document"].create(
            [
                {
                    "type_id": kind.id,
                    "child_id": child.id,
                    "family_id": child.family_id.id,
                    "decision": "valid",
                    "expires_on": "2027-08-31",
                }
                for child in (self.nina, self.tom, self.eva)
            ]
        )
        # Eva leaves: nothing is asked for her.
        self.assertEqual(self.counts("document", "document_family"), (2, 1))
        before = self.martin.message_ids
        self.rollover.action_ask_documents()
        [message] = self.martin.message_ids - before
        self.assertIn("Assurance scolaire", message.body)
        self.assertEqual(self.counts("document"), (0,))
        self.rollover.action_ask_documents()
        self.assertEqual(len(self.martin.message_ids - before), 1)
        self.assertFalse(documents[2].reminded_on)

    # === Sessions === #

    def test_sessions_are_opened_once(self):
        self.env["espace.calendar.period"].create(
            {
                "year_id": self.next_year.id,
                "name": "Vacances d'automne",
                "kind": "holiday",
                "date_from": "2027-10-23",
                "date_to": "2027-11-07",
            }
        )
        [missing] = self.counts("session_missing")
        self.assertGreater(missing, 200)
        self.rollover.action_open_sessions()
        domain = [("date", ">=", self.next_year.date_from)]
        self.assertEqual(self.env["espace.session"].search_count(domain), missing)
        self.assertEqual(self.counts("session_missing"), (0,))
        self.rollover.action_open_sessions()
        self.assertEqual(self.env["espace.session"].search_count(domain), missing)

    def test_no_part_before_the_next_year_is_there(self):
        self.moves().unlink()
        self.next_year.unlink()
        screen = self.open_screen()
        for part in (
            "action_move_up",
            "action_renew_enrolments",
            "action_ask_documents",
            "action_open_sessions",
        ):
            with self.subTest(part=part), self.assertRaises(UserError):
                getattr(screen, part)()
