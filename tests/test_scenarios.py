"""Crossings: what one idea of the product does to another, children and money alike.

After each scenario all invariants of the data are checked, and each booking owes
what it should.
"""

from datetime import date, datetime, timedelta

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import (
    MONDAY,
    NOW,
    THURSDAY,
    TODAY,
    TOO_LATE,
    TUESDAY,
)
from odoo.addons.espace_famille_billing.models.core.amounts import to_decimal
from odoo.addons.espace_famille_billing.tests.charge.test_settlement import euros
from odoo.addons.espace_famille_billing.tests.common import EspaceBillingCase

LATER = NOW + timedelta(minutes=5)
PDF = [("c.pdf", b"%PDF-1.4 a certificate")]
FRIDAY = date(2027, 1, 15)
# The evening of that Monday.
EVENING = datetime(2027, 1, 11, 18, 0)


class ScenarioCase(EspaceBillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.martin | cls.durand).lang = "en_US"
        cls.evening.waiting_list = True
        cls.rival = cls._create_family("Rival", ["Alix"])
        cls.rival.lang = "en_US"
        cls.sam = cls._create_child(cls.rival, "Sam", cls.class_cm1)
        cls.zoe = cls._create_child(cls.rival, "Zoé", cls.class_cm1)

    def _callTestMethod(self, method):
        super()._callTestMethod(method)
        self.check_owed()

    def check_owed(self):
        """No booking was credited more than it was charged, nor has a charge lost."""
        for booking in self.Reservation.search([("company_id", "=", self.company.id)]):
            total = sum(self.amounts(booking))
            self.assertGreaterEqual(total, 0, booking.display_name)
            if booking.state in ("cancelled", "refused", "waiting", "draft"):
                self.assertEqual(total, 0, booking.display_name)

    # === Shortcuts === #

    def fill(self, day=MONDAY, now=NOW):
        """Take both places of the evening; return the bookings."""
        items = [(child, self.t1, day) for child in (self.sam, self.zoe)]
        staff = day == TODAY
        quotes = self.Reservation._book(self.rival, items, now=now, staff=staff)
        self.assertTrue(all(q.status in ("booked", "pending") for q in quotes))
        return self.Reservation.browse(q.reservation_id for q in quotes)

    def wait(self, child, day=MONDAY, now=NOW, product=None):
        family = child._paying_family(day)
        items = [(child, product or self.t1, day)]
        [quote] = self.Reservation._join_waiting(family, items, now)
        self.assertEqual(quote.status, "waiting", quote.reason)
        return self.Reservation.browse(quote.reservation_id)

    def closure(self, **vals):
        return self.env["espace.closure"].create(
            {"name": "Strike", "date_from": MONDAY, "date_to": MONDAY, **vals}
        )

    def declare(self, child=None, day=MONDAY, now=NOW, **options):
        child = child or self.nina
        return self.env["espace.absence"]._declare(
            child._paying_family(day),
            child,
            day,
            day,
            reason="illness",
            now=now,
            **options,
        )

    def uninvoiced(self, booking):
        return booking.charge_ids.filtered(lambda c: c.state == "to_invoice")


