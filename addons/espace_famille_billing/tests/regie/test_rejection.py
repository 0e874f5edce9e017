from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from odoo.addons.espace_famille.tests.common import NOW, TODAY

from ..common_regie import CounterCase, euros


@tagged("post_install", "-at_install")
class TestRejection(CounterCase):
    """Chèque impayé, prélèvement rejeté, erreur de saisie."""

    def setUp(self):
        super().setUp()
        self.cheque = self.pay(means="cheque")

    def reject(self, payment=None, **vals):
        """Reject as an agent does; return the new movement."""
        payment = (payment or self.cheque).with_user(self.clerk)
        action = payment.action_espace_reject()
        model = self.env[action["res_model"]].with_user(self.clerk)
        form = Form(model.with_context(**action["context"]))
        for name, value in vals.items():
            setattr(form, name, value)
        return self.Payment.browse(form.save().action_reject()["res_id"])

    def fee(self, price=8):
        product = self.env["product.product"].create(
            {
                "name": "Frais de rejet",
                "type": "service",
                "list_price": price,
                "espace_fee_decision": "Délibération 2027-12",
            }
        )
        self.company.espace_fee_product_id = product
        return product

    def test_the_invoices_are_due_again(self):
        self.assertEqual(self.left(), euros("0", "0", "3.60"))
        rejection = self.reject()
        self.assertEqual(self.left(), euros("3.60", "1.30", "3.60"))
        self.assertEqual(
            set((self.meal_move | self.evening_move).mapped("payment_state")),
            {"not_paid"},
        )
        self.assertEqual(rejection.espace_kind, "rejection")
        self.assertEqual(rejection.espace_reverses_id, self.cheque)
        self.assertEqual(rejection.journal_id, self.cheque.journal_id)
        self.assertEqual(rejection.amount, 4.90)
        self.assertEqual(rejection.espace_reason, "unpaid_cheque")
        self.assertEqual(rejection.espace_cheque_number, "0001234")
        self.assertFalse(rejection.espace_receipt_number)
        self.assertEqual(self.martin.amount_due, 4.90)
        journal = self.journals["cheque"].default_account_id
        self.assertEqual(
            sum(
                self.env["account.move.line"]
                .search([("account_id", "=", journal.id)])
                .mapped("balance")
            ),
            0,
        )

    def test_the_receipt_stays_and_says_that_it_was_rejected(self):
        self.reject()
        self.assertEqual(self.cheque.espace_receipt_number, "RS-2027-00001")
        self.assertTrue(self.cheque.espace_rejected)
        self.assertEqual(self.cheque.state, "paid")
        self.assertIn("Rejected on", self.cheque._espace_rejection_words())
        self.assertEqual(self.pay().espace_receipt_number, "RS-2027-00002")

    def test_it_is_rejected_once(self):
        self.reject()
        with self.assertRaises(UserError) as error:
            self.cheque.with_user(self.clerk).action_espace_reject()
        self.assertIn("rejected already", str(error.exception))
        with self.assertRaises(UserError):
            self.cheque.with_user(self.clerk)._espace_reject("other", TODAY)
        self.assertEqual(self.left(), euros("3.60", "1.30", "3.60"))

    def test_two_forms_opened_at_once_reject_once(self):
        Wizard = self.env["espace.rejection.wizard"].with_user(self.clerk)
        forms = Wizard.create(
            [{"payment_id": self.cheque.id}, {"payment_id": self.cheque.id}]
        )
        forms[0].action_reject()
        with self.assertRaises(UserError):
            forms[1].action_reject()
        self.assertEqual(len(self.cheque.espace_rejection_ids), 1)

    def test_what_is_due_again_is_paid_again(self):
        self.reject()
        again = self.pay()
        self.assertEqual(again.amount, 4.90)
        self.assertEqual(self.receivable(self.martin), 0)

    def test_the_family_is_told(self):
        self.reject()
        message = self.messages(self.martin, "Payment rejected")
        self.assertEqual(message.partner_ids, self.martin.guardian_ids.partner_id)
        self.assertIn("RS-2027-00001", message.body)
        self.assertIn("cheque without cover", message.body)

    def test_a_mistake_is_taken_back_without_a_word_nor_a_fee(self):
        self.fee()
        self.reject(reason="mistake")
        self.assertFalse(self.messages(self.martin, "Payment rejected"))
        self.assertEqual(self.martin.amount_due, 4.90)

    def test_the_fee_is_invoiced(self):
        self.fee()
        rejection = self.reject()
        [invoice] = self.invoices(self.martin) - self.meal_move - self.evening_move
        self.assertEqual((invoice.state, invoice.amount_total), ("posted", 8))
        self.assertEqual(invoice.invoice_line_ids.espace_fee_payment_id, rejection)
        self.assertIn("RS-2027-00001", invoice.invoice_line_ids.name)
        self.assertEqual(self.martin.amount_due, 12.90)
        message = self.messages(self.martin, "Payment rejected")
        self.assertIn(invoice.name, message.body)
        self.assertEqual(self.pay().amount, 12.90)

    def test_a_fee_of_nothing_is_not_ticked(self):
        self.fee(price=0)
        self.reject()
        self.assertEqual(self.invoices(self.martin), self.meal_move | self.evening_move)
        self.assertEqual(self.martin.amount_due, 4.90)

    def test_the_agent_chooses_the_fee(self):
        self.fee()
        self.reject(charge_fee=False)
        self.assertEqual(self.martin.amount_due, 4.90)

    def test_another_amount_of_fee(self):
        self.fee()
        self.reject(fee=12.5)
        self.assertEqual(self.martin.amount_due, 17.40)

    def test_a_fee_names_the_decision_that_sets_it(self):
        product = self.fee()
        rejection = self.reject()
        [line] = rejection.espace_family_id.espace_move_ids.invoice_line_ids.filtered(
            "espace_fee_payment_id"
        )
        self.assertIn("Délibération 2027-12", line.name)
        with self.assertRaises(ValidationError):
            product.espace_fee_decision = False
        with self.assertRaises(UserError):
            rejection._espace_charge_fee(
                product.copy({"espace_fee_decision": False}), 8, rejection.date
            )

    def test_a_fee_without_decision_is_not_chosen(self):
        product = self.env["product.product"].create(
            {"name": "Frais", "type": "service", "list_price": 8}
        )
        with self.assertRaises(ValidationError):
            self.company.espace_fee_product_id = product
        level = self.company.espace_reminder_level_ids[:1]
        with self.assertRaises(ValidationError):
            level.fee_product_id = product
        product.list_price = 0
        self.company.espace_fee_product_id = product
        with self.assertRaises(ValidationError):
            product.list_price = 8

    def test_a_fee_of_nothing_is_refused_and_nothing_is_half_done(self):
        product = self.fee()
        wizard = (
            self.env["espace.rejection.wizard"]
            .with_user(self.clerk)
            .create(
                {
                    "payment_id": self.cheque.id,
                    "charge_fee": True,
                    "fee_product_id": product.id,
                    "fee": 0,
                }
            )
        )
        with self.assertRaises(UserError), self.env.cr.savepoint():
            wizard.action_reject()
        self.env.invalidate_all()
        self.assertFalse(self.cheque.espace_rejection_ids)
        self.assertEqual(self.left(), euros("0", "0", "3.60"))

    def test_not_before_it_was_paid_nor_in_days_to_come(self):
        for day in ("2027-01-03", "2027-01-05"):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self.reject(date=day)

    def test_a_rejection_is_not_rejected_nor_cancelled(self):
        rejection = self.reject()
        with self.assertRaises(UserError):
            rejection.with_user(self.clerk).action_espace_reject()
        with self.assertRaises(UserError):
            rejection.action_draft()

    def test_a_part_that_was_kept_as_credit_is_taken_back_too(self):
        self.pay(self.durand, amount=3.60)
        kept = self.Payment.create(
            {
                "payment_type": "inbound",
                "partner_id": self.durand.partner_id.id,
                "journal_id": self.journals["card"].id,
                "amount": 10,
                "date": TODAY,
            }
        )
        kept.action_post()
        self.assertEqual(self.receivable(self.durand), -10)
        rejection = self.reject(kept)
        self.assertEqual(rejection.espace_reason, "chargeback")
        self.assertEqual(self.receivable(self.durand), 0)
        self.assertEqual(self.durand._espace_open_amount("credit"), 0)

    def test_only_the_regie_rejects(self):
        manager = self._create_staff("manager")
        with self.assertRaises(AccessError):
            self.cheque.with_user(manager).action_espace_reject()
        with self.assertRaises(AccessError):
            self.cheque.with_user(manager)._espace_reject("other", TODAY)


