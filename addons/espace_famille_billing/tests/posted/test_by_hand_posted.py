"""What an accountant makes by hand in Odoo for a family is the family's."""

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from odoo.addons.espace_famille.tests.common import TODAY

from ...models.core.amounts import to_decimal
from ..common_posted import PostedCase


@tagged("post_install", "-at_install")
class TestByHand(PostedCase):
    def form_invoice(self, partner, amount, move_type="out_invoice"):
        """Make an invoice by Odoo's own form, as an accountant does."""
        Move = self.Move.with_user(self.accountant)
        form = Form(Move.with_context(default_move_type=move_type))
        form.partner_id = partner
        form.invoice_date = TODAY
        with form.invoice_line_ids.new() as line:
            line.product_id = self.meal
            line.name = "Extra"
            line.price_unit = amount
            line.tax_ids.clear()
        return form.save()

    def test_an_invoice_is_the_familys_and_takes_its_credit(self):
        before = to_decimal(self.durand.amount_due)
        self.pay(self.durand, 4, TODAY)
        invoice = self.form_invoice(self.durand.partner_id, 10)
        self.assertEqual(invoice.espace_family_id, self.durand)
        invoice.action_post()
        self.assertEqual(invoice.amount_residual, 6)
        self.env.invalidate_all()
        self.assertIn(invoice, self.durand.espace_move_ids)
        self.assertEqual(to_decimal(self.durand.amount_due) - before, 6)
        self.assertIn(invoice, self.durand._espace_invoices("due"))
        self.assertIn(invoice, self.durand._espace_account()["lines"].move_id)
        arrears = self.env["espace.aged.receivable"].search(
            [("family_id", "=", self.durand.id), ("move_id", "=", invoice.id)]
        )
        self.assertEqual(arrears.amount, 6)

    def test_it_is_paid_at_the_counter(self):
        invoice = self.form_invoice(self.durand.partner_id, 10)
        invoice.action_post()
        clerk = self.users["finance"]
        action = invoice.with_user(clerk).action_register_payment()
        self.assertEqual(action["res_model"], "espace.counter.wizard")

    def test_a_guardian_is_billed_as_the_family(self):
        guardian = self.durand.guardian_ids[0].partner_id
        invoice = self.form_invoice(guardian, 10)
        self.assertEqual(invoice.espace_family_id, self.durand)
        payment = self.pay(self.durand, 3, TODAY, partner_id=guardian.id)
        self.assertEqual(payment.partner_id, self.durand.partner_id)
        self.assertEqual(payment.espace_family_id, self.durand)
        self.assertTrue(payment.espace_receipt_number)

    def test_a_draft_follows_its_customer_and_no_client_says_otherwise(self):
        invoice = self.form_invoice(self.durand.partner_id, 10)
        invoice.partner_id = self.martin.partner_id
        self.assertEqual(invoice.espace_family_id, self.martin)
        invoice.sudo().write({"espace_family_id": self.durand.id})
        invoice.action_post()
        self.assertEqual(invoice.espace_family_id, self.martin)
        hidden = invoice.copy({"espace_family_id": False})
        hidden.action_post()
        self.assertEqual(hidden.espace_family_id, self.martin)

    def test_a_credit_note_by_hand_lowers_what_is_owed(self):
        invoice = self.form_invoice(self.durand.partner_id, 10)
        invoice.action_post()
        before = to_decimal(self.durand._espace_balance())
        self.form_invoice(self.durand.partner_id, 4, "out_refund").action_post()
        self.assertEqual(to_decimal(self.durand._espace_balance()) - before, -4)

    def test_a_receipt_that_the_family_would_not_see_is_refused(self):
        receipt = self.Move.create(
            {
                "move_type": "out_receipt",
                "partner_id": self.durand.partner_id.id,
                "invoice_date": TODAY,
                "invoice_line_ids": [
                    Command.create({"name": "Extra", "price_unit": 3, "tax_ids": []})
                ],
            }
        )
        with self.assertRaisesRegex(UserError, "Make an invoice instead"):
            receipt.action_post()

    def test_a_payment_in_the_treasury_is_the_familys(self):
        payment = self.pay(self.durand, 3, TODAY, journal=self.bank_journal)
        self.assertEqual(payment.espace_family_id, self.durand)
        self.assertFalse(payment.espace_receipt_number)
        self.assertIn(payment, self.durand.espace_payment_ids)

    def test_a_contact_that_becomes_a_family_brings_what_it_had(self):
        contact = self.env["res.partner"].create({"name": "Petit"})
        invoice = self.form_invoice(contact, 10)
        invoice.action_post()
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_id": contact.id,
                "amount": 4,
                "date": TODAY,
                "journal_id": self.bank_journal.id,
            }
        )
        payment.action_post()
        family = self.env["espace.family"].create({"partner_id": contact.id})
        self.assertEqual(invoice.espace_family_id, family)
        self.assertEqual(payment.espace_family_id, family)

    def test_who_is_no_family_has_none(self):
        club = self.env["res.partner"].create({"name": "Club"})
        invoice = self.form_invoice(club, 10)
        self.assertFalse(invoice.espace_family_id)
        invoice.action_post()
        self.assertFalse(invoice.espace_family_id)

    def test_a_receipt_keeps_its_family_when_a_guardian_moves(self):
        guardian = self.durand.guardian_ids[0]
        payment = self.pay(self.durand, 3, TODAY, partner_id=guardian.partner_id.id)
        guardian.partner_id.parent_id = self.martin.partner_id
        self.env.flush_all()
        self.assertEqual(payment.espace_family_id, self.durand)
        self.assertNotIn(
            payment.move_id, self.martin._espace_account()["lines"].move_id
        )
        guardian.partner_id.parent_id = self.durand.partner_id