@tagged("post_install", "-at_install")
class TestWaitingCrossings(ScenarioCase):
    """The waiting list, and all that may happen while a child waits."""

    def test_closed_and_reopened_the_list_stands_as_it_was(self):
        seated = self.fill()
        lina, nina = self.wait(self.lina), self.wait(self.nina, now=LATER)
        closure = self.closure(activity_ids=[Command.set(self.evening.ids)])
        closure._apply(now=LATER)
        self.assertEqual({r.state for r in seated | lina | nina}, {"cancelled"})
        closure._undo(now=LATER)
        self.assertEqual(set(seated.mapped("state")), {"confirmed"})
        self.assertEqual((lina.waiting_rank, nina.waiting_rank), (1, 2))
        [told] = self.durand.message_ids.filtered(
            lambda m: (m.subject or "").startswith("Open after all")
        )
        self.assertIn("These children are on the waiting list again", told.body)
        self.assertNotIn("stand again", told.body)

    def test_who_comes_back_waiting_takes_the_place_of_who_does_not(self):
        self._publish_provider()
        unpaid = self.fill()
        self.assertEqual(set(unpaid.mapped("state")), {"pending_payment"})
        lina, nina = self.wait(self.lina), self.wait(self.nina, now=LATER)
        closure = self.closure(activity_ids=[Command.set(self.evening.ids)])
        closure._apply(now=LATER)
        closure._undo(now=LATER)
        self.assertEqual(set(unpaid.mapped("state")), {"cancelled"})
        self.assertEqual({lina.state, nina.state}, {"pending_payment"})
        self.assertTrue(
            self.messages(self.martin, "Waiting list: a place for your child")
        )

    def test_a_class_that_stays_away_leaves_its_places_to_those_who_wait(self):
        seated = self.fill()
        lina = self.wait(self.lina)
        closure = self.closure(class_ids=[Command.set(self.class_cm1.ids)])
        closure._apply(now=LATER)
        self.assertEqual(lina.state, "confirmed")
        # Nobody has overtaken the list; one of the two comes back, the other is named.
        closure._undo(now=LATER)
        self.assertEqual(sorted(seated.mapped("state")), ["cancelled", "confirmed"])
        self.assertIn("the place was taken meanwhile", closure.not_restored)

    def test_nobody_is_given_a_place_of_a_closed_day(self):
        seated = self.fill()
        waits = self.wait(self.lina)
        self.closure()._apply(now=LATER)
        self.assertEqual(set((seated | waits).mapped("state")), {"cancelled"})
        self.assertFalse(
            self.messages(self.durand, "Waiting list: a place for your child")
        )

    def test_a_place_goes_to_no_household_that_no_longer_has_the_child(self):
        seated = self.fill()
        nina, lina = self.wait(self.nina), self.wait(self.lina, now=LATER)
        # Monday 11 January 2027 is in an even week: the other household's.
        self.env["espace.custody"].create(
            {
                "child_id": self.nina.id,
                "family_id": self.durand.id,
                "pattern": "odd" if MONDAY.isocalendar().week % 2 else "even",
            }
        )
        self.assertEqual(self.nina._paying_family(MONDAY), self.durand)
        self.cancel(seated[0], now=LATER)
        self.assertEqual((nina.state, lina.state), ("waiting", "confirmed"))
        # Staff are told, and settle it; the other household can then ask itself.
        found = self.env["espace.check"]._problems(self.company)
        self.assertEqual([f.code for f in found], ["paying_family"])
        self.assertTrue(found[0].notice)
        nina._cancel(now=LATER, staff=True)
        other = self.wait(self.nina, now=LATER)
        self.assertEqual(other.family_id, self.durand)

    def test_a_child_whose_document_is_lacking_is_passed_over_and_stays(self):
        seated = self.fill()
        nina, lina = self.wait(self.nina), self.wait(self.lina, now=LATER)
        insurance = self.env["espace.document.type"].create(
            {
                "name": "Insurance",
                "needed_for": "activities",
                "activity_ids": [Command.set(self.evening.ids)],
                "blocking": True,
            }
        )
        Document = self.env["espace.document"]
        valid = {"type_id": insurance.id, "issued_on": TODAY, "decision": "valid"}
        Document.create({**valid, "child_id": self.lina.id})
        self.cancel(seated[0], now=LATER)
        self.assertEqual((nina.state, lina.state), ("waiting", "confirmed"))
        Document.create({**valid, "child_id": self.nina.id})
        self.cancel(seated[1], now=LATER)
        self.assertEqual(nina.state, "confirmed")

    def test_a_locked_day_gives_no_place_and_lets_who_waits_go(self):
        seated = self.fill()
        waits = self.wait(self.lina)
        session = seated.session_id
        with self.at(MONDAY):
            seated._set_attendance("present")
            session.action_lock()
            session.capacity = 9
            session.action_promote_waiting()
            self.assertEqual(waits.state, "waiting")
            with self.assertRaises(UserError):
                waits.action_give_place()
            waits._cancel()
        self.assertEqual(waits.state, "cancelled")

    def test_who_waits_and_comes_anyway_is_charged_once_as_unplanned(self):
        self.canteen.waiting_list = True
        self.session(self.canteen, MONDAY).capacity = 1
        self.booked(self.sam, self.meal, MONDAY)
        waits = self.wait(self.nina, product=self.meal)
        with self.at(MONDAY):
            came = self.Reservation._walk_in(
                self.nina, self.meal, self.session(self.canteen, MONDAY)
            )
        self.assertEqual(came, waits)
        self.assertEqual(self.amounts(came), euros("5.40"))
        self.assertEqual(came.charge_ids.event, "unplanned")
        session = self.session(self.canteen, MONDAY)
        self.assertEqual((session.waiting_count, session.walk_in_count), (0, 1))

    def test_the_list_is_printed_in_the_order_in_which_places_are_given(self):
        self.evening.waiting_criterion_ids = [Command.create({"criterion": "resident"})]
        self.durand.residency = "non_resident"
        self.fill()
        lina, nina = self.wait(self.lina), self.wait(self.nina, now=LATER)
        session = self.session(self.evening, MONDAY)
        self.assertEqual(session._waiting_list(), nina | lina)
        self.assertEqual(session._waiting_list().mapped("waiting_rank"), [1, 2])

    def test_the_history_says_that_the_commune_gave_the_place(self):
        seated = self.fill()
        waits = self.wait(self.lina)
        parent = self._create_portal_user(self.rival.guardian_ids)
        seated[0].with_user(parent).sudo()._cancel(now=LATER)
        self.assertEqual(waits.state, "confirmed")
        promoted = waits.event_ids.sorted("id")[-1]
        self.assertNotEqual(promoted.user_id, parent)
        self.assertEqual((promoted.old, promoted.new), ("waiting", "confirmed"))
        told = self.messages(self.durand, "Waiting list: a place for your child")
        self.assertEqual(told.author_id, self.company.partner_id)
        self.assertNotIn(parent, told.create_uid)
        self.assertNotIn(parent, waits.write_uid)

    def test_opened_again_for_the_year_who_waits_still_waits(self):
        self.fill()
        waits = self.wait(self.lina)
        self.evening.monday = False
        self.evening._generate_sessions(TODAY, date(2027, 2, 5))
        session = self.session(self.evening, MONDAY)
        self.assertEqual((session.state, waits.state), ("open", "waiting"))
        session.reservation_ids.filtered(lambda r: r.state == "confirmed")._cancel(
            now=TOO_LATE, staff=True
        )
        waits._cancel(now=TOO_LATE)
        self.evening._generate_sessions(TODAY, date(2027, 2, 5))
        self.assertEqual(session.state, "closed")


