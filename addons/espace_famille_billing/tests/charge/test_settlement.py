from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import (
    MONDAY,
    NOW,
    THURSDAY,
    TUESDAY,
)

from ...domain import settlement
from ..common import EspaceBillingCase

STATES = (
    "draft",
    "pending_payment",
    "pending_approval",
    "confirmed",
    "waiting",
    "refused",
    "cancelled",
)
DUE_STATES = ("pending_payment", "confirmed")

# (attendance, origin, late): what a booking that is due costs, in both modes but
# where it says "at booking only".
EVENTS = {
    ("expected", "booked", False): ("planned", "at booking only"),
    ("expected", "booked", True): ("late", "at booking only"),
    ("expected", "walk_in", False): ("unplanned", "at booking only"),
    ("expected", "walk_in", True): ("unplanned", "at booking only"),
    ("present", "booked", False): ("planned", ""),
    ("present", "booked", True): ("late", ""),
    ("present", "walk_in", False): ("unplanned", ""),
    ("present", "walk_in", True): ("unplanned", ""),
    ("absent_unjustified", "booked", False): ("absence_unjustified", ""),
    ("absent_unjustified", "booked", True): ("absence_unjustified", ""),
    ("absent_unjustified", "walk_in", False): ("absence_unjustified", ""),
    ("absent_unjustified", "walk_in", True): ("absence_unjustified", ""),
    ("absent_justified", "booked", False): ("absence_justified", ""),
    ("absent_justified", "booked", True): ("absence_justified", ""),
    ("absent_justified", "walk_in", False): ("absence_justified", ""),
    ("absent_justified", "walk_in", True): ("absence_justified", ""),
}
# All five events of the meal cost differently here.
PRICES = {
    None: "0",
    "planned": "3.60",
    "late": "4.20",
    "unplanned": "5.40",
    "absence_unjustified": "6.00",
    "absence_justified": "1.10",
}


def situations():
    """Yield (state, attendance, origin, late, mode, event due or None)."""
    for state, mode in product(STATES, ("booking", "consumption")):
        for facts, (event, when) in EVENTS.items():
            due = state in DUE_STATES and (mode == "booking" or not when)
            yield state, *facts, mode, event if due else None


def euros(*amounts):
    return [Decimal(amount) for amount in amounts]


@tagged("post_install", "-at_install")
class TestSettlementTable(EspaceBillingCase):
    def test_every_situation_owes_one_event_or_nothing(self):
        for *facts, event in situations():
            with self.subTest(facts=facts):
                booking = settlement.Booking(*facts)
                self.assertEqual(settlement.event_due(booking), event)

    def test_what_is_charged_is_the_difference(self):
        cases = [("3.60", "0"), ("5.40", "3.60"), ("0", "5.40"), ("3.60", "3.60")]
        charges = [
            settlement.to_charge(Decimal(due), Decimal(old)) for due, old in cases
        ]
        self.assertEqual(charges, euros("3.60", "1.80", "-5.40", "0"))

    def test_from_any_situation_to_any_other_the_charges_reach_the_target(self):
        for line in self.tariff.line_ids.filtered(lambda r: r.product_id == self.meal):
            line.amount = float(PRICES[line.event])
        self.env["espace.tariff.line"].create(
            self._line(self.meal, "late", 0, 0, 4.20, tariff_id=self.tariff.id)
        )
        reservation = self.booked(self.nina, self.meal, MONDAY)
        transition = patch.object(
            type(reservation), "_check_transition", lambda self, state: None
        )
        seen = set()
        with transition:
            for state, attendance, origin, late, mode, event in situations():
                facts = state, attendance, origin, late, mode
                self.canteen.billing_mode = mode
                reservation.write(
                    {
                        "state": state,
                        "attendance": attendance,
                        "origin": origin,
                        "late": late,
                    }
                )
                charges = reservation._settle()
                seen.add(len(charges))
                with self.subTest(facts=facts):
                    self.assertEqual(
                        sum(self.amounts(reservation)), Decimal(PRICES[event])
                    )
                    self.assertLessEqual(len(charges), 1)
                    self.assertFalse(reservation._settle())
        self.assertEqual(seen, {0, 1})


