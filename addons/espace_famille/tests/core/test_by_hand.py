from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import MONDAY, NOW, TODAY, TOO_LATE, TUESDAY, EspaceCase

# Written by the gate alone, each with what a client would like it to be.
FOUND = {
    "state": "confirmed",
    "origin": "walk_in",
    "beyond": True,
    "beyond_reason": "A friend",
    "late": False,
    "booked_at": NOW,
    "hold_until": False,
    "promoted_at": NOW,
    "waiting_since": NOW - timedelta(days=30),
    "cancelled_at": False,
    "cancel_reason": "Not me",
    "closure_id": False,
    "closure_state_before": "confirmed",
    "absence_id": False,
    "absence_due": False,
}
# What the code tells itself by the context, or once did.
TOLD = (
    "espace_place_given",
    "espace_no_promotion",
    "espace_by_the_gate",
    "espace_restoring",
)


@tagged("post_install", "-at_install")
class TestByHand(EspaceCase):
    """What a client sends with its calls opens no way round the gate."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._create_staff("manager")
        cls.agent = cls._create_staff("animation")
        cls.booking = cls.Reservation.browse(
            cls.Reservation._book(cls.martin, [(cls.nina, cls.meal, MONDAY)], NOW)[
                0
            ].reservation_id
        )

    def forged(self, user, **context):
        """Return the bookings as a client of this user reaches them."""
        told = {key: True for key in TOLD}
        return self.Reservation.with_user(user).with_context(**told, **context)

    def test_management_writes_no_booking_by_hand(self):
        booking = self.forged(self.manager).browse(self.booking.id)
        before = self.booking.read(list(FOUND))
        for name, value in FOUND.items():
            with self.subTest(field=name), self.assertRaises(AccessError):
                booking.write({name: value})
        for name, other in (
            ("child_id", self.tom),
            ("family_id", self.durand),
            ("product_id", self.t1),
            ("session_id", self.session(self.canteen, TUESDAY)),
        ):
            with self.subTest(field=name), self.assertRaises(AccessError):
                booking.write({name: other.id})
        self.assertEqual(self.booking.read(list(FOUND)), before)

    def test_management_creates_no_booking_by_hand(self):
        vals = {
            "child_id": self.lina.id,
            "family_id": self.durand.id,
            "product_id": self.meal.id,
            "session_id": self.session(self.canteen, MONDAY).id,
        }
        Reservation = self.forged(self.manager)
        for state in ("draft", "confirmed"):
            with self.subTest(state=state), self.assertRaises(AccessError):
                Reservation.create({**vals, "state": state})
        with self.assertRaises(AccessError):
            Reservation.browse(self.booking.id).copy({"child_id": self.tom.id})

    def test_no_list_of_another_record_is_a_way_in(self):
        booked = [Command.update(self.booking.id, {"state": "cancelled"})]
        for record in (self.nina, self.martin, self.booking.session_id):
            mine = record.with_user(self.manager)
            with self.subTest(model=record._name), self.assertRaises(AccessError):
                mine.write({"reservation_ids": booked})
        self.assertEqual(self.booking.state, "confirmed")

    def test_management_books_cancels_and_points_through_the_gate(self):
        Reservation = self.Reservation.with_user(self.manager)
        items = [(self.tom, self.meal, MONDAY), (self.tom, self.t1, TODAY)]
        quotes = Reservation._book(self.martin, items, now=NOW, staff=True)
        self.assertEqual([q.status for q in quotes], ["booked", "booked"])
        meal, evening = Reservation.browse(q.reservation_id for q in quotes)
        meal.action_cancel()
        self.assertEqual(meal.state, "cancelled")
        evening.write({"attendance": "present"})
        self.assertEqual(evening.attendance, "present")

    def test_a_client_gives_itself_no_place_after_the_limit(self):
        [quote] = self.forged(self.manager)._quote(
            self.martin, [(self.tom, self.t1, MONDAY)], now=TOO_LATE
        )
        self.assertEqual(quote.status, "too_late")

    def test_a_client_keeps_no_place_from_those_who_wait(self):
        self.canteen.waiting_list = True
        self.session(self.canteen, MONDAY).capacity = 1
        item = (self.lina, self.meal, MONDAY)
        self.Reservation._join_waiting(self.durand, [item], now=NOW)
        self.forged(self.manager).browse(self.booking.id).action_cancel()
        self.assertEqual(
            self.reservation(self.lina, self.canteen, MONDAY).state, "confirmed"
        )

    def test_defaults_of_a_client_reach_no_booking(self):
        """A seat is not taken outside the count of the places, nor excused."""
        session = self.session(self.canteen, MONDAY)
        before = session.booked_count
        Reservation = self.forged(
            self.manager,
            default_beyond=True,
            default_origin="walk_in",
            default_attendance="absent_justified",
            default_hold_until=NOW,
            default_promoted_at=NOW,
        )
        [quote] = Reservation._book(
            self.durand, [(self.lina, self.meal, MONDAY)], now=NOW, staff=True
        )
        booking = self.Reservation.browse(quote.reservation_id)
        self.assertEqual(booking.origin, "booked")
        self.assertEqual(booking.attendance, "expected")
        self.assertFalse(booking.beyond or booking.hold_until or booking.promoted_at)
        self.assertEqual(session.booked_count, before + 1)
        self.assertEqual(session.beyond_count, 0)

    def test_defaults_of_a_client_reach_no_walk_in(self):
        session = self.session(self.canteen, TODAY)
        Wizard = self.env["espace.walk.in.wizard"].with_user(self.agent)
        Wizard.with_context(
            default_beyond=True, default_absence_due=True, default_late=True
        ).create(
            {
                "session_id": session.id,
                "child_id": self.lina.id,
                "product_id": self.meal.id,
            }
        ).action_add()
        came = self.reservation(self.lina, self.canteen, TODAY)
        self.assertEqual(came.origin, "walk_in")
        self.assertEqual((came.beyond, came.absence_due, came.late), (False,) * 3)
        self.assertEqual(session.beyond_count, 0)

    def test_defaults_of_a_client_decide_no_absence(self):
        absence = (
            self.env["espace.absence"]
            .with_user(self.agent)
            .with_context(default_state="accepted", default_decided_by=self.manager.id)
            .create(
                {
                    "child_id": self.nina.id,
                    "family_id": self.martin.id,
                    "date_from": MONDAY,
                    "date_to": MONDAY,
                }
            )
        )
        self.assertIn(absence.sudo().state, ("declared", "waiting_proof"))
        self.assertFalse(absence.sudo().decided_by)

    def test_a_closure_is_applied_never_declared_applied(self):
        Closure = self.env["espace.closure"].with_user(self.manager)
        closure = Closure.with_context(default_state="done").create(
            {
                "name": "Strike",
                "date_from": MONDAY,
                "date_to": MONDAY,
                "state": "done",
                "reservation_ids": [Command.link(self.booking.id)],
                "session_ids": [Command.link(self.booking.session_id.id)],
            }
        )
        self.assertEqual(closure.state, "draft")
        self.assertFalse(closure.session_ids)
        self.assertFalse(self.booking.closure_id)

    def test_counters_and_limits_of_a_day_are_not_entered(self):
        session = self.booking.session_id.with_user(self.manager)
        for vals in (
            {"booked_count": 0},
            {"beyond_count": 50},
            {"waiting_count": 0},
            {"booking_cutoff": TOO_LATE},
        ):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                session.write(vals)
        with self.assertRaises(AccessError):
            session.create(
                {
                    "activity_id": self.canteen.id,
                    "date": "2027-07-05",
                    "beyond_count": 50,
                }
            )
        session.write({"capacity": 9})
        self.assertEqual(session.capacity, 9)

    def test_a_booked_day_is_not_moved(self):
        session = self.booking.session_id.with_user(self.manager)
        for vals in (
            {"date": "2027-07-05"},
            {"activity_id": self.evening.id},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                session.write(vals)
        session.write({"date": MONDAY, "activity_id": self.canteen.id})
        empty = self.session(self.canteen, TUESDAY)
        empty.date = "2027-07-05"
        self.assertEqual(str(empty.date), "2027-07-05")
