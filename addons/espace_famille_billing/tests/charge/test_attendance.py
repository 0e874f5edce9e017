from decimal import Decimal

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY

from ...models.core.errors import MissingPrice
from ..common import EspaceBillingCase


def euros(*amounts):
    return [Decimal(amount) for amount in amounts]


class AttendanceBillingCase(EspaceBillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent = cls._create_staff("animation")

    def walk_in(self, child, product=None):
        """Add a child without booking, on the evening of Monday, as an agent."""
        session = self.session(self.canteen, MONDAY)
        with self.at(MONDAY):
            reservation = self.Reservation.with_user(self.agent)._walk_in(
                child, product or self.meal, session
            )
        return reservation.sudo()


@tagged("post_install", "-at_install")
class TestWalkInCharge(AttendanceBillingCase):
    def test_a_child_without_booking_costs_the_unplanned_price(self):
        for mode in ("booking", "consumption"):
            with self.subTest(mode=mode):
                self.canteen.billing_mode = mode
                child = {"booking": self.nina, "consumption": self.tom}[mode]
                reservation = self.walk_in(child)
                self.assertEqual(self.amounts(reservation), euros("5.40"))
                self.assertEqual(reservation.charge_ids.event, "unplanned")
                self.assertEqual(reservation.charge_ids.state, "to_invoice")

    def test_the_household_of_the_day_is_charged(self):
        # 11 January 2027 is in ISO week 2, an even one.
        self.env["espace.custody"].create(
            {"child_id": self.nina.id, "family_id": self.durand.id, "pattern": "even"}
        )
        self.assertEqual(self.walk_in(self.nina).charge_ids.family_id, self.durand)

    def test_a_waiting_child_who_turns_up_is_charged_as_unplanned(self):
        waiting = self.Reservation.create(
            {
                "child_id": self.nina.id,
                "family_id": self.martin.id,
                "product_id": self.meal.id,
                "session_id": self.session(self.canteen, MONDAY).id,
                "state": "waiting",
            }
        )
        self.assertEqual(self.walk_in(self.nina), waiting)
        self.assertEqual(self.amounts(waiting), euros("5.40"))

    def test_a_mistaken_walk_in_taken_back_costs_nothing_at_consumption(self):
        self.canteen.billing_mode = "consumption"
        reservation = self.walk_in(self.nina)
        self.point(reservation, "expected")
        self.assertEqual(self.amounts(reservation), euros("5.40", "-5.40"))

    def test_points_sent_by_a_device_are_charged(self):
        self.canteen.billing_mode = "consumption"
        reservation = self.booked(self.nina, self.meal, MONDAY)
        with self.at(MONDAY):
            points = [(reservation.id, "absent_unjustified", self.env.cr.now())]
            session = reservation.session_id.with_user(self.agent)
            session._mark(points)
            session._mark(points)
        self.assertEqual(self.amounts(reservation), euros("5.40"))

    def test_what_a_manager_writes_directly_is_charged(self):
        self.canteen.billing_mode = "consumption"
        reservation = self.booked(self.nina, self.meal, MONDAY)
        manager = self._create_staff("manager")
        with self.at(MONDAY):
            reservation.with_user(manager).write({"attendance": "present"})
        self.assertEqual(self.amounts(reservation), euros("3.60"))


@tagged("post_install", "-at_install")
class TestDurations(AttendanceBillingCase):
    """Childcare by started half-hours: 1.00 € each, five minutes free."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.t2.espace_records_times = True
        lines = cls.tariff.line_ids.filtered(lambda line: line.product_id == cls.t2)
        cls.tariff.write(
            {
                "line_ids": [
                    *(Command.delete(line.id) for line in lines),
                    Command.create(
                        cls._line(
                            cls.t2,
                            "planned",
                            0,
                            0,
                            1,
                            "started_unit",
                            unit_minutes=30,
                            grace_minutes=5,
                        )
                    ),
                ]
            }
        )

    def times(self, reservation, *times):
        with self.at(MONDAY):
            reservation.with_user(self.agent)._record_times(*times)

    def consumption(self):
        self.evening.billing_mode = "consumption"
        return self.booked(self.nina, self.t2, MONDAY)

    def test_every_half_hour_begun_is_due(self):
        for times, amount in (
            ((16.5, 17.5), "2"),
            ((16.5, 17 + 35 / 60), "2"),
            ((16.5, 17 + 36 / 60), "3"),
            ((16.5, 16 + 35 / 60), "0"),
        ):
            with self.subTest(times=times):
                reservation = self.consumption()
                self.times(reservation, *times)
                total = sum(self.amounts(reservation), Decimal(0))
                self.assertEqual(total, Decimal(amount))
                reservation._cancel(staff=True)

    def test_present_without_times_pays_the_hours_of_the_option(self):
        reservation = self.consumption()
        self.point(reservation, "present")
        # Two hours less five minutes.
        self.assertEqual(self.amounts(reservation), euros("4"))

    def test_corrected_times_are_charged_by_the_difference(self):
        reservation = self.consumption()
        self.times(reservation, 16.5, 17.5)
        self.times(reservation, 16.5, 18.5)
        self.times(reservation, 16.5, 18.5)
        self.assertEqual(self.amounts(reservation), euros("2", "2"))
        self.times(reservation, 16.5, 17)
        self.assertEqual(self.amounts(reservation), euros("2", "2", "-3"))

    def test_paid_at_booking_the_time_really_spent_is_settled(self):
        reservation = self.booked(self.nina, self.t2, MONDAY)
        self.assertEqual(self.amounts(reservation), euros("4"))
        self.times(reservation, 16.5, 17.5)
        self.assertEqual(self.amounts(reservation), euros("4", "-2"))

    def test_an_absence_is_not_priced_by_minutes(self):
        reservation = self.consumption()
        self.times(reservation, 16.5, 17.5)
        self.point(reservation, "absent_unjustified")
        total = sum(self.amounts(reservation), Decimal(0))
        self.assertEqual(total, Decimal(4))


@tagged("post_install", "-at_install")
class TestMissingPrice(AttendanceBillingCase):
    """The tariff has no price for what happened: the child is there all the same."""

    def setUp(self):
        super().setUp()
        self.canteen.billing_mode = "consumption"
        self.reservation = self.booked(self.nina, self.meal, MONDAY)
        self.lines = self.tariff.line_ids.filtered(
            lambda line: line.product_id == self.meal
        )
        self.prices = [Command.create(line.copy_data()[0]) for line in self.lines]
        self.tariff.write(
            {"line_ids": [Command.delete(line.id) for line in self.lines]}
        )

    def complete_the_tariff(self):
        self.tariff.write({"line_ids": self.prices})

    def test_pointing_succeeds_and_the_regie_is_told(self):
        walk_in = self.walk_in(self.tom)
        self.point(self.reservation.with_user(self.agent), "present")
        both = self.reservation | walk_in
        self.assertEqual(set(both.mapped("attendance")), {"present"})
        self.assertFalse(both.charge_ids)
        for reservation in both:
            self.assertIn("no price", reservation.settlement_error)
        action = self.env.ref(
            "espace_famille_billing.espace_reservation_unsettled_action"
        )
        finance = self._create_staff("finance")
        listed = self.Reservation.with_user(finance).search(
            [("settlement_error", "!=", False)]
        )
        self.assertEqual(listed.sudo(), both)
        self.assertIn("settlement_error", action.domain)

        self.complete_the_tariff()
        listed.action_settle()
        self.assertEqual(sorted(self.amounts(both)), euros("3.60", "5.40"))
        self.assertFalse(any(both.mapped("settlement_error")))

    def test_one_missing_price_stops_no_other_child(self):
        evening = self.booked(self.tom, self.t1, MONDAY)
        self.evening.billing_mode = "consumption"
        evening._settle()
        self.point(self.reservation | evening, "absent_unjustified")
        self.assertTrue(self.reservation.settlement_error)
        self.assertFalse(evening.settlement_error)
        self.complete_the_tariff()
        self.reservation._settle()

    def test_taking_it_back_forgets_the_anomaly(self):
        self.point(self.reservation, "present")
        self.point(self.reservation, "expected")
        self.assertFalse(self.reservation.settlement_error)

    def test_asked_to_the_letter_settling_says_what_is_missing(self):
        self.point(self.reservation, "present")
        with self.assertRaises(MissingPrice):
            self.reservation._settle()
        self.complete_the_tariff()
        self.reservation._settle()

    def test_agents_neither_see_the_anomaly_nor_settle(self):
        self.point(self.reservation, "present")
        reservation = self.reservation.with_user(self.agent)
        with self.assertRaises(AccessError):
            reservation.read(["settlement_error"])
        with self.assertRaises(AccessError):
            reservation.action_settle()
        self.complete_the_tariff()
        self.reservation._settle()
