from decimal import Decimal

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW, TUESDAY

from .common import EspaceBillingCase


@tagged("post_install", "-at_install")
class TestCredit(EspaceBillingCase):
    """An agent corrects an invoice: credit and re-issue in two clicks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.martin | cls.durand).lang = "en_US"
        cls.finance = cls._create_staff("finance")
        cls.book(cls, cls.martin, *((cls.nina, cls.meal, d) for d in (MONDAY, TUESDAY)))
        cls.invoice = cls.env["account.move"].search(
            [("espace_family_id", "=", cls.martin.id)]
        )
        cls.charges = cls.invoice.invoice_line_ids.espace_charge_ids.sorted("date")
        cls.monday, cls.tuesday = cls.charges.reservation_id

    def wizard(self, **vals):
        action = self.invoice.with_user(self.finance).action_reverse()
        self.assertEqual(action["res_model"], "espace.credit.wizard")
        Wizard = self.env["espace.credit.wizard"].with_user(self.finance)
        form = Form(Wizard.with_context(**action["context"]))
        form.reason = "Pointed by mistake"
        for name, value in vals.items():
            setattr(form, name, value)
        return form.save()

    def credit(self, charges=None, **vals):
        """Credit these charges, all if None; return the credit note."""
        wizard = self.wizard(**vals)
        if charges:
            wizard.charge_ids = [Command.set(charges.ids)]
        wizard.action_credit()
        return self.invoices(self.martin).filtered(
            lambda move: move.move_type == "out_refund"
        )[-1:]

    def pay(self, moves):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=moves.ids
        ).create({}).action_create_payments()

    def test_the_whole_invoice_is_offered(self):
        wizard = self.wizard()
        self.assertEqual(wizard.charge_ids.sorted("date"), self.charges)
        self.assertEqual(wizard.amount, 7.20)

    def test_credit_and_invoice_again_in_one_go(self):
        self.tariff.line_ids.filtered(
            lambda line: line.product_id == self.meal and line.event == "planned"
        ).amount = 3.00
        refund = self.credit()
        self.assertEqual((refund.state, refund.amount_total), ("posted", 7.20))
        self.assertEqual(refund.reversed_entry_id, self.invoice)
        again = self.invoices(self.martin)[-1]
        self.assertEqual((again.move_type, again.amount_total), ("out_invoice", 6.00))
        self.assertEqual(again.state, "posted")
        self.assertEqual(self.invoice.payment_state, "reversed")
        self.assertEqual(self.receivable(self.martin), Decimal("6.00"))
        self.assertEqual(self.martin._espace_amount_due(), 6.00)

    def test_one_day_of_several(self):
        refund = self.credit(self.charges[:1], follow_up="waive")
        self.assertEqual(refund.amount_total, 3.60)
        self.assertEqual(refund.invoice_line_ids.espace_charge_ids.amount, -3.60)
        self.assertEqual(self.amounts(self.monday), [Decimal("3.6"), Decimal("-3.6")])
        self.assertEqual(self.amounts(self.tuesday), [Decimal("3.6")])
        self.assertEqual(self.receivable(self.martin), Decimal("3.60"))
        self.assertEqual(self.invoice.amount_residual, 3.60)

    def test_what_is_left_to_the_next_run_waits(self):
        self.credit(self.charges[:1], follow_up="later")
        new = self.monday.charge_ids.filtered(lambda c: c.state == "to_invoice")
        self.assertEqual(new.amount, 3.60)
        self.assertEqual(len(self.invoices(self.martin)), 2)

    def test_a_waived_day_stays_free_until_it_is_charged_again(self):
        self.credit(self.charges[:1], follow_up="waive")
        self.assertFalse(self.monday._settle())
        self.assertEqual(self.monday.charged_amount, 0)
        with self.assertRaises(AccessError):
            self.monday.with_user(self._create_staff("manager")).action_charge_again()
        self.monday.with_user(self.finance).action_charge_again()
        self.assertEqual(self.monday.charged_amount, 3.60)

    def test_a_paid_invoice_leaves_the_credit_to_the_next_one(self):
        self.pay(self.invoice)
        refund = self.credit(self.charges[:1], follow_up="waive")
        self.assertEqual(refund.amount_residual, 3.60)
        self.assertEqual(self.martin._espace_credit(), 3.60)
        self.booked(self.tom, self.t2, MONDAY)
        self.assertEqual(self.invoices(self.martin)[-1].amount_residual, 0)
        self.assertEqual(self.martin._espace_credit(), 2.30)
        self.booked(self.tom, self.meal, TUESDAY)
        self.assertEqual(self.invoices(self.martin)[-1].amount_residual, 1.30)
        self.assertEqual(self.martin._espace_credit(), 0)

    def test_nothing_is_credited_twice(self):
        self.credit(self.charges[:1], follow_up="waive")
        self.assertEqual(self.wizard().charge_ids, self.charges[1:])
        with self.assertRaises(UserError):
            self.credit(self.charges[:1], follow_up="waive")

    def test_the_charges_of_another_invoice_are_not_credited(self):
        other = self.booked(self.lina, self.meal, MONDAY).charge_ids
        with self.assertRaises(UserError):
            self.credit(other)
        self.assertEqual(self.receivable(self.durand), Decimal("3.60"))

    def test_closed_books_are_refused(self):
        self.company.fiscalyear_lock_date = NOW.date()
        with self.assertRaises(UserError) as error, self.env.cr.savepoint():
            self.credit()
        self.assertIn("closed until", str(error.exception))

    def test_a_credit_that_charges_do_not_see_is_refused(self):
        with self.assertRaises(UserError) as error:
            self.invoice._reverse_moves()
        self.assertIn("Credit", str(error.exception))

    def test_other_invoices_are_reversed_as_ever(self):
        other = self.invoice.copy({"espace_family_id": False})
        other.action_post()
        action = other.action_reverse()
        self.assertEqual(action["res_model"], "account.move.reversal")
        self.assertEqual(other._reverse_moves().move_type, "out_refund")

    def test_only_the_regie_credits(self):
        accountant = self._create_user("accountant", "account.group_account_invoice")
        Wizard = self.env["espace.credit.wizard"]
        self.assertFalse(Wizard.with_user(accountant).has_access("create"))
        wizard = self.wizard()
        with self.assertRaises(AccessError):
            wizard.with_user(self._create_staff("manager")).action_credit()

    def test_the_family_reads_why(self):
        refund = self.credit(self.charges[:1], follow_up="waive")
        name = refund.invoice_line_ids.name
        self.assertIn(f"Credit on {self.invoice.name}: Pointed by mistake", name)

    def test_an_invoiced_absence_is_settled_again_once_credited(self):
        """The lock of invoiced days ends where their invoice is credited."""
        self.evening.billing_mode = "consumption"
        booking = self.booked(self.tom, self.t2, MONDAY)
        self.point(booking, "present")
        booking.charge_ids._invoice(NOW)._post()
        with self.assertRaises(UserError):
            booking._check_absence_open()
        invoice = booking.charge_ids.move_id
        booking.charge_ids._credit("Mistake", NOW)
        self.assertEqual(invoice.payment_state, "reversed")
        booking._check_absence_open()
        booking._settle()


@tagged("post_install", "-at_install")
class TestCreditAtBooking(EspaceBillingCase):
    """Money that paid nothing, and seats that wait for the exact online amount."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._publish_provider()
        payment = cls.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": cls.martin.partner_id.id,
                "amount": 5,
                "journal_id": cls.bank_journal.id,
                "date": NOW.date(),
            }
        )
        payment.action_post()

    def test_what_is_asked_online_is_paid_by_that_very_payment(self):
        meal = self.booked(self.nina, self.meal, MONDAY)
        move = meal.charge_ids.move_id
        self.assertEqual((move.state, move.amount_total), ("draft", 3.60))
        self.assertEqual(self.martin._espace_credit_at_booking(), 0)
        transaction = self.notify(self.transaction(move))
        self.assertEqual((meal.state, move.payment_state), ("confirmed", "paid"))
        self.assertEqual(transaction.payment_id.reconciled_invoice_ids, move)
        self.assertEqual(self.martin._espace_credit(), 5)
        self.assertEqual(self.receivable(self.martin), -5)

    def test_what_an_agent_books_uses_the_money(self):
        self.book(self.martin, (self.nina, self.meal, MONDAY), staff=True)
        invoice = self.invoices(self.martin)
        self.assertEqual((invoice.payment_state, invoice.amount_residual), ("paid", 0))
        self.assertEqual(self.martin._espace_credit(), 1.40)

    def test_the_money_of_one_family_never_pays_another(self):
        self.book(self.durand, (self.lina, self.meal, MONDAY), staff=True)
        self.assertEqual(self.invoices(self.durand).amount_residual, 3.60)
        self.assertEqual(self.martin._espace_credit(), 5)

    def test_without_online_payment_a_booking_uses_all_credits(self):
        self.provider.is_published = False
        self.assertEqual(self.martin._espace_credit_at_booking(), 5)
        self.booked(self.nina, self.meal, MONDAY)
        self.assertEqual(self.martin._espace_credit(), 1.40)
