import random
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from odoo import fields
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

    def test_what_a_third_party_pays_was_not_borne(self):
        ccas = self.env["res.partner"].create({"name": "CCAS"})
        self.env["espace.aid"].create(
            {
                "family_id": self.martin.id,
                "payer_id": ccas.id,
                "share": 33,
                "date_from": TODAY,
                "number": "1",
                "decided_on": TODAY,
            }
        )
        care = self.bill((self.nina, self.t2, MONDAY), (self.tom, self.t2, MONDAY))
        self.assertEqual(care.amount_total, 1.74)
        self.pay_on(care, TODAY)
        self.assertEqual(self.paid(), to_decimal(0.87))
        self.reverse(care)
        self.assertEqual(self.paid(), 0)

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

    def test_care_paid_late_is_of_the_year_of_the_payment(self):
        invoice = self.bill((self.nina, self.t2, MONDAY))
        self.pay_on(invoice, date(2028, 2, 1))
        self.assertEqual(self.paid(2027), 0)
        self.assertEqual(self.paid(2028), to_decimal(1.30))

    def test_care_paid_in_advance_is_of_the_year_it_is_given(self):
        """Paid in December for January: on the next year's certificate."""
        invoice = self.bill((self.nina, self.t2, MONDAY))
        self.pay_on(invoice, date(2026, 12, 20))
        self.assertEqual(self.paid(2026), 0)
        self.assertEqual(self.paid(2027), to_decimal(1.30))
        [row] = self.certificate()["children"][0]["rows"]
        self.assertEqual((row.on, row.given), (date(2026, 12, 20), 2027))

    def test_money_kept_on_the_account_counts_with_the_care_it_pays(self):
        self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.martin.partner_id.id,
                "amount": 10,
                "date": date(2026, 11, 3),
                "journal_id": self.bank_journal.id,
            }
        ).action_post()
        self.assertEqual(self.paid(2026), 0)
        invoice = self.bill((self.nina, self.t2, MONDAY))
        self.assertEqual(invoice.amount_residual, 0)
        self.assertEqual(self.paid(2026), 0)
        self.assertEqual(self.paid(2027), to_decimal(1.30))

    def across_the_year(self):
        """Invoice one evening of December 2027 and one of January 2028 on one line."""
        days = (date(2027, 12, 13), date(2028, 1, 10))
        self.env["espace.school.year"]._create_for(self.company, days[0])
        self.evening._generate_sessions(*days)
        charges = self.env["espace.charge"]
        for day in days:
            session = self.session(self.evening, day)
            with self.at(day):
                self.Reservation._walk_in(self.nina, self.t2, session)
            charges |= self.reservation(self.nina, self.evening, day).charge_ids
        charges._invoice(self.env.cr.now())._post(soft=False)
        invoice = self.invoices(self.martin)[-1:]
        self.assertEqual(len(invoice.invoice_line_ids), 1)
        return invoice

    def evening_of_both(self, day):
        """Have both children come on an evening, 1.30 € each; return the invoice."""
        charges = self.env["espace.charge"]
        session = self.session(self.evening, day)
        for child in self.nina | self.tom:
            with self.at(day):
                self.Reservation._walk_in(child, self.t2, session)
            charges |= self.reservation(child, self.evening, day).charge_ids
        charges._invoice(self.env.cr.now())._post(soft=False)
        return self.invoices(self.martin)[-1:]

    def test_a_random_story_of_payments_is_certified_to_the_cent(self):
        """In parts, early, late or never, then one credit: reckoned by hand."""
        draw = random.Random("certificates")
        self.env["espace.school.year"]._create_for(self.company, date(2027, 12, 13))
        self.evening._generate_sessions(date(2027, 12, 13), date(2028, 1, 14))
        days = [MONDAY, TUESDAY, date(2027, 12, 13), date(2027, 12, 14)]
        days += [date(2028, 1, 10), date(2028, 1, 11)]
        expected, paid = defaultdict(Decimal), {}
        for day in days:
            invoice, left = self.evening_of_both(day), 260
            while left and draw.random() < 0.8:
                cents = 2 * draw.randint(1, left // 2)
                on = date(2026, 11, 1) + timedelta(days=draw.randrange(460))
                self.pay_on(invoice, on, cents / 100)
                expected[max(day.year, on.year)] += Decimal(cents) / 200
                left -= cents
            paid[invoice] = left
        self.assertTrue(any(paid.values()))
        settled = next(invoice for invoice, left in paid.items() if not left)
        charges = settled.invoice_line_ids.espace_charge_ids
        charges.reservation_id.waiver = "Error"
        with self.at(date(2028, 2, 10)):
            refund = charges._credit("Error", fields.Datetime.now())
        # Both children's care is taken back; Nina's part of what it pays counts.
        used = to_decimal(refund.amount_total - refund.amount_residual)
        expected[2028] += used / 2 - to_decimal(1.30)
        for year in (2026, 2027, 2028):
            with self.subTest(year=year):
                self.assertEqual(self.paid(year), max(expected[year], 0))

    def test_a_line_of_two_years_is_divided_between_them(self):
        invoice = self.across_the_year()
        # Paid in parts in December: half of each part is for January.
        self.pay_on(invoice, date(2027, 12, 20), 1.00)
        self.assertEqual(self.paid(2027), to_decimal(0.50))
        self.assertEqual(self.paid(2028), to_decimal(0.50))
        self.pay_on(invoice, date(2027, 12, 30))
        self.assertEqual(self.paid(2027), to_decimal(1.30))
        self.assertEqual(self.paid(2028), to_decimal(1.30))

    def test_a_line_of_two_years_paid_late_is_all_of_the_later(self):
        self.pay_on(self.across_the_year(), date(2028, 1, 20))
        self.assertEqual(self.paid(2027), 0)
        self.assertEqual(self.paid(2028), to_decimal(2.60))

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
        # Of the walk-in what a booking costs, of the absence nothing.
        self.assertEqual(self.paid(), to_decimal(1.30))

    def test_an_absence_without_proof_is_left_out_whatever_it_costs(self):
        """It costs what the care would have: none was given."""
        invoice = self.bill((self.nina, self.t2, MONDAY))
        self.pay_on(invoice, TODAY)
        self.assertEqual(self.paid(), to_decimal(1.30))
        self.point(
            self.reservation(self.nina, self.evening, MONDAY), "absent_unjustified"
        )
        self.assertIsNone(self.certificate())

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
        """At once: what the family has in credit pays no care yet."""
        invoice = self.bill((self.nina, self.t2, MONDAY), (self.tom, self.t2, MONDAY))
        self.pay_on(invoice, TODAY)
        refund = self.reverse(invoice)
        self.assertIsNone(self.certificate())
        # Paying it back changes nothing any more.
        self.pay_on(refund, date(2028, 1, 5))
        self.assertIsNone(self.certificate())
        self.assertIsNone(self.certificate(2028))

    def test_a_credit_counts_with_the_care_that_it_pays(self):
        """Of what was credited in 2027, the part that pays care of 2028 is of 2028."""
        self.pay_on(self.bill((self.nina, self.t2, MONDAY)), TODAY)
        refund = self.reverse(self.invoices(self.martin))
        day = date(2028, 1, 10)
        self.env["espace.school.year"]._create_for(self.company, day)
        self.evening._generate_sessions(day, day)
        with self.at(day):
            self.Reservation._walk_in(
                self.nina, self.t2, self.session(self.evening, day)
            )
            charges = self.reservation(self.nina, self.evening, day).charge_ids
            charges._invoice(fields.Datetime.now())._post(soft=False)
        self.assertEqual(refund.amount_residual, 0)
        self.assertEqual(self.paid(2027), 0)
        self.assertEqual(self.paid(2028), to_decimal(1.30))

    def test_what_is_credited_the_year_after_stays_certified_for_its_own(self):
        """A certificate that was given does not change: the next one is lower."""
        invoice = self.bill((self.nina, self.t2, MONDAY))
        self.pay_on(invoice, TODAY)
        charges = invoice.invoice_line_ids.espace_charge_ids
        charges.reservation_id.waiver = "Given back"
        with self.at(date(2028, 2, 1)):
            charges._credit("Given back", fields.Datetime.now())
        self.assertEqual(self.paid(2027), to_decimal(1.30))
        self.assertIsNone(self.certificate(2028))

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

    def test_alternating_residence_certifies_all_and_halves_the_ceiling(self):
        invoice = self.bill((self.nina, self.t2, MONDAY))
        self.pay_on(invoice, TODAY)
        custody = self.env["espace.custody"].create(
            {"child_id": self.nina.id, "family_id": self.durand.id, "pattern": "odd"}
        )
        [part] = self.certificate()["children"]
        self.assertTrue(part["alternating"])
        self.assertEqual(part["paid"], to_decimal(1.30))
        self.assertEqual(part["ceiling"], 1750)
        run = self.run_of(self.finance)
        words = run._alternating_words(self.certificate(), part)
        self.assertIn("all that this household paid", words)
        self.assertIn("1,750", words)
        custody.date_to = date(2026, 12, 31)
        [part] = self.certificate()["children"]
        self.assertEqual((part["alternating"], part["ceiling"]), (False, 3500))

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
