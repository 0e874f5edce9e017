"""The emergency service of a strike costs families nothing."""

from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW

from ..common import EspaceBillingCase


@tagged("post_install", "-at_install")
class TestEmergencyIsFree(EspaceBillingCase):
    def setUp(self):
        super().setUp()
        self.strike = self.env["espace.closure"].create(
            {
                "name": "Strike",
                "date_from": MONDAY,
                "date_to": MONDAY,
                "opens_emergency": True,
            }
        )
        self.strike._apply(now=NOW)
        self.activity = self.strike.emergency_activity_id
        self.option = self.activity.product_ids.product_variant_ids

    def test_whatever_the_tariff_says_and_whatever_happens(self):
        [quote] = self.Reservation._quote(
            self.martin, [(self.nina, self.option, MONDAY)], now=NOW
        )
        self.assertEqual((quote.status, quote.price), ("available", 0))
        booking = self.booked(self.nina, self.option, MONDAY)
        self.assertEqual(booking.state, "confirmed")
        for attendance in ("absent_unjustified", "present"):
            self.point(booking, attendance)
            booking._settle()
            self.assertFalse(booking.charge_ids)
            self.assertFalse(booking.settlement_error)

    def test_no_debt_keeps_a_pupil_from_it(self):
        self.assertFalse(self.activity.debt_blocks)
        self.assertTrue(self.evening.debt_blocks)

    def test_nobody_is_asked_for_its_price(self):
        setup = self.env["espace.setup"]
        self.assertNotIn(self.option, setup._priced_options(self.company))
        lines = self.env["espace.tariff"]._proposed_lines(self.company)
        self.assertNotIn(self.option.id, [line["product_id"] for line in lines])
        self.assertIn(self.t1.id, [line["product_id"] for line in lines])
