"""Gestures that devices send: each counts once, in whatever order, nothing is lost."""

from datetime import UTC, datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import TODAY, TUESDAY
from .test_attendance import AttendanceCase

NOON = datetime(2027, 1, 4, 11, 0)  # 12:00 in Paris


def ms(instant):
    return instant.replace(tzinfo=UTC).timestamp() * 1000


class GestureCase(AttendanceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time("2027-01-04 17:00:00"))
        group = "espace_famille.group_animation"
        cls.lucie = cls._create_user("staff_lucie", group)
        cls.lucie.name = "Lucie"
        cls.t1.espace_records_times = True
        cls.t2.espace_records_times = True
        cls.number = 0

    def gesture(self, booking, answer="present", minutes=0, **more):
        type(self).number += 1
        return {
            "uid": f"tablet-{self.number:06d}",
            "session": booking.session_id.id,
            "child": booking.child_id.id,
            "answer": answer,
            "at": ms(NOON + timedelta(minutes=minutes)),
            **more,
        }

    def send(self, *gestures, agent=None, device="tablet-one"):
        """Send what one device keeps; return [(result, reason)] in its order."""
        receiver = self.env["espace.attendance.receiver"].with_user(agent or self.agent)
        answer = receiver._receive(device, list(gestures))
        found = {one["uid"]: one for one in answer["results"]}
        self.assertEqual(len(found), len(answer["results"]))
        return [
            (found[g["uid"]]["result"], found[g["uid"]]["reason"]) for g in gestures
        ]

    def row(self, booking):
        page = self.env["espace.attendance.page"].with_user(self.agent)
        return page._rows(booking.with_user(self.agent))[booking.id]