@tagged("post_install", "-at_install")
class TestRefund(CounterCase):
    """Remboursement d'un avoir ou d'un trop-perçu."""

    def setUp(self):
        super().setUp()
        self.paid = self.pay()
        self.credit = self.Payment.create(
            {
                "payment_type": "inbound",
                "partner_id": self.martin.partner_id.id,
                "journal_id": self.journals["card"].id,
                "amount": 10,
                "date": TODAY,
            }
        )
        self.credit.action_post()

    def form(self):
        action = self.martin.with_user(self.clerk).action_espace_refund()
        model = self.env[action["res_model"]].with_user(self.clerk)
        return Form(model.with_context(**action["context"]))

    def refund(self, amount=None, **vals):
        form = self.form()
        if amount is not None:
            form.amount = amount
        for name, value in vals.items():
            setattr(form, name, value)
        return self.Payment.browse(form.save().action_refund()["res_id"])

    def test_a_payment_that_nothing_asked_is_paid_back(self):
        refund = self.refund()
        self.assertEqual(refund.espace_kind, "refund")
        self.assertEqual(refund.payment_type, "outbound")
        self.assertEqual(refund.espace_means, "transfer")
        self.assertEqual(refund.amount, 10)
        self.assertFalse(refund.espace_receipt_number)
        self.assertEqual(refund._espace_settled(), [(self.credit.move_id, 10)])
        self.assertEqual(self.receivable(self.martin), 0)
        self.assertTrue(self.credit.is_reconciled)

    def test_a_credit_note_is_paid_back(self):
        self.pay(self.durand)
        charges = self.lina_move.invoice_line_ids.espace_charge_ids
        charges.reservation_id.waiver = "Sick"
        reversal = charges._credit("Sick", NOW)
        action = self.durand.with_user(self.clerk).action_espace_refund()
        model = self.env[action["res_model"]].with_user(self.clerk)
        form = Form(model.with_context(**action["context"]))
        self.assertEqual(form.amount, 3.60)
        form.journal_id = self.journals["cash"]
        form.save().action_refund()
        self.assertEqual(reversal.payment_state, "paid")
        self.assertEqual(self.receivable(self.durand), 0)

    def test_a_part_is_paid_back(self):
        self.refund(amount=4)
        self.assertEqual(self.martin._espace_open_amount("credit"), 6)
        self.refund()
        self.assertEqual(self.martin._espace_open_amount("credit"), 0)

    def test_never_more_than_the_credit(self):
        form = self.form()
        form.amount = 10.01
        wizard = form.save()
        with self.assertRaises(UserError) as error:
            wizard.action_refund()
        self.assertIn("10.00", str(error.exception))
        self.assertEqual(self.receivable(self.martin), -10)

    def test_never_twice(self):
        late = self.form().save()
        self.refund()
        with self.assertRaises(UserError):
            late.action_refund()
        self.assertEqual(self.receivable(self.martin), 0)

    def test_a_debt_is_not_paid_back(self):
        self.assertFalse(self.durand._espace_open_lines("credit"))
        parts = {self.durand._espace_open_lines("debit"): 3.60}
        payment = self.Payment.with_user(self.clerk)._espace_register(
            self.durand, self.journals["cash"], parts, TODAY
        )
        self.assertEqual(payment.payment_type, "inbound")
        mixed = {
            self.martin._espace_open_lines("credit"): 1,
            self.lina_move.line_ids[:1]: 1,
        }
        with self.assertRaises(UserError):
            self.Payment.with_user(self.clerk)._espace_register(
                self.martin, self.journals["cash"], mixed, TODAY
            )

    def test_the_form_warns_of_what_is_still_owed(self):
        self.assertEqual(self.form().debt, 0)
        self.reject_paid()
        self.assertEqual(self.form().debt, 4.90)

    def reject_paid(self):
        self.paid.with_user(self.clerk)._espace_reject("mistake", TODAY)