@tagged("post_install", "-at_install")
class TestSettlement(EspaceBillingCase):
    """What bookings cost as they live, in a commune where nobody pays online."""

    def settle(self, reservation):
        """Settle three times: what is settled stays as it is."""
        before = reservation.charge_ids
        reservation._settle()
        after = reservation.charge_ids
        self.assertLessEqual(len(after - before), 1)
        for _time in range(2):
            self.assertFalse(reservation._settle())
        self.assertEqual(reservation.charge_ids, after)

    def assert_charges(self, reservation, *amounts):
        self.settle(reservation)
        self.assertEqual(self.amounts(reservation), euros(*amounts))
        self.assertEqual(reservation.charged_amount, float(sum(euros(*amounts))))

    # === At booking (R) === #

    def test_who_came_as_booked_owes_nothing_more(self):
        reservation = self.booked(self.nina, self.meal, MONDAY)
        self.assert_charges(reservation, "3.60")
        self.point(reservation, "present")
        self.assert_charges(reservation, "3.60")

    def test_an_absence_without_proof_costs_more(self):
        reservation = self.booked(self.nina, self.meal, MONDAY)
        self.point(reservation, "absent_unjustified")
        self.assert_charges(reservation, "3.60", "1.80")
        more = reservation.charge_ids.sorted("id")[-1]
        self.assertEqual(more.event, "absence_unjustified")
        self.assertEqual(more.state, "to_invoice")
        self.assertIn("5,40", more.explanation)
        self.assertEqual((more.quantity, more.unit_price), (1, 1.80))

    def test_a_proof_that_comes_later_gives_all_back(self):
        reservation = self.booked(self.nina, self.meal, MONDAY)
        self.point(reservation, "absent_unjustified")
        self.point(reservation, "absent_justified")
        self.assert_charges(reservation, "3.60", "1.80", "-5.40")
        self.assertEqual(reservation.charged_amount, 0)

    def test_a_proof_gives_the_price_back(self):
        reservation = self.booked(self.nina, self.meal, MONDAY)
        self.point(reservation, "absent_justified")
        self.assert_charges(reservation, "3.60", "-3.60")
        self.assertEqual(self.martin._espace_credit(), 3.60)

    def test_a_mistake_in_the_attendance_leaves_nothing(self):
        reservation = self.booked(self.nina, self.meal, MONDAY)
        self.point(reservation, "absent_unjustified")
        self.point(reservation, "present")
        self.assert_charges(reservation, "3.60", "1.80", "-1.80")
        states = reservation.charge_ids.sorted("id").mapped("state")
        self.assertEqual(states, ["invoiced", "offset", "offset"])
        self.assertEqual(self.martin._espace_credit(), 0)

    def test_an_absence_without_a_price_of_its_own_costs_what_was_booked(self):
        reservation = self.booked(self.nina, self.t2, MONDAY)
        self.point(reservation, "absent_unjustified")
        self.assert_charges(reservation, "1.30")

    def test_a_child_who_came_without_booking_pays_for_it(self):
        reservation = self.Reservation.create(
            {
                "child_id": self.nina.id,
                "family_id": self.martin.id,
                "session_id": self.session(self.canteen, MONDAY).id,
                "product_id": self.meal.id,
                "origin": "walk_in",
                "state": "confirmed",
            }
        )
        self.point(reservation, "present")
        self.assert_charges(reservation, "5.40")
        charge = reservation.charge_ids
        self.assertEqual(charge.event, "unplanned")
        self.assertIn("non réservé", charge.explanation)

    def test_attendance_is_entered_without_the_right_to_see_money(self):
        reservation = self.booked(self.nina, self.meal, MONDAY)
        user = self._create_staff("animation")
        with self.at(MONDAY):
            reservation.with_user(user)._set_attendance("absent_unjustified")
        self.assert_charges(reservation, "3.60", "1.80")

    # === Cancelled === #

    def test_cancelling_in_time_gives_the_price_back(self):
        reservation = self.booked(self.nina, self.t2, MONDAY)
        self.cancel(reservation)
        self.assert_charges(reservation, "1.30", "-1.30")
        self.assertEqual(self.martin._espace_credit(), 1.30)
        # The invoice stands, and nothing is owed of it.
        self.assertEqual(self.martin.amount_due, 0)
        self.assertEqual(self.martin.credit_available, 0)

    def test_cancelling_too_late_changes_nothing(self):
        reservation = self.booked(self.nina, self.meal, MONDAY)
        with self.assertRaises(UserError):
            self.cancel(reservation)
        self.assert_charges(reservation, "3.60")

    def test_a_credit_is_deducted_from_the_next_invoice(self):
        cancelled = self.booked(self.nina, self.t2, MONDAY)
        self.pay(self.invoices(self.martin))
        self.cancel(cancelled)
        self.booked(self.tom, self.meal, TUESDAY)
        _paid, refund, invoice = self.invoices(self.martin)
        self.assertEqual((refund.move_type, refund.amount_total), ("out_refund", 1.30))
        self.assertEqual((invoice.amount_total, invoice.amount_residual), (3.60, 2.30))
        self.assertEqual(invoice._espace_sums().deducted, Decimal("1.30"))
        self.assertEqual(self.martin._espace_credit(), 0)
        credit = cancelled.charge_ids.sorted("id")[-1]
        self.assertEqual(credit.move_id, refund)

    def pay(self, moves):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=moves.ids
        ).create({"journal_id": self.bank_journal.id})._create_payments()

    def test_a_credit_is_deducted_once(self):
        self.cancel(self.booked(self.nina, self.t2, MONDAY))
        self.booked(self.tom, self.meal, TUESDAY)
        self.booked(self.tom, self.meal, THURSDAY)
        totals = self.invoices(self.martin).mapped("amount_total_signed")
        self.assertEqual(totals, [1.30, -1.30, 3.60, 3.60])
        self.assertEqual(self.martin.amount_due, 7.20)

    def test_an_invoice_is_never_negative(self):
        self.cancel(self.booked(self.nina, self.t2, MONDAY))
        self.booked(self.tom, self.t1, MONDAY)
        invoice = self.invoices(self.martin)[-1]
        self.assertEqual(invoice.move_type, "out_invoice")
        self.assertEqual(invoice.amount_total, 0.65)
        self.assertEqual(self.martin.amount_due, 0.65)

    def test_the_rest_of_the_credits_stays_available(self):
        days = (MONDAY, TUESDAY, THURSDAY)
        bookings = [self.booked(self.nina, self.t2, day) for day in days]
        self.pay(self.invoices(self.martin))
        self.cancel(self.Reservation.union(*bookings))
        self.assertEqual(self.martin._espace_credit(), 3.90)
        self.booked(self.tom, self.meal, TUESDAY)
        self.assertEqual(self.invoices(self.martin)[-1].amount_residual, 0)
        self.assertEqual(self.martin._espace_credit(), 0.30)

    def test_a_credit_of_one_family_does_not_pay_for_another(self):
        self.cancel(self.booked(self.nina, self.t2, MONDAY))
        self.booked(self.lina, self.meal, MONDAY)
        self.assertEqual(self.invoices(self.durand).amount_total, 3.60)
        self.assertEqual(self.durand._espace_credit(), 0)

    def test_the_credit_says_why_in_the_language_of_the_family(self):
        self.martin.lang = "fr_FR"
        reservation = self.booked(self.nina, self.t2, MONDAY)
        self.assertEqual(reservation.env.lang, "en_US")
        words = patch.object(
            type(reservation), "_credit_words", lambda self: self.env.lang
        )
        with words:
            self.cancel(reservation)
        credit = reservation.charge_ids.sorted("id")[-1]
        self.assertEqual(credit.explanation, "fr_FR")

    def test_booking_again_after_cancelling_costs_once(self):
        self.cancel(self.booked(self.nina, self.t2, MONDAY))
        again = self.booked(self.nina, self.t2, MONDAY)
        self.assert_charges(again, "1.30")
        first, refund, second = self.invoices(self.martin)
        self.assertEqual(first.amount_residual, 0)
        self.assertEqual((refund.move_type, refund.amount_total), ("out_refund", 1.30))
        self.assertEqual((second.amount_total, second.amount_residual), (1.30, 1.30))
        self.assertEqual(self.martin.amount_due, 1.30)
        self.assertEqual(self.martin._espace_credit(), 0)

    # === At consumption (C) === #

    def consumption(self):
        self.canteen.billing_mode = "consumption"
        return self.booked(self.nina, self.meal, MONDAY)

    def test_at_consumption_nothing_is_due_until_the_attendance_is_known(self):
        reservation = self.consumption()
        self.assertEqual(reservation.state, "confirmed")
        self.assert_charges(reservation)
        with self.at(MONDAY + timedelta(days=1)):
            self.assert_charges(reservation)
        self.assertFalse(self.invoices(self.martin))
        self.point(reservation, "present")
        self.assert_charges(reservation, "3.60")
        self.assertEqual(reservation.charge_ids.state, "to_invoice")
        self.assertEqual(reservation.charge_ids.date, MONDAY)

    def test_at_consumption_an_absence_costs_its_price(self):
        cases = {"absent_unjustified": ["5.40"], "absent_justified": []}
        for attendance, amounts in cases.items():
            with (
                self.subTest(attendance=attendance),
                closing(self.env.cr.savepoint()),
            ):
                reservation = self.consumption()
                self.point(reservation, attendance)
                self.assert_charges(reservation, *amounts)
            self.env.invalidate_all()

    def test_at_consumption_cancelling_costs_nothing(self):
        reservation = self.consumption()
        reservation.action_cancel()
        self.assert_charges(reservation)
        self.assertEqual(self.martin._espace_credit(), 0)

    def test_corrections_before_the_invoice_leave_nothing_to_pay_or_give_back(self):
        reservation = self.consumption()
        for attendance in ("present", "absent_unjustified", "absent_justified"):
            self.point(reservation, attendance)
        self.assert_charges(reservation, "3.60", "1.80", "-5.40")
        self.assertEqual(set(reservation.charge_ids.mapped("state")), {"offset"})
        self.assertEqual(self.martin._espace_credit(), 0)

    def test_a_change_of_mode_charges_nothing_twice(self):
        reservation = self.booked(self.nina, self.meal, MONDAY)
        self.canteen.billing_mode = "consumption"
        self.point(reservation, "present")
        self.assert_charges(reservation, "3.60")

    # === Prices that change === #

    def planned(self):
        return self.tariff.line_ids.filtered(
            lambda line: line.product_id == self.meal and line.event == "planned"
        )

    def test_a_price_raised_afterwards_makes_one_charge(self):
        reservation = self.booked(self.nina, self.meal, MONDAY)
        self.planned().amount = 3.80
        self.assert_charges(reservation, "3.60", "0.20")
        charge = reservation.charge_ids.sorted("id")[-1]
        self.assertIn("3,80", charge.explanation)
        self.assertEqual(charge.tariff_line_id, self.planned())

    def test_a_price_lowered_afterwards_makes_one_credit(self):
        reservation = self.booked(self.nina, self.meal, MONDAY)
        self.planned().amount = 3.00
        self.assert_charges(reservation, "3.60", "-0.60")
        self.assertEqual(self.martin._espace_credit(), 0.60)
        charge = reservation.charge_ids.sorted("id")[-1]
        self.assertEqual((charge.quantity, charge.unit_price), (-1, 0.60))

    def test_a_price_that_doubles_is_charged_by_its_difference(self):
        reservation = self.booked(self.nina, self.meal, MONDAY)
        self.planned().amount = 7.20
        self.assert_charges(reservation, "3.60", "3.60")

    def test_a_quotient_given_afterwards_counts_from_its_date(self):
        monday = self.booked(self.lina, self.t2, MONDAY)
        tuesday = self.booked(self.lina, self.t2, TUESDAY)
        self._set_quotient(self.durand, 300, TUESDAY)
        self.assert_charges(monday, "1.60")
        self.assert_charges(tuesday, "1.60", "-0.40")
        first, correction = tuesday.charge_ids.sorted("id")
        self.assertFalse(first.qf_known)
        self.assertTrue(correction.qf_known)
        self.assertEqual(correction.qf, 300)

    def test_a_tariff_of_next_month_changes_nothing_before(self):
        january = self.booked(self.nina, self.meal, MONDAY)
        february = self.booked(self.nina, self.meal, date(2027, 2, 2))
        self.tariff.date_to = date(2027, 1, 31)
        following = self.tariff.copy({"date_from": "2027-02-01", "date_to": False})
        following.line_ids.filtered(
            lambda line: line.product_id == self.meal and line.event == "planned"
        ).amount = 4.00
        self.assert_charges(january, "3.60")
        self.assert_charges(february, "3.60", "0.40")

    def test_amounts_do_not_drift(self):
        reservation = self.booked(self.nina, self.meal, MONDAY)
        for step in range(1, 31):
            self.planned().amount = 3.60 + step / 100
            reservation._settle()
        self.planned().amount = 3.60
        self.settle(reservation)
        self.assertEqual(reservation.charged_amount, 3.60)
        self.assertEqual(len(reservation.charge_ids), 32)

    # === Many at once === #

    def test_a_whole_class_is_settled_at_once(self):
        reservations = self.Reservation
        for child in (self.nina, self.tom, self.lina):
            reservations |= self.booked(child, self.meal, MONDAY)
        self.point(reservations[:2], "absent_unjustified")
        charges = reservations._settle()
        self.assertFalse(charges)
        self.assertEqual(sum(self.amounts(reservations)), Decimal("14.40"))

    def test_settling_costs_the_same_queries_for_one_as_for_many(self):
        days = [MONDAY, TUESDAY, THURSDAY]
        reservations = self.Reservation.browse(
            self.booked(child, self.meal, day).id
            for child in (self.nina, self.tom)
            for day in days
        )

        def queries(records):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records.browse(records.ids)._settle()
            return self.env.cr.sql_log_count - before

        queries(reservations)
        self.assertEqual(queries(reservations), queries(reservations[:1]))

    def test_the_day_before_it_cannot_be_pointed(self):
        reservation = self.booked(self.nina, self.meal, MONDAY)
        with self.at(NOW.date()), self.assertRaises(UserError):
            reservation._set_attendance("present")
        self.assert_charges(reservation, "3.60")