@tagged("post_install", "-at_install")
class TestGestures(GestureCase):
    def test_a_gesture_is_written_with_its_own_time_and_author(self):
        booking = self.book_today(self.nina, self.meal)
        self.assertEqual(self.send(self.gesture(booking, minutes=3)), [("applied", "")])
        self.assertEqual(booking.attendance, "present")
        self.assertEqual(booking.attendance_at, NOON + timedelta(minutes=3))
        self.assertEqual(booking.attendance_uid, self.agent)

    def test_what_is_sent_twice_counts_once(self):
        booking = self.book_today(self.nina, self.t1)
        gestures = [self.gesture(booking), self.gesture(booking, "gone", 60)]
        self.send(*gestures)
        history = len(booking.event_ids)
        self.assertEqual(self.send(*gestures, *gestures), [("applied", "")] * 4)
        self.assertEqual(len(booking.gesture_ids), 2)
        self.assertEqual(len(booking.event_ids), history)

    def test_times_feed_the_hours_of_the_child(self):
        booking = self.book_today(self.nina, self.t1)
        first = self.gesture(booking, minutes=280)  # 16:40
        gone = self.gesture(
            booking, "gone", 325, seen=[first["uid"]], **{"with": "Claire Martin"}
        )
        self.send(first, gone)
        self.assertAlmostEqual(booking.arrived_at, 16 + 40 / 60)
        self.assertAlmostEqual(booking.left_at, 17 + 25 / 60)
        self.assertEqual(booking.left_with, "Claire Martin")
        self.assertEqual(booking._presence_minutes(), 45)

    def test_two_agents_who_did_not_see_each_other(self):
        booking = self.book_today(self.nina, self.meal)
        here = self.gesture(booking, minutes=3)
        away = self.gesture(booking, "absent", 4)
        self.send(here)
        [(result, reason)] = self.send(away, agent=self.lucie, device="tablet-two")
        self.assertEqual(result, "applied")
        self.assertTrue(reason)
        self.assertEqual(booking.attendance, "present")
        self.assertTrue(booking.attendance_clash)
        row = self.row(booking)
        self.assertEqual(
            (row["clash"]["answer"], row["clash"]["by"]), ("absent", "Lucie")
        )
        decided = self.gesture(booking, "absent", 6, seen=row["heads"])
        self.send(decided)
        self.assertEqual(booking.attendance, "absent_unjustified")
        self.assertFalse(booking.attendance_clash)

    def test_what_the_office_writes_is_seen_by_nobody_offline(self):
        booking = self.book_today(self.nina, self.meal)
        booking.with_user(self.manager).action_absent()
        self.assertEqual(len(booking.gesture_ids), 1)
        self.send(self.gesture(booking))
        self.assertTrue(booking.attendance_clash)
        booking.with_user(self.manager).action_present()
        self.assertEqual(booking.attendance, "present")
        booking.with_user(self.manager).action_absent()
        self.assertFalse(booking.attendance_clash)
        self.assertEqual(booking.attendance, "absent_unjustified")

    def test_an_undo(self):
        booking = self.book_today(self.nina, self.meal)
        here = self.gesture(booking)
        self.send(here, self.gesture(booking, kind="undo", target=here["uid"]))
        self.assertEqual(booking.attendance, "expected")

    def test_an_undo_after_what_somebody_else_did_changes_nothing_and_says_so(self):
        booking = self.book_today(self.nina, self.meal)
        here = self.gesture(booking)
        self.send(here)
        away = self.gesture(booking, "absent", 4, seen=[here["uid"]])
        self.send(away, agent=self.lucie)
        undo = self.gesture(booking, kind="undo", target=here["uid"])
        [(result, reason)] = self.send(undo)
        self.assertEqual(result, "kept")
        self.assertIn("Lucie", reason)
        self.assertIn("12:04", reason)
        self.assertEqual(booking.attendance, "absent_unjustified")

    def test_after_the_lock_it_goes_to_the_family_desk(self):
        booking = self.book_today(self.nina, self.meal)
        booking.session_id.attendance_locked = True
        [(result, reason)] = self.send(self.gesture(booking))
        self.assertEqual(result, "aside")
        self.assertIn(self.manager.name, reason)
        self.assertEqual(booking.attendance, "expected")
        event = booking.gesture_ids.with_user(self.manager)
        with self.assertRaises(UserError):
            event.action_apply()
        booking.session_id.with_user(self.manager).action_unlock()
        with self.assertRaises(AccessError):
            event.with_user(self.agent).action_apply()
        event.action_apply()
        self.assertEqual(booking.attendance, "present")
        self.assertEqual(booking.attendance_uid, self.agent)

    def test_the_desk_may_leave_it_out(self):
        booking = self.book_today(self.nina, self.meal)
        booking.session_id.attendance_locked = True
        self.send(self.gesture(booking))
        booking.gesture_ids.with_user(self.manager).action_dismiss()
        booking.session_id.attendance_locked = False
        self.send(self.gesture(booking, "absent", 5))
        self.assertEqual(booking.attendance, "absent_unjustified")

    def test_a_child_that_nobody_expected_is_added_once(self):
        session = self.today(self.canteen)
        one = {
            "uid": "tablet-one-walk",
            "session": session.id,
            "child": self.nina.id,
            "answer": "present",
            "at": ms(NOON),
        }
        other = {**one, "uid": "tablet-two-walk", "at": ms(NOON + timedelta(minutes=2))}
        self.send(one)
        self.send(other, agent=self.lucie, device="tablet-two")
        booking = session.reservation_ids
        self.assertEqual(len(booking), 1)
        self.assertEqual((booking.origin, booking.attendance), ("walk_in", "present"))
        self.assertEqual(booking.attendance_at, NOON)
        self.assertFalse(booking.attendance_clash)
        with self.subTest("and taken back"):
            for gesture in (one, other):
                undo = {**gesture, "uid": f"{gesture['uid']}-undo", "kind": "undo"}
                self.send({**undo, "target": gesture["uid"]})
            self.assertEqual(booking.state, "cancelled")

    def test_a_booking_cancelled_meanwhile_whose_child_is_there(self):
        booking = self.book_today(self.nina, self.meal)
        booking._cancel(staff=True)
        self.assertEqual(self.send(self.gesture(booking)), [("applied", "")])
        came = booking.session_id.reservation_ids - booking
        self.assertEqual((came.origin, came.attendance), ("walk_in", "present"))
        [(result, _)] = self.send(self.gesture(self.book_other(), "absent"))
        self.assertEqual(result, "kept")

    def book_other(self):
        booking = self.book_today(self.tom, self.meal)
        booking._cancel(staff=True)
        return booking

    def test_an_unknown_child_is_for_the_desk_to_name(self):
        session = self.today(self.canteen)
        self.send(
            {
                "uid": "tablet-unknown",
                "kind": "unknown",
                "session": session.id,
                "answer": "present",
                "words": "Lou, CE1",
                "at": ms(NOON),
            }
        )
        page = self.env["espace.attendance.page"].with_user(self.agent)
        [row] = page._lists(session.with_user(self.agent), self.env["espace.school"])[
            0
        ]["children"]
        self.assertEqual((row["first"], row["state"]), ("Lou, CE1", "present"))
        event = self.env["espace.attendance.event"].search([("kind", "=", "unknown")])
        wizard = (
            self.env["espace.attendance.attach.wizard"]
            .with_user(self.manager)
            .create({"event_id": event.id, "child_id": self.nina.id})
        )
        wizard.action_attach()
        self.assertEqual(session.reservation_ids.child_id, self.nina)
        self.assertEqual(session.reservation_ids.attendance, "present")

    def test_one_that_is_refused_does_not_stop_the_next(self):
        booking = self.book_today(self.nina, self.meal)
        tomorrow = self.session(self.canteen, TUESDAY)
        bad = {**self.gesture(booking), "session": tomorrow.id}
        [(refused, reason), (applied, _)] = self.send(bad, self.gesture(booking))
        self.assertEqual((refused, applied), ("refused", "applied"))
        self.assertTrue(reason)

    def test_what_breaks_is_refused_alone(self):
        """One that the database itself refuses leaves the others applied."""
        nina = self.book_today(self.nina, self.meal)
        tom = self.book_today(self.tom, self.meal)
        refuses = self.Reservation.__class__._after_attendance

        def fails(bookings):
            if self.tom in bookings.child_id:
                raise UserError(self.env._("No price"))
            return refuses(bookings)

        self.patch(self.Reservation.__class__, "_after_attendance", fails)
        results = self.send(self.gesture(nina), self.gesture(tom))
        self.assertEqual(results, [("applied", ""), ("refused", "No price")])
        self.assertEqual(nina.attendance, "present")
        self.assertEqual(tom.attendance, "expected")

    def test_nonsense_is_refused_in_words(self):
        receiver = self.env["espace.attendance.receiver"].with_user(self.agent)
        answer = receiver._receive(
            "x", [None, {}, {"uid": "tablet-odd", "answer": {}}, {"uid": "a" * 99}]
        )
        [one] = answer["results"]
        self.assertEqual((one["uid"], one["result"]), ("tablet-odd", "refused"))

    def test_a_clock_wrong_by_an_hour_is_said_and_nothing_is_in_the_future(self):
        booking = self.book_today(self.nina, self.meal)
        receiver = self.env["espace.attendance.receiver"].with_user(self.agent)
        now = datetime(2027, 1, 4, 11, 0)
        ahead = now + timedelta(hours=1)
        gesture = {**self.gesture(booking), "at": ms(ahead)}
        answer = receiver._receive("tablet-one", [gesture], ms(ahead), now)
        self.assertEqual(answer["off"], 60)
        self.assertEqual(booking.attendance_at, now)
        self.assertEqual(booking.gesture_ids.clock_off, 60)

    def test_nobody_but_agents_sends(self):
        booking = self.book_today(self.nina, self.meal)
        finance = self._create_staff("finance")
        with self.assertRaises(AccessError):
            self.send(self.gesture(booking), agent=finance)

    def test_gestures_are_neither_edited_nor_deleted(self):
        booking = self.book_today(self.nina, self.meal)
        self.send(self.gesture(booking))
        event = booking.gesture_ids.with_user(self.manager)
        for who in (event, event.sudo()):
            with self.assertRaises(UserError):
                who.unlink()
        with self.assertRaises(UserError):
            event.write({"answer": "absent"})

    def test_an_option_of_the_day(self):
        booking = self.book_today(self.nina, self.t1)
        option = {"kind": "option", "product": self.t2.product_variant_id.id}
        self.send(self.gesture(booking, **option))
        self.assertEqual(booking.product_id, self.t2.product_variant_id)
        foreign = {"kind": "option", "product": self.meal.id}
        [(result, _)] = self.send(self.gesture(booking, **foreign))
        self.assertEqual(result, "refused")