@tagged("post_install", "-at_install")
class TestBeyondCrossings(ScenarioCase):
    """Seats beyond the places stay what they are."""

    def beyond(self, child):
        family = child._paying_family(MONDAY)
        [quote] = self.Reservation._book(
            family, [(child, self.t1, MONDAY)], now=LATER, staff=True, beyond="A need"
        )
        self.assertEqual(quote.status, "booked")
        return self.Reservation.browse(quote.reservation_id)

    def test_a_seat_beyond_comes_back_with_the_others(self):
        seated = self.fill()
        beyond = self.beyond(self.lina)
        self.assertTrue(beyond.beyond)
        closure = self.closure(activity_ids=[Command.set(self.evening.ids)])
        closure._apply(now=LATER)
        closure._undo(now=LATER)
        self.assertFalse(closure.not_restored)
        self.assertEqual(set((seated | beyond).mapped("state")), {"confirmed"})
        self.assertEqual((seated | beyond).session_id.beyond_count, 1)

    def test_a_seat_beyond_that_stayed_takes_no_place_of_those_who_come_back(self):
        seated = self.fill(TODAY)
        [quote] = self.Reservation._book(
            self.durand, [(self.lina, self.t1, TODAY)], NOW, staff=True, beyond="A need"
        )
        beyond = self.Reservation.browse(quote.reservation_id)
        with self.at(TODAY):
            beyond._set_attendance("present")
            closure = self.closure(
                date_from=TODAY,
                date_to=TODAY,
                activity_ids=[Command.set(self.evening.ids)],
            )
            closure._apply()
            closure._undo()
        self.assertFalse(closure.not_restored)
        self.assertEqual(set(seated.mapped("state")), {"confirmed"})

    def test_a_seat_beyond_that_is_left_gives_no_place(self):
        self.fill()
        beyond = self.beyond(self.lina)
        waits = self.wait(self.nina, now=LATER)
        self.cancel(beyond, now=LATER)
        self.assertEqual(waits.state, "waiting")

    def test_places_follow_up_and_down(self):
        seated = self.fill()
        self.beyond(self.lina)
        waits = self.wait(self.nina, now=LATER)
        session = seated.session_id
        session.capacity = 3
        self.assertEqual(waits.state, "waiting")
        with self.assertRaises(UserError):
            session.capacity = 1
        session.capacity = 4
        self.assertEqual(waits.state, "confirmed")
        self.assertFalse(waits.beyond)


