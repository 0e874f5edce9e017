from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import (
    MONDAY,
    NOW,
    THURSDAY,
    TODAY,
    TUESDAY,
)

from ...models.charge import espace_reservation_recompute
from ..common import EspaceBillingCase
from .test_settlement import euros


@tagged("post_install", "-at_install")
class TestRecompute(EspaceBillingCase):
    """Prices change afterwards: what is not invoiced follows, the rest is marked."""

    def booked_later(self, child, *days, product=None):
        """Book days whose charges are not yet invoiced."""
        product = product or self.t2
        family = child._paying_family(MONDAY)
        with self.not_invoiced():
            quotes = self.Reservation._book(
                family, [(child, product, day) for day in days]
            )
        return self.Reservation.browse(quote.reservation_id for quote in quotes)

    def test_a_quotient_counts_from_its_date_on_what_is_not_invoiced(self):
        monday, tuesday = self.booked_later(self.lina, MONDAY, TUESDAY)
        self._set_quotient(self.durand, 300, TUESDAY)
        self.assertEqual(self.amounts(monday), euros("1.60"))
        self.assertEqual(self.amounts(tuesday), euros("1.60", "-1.60", "1.20"))
        charge = tuesday.charge_ids.sorted("id")[-1]
        self.assertEqual((charge.qf, charge.qf_known), (300, True))
        self.assertIn("QF 300", charge.explanation)
        self.assertEqual(charge.state, "to_invoice")

    def test_a_corrected_quotient_recomputes_from_the_earlier_of_both_dates(self):
        income = self.martin.income_ids
        bookings = self.booked_later(self.nina, MONDAY, TUESDAY)
        income.write({"date_from": TUESDAY, "value": 300})
        self.assertEqual([booking.charged_amount for booking in bookings], [1.60, 1.20])

    def test_the_name_of_the_source_recomputes_nothing(self):
        with patch.object(type(self.Reservation), "_quotients_changed") as changed:
            self.martin.income_ids.source = "msa"
        changed.assert_not_called()

    def test_another_family_is_left_alone(self):
        theirs = self.booked_later(self.lina, MONDAY)
        self.tariff.line_ids.filtered(lambda x: x.product_id == self.t2).amount = 2
        self._set_quotient(self.martin, 300, MONDAY)
        self.assertEqual(self.amounts(theirs), euros("1.60"))
        theirs._recompute_prices()

    def test_an_agent_without_the_money_enters_a_quotient(self):
        booking = self.booked_later(self.lina, MONDAY)
        self.env["espace.family.income"].with_user(
            self._create_staff("manager")
        ).create({"family_id": self.durand.id, "value": 300, "date_from": TODAY})
        self.assertEqual(booking.charged_amount, 1.20)

    def test_what_is_on_a_draft_invoice_is_marked_and_not_changed(self):
        booking = self.booked_later(self.lina, MONDAY)
        booking.charge_ids._invoice(NOW)
        self._set_quotient(self.durand, 300, MONDAY)
        self.assertEqual(self.amounts(booking), euros("1.60"))
        self.assertEqual(booking.price_change, "to_correct")

    def test_a_price_that_misses_is_noted_and_stops_no_other(self):
        one, other = self.booked_later(self.lina, MONDAY, TUESDAY)
        self.tariff.date_to = MONDAY
        self._set_quotient(self.durand, 300, MONDAY)
        self.assertEqual(one.charged_amount, 1.20)
        self.assertEqual(other.charged_amount, 1.60)
        self.assertTrue(other.settlement_error)
        self.tariff.date_to = False
        (one | other)._recompute_prices()
        self.assertEqual(other.charged_amount, 1.20)
        self.assertFalse(other.settlement_error)

    def test_many_bookings_are_left_to_the_scheduled_action(self):
        bookings = self.booked_later(self.lina, MONDAY, TUESDAY, THURSDAY)
        with (
            patch.object(espace_reservation_recompute, "AT_ONCE", 2),
            patch.object(espace_reservation_recompute, "BATCH", 2),
            self.enter_registry_test_mode(),
        ):
            self._set_quotient(self.durand, 300, MONDAY)
            self.assertEqual(set(bookings.mapped("price_change")), {"to_recompute"})
            self.assertEqual(bookings.mapped("charged_amount"), [1.60] * 3)
            self.env.ref(
                "espace_famille_billing.cron_recompute_prices"
            ).method_direct_trigger()
        self.assertEqual(bookings.mapped("charged_amount"), [1.20] * 3)
        self.assertFalse(any(bookings.mapped("price_change")))

    def test_the_preview_says_what_a_tariff_changes(self):
        self.booked(self.nina, self.meal, MONDAY)  # invoiced at once
        waiting = self.booked_later(self.nina, MONDAY, TUESDAY)
        self.tariff.line_ids.filtered(
            lambda line: line.product_id == self.t2 and line.qf_min == 500
        ).amount = 0.70
        preview = self.env["espace.price.recompute"].create(
            {"tariff_id": self.tariff.id}
        )
        self.assertEqual(
            (preview.booking_count, preview.changed_count, preview.invoiced_count),
            (2, 2, 1),
        )
        self.assertEqual(preview.difference, 0.20)
        self.assertEqual(self.amounts(waiting[0]), euros("1.30"))
        preview.date_from = TUESDAY
        self.assertEqual((preview.booking_count, preview.difference), (1, 0.10))
        preview.action_recompute()
        self.assertEqual([r.charged_amount for r in waiting], [1.30, 1.40])
        waiting._recompute_prices()

    def test_only_who_sets_the_prices_recomputes_them(self):
        manager = self._create_staff("manager")
        with self.assertRaises(AccessError):
            self.env["espace.price.recompute"].with_user(manager).create(
                {"tariff_id": self.tariff.id}
            )

    def test_recomputing_costs_no_more_queries_for_many_than_for_one(self):
        many = self.booked_later(self.lina, MONDAY, TUESDAY, THURSDAY)
        few = self.booked_later(self.nina, MONDAY)
        self.tariff.line_ids.filtered(lambda x: x.product_id == self.t2).amount = 2

        def queries(bookings):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            bookings.browse(bookings.ids)._recompute_prices()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        self.assertGreaterEqual(queries(few), queries(many))
        self.assertEqual(many.mapped("charged_amount"), [4.0] * 3)

    def test_what_comes_after_the_tariff_is_not_recomputed_by_it(self):
        self.tariff.date_to = MONDAY
        self.tariff.copy({"date_from": TUESDAY, "date_to": False})
        self.booked_later(self.nina, MONDAY, TUESDAY)
        preview = self.env["espace.price.recompute"].create(
            {"tariff_id": self.tariff.id, "date_from": TODAY - timedelta(days=90)}
        )
        self.assertEqual(preview.booking_count, 1)