@tagged("post_install", "-at_install")
class TestSharedTablet(GestureCase):
    def test_the_agent_of_the_code_made_the_gesture_the_other_sent_it(self):
        booking = self.book_today(self.nina, self.meal)
        codes = self.env["espace.attendance.code"]
        codes.with_user(self.lucie)._choose("2748")
        receiver = self.env["espace.attendance.receiver"]
        token = receiver._token(self.lucie, "tablet-one")
        self.send(self.gesture(booking, token=token))
        self.assertEqual(booking.attendance_uid, self.lucie)
        self.assertEqual(booking.gesture_ids.sender_id, self.agent)

    def test_the_token_of_another_device_says_nothing(self):
        booking = self.book_today(self.nina, self.meal)
        receiver = self.env["espace.attendance.receiver"]
        for token in (receiver._token(self.lucie, "tablet-two"), "forged"):
            with self.subTest(token=token):
                self.send(self.gesture(booking, token=token))
                self.assertEqual(booking.attendance_uid, self.agent)

    def test_a_code_is_kept_as_passwords_are_and_sleeps_after_five_tries(self):
        codes = self.env["espace.attendance.code"]
        with self.assertRaises(UserError):
            codes.with_user(self.lucie)._choose("1234")
        codes.with_user(self.lucie)._choose("2748")
        kept = codes.search([("user_id", "=", self.lucie.id)])
        self.assertNotIn("2748", kept.code_hash)
        self.assertFalse(codes._why_not(self.lucie, "2748", NOON))
        for _try in range(5):
            self.assertTrue(codes._why_not(self.lucie, "0000", NOON))
        self.assertIn("minutes", codes._why_not(self.lucie, "2748", NOON))
        later = NOON + timedelta(minutes=16)
        self.assertFalse(codes._why_not(self.lucie, "2748", later))
        with self.assertRaises(AccessError):
            kept.with_user(self.agent).read(["code_hash"])


