from datetime import date, timedelta
from decimal import Decimal

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW, TUESDAY

from ..common import EspaceBillingCase


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
        self.assertEqual(self.martin.amount_due, 6.00)

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

    def test_the_documents_say_deducted_not_paid(self):
        self.pay(self.invoice)
        refund = self.credit(self.charges[:1], follow_up="waive")
        self.booked(self.tom, self.t2, MONDAY)
        later = self.invoices(self.martin)[-1]
        self.assertIn("Paid on", self.printed(self.invoice))
        self.assertIn("Deducted on", self.printed(refund))
        self.assertNotIn("Paid on", self.printed(refund))
        self.assertIn("Credit deducted on", self.printed(later))

    def printed(self, move):
        page, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "account.report_invoice_with_payments", move.ids
        )
        return page.decode()

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
        club = self.env["res.partner"].create({"name": "Club"})
        other = self.invoice.copy({"partner_id": club.id})
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
        words = refund.invoice_line_ids.espace_words
        self.assertIn(f"Credit on {self.invoice.name}: Pointed by mistake", words)

    def test_an_invoiced_absence_is_settled_again_once_credited(self):
        """The lock of invoiced days ends where their invoice is credited."""
        self.evening.billing_mode = "consumption"
        booking = self.booked(self.tom, self.t2, MONDAY)
        self.point(booking, "present")
        booking.charge_ids._invoice(NOW)._post(soft=False)
        with self.assertRaises(UserError):
            booking._check_absence_open()
        invoice = booking.charge_ids.move_id
        booking.charge_ids._credit("Mistake", NOW)
        self.assertEqual(invoice.payment_state, "reversed")
        booking._check_absence_open()
        booking._settle()


