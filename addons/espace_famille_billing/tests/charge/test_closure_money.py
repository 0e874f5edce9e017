from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW, TUESDAY

from ..common import NBSP, EspaceBillingCase
from .test_settlement import euros


@tagged("post_install", "-at_install")
class TestClosureMoney(EspaceBillingCase):
    """A closed day costs nothing, and undoing it leaves no trace on the account."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.martin | cls.durand).lang = "en_US"

    def closure(self, **vals):
        return self.env["espace.closure"].create(
            {"name": "Strike", "date_from": MONDAY, "date_to": MONDAY, **vals}
        )

    def test_what_was_paid_is_credited_with_the_reason(self):
        booking = self.booked(self.nina, self.meal, MONDAY)
        self.closure()._apply(now=NOW)
        self.assertEqual(self.amounts(booking), euros("3.60", "-3.60"))
        self.assertEqual(self.martin._espace_credit(), 3.60)
        credit = booking.charge_ids.sorted("id")[-1]
        self.assertEqual(credit.explanation, "Closed: strike: credited")

    def test_undone_it_is_no_longer_credited(self):
        booking = self.booked(self.nina, self.meal, MONDAY)
        closure = self.closure()
        closure._apply(now=NOW)
        closure._undo(now=NOW)
        self.assertEqual(booking.state, "confirmed")
        self.assertEqual(self.amounts(booking), euros("3.60", "-3.60", "3.60"))
        self.assertEqual(
            booking.charge_ids.sorted("id").mapped("state"),
            ["invoiced", "offset", "offset"],
        )
        self.assertEqual(self.martin._espace_credit(), 0)

    def test_at_consumption_nothing_is_charged_at_all(self):
        self.canteen.billing_mode = "consumption"
        booking = self.booked(self.nina, self.meal, MONDAY)
        closure = self.closure()
        closure._apply(now=NOW)
        closure._undo(now=NOW)
        self.assertFalse(booking.charge_ids)

    def test_what_was_set_off_stays_used_and_is_charged_again(self):
        """The credit has paid another meal: undoing is no dead end, and stays exact."""
        booking = self.booked(self.nina, self.meal, MONDAY)
        self.pay(self.invoices(self.martin))
        closure = self.closure()
        closure._apply(now=NOW)
        other = self.booked(self.nina, self.meal, TUESDAY)
        _paid, refund, invoice = self.invoices(self.martin)
        self.assertEqual((refund.move_type, refund.amount_residual), ("out_refund", 0))
        self.assertEqual((invoice.amount_total, invoice.amount_residual), (3.60, 0))
        closure._undo(now=NOW)
        self.assertEqual((closure.state, booking.state), ("undone", "confirmed"))
        self.assertEqual(booking.session_id.state, "open")
        self.assertEqual(self.amounts(booking), euros("3.60", "-3.60", "3.60"))
        self.assertEqual(refund.amount_residual, 0)
        self.invoice_what_is_due()
        again = self.invoices(self.martin) - (_paid | refund | invoice)
        self.assertEqual(again, booking.charge_ids.sorted("id")[-1].move_id)
        self.assertEqual((again.amount_total, again.amount_residual), (3.60, 3.60))
        self.assertEqual(self.martin.amount_due, 3.60)
        self.assertEqual(float(self.receivable(self.martin)), 3.60)
        self.assertEqual(self.amounts(other), euros("3.60"))
        self.assertEqual(self.env["espace.check"]._problems(self.company), [])

    def test_what_is_charged_again_is_said_before_and_to_the_family(self):
        self.pay(self.booked(self.nina, self.meal, MONDAY).charge_ids.move_id)
        closure = self.closure()
        closure._apply(now=NOW)
        self.booked(self.nina, self.meal, TUESDAY)
        refund = self.invoices(self.martin)[1]
        wizard = self.env["espace.closure.wizard"].create(
            {"closure_id": closure.id, "purpose": "undo"}
        )
        self.assertFalse(wizard.problems)
        self.assertIn(f"given 3.60 € back by {refund.name}", self.plain(wizard.remarks))
        wizard.action_confirm()
        message = self.martin.message_ids.filtered(
            lambda m: (m.subject or "").startswith("Open after all")
        )
        self.assertIn(
            f"3.60 € had been given back to you by {refund.name}",
            self.plain(message.body),
        )

    def test_undone_twice_over_it_is_exact_each_time(self):
        """Closed, used, undone, closed again, undone: what is left is one meal."""
        booking = self.booked(self.nina, self.meal, MONDAY)
        for _time in range(2):
            closure = self.closure()
            closure._apply(now=NOW)
            self.Charge._cron_invoice_at_once(NOW)
            self.assertEqual(self.martin.amount_due, 0)
            closure._undo(now=NOW)
            self.invoice_what_is_due()
            self.assertEqual(sum(self.amounts(booking)), euros("3.60")[0])
            self.assertEqual(self.martin.amount_due, 3.60)
        self.assertEqual(float(self.receivable(self.martin)), 3.60)

    def pay(self, moves):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=moves.ids
        ).create({"journal_id": self.bank_journal.id})._create_payments()

    def plain(self, words):
        return str(words).replace("&nbsp;", " ").replace(NBSP, " ")

    def test_a_past_day_that_was_invoiced_is_not_closed(self):
        booking = self.booked(self.nina, self.meal, MONDAY)
        closure = self.closure()
        with self.at(TUESDAY), self.assertRaises(UserError) as error:
            closure._apply()
        self.assertIn("Monday 11 January 2027", str(error.exception))
        self.assertEqual((closure.state, booking.state), ("draft", "confirmed"))
        with self.at(MONDAY):
            closure._apply()
        self.assertEqual(booking.state, "cancelled")

    def test_a_past_day_that_was_not_invoiced_may_be(self):
        self.canteen.billing_mode = "consumption"
        booking = self.booked(self.nina, self.meal, MONDAY)
        self.point(booking, "absent_unjustified")
        with self.at(TUESDAY):
            self.closure()._apply()
        self.assertEqual(booking.state, "cancelled")
        self.assertEqual(sum(self.amounts(booking)), 0)

    def test_an_excused_day_that_closes_is_waived_with_its_carence(self):
        self.canteen.write({"absence_proof": False, "absence_carence_days": 1})
        booking = self.booked(self.nina, self.meal, MONDAY)
        self.env["espace.absence"]._declare(
            self.martin, self.nina, MONDAY, MONDAY, reason="illness", now=NOW
        )
        self.assertEqual(sum(self.amounts(booking)), euros("3.60")[0])
        self.closure()._apply(now=NOW)
        self.assertEqual(sum(self.amounts(booking)), 0)


@tagged("post_install", "-at_install")
class TestClosureOnline(EspaceBillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._publish_provider()

    def closure(self):
        return self.env["espace.closure"].create(
            {"name": "Strike", "date_from": MONDAY, "date_to": MONDAY}
        )

    def test_unpaid_seats_go_and_the_other_days_stay_held(self):
        monday = self.booked(self.nina, self.meal, MONDAY)
        self.Reservation._book(
            self.durand,
            [(self.lina, self.meal, MONDAY), (self.lina, self.meal, TUESDAY)],
            now=NOW,
        )
        lina = self.reservation(self.lina, self.canteen, TUESDAY)
        until = lina.hold_until
        self.assertEqual(monday.state, "pending_payment")
        closure = self.closure()
        closure._apply(now=NOW)
        self.assertFalse(self.invoices(self.martin))
        self.assertEqual((lina.state, lina.hold_until), ("pending_payment", until))
        self.assertEqual(self.invoices(self.durand).amount_total, 3.60)
        closure._undo(now=NOW)
        self.assertEqual(monday.state, "cancelled")
        self.assertIn("Nina", closure.not_restored)

    def test_a_payment_on_its_way_is_waited_for(self):
        booking = self.booked(self.nina, self.meal, MONDAY)
        other = self.booked(self.lina, self.meal, MONDAY)
        transaction = self.transaction(self.invoices(self.martin))
        self.notify(transaction, "pending")
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.closure()._apply(now=NOW)
        self.assertEqual(booking.state, "pending_payment")
        self.assertEqual(other.session_id.state, "open")
