from datetime import date, datetime
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.espace_famille.tests.common import MONDAY, NOW, TUESDAY

from ..common import EspaceBillingCase

LOGGER = "odoo.addons.espace_famille_billing.models.charge.espace_charge_invoicing"


@tagged("post_install", "-at_install")
class TestInvoiceSoon(EspaceBillingCase):
    """Bookings of the portal are invoiced once the rush for places has passed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.parent = cls._create_portal_user(cls.martin.guardian_ids[0])

    def book_soon(self, family, *items):
        gate = self.Reservation.with_user(self.parent).sudo()
        return gate._book(family, items, now=NOW)

    def test_each_family_gets_one_invoice_for_all_it_booked(self):
        self.book_soon(self.martin, (self.nina, self.meal, MONDAY))
        self.book_soon(self.martin, (self.tom, self.meal, TUESDAY))
        self.book_soon(self.durand, (self.lina, self.meal, MONDAY))
        self.assertFalse(self.invoices(self.martin) | self.invoices(self.durand))
        self.invoice_what_is_due()
        for family, amount in ((self.martin, 7.2), (self.durand, 3.6)):
            [invoice] = self.invoices(family)
            self.assertEqual((invoice.state, invoice.amount_total), ("posted", amount))
        self.assertFalse(self.env["espace.check"]._problems(self.company))

    def test_after_midnight_in_the_commune_it_is_posted_on_its_day(self):
        """The server's clock, in UTC, still says the day before."""
        half_past_midnight = datetime(2027, 1, 9, 23, 30)
        with freeze_time(half_past_midnight):
            gate = self.Reservation.with_user(self.parent).sudo()
            items = [(self.nina, self.t1, MONDAY)]
            gate._book(self.martin, items, now=half_past_midnight)
            self.Charge._cron_invoice_at_once(half_past_midnight)
        [invoice] = self.invoices(self.martin)
        self.assertEqual(
            (invoice.state, invoice.invoice_date), ("posted", date(2027, 1, 10))
        )

    def test_what_was_cancelled_meanwhile_is_not_invoiced(self):
        self.book_soon(self.martin, (self.nina, self.t1, MONDAY))
        self.cancel(self.martin.reservation_ids)
        self.invoice_what_is_due()
        self.assertFalse(self.invoices(self.martin))

    def test_a_price_that_changed_meanwhile_is_invoiced_soon_all_the_same(self):
        booked = self.book_soon(self.martin, (self.nina, self.t1, MONDAY))
        # Charged otherwise: due with the month, not with this booking.
        self.evening.billing_mode = "consumption"
        later = self.book_soon(self.martin, (self.tom, self.t1, MONDAY))
        self.evening.billing_mode = "booking"
        self.Reservation.browse(later[0].reservation_id)._settle()
        self._set_quotient(self.martin, 300, MONDAY)
        booking = self.Reservation.browse(booked[0].reservation_id)
        waiting = booking.charge_ids.filtered(lambda c: c.state == "to_invoice")
        self.assertEqual(waiting.mapped(lambda c: (c.amount, c.at_once)), [(0.6, True)])
        other = self.Reservation.browse(later[0].reservation_id).charge_ids
        self.assertFalse(any(other.mapped("at_once")))
        self.invoice_what_is_due()
        [invoice] = self.invoices(self.martin)
        self.assertEqual((invoice.state, invoice.amount_total), ("posted", 0.6))
        self.assertEqual(invoice.espace_reservation_ids, booking)

    def test_a_price_that_became_nothing_is_not_invoiced(self):
        self.book_soon(self.martin, (self.nina, self.t1, MONDAY))
        lines = self.tariff.line_ids.filtered(lambda x: x.product_id == self.t1)
        lines.amount = 0
        self.martin.reservation_ids._recompute_prices()
        self.invoice_what_is_due()
        self.assertFalse(self.invoices(self.martin))

    def test_a_credit_is_deducted(self):
        booked = self.book_soon(self.martin, (self.nina, self.t1, MONDAY))
        self.invoice_what_is_due()
        self.cancel(self.Reservation.browse(booked[0].reservation_id))
        self.book_soon(self.martin, (self.nina, self.meal, MONDAY))
        self.invoice_what_is_due()
        booked, refund, invoice = self.invoices(self.martin)
        self.assertEqual((booked.amount_residual, refund.amount_residual), (0, 0))
        self.assertEqual((invoice.amount_total, self.martin.amount_due), (3.60, 3.60))

    def test_one_family_that_fails_keeps_no_other_from_its_invoice(self):
        self.book_soon(self.martin, (self.nina, self.meal, MONDAY))
        self.book_soon(self.durand, (self.lina, self.meal, MONDAY))
        Charge = self.env.registry["espace.charge"]
        invoice = Charge._invoice

        def fail_once(charges, now):
            if self.martin in charges.family_id:
                raise ValueError("No journal")
            return invoice(charges, now)

        with (
            patch.object(Charge, "_invoice", fail_once),
            mute_logger(LOGGER),
        ):
            self.invoice_what_is_due()
        self.assertFalse(self.invoices(self.martin))
        self.assertEqual(self.invoices(self.durand).state, "posted")
        self.invoice_what_is_due()
        self.assertEqual(self.invoices(self.martin).state, "posted")
        self.assertEqual(len(self.invoices(self.durand)), 1)

    def test_who_pays_online_has_the_invoice_to_pay_at_once(self):
        self._publish_provider()
        self.book_soon(self.martin, (self.nina, self.meal, MONDAY))
        self.assertEqual(self.invoices(self.martin).state, "draft")
        self.invoice_what_is_due()
        [invoice] = self.invoices(self.martin)
        self.assertEqual(invoice.state, "draft")

    def test_no_client_puts_its_invoice_off(self):
        gate = self.Reservation.with_context(espace_invoice_soon=True)
        gate._book(self.martin, [(self.nina, self.meal, MONDAY)], now=NOW)
        self.assertEqual(self.invoices(self.martin).state, "posted")
