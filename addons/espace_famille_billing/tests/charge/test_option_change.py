from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW

from ..common import EspaceBillingCase


@tagged("post_install", "-at_install")
class TestOptionChange(EspaceBillingCase):
    """Another option of a booked day: its price, to the cent, and no more."""

    def change(self, product, gate=None):
        gate = self.Reservation if gate is None else gate
        return gate._change_option(self.martin, (self.nina, product, MONDAY), NOW)

    def total(self, booked):
        return round(sum(booked.charge_ids.mapped("amount")), 2)

    def test_a_longer_option_costs_the_difference_at_once(self):
        booked = self.booked(self.nina, self.t1, MONDAY)
        self.assertEqual(self.total(booked), 0.65)
        quote = self.change(self.t2)
        self.assertEqual(str(quote.price), "1.30")
        self.assertEqual(booked.charge_ids.mapped("amount"), [0.65, 0.65])
        self.assertEqual(set(booked.charge_ids.mapped("state")), {"invoiced"})

    def test_a_shorter_option_gives_the_difference_back(self):
        booked = self.booked(self.nina, self.t2, MONDAY)
        self.change(self.t1)
        self.assertEqual(self.total(booked), 0.65)
        credit = booked.charge_ids.filtered(lambda charge: charge.amount < 0)
        self.assertEqual(credit.state, "to_invoice")

    def test_there_and_back_costs_nothing(self):
        booked = self.booked(self.nina, self.t1, MONDAY)
        self.change(self.t2)
        self.change(self.t1)
        self.assertEqual(self.total(booked), 0.65)
        self.assertEqual(booked.espace_price, 0.65)

    def test_a_parent_waits_for_no_invoice(self):
        booked = self.booked(self.nina, self.t1, MONDAY)
        parent = self._create_portal_user(self.martin.guardian_ids[0])
        self.change(self.t2, self.Reservation.with_user(parent).sudo())
        due = booked.charge_ids.filtered(lambda charge: charge.state == "to_invoice")
        self.assertEqual((due.amount, due.at_once), (0.65, True))

    def test_at_consumption_nothing_is_due_yet(self):
        self.evening.billing_mode = "consumption"
        booked = self.booked(self.nina, self.t1, MONDAY)
        self.change(self.t2)
        self.assertFalse(booked.charge_ids)

    def test_an_option_without_a_price_changes_nothing(self):
        booked = self.booked(self.nina, self.t1, MONDAY)
        self.tariff.line_ids.filtered(lambda line: line.product_id == self.t2).unlink()
        quote = self.change(self.t2)
        self.assertEqual(quote.status, "blocked")
        self.assertEqual((booked.product_id, self.total(booked)), (self.t1, 0.65))
