from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..attendance.test_attendance import AttendanceCase
from ..common import MONDAY, THURSDAY, TUESDAY


@tagged("post_install", "-at_install")
class TestHistory(AttendanceCase):
    def told(self, reservation):
        """Return (kind, old, new, user) of the events, the oldest first."""
        return [
            (event.kind, event.old or "", event.new or "", event.user_id)
            for event in reservation.event_ids.sorted("id")
        ]

    def test_booking_and_cancelling_say_who_did(self):
        parent = self._create_portal_user(self.martin.guardian_ids[0])
        gate = self.Reservation.with_user(parent).sudo()
        [quote] = gate._book(self.martin, [(self.nina, self.t1, MONDAY)])
        booking = gate.browse(quote.reservation_id)
        booking.with_user(self.manager).action_cancel()
        self.assertEqual(
            self.told(booking.with_env(self.env)),
            [
                ("booked", "", "confirmed", parent),
                ("cancelled", "confirmed", "cancelled", self.manager),
            ],
        )
        last = booking.with_env(self.env).event_ids.sorted("id")[-1]
        self.assertEqual(last.note, "Cancelled by staff")

    def test_the_cart_leaves_no_trace_until_it_is_booked(self):
        self.Reservation._add_to_cart(self.martin, [(self.nina, self.t1, MONDAY)])
        draft = self.reservation(self.nina, self.evening, MONDAY)
        draft.product_id = self.t2
        self.assertFalse(draft.event_ids)
        self.book(self.martin, (self.nina, self.t2, MONDAY))
        self.assertEqual([kind for kind, *_rest in self.told(draft)], ["booked"])

    def test_option_attendance_and_times_are_traced(self):
        self.t2.espace_records_times = True
        booking = self.book_today(self.nina, self.t1)
        booking.with_user(self.manager).sudo().write({"product_id": self.t2.id})
        agent = booking.with_user(self.agent)
        agent.action_present()
        agent._record_times(16.5, 17.75)
        agent.action_absent()
        self.assertEqual(
            self.told(booking)[1:],
            [
                ("option", "Tranche 1", "Tranche 2", self.manager),
                ("attendance", "expected", "present", self.agent),
                ("arrived", "", "16:30", self.agent),
                ("left", "", "17:45", self.agent),
                ("attendance", "present", "absent_unjustified", self.agent),
                ("arrived", "16:30", "", self.agent),
                ("left", "17:45", "", self.agent),
            ],
        )

    def test_what_does_not_change_leaves_no_trace(self):
        booking = self.book_today(self.nina, self.meal)
        booking.action_present()
        count = len(booking.event_ids)
        booking.action_present()
        booking.write({"cancel_reason": "Nothing"})
        self.assertEqual(len(booking.event_ids), count)

    def test_a_walk_in_is_told_as_such(self):
        booking = self.Reservation.with_user(self.agent)._walk_in(
            self.nina, self.meal, self.today(self.canteen)
        )
        self.assertEqual(
            self.told(booking.sudo()), [("walk_in", "", "confirmed", self.agent)]
        )

    def test_changes_are_read_in_words(self):
        booking = self.book_today(self.nina, self.meal)
        booking.action_absent()
        words = booking.event_ids.sorted("id").mapped("change")
        self.assertEqual(words, ["Confirmed", "Expected → Absent"])

    def test_nobody_edits_or_deletes_the_history(self):
        event = self.book_today(self.nina, self.meal).event_ids
        admin = event.with_user(self._create_staff("admin"))
        for records in (event, event.sudo(), admin):
            with self.assertRaises(UserError):
                records.write({"note": "Nothing happened"})
            with self.assertRaises(UserError):
                records.unlink()
        with self.assertRaises(AccessError):
            admin.create(
                {
                    "reservation_id": event.reservation_id.id,
                    "company_id": self.company.id,
                    "user_id": self.agent.id,
                    "at": "2027-01-04 08:00:00",
                    "kind": "state",
                }
            )

    def test_parents_do_not_read_the_history(self):
        parent = self._create_portal_user(self.martin.guardian_ids[0])
        booking = self.book_today(self.nina, self.meal)
        with self.assertRaises(AccessError):
            booking.with_user(parent).read(["event_ids"])
        with self.assertRaises(AccessError):
            self.env["espace.reservation.event"].with_user(parent).search([])

    def test_another_commune_reads_none_of_it(self):
        event = self.book_today(self.nina, self.meal).event_ids
        other = self.env["res.company"].create(
            {"name": "Elsewhere", "espace_is_commune": True}
        )
        user = self._create_staff("manager", "health")
        user.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        Event = self.env(user=user, context={"allowed_company_ids": other.ids})[
            "espace.reservation.event"
        ]
        self.assertFalse(Event.search([("id", "in", event.ids)]))

    def test_a_booked_week_writes_its_history_in_one_go(self):
        Event = self.env.registry["espace.reservation.event"]
        batches = []
        create = Event.create

        def counted(events, vals_list):
            batches.append(len(vals_list))
            return create(events, vals_list)

        with patch.object(Event, "create", counted):
            self.book(
                self.martin,
                *[
                    (child, self.t1, day)
                    for child in (self.nina, self.tom)
                    for day in (MONDAY, TUESDAY, THURSDAY)
                ],
            )
        self.assertEqual(batches, [6])