@tagged("post_install", "-at_install")
class TestCreditAtBooking(EspaceBillingCase):
    """Money that paid nothing yet, and seats that wait for their payment online."""

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

    def assert_held(self, bookings):
        self.assertEqual(set(bookings.mapped("state")), {"pending_payment"})
        self.assertEqual(set(bookings.charge_ids.move_id.mapped("state")), {"draft"})

    def assert_paid(self, bookings):
        moves = bookings.charge_ids.move_id
        self.assertEqual(set(bookings.mapped("state")), {"confirmed"})
        self.assertEqual(set(moves.mapped("payment_state")), {"paid"})
        self.assertFalse(any(moves.mapped("amount_residual")))

    def both_meals(self):
        """Book two meals, 7.20 € of which the advance pays 5.00 €."""
        self.book(
            self.martin, (self.nina, self.meal, MONDAY), (self.tom, self.meal, MONDAY)
        )
        bookings = self.martin.reservation_ids
        self.assert_held(bookings)
        return bookings, bookings.charge_ids.move_id

    def spend_the_advance(self):
        """Have an agent book for 7.20 €: nothing is left of the 5.00 €."""
        self.book(
            self.martin,
            (self.nina, self.meal, TUESDAY),
            (self.tom, self.meal, TUESDAY),
            staff=True,
        )
        self.assertEqual(self.martin._espace_credit(), 0)

    def test_money_that_covers_a_booking_confirms_it_at_once(self):
        meal = self.booked(self.nina, self.meal, MONDAY)
        self.assert_paid(meal)
        self.assertFalse(meal.hold_until)
        self.assertEqual(self.martin._espace_credit(), 1.40)
        self.assertEqual(self.receivable(self.martin), Decimal("-1.40"))

    def test_money_lowers_what_is_asked_online_to_the_cent(self):
        bookings, move = self.both_meals()
        self.assertEqual(move._espace_asked(), Decimal("2.20"))
        transaction = self.notify(self.transaction(move, amount=2.20))
        self.assert_paid(bookings)
        self.assertEqual(transaction.payment_id.reconciled_invoice_ids, move)
        self.assertEqual(self.martin._espace_credit(), 0)
        self.assertEqual(self.receivable(self.martin), 0)
        self.assertFalse(self.messages(self.martin))

    def test_told_twice_it_takes_the_money_once(self):
        bookings, move = self.both_meals()
        transaction = self.notify(self.transaction(move, amount=2.20))
        self.notify(transaction)
        transaction._post_process()
        self.assert_paid(bookings)
        self.assertEqual(self.receivable(self.martin), 0)

    def test_who_pays_all_of_it_online_keeps_the_money(self):
        bookings, move = self.both_meals()
        transaction = self.notify(self.transaction(move))
        self.assert_paid(bookings)
        self.assertEqual(transaction.payment_id.reconciled_invoice_ids, move)
        self.assertEqual(self.martin._espace_credit(), 5)
        self.assertEqual(self.receivable(self.martin), -5)

    def test_a_cent_less_confirms_nothing_and_stays_on_the_account(self):
        bookings, move = self.both_meals()
        self.notify(self.transaction(move, amount=2.19))
        self.assert_held(bookings)
        self.assertEqual(self.martin._espace_credit(), 7.19)
        self.assertEqual(len(self.messages(self.martin)), 1)
        # What came counts for the rest.
        self.assertEqual(move._espace_asked(), Decimal("0.01"))
        self.notify(self.transaction(move, amount=0.01))
        self.assert_paid(bookings)
        self.assertEqual(self.receivable(self.martin), 0)

    def test_money_spent_while_the_bank_is_asked_leaves_nothing_half_paid(self):
        (self.martin | self.durand).lang = "en_US"
        bookings, move = self.both_meals()
        transaction = self.transaction(move, amount=2.20)
        self.spend_the_advance()
        self.notify(transaction)
        self.assert_held(bookings)
        self.assertEqual(transaction.payment_id.amount, 2.20)
        self.assertEqual(
            self.messages(self.martin).mapped("subject"), ["Payment of another amount"]
        )
        # 7.20 € for the agent's bookings: the advance and this money have paid them.
        self.assertEqual(self.receivable(self.martin), 0)
        self.assertEqual(move._espace_asked(), Decimal("7.20"))
        self.notify(self.transaction(move, amount=7.20))
        self.assert_paid(bookings)
        self.assertEqual(self.receivable(self.martin), 0)

    def test_money_that_arrives_while_seats_are_held_lowers_the_rest(self):
        bookings, move = self.both_meals()
        self.assertRaises(UserError, move._espace_confirm_by_credit)
        self.assert_held(bookings)
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.martin.partner_id.id,
                "amount": 3,
                "journal_id": self.bank_journal.id,
            }
        )
        payment.action_post()
        self.assertEqual(move._espace_asked(), 0)
        move._espace_confirm_by_credit()
        self.assert_paid(bookings)
        self.assertEqual(self.martin._espace_credit(), 0.80)
        self.assertRaises(UserError, move._espace_confirm_by_credit)

    def test_the_same_money_pays_one_of_two_carts(self):
        bookings, move = self.both_meals()
        self.book(
            self.martin, (self.nina, self.meal, TUESDAY), (self.tom, self.meal, TUESDAY)
        )
        others = self.martin.reservation_ids - bookings
        second = others.charge_ids.move_id
        first_tx = self.transaction(move, amount=2.20)
        second_tx = self.transaction(second, amount=2.20)
        self.notify(second_tx)
        self.notify(first_tx)
        self.assert_paid(others)
        self.assert_held(bookings)
        self.assertEqual(move._espace_asked(), Decimal("5.00"))
        self.assertEqual(self.receivable(self.martin), Decimal("-2.20"))

    def test_seats_that_are_not_paid_leave_the_money_alone(self):
        bookings, move = self.both_meals()
        self.Reservation._release_expired(NOW + timedelta(hours=2))
        self.assertEqual(set(bookings.mapped("state")), {"cancelled"})
        self.assertFalse(move.exists())
        self.assertEqual(self.martin._espace_credit(), 5)

    def test_the_money_of_another_family_lowers_nothing(self):
        meal = self.booked(self.lina, self.meal, MONDAY)
        self.assert_held(meal)
        self.assertEqual(meal.charge_ids.move_id._espace_asked(), Decimal("3.60"))

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
        self.booked(self.nina, self.meal, MONDAY)
        self.assertEqual(self.martin._espace_credit(), 1.40)