@tagged("post_install", "-at_install")
class TestAbsenceCrossings(ScenarioCase):
    """Absences, on days that close, are left or come back."""

    def test_a_closed_day_costs_nothing_whatever_was_declared(self):
        booking = self.booked(self.nina, self.meal, MONDAY)
        absence = self.declare(proofs=PDF)
        self.closure()._apply(now=LATER)
        self.assertEqual(self.amounts(booking), euros("3.60", "-3.60"))
        absence._accept(now=LATER)
        self.assertEqual(self.amounts(booking), euros("3.60", "-3.60"))

    def test_what_was_accepted_while_closed_is_excused_once_reopened(self):
        booking = self.booked(self.nina, self.meal, MONDAY)
        absence = self.declare(proofs=PDF)
        closure = self.closure()
        closure._apply(now=LATER)
        absence._accept(now=LATER)
        closure._undo(now=LATER)
        self.assertEqual(
            (booking.state, booking.attendance), ("confirmed", "absent_justified")
        )
        self.assertEqual(sum(self.amounts(booking)), 0)

    def test_what_was_refused_while_closed_is_due_once_reopened(self):
        booking = self.booked(self.nina, self.meal, MONDAY)
        absence = self.declare(proofs=PDF)
        absence._accept(now=NOW)
        closure = self.closure()
        closure._apply(now=LATER)
        absence._refuse("The proof is that of another", now=LATER)
        closure._undo(now=LATER)
        self.assertEqual((booking.state, booking.attendance), ("confirmed", "expected"))
        self.assertEqual(sum(self.amounts(booking)), to_decimal(3.60))

    def test_a_day_of_carence_comes_back_due(self):
        self.canteen.absence_carence_days = 1
        bookings = self.booked(self.nina, self.meal, MONDAY) | self.booked(
            self.nina, self.meal, TUESDAY
        )
        absence = self.env["espace.absence"]._declare(
            self.martin,
            self.nina,
            MONDAY,
            TUESDAY,
            reason="illness",
            now=NOW,
            proofs=PDF,
        )
        absence._accept(now=NOW)
        owed = [sum(self.amounts(booking)) for booking in bookings]
        self.assertEqual(owed, euros("3.60", "0"))
        closure = self.closure(date_to=TUESDAY)
        closure._apply(now=LATER)
        self.assertEqual([sum(self.amounts(b)) for b in bookings], euros("0", "0"))
        closure._undo(now=LATER)
        self.assertEqual([sum(self.amounts(b)) for b in bookings], owed)

    def test_left_in_time_after_an_announcement_it_is_credited_once(self):
        booking = self.booked(self.nina, self.t1, MONDAY)
        paid = self.amounts(booking)
        absence = self.declare(activities=self.evening)
        self.cancel(booking, now=LATER)
        self.assertEqual(sum(self.amounts(booking)), 0)
        self.assertEqual(len(booking.charge_ids), 2 * len(paid))
        with self.at(FRIDAY):
            absence._cron_refuse_overdue()
        self.assertIn(absence.state, ("declared", "withdrawn"))
        self.assertEqual(sum(self.amounts(booking)), 0)

    def test_declared_and_withdrawn_ten_times_nothing_is_won(self):
        self.canteen.write({"absence_proof": False, "absence_approval": "automatic"})
        booking = self.booked(self.nina, self.meal, MONDAY)
        for _time in range(10):
            absence = self.declare()
            self.assertEqual(absence.state, "accepted")
            self.assertEqual(sum(self.amounts(booking)), 0)
            absence._withdraw(now=NOW)
            self.assertEqual(sum(self.amounts(booking)), to_decimal(3.60))
            self.assertFalse(self.uninvoiced(booking))
        # No credit waits to be deducted from what is booked next.
        other = self.booked(self.nina, self.meal, TUESDAY)
        self.assertEqual(other.charge_ids.move_id.amount_total, 3.60)


