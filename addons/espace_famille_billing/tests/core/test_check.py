from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import (
    MONDAY,
    THURSDAY,
    TODAY,
    TUESDAY,
)
from odoo.addons.espace_famille.tests.core.test_check import CorruptionCase

from ..common import EspaceBillingCase

INVARIANTS = {
    "settled",
    "charge_copies",
    "charge_state",
    "offset",
    "own_invoice",
    "invoice_line",
    "invoice_total",
    "hold",
    "payment_awaited",
    "receipt_given",
    "receipt_gap",
    "rejection",
    "payment_entry",
    "written_off",
}


@tagged("post_install", "-at_install")
class TestBillingCheck(CorruptionCase, EspaceBillingCase):
    """Each promise about money, broken by SQL, is found with what breaks it."""

    def check_invariants(self):
        """They are broken on purpose here."""

    def setUp(self):
        super().setUp()
        self.booking = self.booked(self.nina, self.meal, MONDAY)
        self.charge = self.booking.charge_ids
        self.line = self.charge.invoice_line_id
        self.move = self.line.move_id

    def spoil_row(self, record, name, value):
        self.spoil(
            f"UPDATE {record._table} SET {name} = %s WHERE id = %s", value, record.id
        )

    def test_sound_data_have_no_finding(self):
        self.cancel(self.booked(self.nina, self.t1, TUESDAY))
        self.assertEqual(self.env["espace.check"]._problems(self.company), [])

    def test_every_invariant_is_checked(self):
        results = self.env["espace.check"]._results(self.company)
        self.assertLessEqual(INVARIANTS, {i.code for i, _finding in results})

    def test_what_was_charged_is_not_what_is_due(self):
        self.spoil_row(self.charge, "amount", 3.50)
        self.assert_found(
            "settled", self.booking, others=("invoice_line", "invoice_total")
        )

    def test_the_last_of_many_that_are_alike(self):
        """One of each kind is settled: what is charged otherwise is another kind."""
        others = [self.booked(self.nina, self.meal, day) for day in (TUESDAY, THURSDAY)]
        self.spoil_row(others[1].charge_ids, "amount", 3.50)
        self.assert_found(
            "settled", others[1], others=("invoice_line", "invoice_total")
        )

    def test_a_day_charged_as_before_the_quotient_changed(self):
        self.booked(self.nina, self.t1, MONDAY)
        later = self.booked(self.nina, self.t1, THURSDAY)
        self.spoil(
            "INSERT INTO espace_family_income (family_id, value, date_from, source) "
            "VALUES (%s, 2000, %s, 'declared')",
            self.martin.id,
            THURSDAY,
        )
        self.assert_found("settled", later)

    def test_a_day_charged_that_a_flat_price_includes(self):
        self.booked(self.nina, self.t1, MONDAY)
        included = self.booked(self.nina, self.t1, THURSDAY)
        formula = self.env["espace.flat.formula"].create(
            {
                "name": "Garderie au mois",
                "company_id": self.company.id,
                "product_id": self.t1.id,
            }
        )
        self.spoil(
            "INSERT INTO espace_flat (formula_id, family_id, child_id, company_id, "
            "activity_id, date_from) VALUES (%s, %s, %s, %s, %s, %s)",
            formula.id,
            self.martin.id,
            self.nina.id,
            self.company.id,
            self.evening.id,
            THURSDAY,
        )
        self.assert_found("settled", included)

    def test_a_cancelled_booking_that_was_not_credited(self):
        other = self.booked(self.tom, self.meal, MONDAY)
        self.spoil(
            "UPDATE espace_reservation SET state = 'cancelled' WHERE id = %s", other.id
        )
        self.assert_found("settled", other, others=("seat_counters",))

    def test_a_booking_without_price(self):
        evening = self.booked(self.tom, self.t1, THURSDAY)
        self.spoil("DELETE FROM espace_tariff_line WHERE product_id = %s", self.meal.id)
        self.assertEqual(evening.charged_amount, 0.65)
        self.assert_found("settled", self.booking)

    def test_checking_charges_nothing(self):
        self.spoil_row(self.booking, "late", True)
        before = self.Charge.search_count([])
        self.env["espace.check"]._problems(self.company)
        self.assertEqual(self.Charge.search_count([]), before)

    def test_a_charge_of_another_child(self):
        self.spoil_row(self.charge, "child_id", self.tom.id)
        self.assert_found("charge_copies", self.charge)

    def test_a_state_that_contradicts_the_links(self):
        self.spoil_row(self.charge, "state", "to_invoice")
        self.assert_found("charge_state", self.charge)

    def test_a_pair_that_does_not_cancel_out(self):
        self.bill_evening_at_consumption()
        booking = self.booked(self.tom, self.t1, TUESDAY)
        self.point(booking, "present")
        self.point(booking, "absent_justified")
        charge, credit = booking.charge_ids.sorted("id")
        self.assertEqual(charge.offset_charge_id, credit)
        self.spoil_row(credit, "offset_charge_id", None)
        self.spoil_row(credit, "state", "to_invoice")
        self.assert_found("offset", booking)

    def bill_evening_at_consumption(self):
        self.evening.billing_mode = "consumption"
        self.env["espace.tariff.line"].create(
            {
                "tariff_id": self.tariff.id,
                **self._line(self.t1, "absence_justified", 0, 0, 0),
            }
        )

    def test_the_invoice_of_another_family(self):
        other = self.booked(self.lina, self.meal, MONDAY)
        self.spoil_row(
            self.charge, "invoice_line_id", other.charge_ids.invoice_line_id.id
        )
        self.assert_found(
            "own_invoice", self.charge, others=("invoice_line", "invoice_total")
        )

    def test_a_line_that_is_not_its_charges(self):
        self.spoil_row(self.line, "price_total", 3.61)
        self.assert_found("invoice_line", self.line)

    def test_an_invoice_that_is_not_its_charges(self):
        self.spoil_row(self.move, "amount_total", 3.61)
        self.assert_found("invoice_total", self.move, others=("invoice_entry",))

    def test_a_seat_held_without_a_payment(self):
        self.spoil_row(self.booking, "hold_until", "2027-01-04 09:00:00")
        self.assert_found("hold", self.booking)

    def test_a_payment_that_nothing_asks(self):
        self._publish_provider()
        held = self.booked(self.tom, self.meal, MONDAY)
        self.assertEqual(held.state, "pending_payment")
        self.assertEqual(self.env["espace.check"]._problems(self.company), [])
        self.spoil_row(held.charge_ids.move_id, "state", "posted")
        self.assert_found("payment_awaited", held, others=("journal_gap",))

    # === Payments === #

    def pay(self):
        """Take half of what is owed, twice; return the payments."""
        self._create_regie()
        debt = self.martin._espace_open_lines("debit")
        Payment = self.env["account.payment"].sudo()
        cash = self.journals["cash"]
        return Payment.union(
            *(
                Payment._espace_register(self.martin, cash, {debt: 1.80}, TODAY)
                for _time in range(2)
            )
        )

    def test_a_payment_without_a_receipt(self):
        _first, last = self.pay()
        self.spoil_row(last, "espace_receipt_number", None)
        self.assert_found("receipt_given", last)

    def test_a_number_of_a_receipt_that_misses(self):
        _first, last = self.pay()
        self.spoil_row(last, "espace_receipt_number", "RS-2027-00003")
        self.assert_found("receipt_gap", self.regie)

    def test_a_rejection_of_another_amount(self):
        first, _last = self.pay()
        rejection = first._espace_reject("other", TODAY)
        self.assertEqual(self.env["espace.check"]._problems(self.company), [])
        self.spoil_row(rejection, "amount", 1.79)
        self.assert_found("rejection", rejection, others=("payment_entry",))

    def test_a_payment_that_is_not_its_entry(self):
        first, _last = self.pay()
        self.spoil_row(first, "amount", 1.79)
        self.assert_found("payment_entry", first)

    def test_a_write_off_that_settles_nothing(self):
        account = self.env["account.account"].create(
            {"name": "6541", "code": "6541", "account_type": "expense"}
        )
        debt = self.martin._espace_open_lines("debit")
        move = self.Move.sudo()._espace_write_off(
            self.martin, {debt: 3.60}, TODAY, "D12", TODAY, account
        )
        self.assertEqual(self.env["espace.check"]._problems(self.company), [])
        self.spoil_row(move, "espace_written_off_family_id", self.durand.id)
        self.assert_found("written_off", move)
