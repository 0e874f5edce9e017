from datetime import date, datetime

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW, THURSDAY, TUESDAY

from ...domain import settlement
from ..common import EspaceBillingCase
from .test_settlement import euros

FRIDAY = date(2027, 1, 15)
OVERDUE = datetime(2027, 1, 14, 8, 0)
PDF = [("c.pdf", b"%PDF-1.4 a certificate")]


@tagged("post_install", "-at_install")
class TestAbsenceSettlement(EspaceBillingCase):
    """What absences cost: Σ charges = target, whatever is declared and decided."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.martin.lang = "en_US"

    def declare(self, date_to=MONDAY, **options):
        return self.env["espace.absence"]._declare(
            self.martin,
            self.nina,
            MONDAY,
            date_to,
            **{"reason": "illness", "now": NOW, **options},
        )

    def _week(self, product):
        return self.Reservation.browse(
            self.booked(self.nina, product, day).id
            for day in (MONDAY, TUESDAY, THURSDAY, FRIDAY)
        )

    def test_a_day_of_carence_is_due_as_it_was_booked(self):
        for late, event in ((False, "planned"), (True, "late")):
            for mode in ("booking", "consumption"):
                booking = settlement.Booking(
                    "confirmed",
                    "absent_justified",
                    late=late,
                    mode=mode,
                    absence_due=True,
                )
                self.assertEqual(settlement.event_due(booking), event)
        unexcused = settlement.Booking(
            "confirmed", "absent_unjustified", absence_due=True
        )
        self.assertEqual(settlement.event_due(unexcused), "absence_unjustified")

    def test_paid_at_booking_it_is_credited_when_accepted(self):
        booking = self.booked(self.nina, self.meal, MONDAY)
        absence = self.declare(proofs=PDF)
        self.assertEqual(self.amounts(booking), euros("3.60"))
        absence._accept(now=NOW)
        self.assertEqual(self.amounts(booking), euros("3.60", "-3.60"))
        self.assertEqual(self.martin._espace_credit(), 3.60)

    def test_carence_days_are_not_credited(self):
        self.canteen.absence_carence_days = 1
        bookings = self._week(self.meal)
        self.declare(FRIDAY, proofs=PDF)._accept(now=NOW)
        self.assertEqual(
            [self.amounts(booking) for booking in bookings],
            [euros("3.60"), *[euros("3.60", "-3.60")] * 3],
        )

    def test_carence_days_at_consumption_are_charged(self):
        self.canteen.write({"billing_mode": "consumption", "absence_carence_days": 1})
        bookings = self._week(self.meal)
        self.declare(FRIDAY, proofs=PDF)._accept(now=NOW)
        self.assertEqual(
            [self.amounts(booking) for booking in bookings], [euros("3.60"), [], [], []]
        )

    def test_without_proof_in_time_it_costs_an_absence(self):
        booking = self.booked(self.nina, self.meal, MONDAY)
        absence = self.declare()
        with self.at("2027-01-14"):
            self.env["espace.absence"]._cron_refuse_overdue()
        self.assertEqual(absence.state, "refused")
        self.assertEqual(self.amounts(booking), euros("3.60", "1.80"))

    def test_accepted_after_all_it_gives_everything_back(self):
        booking = self.booked(self.nina, self.meal, MONDAY)
        absence = self.declare()
        with self.at("2027-01-14"):
            self.env["espace.absence"]._cron_refuse_overdue()
            absence._accept()
        self.assertEqual(sum(self.amounts(booking)), 0)

    def test_withdrawn_it_is_due_again(self):
        self.canteen.absence_proof = False
        booking = self.booked(self.nina, self.meal, MONDAY)
        absence = self.declare()
        self.assertEqual(sum(self.amounts(booking)), 0)
        absence._withdraw(now=NOW)
        self.assertEqual(sum(self.amounts(booking)), euros("3.60")[0])

    def test_a_child_who_came_pays(self):
        booking = self.booked(self.nina, self.meal, MONDAY)
        absence = self.declare(proofs=PDF)
        self.point(booking, "present")
        absence._accept(now=OVERDUE)
        self.assertEqual(self.amounts(booking), euros("3.60"))

    def test_what_was_billed_after_the_day_is_not_changed(self):
        self.canteen.billing_mode = "consumption"
        booking = self.booked(self.nina, self.meal, MONDAY)
        absence = self.declare(proofs=PDF)
        self.point(booking, "absent_unjustified")
        with self.at("2027-01-14"):
            move = booking.charge_ids._invoice(OVERDUE)
            move._post(soft=False)
        with self.assertRaises(UserError) as error:
            absence._accept(now=OVERDUE)
        self.assertIn("Monday 11 January", str(error.exception))
        self.assertIn(move.name, str(error.exception))
        self.assertEqual(booking.attendance, "absent_unjustified")