@tagged("post_install", "-at_install")
class TestClosing(GestureCase):
    def test_the_last_agent_locks_once_nothing_is_missing(self):
        booking = self.book_today(self.nina, self.t1)
        session = booking.session_id.with_user(self.agent)
        with self.assertRaisesRegex(UserError, "Nina"):
            session._lock_by_agents()
        here = self.gesture(booking, minutes=280)
        self.send(here)
        with self.assertRaisesRegex(UserError, "departure"):
            session._lock_by_agents()
        self.send(self.gesture(booking, "gone", 299, seen=[here["uid"]]))
        session._lock_by_agents()
        self.assertTrue(session.attendance_locked)
        self.assertIn(self.agent.name, session._locked_words())

    def test_a_day_with_two_answers_is_not_locked(self):
        booking = self.book_today(self.nina, self.meal)
        self.send(self.gesture(booking))
        self.send(self.gesture(booking, "absent", 4), agent=self.lucie)
        with self.assertRaisesRegex(UserError, "two answers"):
            booking.session_id.with_user(self.agent)._lock_by_agents()

    def test_who_stays_past_its_option_is_proposed_the_next(self):
        booking = self.book_today(self.nina, self.t1)
        session = booking.session_id
        self.send(self.gesture(booking, minutes=280))
        end = self.t1.espace_time_to
        with self.subTest("within the grace"):
            early = datetime(2027, 1, 4) + timedelta(hours=end - 1, minutes=9)
            self.assertEqual(session._stayed_longer(early), [])
        late = datetime(2027, 1, 4) + timedelta(hours=end - 1, minutes=12)
        [(who, option)] = session._stayed_longer(late)
        self.assertEqual((who, option), (booking, self.t2.product_variant_id))
        self.send(self.gesture(booking, "gone", 299, left=end + 0.25))
        self.assertIn("Nina", session.stayed_words)
        self.assertEqual(booking.product_id, self.t1.product_variant_id)

    def test_asking_for_a_locked_day_leaves_a_trace(self):
        session = self.today(self.canteen)
        session.attendance_locked = True
        session.with_user(self.agent)._ask_to_unlock("Nina was there")
        event = session.lock_event_ids.filtered(lambda e: e.kind == "unlock_asked")
        self.assertEqual((event.user_id, event.note), (self.agent, "Nina was there"))


@tagged("post_install", "-at_install")
class TestBans(GestureCase):
    def test_who_must_not_fetch_needs_the_decision_and_is_on_the_lists(self):
        booking = self.book_today(self.nina, self.t1)
        Ban = self.env["espace.pickup.ban"].with_user(self.manager)
        vals = {"name": "Yann Roux", "child_ids": [(4, self.nina.id)]}
        with self.assertRaises(UserError):
            Ban.create(vals)
        ban = Ban.create(
            {**vals, "judgment": b"JVBERi0xLjQ=", "judgment_name": "j.pdf"}
        )
        self.assertEqual(self.row(booking)["not"], ["Yann Roux"])
        self.assertIn("NOT Yann Roux", booking.with_user(self.agent).pickup_words)
        self.assertEqual(ban.with_user(self.agent).name, "Yann Roux")
        with self.assertRaises(AccessError):
            ban.with_user(self.agent).read(["judgment"])
        ban.date_to = TODAY - timedelta(days=1)
        self.assertEqual(self.row(booking)["not"], [])