@tagged("post_install", "-at_install")
class TestClosureCrossings(ScenarioCase):
    """Closing days on which something else goes on."""

    def test_a_locked_day_is_neither_closed_nor_reopened(self):
        booking = self.booked(self.sam, self.t1, MONDAY)
        with self.at(MONDAY):
            booking._set_attendance("present")
            booking.session_id.action_lock()
            with self.assertRaises(UserError):
                self.closure(activity_ids=[Command.set(self.evening.ids)])._apply()
        self.assertEqual(booking.state, "confirmed")

    def test_reopening_waits_for_the_unlocking(self):
        gone = self.booked(self.sam, self.t1, MONDAY)
        stays = self.booked(self.lina, self.t1, MONDAY)
        closure = self.closure(class_ids=[Command.set(self.class_cm1.ids)])
        closure._apply(now=LATER)
        with self.at(MONDAY):
            stays._set_attendance("present")
            stays.session_id.action_lock()
            with self.assertRaises(UserError):
                closure._undo()
            self.assertEqual(gone.state, "cancelled")
            stays.session_id.action_unlock()
            closure._undo()
        self.assertEqual(gone.state, "confirmed")

    def test_a_payment_on_its_way_is_waited_for_and_then_credited(self):
        self._publish_provider()
        seated = self.fill()
        move = seated.charge_ids.move_id[:1]
        transaction = self.transaction(move)
        transaction._set_pending()
        closure = self.closure(activity_ids=[Command.set(self.evening.ids)])
        with self.assertRaises(UserError), self.env.cr.savepoint():
            closure._apply(now=LATER)
        self.assertEqual(closure.state, "draft")
        self.assertIn("pending_payment", seated.mapped("state"))
        self.notify(transaction)
        closure._apply(now=LATER)
        self.assertEqual(set(seated.mapped("state")), {"cancelled"})
        self.assertEqual([sum(self.amounts(b)) for b in seated], euros("0", "0"))

    def test_days_opened_while_closed_open_with_the_others(self):
        day = FRIDAY
        self.session(self.evening, day).unlink()
        closure = self.closure(date_to=day)
        self.booked(self.nina, self.t1, MONDAY)
        closure._apply(now=LATER)
        self.evening._generate_sessions(day, day)
        item = (self.tom, self.t1, day)
        self.assertEqual(self.quote(self.martin, item).status, "closed")
        closure._undo(now=LATER)
        self.assertEqual(self.quote(self.martin, item).status, "available")

    def test_a_credit_is_what_was_charged_and_says_why(self):
        walked = self.booked(self.nina, self.meal, MONDAY)
        other = self.booked(self.nina, self.t1, THURSDAY)
        closure = self.closure(date_to=THURSDAY)
        closure._apply(now=LATER)
        for booking in walked | other:
            charge, credit = booking.charge_ids.sorted("id")
            self.assertEqual(credit.amount, -charge.amount)
            self.assertEqual(credit.explanation, "Closed: strike: credited")


