"""Why a child that waits is not given a place, as agents read it."""

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from ...models.core.guards import LEAVING, allow
from ..common import MONDAY, NOW, TOO_LATE
from .test_waiting import WaitingCase


@tagged("post_install", "-at_install")
class TestWaitingObstacle(WaitingCase):
    def obstacle(self, reservation, now=NOW):
        reservation.invalidate_recordset()
        return reservation._obstacles(now)[reservation.id]

    def test_no_place(self):
        self.fill()
        waits = self.waiting(self.nina)
        self.assertEqual(waits.waiting_obstacle, "no_place")
        self.assertEqual(waits.waiting_reason, "No place is free on that day.")

    def test_papers_are_said_before_the_place_they_would_be_passed_over_for(self):
        self.fill()
        waits = self.waiting(self.nina)
        self.env["espace.document.type"].create(
            {"name": "Insurance", "blocking": True, "needed_for": "all"}
        )
        kind, words = self.obstacle(waits)
        self.assertEqual(kind, "papers")
        self.assertIn("Insurance", words)
        self.assertEqual(waits.waiting_obstacle, "papers")

    def test_siblings_come_together_or_not_at_all(self):
        first, _second = self.fill()
        nina, tom = self.waiting(self.nina), self.waiting(self.tom)
        first._cancel(now=NOW, staff=True)
        for waits in (nina, tom):
            kind, words = self.obstacle(waits)
            self.assertEqual((waits.state, kind), ("waiting", "siblings"))
            self.assertIn("1 place(s) left", words)

    def test_after_the_limit_agents_give_places(self):
        first, _second = self.fill()
        waits = self.waiting(self.nina)
        self.assertEqual(self.obstacle(waits, TOO_LATE)[0], "no_place")
        first._cancel(now=TOO_LATE, staff=True)
        kind, words = self.obstacle(waits, TOO_LATE)
        self.assertEqual((waits.state, kind), ("waiting", "late"))
        self.assertIn("give one by hand", words)
        waits.action_give_place()
        self.assertEqual(waits.state, "confirmed")

    def test_an_enrolment_that_ended_and_an_account_that_is_suspended(self):
        self.fill()
        waits = self.waiting(self.nina)
        enrolment = self.nina.enrolment_ids.filtered(
            lambda one: one.activity_id == self.evening
        )
        allow(enrolment, LEAVING).state = "refused"
        self.assertEqual(self.obstacle(waits)[0], "not_enrolled")
        self.martin.flush_recordset()
        self.env.cr.execute(
            "UPDATE espace_family SET active = false WHERE id = %s", [self.martin.id]
        )
        self.martin.invalidate_recordset()
        allow(enrolment, LEAVING).state = "approved"
        self.assertEqual(self.obstacle(waits)[0], "suspended")

    def test_the_age_where_no_enrolment_is_asked(self):
        self.fill()
        waits = self.waiting(self.nina)
        self.evening.write({"enrolment_required": False, "age_min": 10})
        self.assertEqual(self.obstacle(waits)[0], "limits")

    def test_a_class_that_stays_away(self):
        self.fill()
        waits = self.waiting(self.nina)
        self.env["espace.closure"].create(
            {
                "name": "Outing",
                "date_from": MONDAY,
                "date_to": MONDAY,
                "class_ids": [Command.set(self.class_cp.ids)],
                "state": "done",
            }
        )
        kind, words = self.obstacle(waits)
        self.assertEqual(kind, "closed")
        self.assertIn("outing", words)

    def test_who_does_not_wait_has_no_obstacle(self):
        [booked, _other] = self.fill()
        self.assertFalse(booked.waiting_obstacle or booked.waiting_reason)

    def test_a_place_is_given_to_whom_nothing_keeps(self):
        """What is said and what happens are decided by the same facts."""
        first, _second = self.fill()
        ready = self.waiting(self.nina)
        paper = self.env["espace.document.type"].create(
            {"name": "Insurance", "blocking": True, "needed_for": "all"}
        )
        self.assertEqual(self.obstacle(ready)[0], "papers")
        first._cancel(now=NOW, staff=True)
        self.assertEqual(ready.state, "waiting")
        paper.active = False
        self.assertEqual(self.obstacle(ready)[0], "ready")
        self.Reservation._promote_waiting(ready.session_id, NOW)
        self.assertEqual(ready.state, "confirmed")

    def test_agents_of_the_day_do_not_read_it(self):
        self.fill()
        waits = self.waiting(self.nina).with_user(self._create_staff("animation"))
        self.assertEqual(waits.read(["state"])[0]["state"], "waiting")
        for name in ("waiting_obstacle", "waiting_reason"):
            with self.assertRaises(AccessError):
                waits.read([name])
        desk = waits.with_user(self._create_staff("manager"))
        self.assertEqual(
            desk.read(["waiting_obstacle"])[0]["waiting_obstacle"], "no_place"
        )
