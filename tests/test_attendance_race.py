"""Two tablets that send at the same instant, to a real server: nothing lost or doubled.

Under REPEATABLE READ neither transaction sees the other's gestures; the one that comes
second collides and is run again.
"""

import time
import uuid

from odoo.tests import tagged

from .rush import Crowd
from .served import ServedCase
from .town import Town

SEND = "/espace-famille/pointage/send"
CHILDREN = 6


@tagged("post_install", "-at_install", "committed")
class TestAttendanceRace(ServedCase):
    @classmethod
    def build(cls, env):
        town = Town.build(env, f"Tablettes {cls.mark}")
        today = town.company._espace_today()
        option = town.add_service("Cantine", [today])
        cls.day = option.espace_activity_id.session_ids.id
        cls.children = []
        for number in range(CHILDREN):
            family = town.add_family(f"{number} {town.company.name}", children=2)
            booked, unbooked = family.child_ids
            town.Reservation._book(family, [(booked, option, today)], staff=True)
            cls.children.append((booked.id, unbooked.id))
        agent = cls.add_staff(env, town.company, "animation")
        for name in ("one", "two"):
            cls.open(env, name, agent)

    def gesture(self, child, answer, **more):
        return {
            "uid": str(uuid.uuid4()),
            "session": self.day,
            "child": child,
            "answer": answer,
            "at": time.time() * 1000,
            **more,
        }

    def together(self, one, two):
        """Send two batches at once; return {uid: result} of each."""

        def send(name, events):
            answer = self.browser(name).call(SEND, device=name, events=events)
            self.assertNotIn("error", answer, answer.get("error"))
            return {r["uid"]: r["result"] for r in answer["result"]["results"]}

        return Crowd([lambda: send("one", one), lambda: send("two", two)]).run()

    def bookings(self, children):
        with self.transaction() as env:
            found = env["espace.reservation"].search(
                [("session_id", "=", self.day), ("child_id", "in", children)]
            )
            return [
                (r.child_id.id, r.attendance, r.attendance_clash, len(r.gesture_ids))
                for r in found.sorted("child_id")
            ]

    def test_two_answers_at_the_same_instant_are_both_seen(self):
        children = [booked for booked, _unbooked in self.children[:2]]
        self.together(
            [self.gesture(child, "present") for child in children],
            [self.gesture(child, "absent") for child in children],
        )
        self.assertEqual(
            self.bookings(children),
            [(child, "present", True, 2) for child in sorted(children)],
        )

    def test_the_same_batch_twice_at_once_is_recorded_once(self):
        children = [booked for booked, _unbooked in self.children[2:4]]
        batch = [self.gesture(child, "present") for child in children]
        one, two = self.together(batch, batch)
        self.assertEqual(one, two)
        self.assertEqual(
            self.bookings(children),
            [(child, "present", False, 1) for child in sorted(children)],
        )

    def test_the_same_child_that_nobody_expected_is_added_once(self):
        children = [unbooked for _booked, unbooked in self.children[:3]]
        self.together(
            [self.gesture(child, "present") for child in children],
            [self.gesture(child, "present") for child in children],
        )
        self.assertEqual(
            self.bookings(children),
            [(child, "present", False, 2) for child in sorted(children)],
        )

    def test_an_unknown_child_sent_twice_at_once_is_recorded_once(self):
        batch = [self.gesture(None, "present", kind="unknown", words="Lou, CE1")]
        self.together(batch, batch)
        with self.transaction() as env:
            count = env["espace.attendance.event"].search_count(
                [("session_id", "=", self.day), ("kind", "=", "unknown")]
            )
        self.assertEqual(count, 1)
