from datetime import date, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.espace_famille.models.core.guards import allow
from odoo.addons.espace_famille.tests.common import MONDAY, NOW, TODAY, TUESDAY

from ...models.core.amounts import to_decimal
from ...models.core.guards import STATING
from ..arrears.test_arrears import ArrearsCase

THURSDAY = date(2027, 1, 14)


@tagged("post_install", "-at_install")
class TestTaxCertificate(ArrearsCase):
    """Nina is four, Tom seven: only what is paid for Nina's care counts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nina.birth_date = date(2023, 5, 1)
        cls.evening.billing_mode = "consumption"
        cls.martin.guardian_ids[0].email = "claire.martin@example.org"

    def bill(self, *items):
        """Book, have the children come, and invoice it together; return the invoice."""
        self.book(self.martin, *items)
        for child, product, day in items:
            if product != self.meal:
                reservation = self.reservation(child, product.espace_activity_id, day)
                self.point(reservation, "present")
        charges = self.martin.charge_ids.filtered(lambda c: c.state == "to_invoice")
        charges._invoice(self.env.cr.now())._post(soft=False)
        return self.invoices(self.martin)[-1:]

    def certificate(self, year=2027, family=None):
        found = self.env["espace.tax.certificate"]._certificates(
            family or self.martin, year
        )
        return found[0] if found else None

    def paid(self, year=2027):
        certificate = self.certificate(year)
        return certificate["paid"] if certificate else 0

    def pay_on(self, invoice, day, amount=None, means=None):
        journal = self.bank_journal
        if means:
            journal = journal.copy({"name": means, "code": means[:4].upper()})
            journal.espace_means = means
        vals = {"journal_id": journal.id, "payment_date": day}
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        return wizard.create(
            vals | ({"amount": amount} if amount else {})
        )._create_payments()

    def reverse(self, invoice):
        """Give a whole invoice back, as an agent does."""
        charges = invoice.invoice_line_ids.espace_charge_ids
        charges.reservation_id.waiver = "Given back"
        return charges._credit("Given back", NOW)

    def test_only_care_of_young_children_counts_and_no_meal(self):
        self.canteen.billing_mode = "booking"
        meals = self.bill((self.nina, self.meal, MONDAY))
        care = self.bill((self.nina, self.t2, MONDAY), (self.tom, self.t2, MONDAY))
        self.assertEqual(care.amount_total, 2.60)
        self.pay_on(meals | care, TODAY)
        certificate = self.certificate()
        self.assertEqual(certificate["paid"], to_decimal(1.30))
        [part] = certificate["children"]
        self.assertEqual(part["child"], self.nina)
        [row] = part["rows"]
        self.assertEqual((row.move, row.product), (care, self.t2))

    def test_what_is_not_paid_does_not_count_and_half_counts_half(self):
        invoice = self.bill((self.nina, self.t2, MONDAY), (self.tom, self.t2, MONDAY))
        self.assertIsNone(self.certificate())
        self.pay_on(invoice, TODAY, 1.30)
        self.assertEqual(self.paid(), to_decimal(0.65))
        self.pay_on(invoice, TODAY, 1.30)
        self.assertEqual(self.paid(), to_decimal(1.30))

    def test_the_year_is_that_of_the_payment(self):
        invoice = self.bill((self.nina, self.t2, MONDAY))
        self.pay_on(invoice, date(2028, 2, 1))
        self.assertEqual(self.paid(2027), 0)
        self.assertEqual(self.paid(2028), to_decimal(1.30))

    def test_the_age_is_that_of_the_first_of_january(self):
        invoice = self.bill((self.nina, self.t2, MONDAY))
        self.pay_on(invoice, TODAY)
        self.nina.birth_date = date(2021, 1, 1)
        self.assertIsNone(self.certificate())
        self.nina.birth_date = date(2021, 1, 2)
        self.assertEqual(self.paid(), to_decimal(1.30))

    def test_a_surcharge_is_left_out(self):
        self.tariff.line_ids = [
            Command.create(self._line(self.t2, "unplanned", 0, 0, 5.00, sequence=90)),
            Command.create(
                self._line(self.t2, "absence_unjustified", 0, 0, 4.00, sequence=91)
            ),
        ]
        session = self.session(self.evening, MONDAY)
        with self.at(MONDAY):
            self.Reservation._walk_in(self.nina, self.t2, session)
        self.book(self.martin, (self.nina, self.t2, TUESDAY))
        self.point(
            self.reservation(self.nina, self.evening, TUESDAY), "absent_unjustified"
        )
        charges = self.martin.charge_ids
        self.assertEqual(sum(charges.mapped("amount")), 9.00)
        charges._invoice(self.env.cr.now())._post(soft=False)
        self.pay_on(self.invoices(self.martin), TODAY)
        self.assertEqual(self.paid(), to_decimal(2.60))

    def test_a_rejected_payment_no_longer_counts(self):
        invoice = self.bill((self.nina, self.t2, MONDAY))
        payment = self.pay_on(invoice, TODAY)
        self.assertEqual(self.paid(), to_decimal(1.30))
        receivable = payment.move_id.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        receivable.remove_move_reconcile()
        rejection = allow(self.env["account.payment"], STATING).create(
            {
                "payment_type": "outbound",
                "partner_type": "customer",
                "partner_id": self.martin.partner_id.id,
                "amount": payment.amount,
                "journal_id": payment.journal_id.id,
                "espace_reverses_id": payment.id,
            }
        )
        rejection.action_post()
        (
            receivable
            | rejection.move_id.line_ids.filtered(
                lambda line: line.account_id.account_type == "asset_receivable"
            )
        ).reconcile()
        self.assertIsNone(self.certificate())

    def test_a_credit_note_takes_back_its_own_line(self):
        """It counts once the money is paid back, not before."""
        invoice = self.bill((self.nina, self.t2, MONDAY), (self.tom, self.t2, MONDAY))
        self.pay_on(invoice, TODAY)
        refund = self.reverse(invoice)
        self.assertEqual(self.paid(), to_decimal(1.30))
        # Half, then all of it is paid back in money.
        self.pay_on(refund, TODAY, 1.30)
        self.assertEqual(self.paid(), to_decimal(0.65))
        self.pay_on(refund, TODAY)
        self.assertIsNone(self.certificate())

    def test_an_invoice_settled_by_a_credit_note_was_not_paid(self):
        invoice = self.bill((self.nina, self.t2, MONDAY))
        self.reverse(invoice)
        self.assertEqual(invoice.amount_residual, 0)
        self.assertIsNone(self.certificate())

    def test_a_debt_written_off_is_not_paid(self):
        invoice = self.bill((self.nina, self.t2, MONDAY), (self.tom, self.t2, MONDAY))
        loss = self.env["account.account"].create(
            {
                "name": "Pertes",
                "code": "654100",
                "account_type": "expense",
                "company_ids": [Command.set(self.company.ids)],
            }
        )
        receivable = invoice.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        entry = self.Move.create(
            {
                "move_type": "entry",
                "date": TODAY,
                "line_ids": [
                    Command.create({"account_id": loss.id, "debit": 2.00}),
                    Command.create(
                        {
                            "account_id": receivable.account_id.id,
                            "partner_id": self.martin.partner_id.id,
                            "credit": 2.00,
                        }
                    ),
                ],
            }
        )
        entry.action_post()
        (receivable | entry.line_ids.filtered("credit")).reconcile()
        self.pay_on(invoice, TODAY)
        # 0.60 was paid, for both children alike.
        self.assertEqual(self.paid(), to_decimal(0.30))

    def test_alternating_residence_halves_and_says_so(self):
        invoice = self.bill((self.nina, self.t2, MONDAY))
        self.pay_on(invoice, TODAY)
        custody = self.env["espace.custody"].create(
            {"child_id": self.nina.id, "family_id": self.durand.id, "pattern": "odd"}
        )
        [part] = self.certificate()["children"]
        self.assertTrue(part["alternating"])
        self.assertEqual(part["declared"], to_decimal(0.65))
        self.assertEqual(part["ceiling"], 1750)
        self.company.espace_tax_alternating = "whole"
        self.assertEqual(self.certificate()["declared"], to_decimal(1.30))
        self.company.espace_tax_alternating = "half"
        custody.date_to = date(2026, 12, 31)
        self.assertEqual(self.certificate()["declared"], to_decimal(1.30))

    def test_cesu_is_named_for_the_employers_part(self):
        invoice = self.bill((self.nina, self.t2, MONDAY))
        self.pay_on(invoice, TODAY, 1.00, means="cesu")
        self.pay_on(invoice, TODAY)
        certificate = self.certificate()
        self.assertEqual(certificate["paid"], to_decimal(1.30))
        self.assertEqual(certificate["cesu"], to_decimal(1.00))

    def test_an_option_says_whether_it_counts(self):
        self.assertFalse(self.meal.espace_tax_deductible)
        self.assertTrue(self.t1.espace_tax_deductible)
        invoice = self.bill((self.nina, self.t2, MONDAY))
        self.pay_on(invoice, TODAY)
        self.t2.espace_tax_deductible = False
        self.assertIsNone(self.certificate())

    # === Printing === #

    def run_of(self, user, **vals):
        return (
            self.env["espace.tax.wizard"].with_user(user).create({"year": 2027, **vals})
        )

    def test_the_regie_prints_those_of_all_families_at_once(self):
        self.lina.birth_date = date(2023, 5, 1)
        self.pay_on(self.bill((self.nina, self.t2, MONDAY)), TODAY)
        run = self.run_of(self.finance)
        [certificate] = run._certificates()
        self.assertEqual(certificate["family"], self.martin)
        self.assertEqual(run.action_print()["type"], "ir.actions.report")
        html, _kind = (
            self.env["ir.actions.report"]
            .with_user(self.finance)
            ._render_qweb_html("espace_famille_billing.tax_certificates", run.ids)
        )
        for words in ("Martin", "Nina", "1.30", "200 quater B"):
            self.assertIn(words, html.decode())
        self.assertNotIn("Durand", html.decode())

    def test_without_anything_paid_there_is_nothing_to_print(self):
        with self.assertRaises(UserError):
            self.run_of(self.finance).action_print()

    def test_nobody_but_the_regie_prints_them(self):
        with self.assertRaises(AccessError):
            self.run_of(self._create_staff("manager"))

    def test_the_certificates_of_a_year_are_read_in_a_fixed_number_of_queries(self):
        counts = []
        for day in (MONDAY, TUESDAY, THURSDAY):
            self.pay_on(self.bill((self.nina, self.t2, day)), TODAY)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.certificate()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])

    def test_only_past_years_are_given_to_parents(self):
        self.pay_on(self.bill((self.nina, self.t2, MONDAY)), TODAY)
        years = self.env["espace.tax.certificate"]._years
        self.assertEqual(years(self.martin, TODAY), [])
        self.assertEqual(years(self.martin, TODAY + timedelta(days=400)), [2027])