@tagged("post_install", "-at_install")
class TestMoneyOfAttendance(ScenarioCase):
    """Attendance changed to and fro: each time the target, charged once."""

    TARGETS = {
        "present": "3.60",
        "absent_unjustified": "5.40",
        "absent_justified": "0",
        "expected": {"booking": "3.60", "consumption": "0"},
    }

    def target(self, attendance, mode):
        target = self.TARGETS[attendance]
        return euros(target[mode] if isinstance(target, dict) else target)[0]

    def test_toggled_ten_times_nothing_is_charged_twice(self):
        toggles = [
            "present",
            "absent_unjustified",
            "present",
            "absent_justified",
            "expected",
            "absent_unjustified",
            "absent_justified",
            "present",
            "present",
            "absent_unjustified",
        ]
        for mode, day in (("booking", MONDAY), ("consumption", TUESDAY)):
            self.canteen.billing_mode = mode
            booking = self.booked(self.nina, self.meal, day)
            for attendance in toggles:
                self.point(booking, attendance)
                total = sum(self.amounts(booking))
                with self.subTest(mode=mode, attendance=attendance):
                    self.assertEqual(total, self.target(attendance, mode))
            before = len(booking.charge_ids)
            booking._settle()
            self.assertEqual(len(booking.charge_ids), before)

    def test_what_a_client_sends_along_decides_no_charge(self):
        """An agent at the door has no say on money, whatever its calls carry."""
        self.canteen.billing_mode = "consumption"
        booking = self.booked(self.nina, self.meal, MONDAY)
        other = self.booked(self.tom, self.t1, MONDAY)
        agent = self._create_staff("animation")
        forged = {
            "default_offset_charge_id": other.charge_ids[:1].id,
            "default_invoice_line_id": other.charge_ids[:1].invoice_line_id.id,
            "default_charge_ids": [Command.create({"amount": -50, "event": "planned"})],
        }
        with self.at(MONDAY):
            booking.with_user(agent).with_context(**forged).action_present()
            walked = (
                self.Reservation.with_user(agent)
                .with_context(**forged)
                ._walk_in(self.lina, self.meal, booking.session_id)
            )
        self.assertEqual(self.amounts(booking), euros("3.60"))
        self.assertEqual(self.amounts(walked.sudo()), euros("5.40"))
        self.assertEqual(booking.charge_ids.state, "to_invoice")
        self.assertEqual(walked.sudo().charge_ids.state, "to_invoice")

    def test_a_place_left_late_is_paid_by_who_takes_it(self):
        self.evening.release_if_waiting = True
        seated = self.fill()
        price = sum(self.amounts(seated[0]))
        waits = self.wait(self.nina)
        self.cancel(seated[0], now=TOO_LATE)
        self.assertEqual(sum(self.amounts(seated[0])), 0)
        self.assertEqual(waits.state, "confirmed")
        # The quotient of the Martins gives a lower price than an unknown one.
        self.assertGreater(price, 0)
        self.assertEqual(sum(self.amounts(waits)), to_decimal(0.65))
        self.assertEqual(waits.charge_ids.event, "planned")