@tagged("post_install", "-at_install")
class TestCreditOfFormerYear(EspaceBillingCase):
    """Titles cancelled of former years are on 673, those of the year on the income."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.book(cls, cls.martin, *((cls.nina, cls.meal, d) for d in (MONDAY, TUESDAY)))
        cls.invoice = cls.env["account.move"].search(
            [("espace_family_id", "=", cls.martin.id)]
        )
        cls.charges = cls.invoice.invoice_line_ids.espace_charge_ids.sorted("date")
        cls.income = cls.invoice.invoice_line_ids.account_id
        cls.cancelled = cls.env["account.account"].create(
            {
                "name": "Titres annulés (sur exercices antérieurs)",
                "code": "673000",
                "account_type": "expense",
                "company_ids": [Command.set(cls.company.ids)],
            }
        )

    def credit(self, day, charges=None):
        charges = charges or self.charges
        charges.reservation_id.write({"waiver": "Error"})
        with self.at(day):
            return charges._credit("Error", fields.Datetime.now())

    def test_in_the_same_year_the_income_is_lowered(self):
        refund = self.credit("2027-12-31")
        self.assertEqual(refund.invoice_line_ids.account_id, self.income)

    def test_the_year_after_it_is_a_charge(self):
        refund = self.credit("2028-01-02")
        self.assertEqual(refund.invoice_line_ids.account_id, self.cancelled)
        self.assertEqual(sum(refund.invoice_line_ids.mapped("balance")), 7.20)
        self.assertEqual(self.env["espace.check"]._problems(self.company), [])

    def test_a_price_lowered_afterwards_too(self):
        """What a later invoice deducts, whether it is a credit note or not."""
        self.charges.reservation_id.write({"waiver": "Error"})
        self.charges.reservation_id._settle()
        credits_ = self.martin.charge_ids.filtered(lambda c: c.state == "to_invoice")
        self.assertEqual(credits_.mapped("amount"), [-3.60, -3.60])
        for day, account in (
            (date(2027, 12, 31), self.income),
            (date(2028, 1, 2), self.cancelled),
        ):
            with self.subTest(day=day):
                [line] = credits_._grouped_for_invoice(day)
                found = line._prepare_invoice_line(day).get("account_id")
                expected = account.id if account == self.cancelled else None
                self.assertEqual(found, expected)

    def test_lines_of_two_years_stay_apart(self):
        self.charges[0].reservation_id.write({"waiver": "Error"})
        with self.at("2028-01-02"):
            charge = self.env["espace.charge"].create(
                {
                    **self.charges[0]._about(),
                    "quantity": 1,
                    "unit_price": 3.60,
                    "amount": 3.60,
                    "explanation": "Again",
                    "state": "to_invoice",
                }
            )
            charge._invoice(fields.Datetime.now())._post(soft=False)
            opposites = self.env["espace.charge"].create(
                [
                    {**c._prepare_opposite("Error"), "explanation": "Same"}
                    for c in self.charges[0] | charge
                ]
            )
            groups = opposites._grouped_for_invoice(date(2028, 1, 2))
        self.assertEqual(len(groups), 2)

    def test_another_account_may_be_chosen_and_without_any_it_is_the_income(self):
        self.company.espace_former_year_account_id = self.cancelled.copy(
            {"code": "678000"}
        )
        refund = self.credit("2028-01-02", self.charges[0])
        self.assertEqual(refund.invoice_line_ids.account_id.code, "678000")
        self.company.espace_former_year_account_id = False
        self.cancelled.code = "699000"
        refund = self.credit("2028-01-02", self.charges[1])
        self.assertEqual(refund.invoice_line_ids.account_id, self.income)

    def test_a_fee_that_is_given_back_the_year_after(self):
        level = self.company.espace_reminder_level_ids[0]
        level.fee_product_id = self.env["product.product"].create(
            {
                "name": "Frais de relance",
                "type": "service",
                "list_price": 5,
                "espace_fee_decision": "Délibération 2027-13",
                "property_account_income_id": self.income.id,
            }
        )
        with self.at("2027-01-20"):
            day = self.company._espace_today()
            sent, _failed = self.env["espace.reminder"]._send(
                self.company, day, self.martin
            )
        fee = sent.fee_move_id
        self.assertEqual(fee.invoice_line_ids.account_id, self.income)
        with self.at("2028-01-02"):
            refund = fee._reverse_moves(
                [{"invoice_date": date(2028, 1, 2)}], cancel=True
            )
        self.assertEqual(refund.invoice_line_ids.account_id, self.cancelled)
        self.assertEqual(fee.amount_residual, 0)
