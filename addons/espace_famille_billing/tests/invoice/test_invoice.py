from datetime import date
from decimal import Decimal

from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import (
    MONDAY,
    NOW,
    THURSDAY,
    TODAY,
    TUESDAY,
)

from ...models.charge.invoice_terms import Terms
from ..common import NBSP, EspaceBillingCase


@tagged("post_install", "-at_install")
class TestInvoiceAtBooking(EspaceBillingCase):
    """Payment at booking (R) in a commune where nobody pays online."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.martin.lang = "fr_FR"
        # A tax and a term that any other sale would have.
        cls.meal.taxes_id = cls.company.account_sale_tax_id
        cls.martin.partner_id.property_payment_term_id = cls.env.ref(
            "account.account_payment_term_30days"
        )
        cls.items = [
            (cls.nina, cls.meal, THURSDAY),
            (cls.nina, cls.meal, MONDAY),
            (cls.nina, cls.meal, TUESDAY),
            (cls.nina, cls.t2, MONDAY),
            (cls.tom, cls.meal, MONDAY),
        ]

    def book_all(self):
        quotes = self.quote(self.martin, *self.items)
        statuses = self.book(self.martin, *self.items)
        self.assertEqual(statuses, ["booked"] * 5)
        return quotes, self.invoices(self.martin)

    def test_one_booking_makes_one_posted_invoice(self):
        _quotes, invoice = self.book_all()
        self.assertEqual(len(invoice), 1)
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(invoice.move_type, "out_invoice")
        self.assertEqual(invoice.partner_id, self.martin.partner_id)
        self.assertEqual(invoice.company_id, self.company)
        self.assertEqual(len(invoice.espace_reservation_ids), 5)

    def test_it_is_due_the_same_day(self):
        _quotes, invoice = self.book_all()
        self.assertEqual(invoice.invoice_date, TODAY)
        self.assertEqual(invoice.invoice_date_due, TODAY)
        self.assertEqual(
            invoice.line_ids.filtered("date_maturity").mapped("date_maturity"), [TODAY]
        )

    def test_it_is_what_odoo_itself_makes_of_its_lines(self):
        """We give all lines, so that Odoo need not look for them; it finds the same."""
        _quotes, ours = self.book_all()
        groups = self.martin.charge_ids._grouped_for_invoice()
        vals = self.Charge._prepare_invoice(self.martin, groups, Terms(TODAY, TODAY))
        vals["line_ids"] = [
            command
            for command in vals["line_ids"]
            if command[2].get("display_type") != "payment_term"
        ]
        theirs = self.env["account.move"].with_company(self.company).create(vals)
        theirs._post(soft=False)
        for name, field in theirs._fields.items():
            if field.store and field.type in ("monetary", "date", "selection"):
                self.assertEqual(ours[name], theirs[name], name)
        names = [
            *("display_type", "account_id", "partner_id", "product_id", "currency_id"),
            *("balance", "amount_currency", "debit", "credit", "amount_residual"),
            *("price_subtotal", "price_total", "tax_ids", "date_maturity", "date"),
            *("quantity", "price_unit", "parent_state", "discount_date"),
        ]
        for line, expected in zip(ours.line_ids, theirs.line_ids, strict=True):
            for name in names:
                self.assertEqual(line[name], expected[name], name)

    def test_at_night_it_bears_the_date_of_the_commune(self):
        self.booked(self.nina, self.meal, MONDAY, now=NOW.replace(hour=23, minute=30))
        self.assertEqual(self.invoices(self.martin).invoice_date, date(2027, 1, 5))

    def test_lines_are_grouped_by_child_product_and_price(self):
        _quotes, invoice = self.book_all()
        lines = [
            (line.product_id, line.quantity, line.price_unit, line.price_total)
            for line in invoice.invoice_line_ids
        ]
        self.assertEqual(
            lines,
            [
                (self.meal, 3, 3.60, 10.80),
                (self.t2, 1, 1.30, 1.30),
                (self.meal, 1, 3.60, 3.60),
            ],
        )

    def test_another_price_is_another_line(self):
        self._set_quotient(self.martin, 300, TUESDAY)
        self.book(self.martin, (self.nina, self.t2, MONDAY))
        self.book(
            self.martin, (self.nina, self.t2, TUESDAY), (self.nina, self.t2, THURSDAY)
        )
        last = self.invoices(self.martin)[-1].invoice_line_ids
        self.assertEqual((last.quantity, last.price_unit), (2, 1.20))
        self.reservation(self.nina, self.evening, TUESDAY).action_cancel()
        self.book(
            self.martin, (self.nina, self.t2, TUESDAY), (self.tom, self.t2, MONDAY)
        )
        refund, invoice = self.invoices(self.martin)[-2:]
        self.assertEqual((refund.move_type, refund.amount_total), ("out_refund", 1.20))
        lines = invoice.invoice_line_ids
        self.assertEqual(sorted(lines.mapped("price_total")), [1.20, 1.30])

    def test_a_line_says_child_dates_and_why(self):
        _quotes, invoice = self.book_all()
        texts = [
            line.espace_words.replace(NBSP, " ").splitlines()
            for line in invoice.invoice_line_ids
        ]
        self.assertEqual(
            texts,
            [
                [
                    "Nina Martin – Repas",
                    "11, 12 et 14 janvier 2027",
                    "Repas réservé : 3,60 €",
                ],
                [
                    "Nina Martin – Tranche 2",
                    "11 janvier 2027",
                    "QF 750 (tranche 500 à 1000), 0,65 €/h × 2 h = 1,30 €",
                ],
                [
                    "Tom Martin – Repas",
                    "11 janvier 2027",
                    "Repas réservé : 3,60 €",
                ],
            ],
        )

    def test_dates_of_two_months_are_told_apart(self):
        self.book(
            self.martin,
            (self.nina, self.meal, date(2027, 2, 2)),
            (self.nina, self.meal, THURSDAY),
            (self.nina, self.meal, date(2027, 2, 1)),
        )
        [line] = self.invoices(self.martin).invoice_line_ids
        self.assertEqual(
            line.espace_words.splitlines()[1],
            "14 janvier 2027 ; 1er et 2 février 2027",
        )

    def test_no_tax_is_added(self):
        _quotes, invoice = self.book_all()
        self.assertTrue(self.meal.taxes_id)
        self.assertFalse(invoice.invoice_line_ids.tax_ids)
        self.assertEqual(invoice.amount_tax, 0)

    def test_the_total_is_what_the_quotes_said(self):
        quotes, invoice = self.book_all()
        total = sum(quote.price for quote in quotes)
        self.assertEqual(total, Decimal("15.70"))
        self.assertEqual(invoice.amount_total, 15.70)
        charges = invoice.espace_reservation_ids.charge_ids
        self.assertEqual(charges.invoice_line_id, invoice.invoice_line_ids)
        self.assertEqual(sum(self.amounts(invoice.espace_reservation_ids)), total)

    def test_the_family_sees_what_is_due(self):
        self.book_all()
        self.assertEqual(self.martin.amount_due, 15.70)
        self.assertEqual(self.receivable(self.martin), Decimal("15.70"))
        self.assertEqual(
            self.martin._espace_invoices("due"), self.invoices(self.martin)
        )
        self.assertFalse(self.martin._espace_invoices("history"))
        self.assertEqual(self.durand.amount_due, 0)

    def test_once_paid_nothing_is_due(self):
        _quotes, invoice = self.book_all()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({}).action_create_payments()
        self.assertEqual(self.martin.amount_due, 0)
        self.assertEqual(self.martin._espace_invoices("history"), invoice)

    def test_booking_twice_makes_no_second_invoice(self):
        self.book_all()
        self.assertEqual(self.book(self.martin, *self.items), ["booked"] * 5)
        self.assertEqual(len(self.invoices(self.martin)), 1)

    def test_the_cart_costs_nothing_until_it_is_booked(self):
        self.Reservation._add_to_cart(self.martin, self.items[:1], now=NOW)
        cart = self.Reservation._cart(self.martin)
        self.assertEqual(cart.espace_price, 3.60)
        self.assertFalse(cart._settle())
        self.assertFalse(self.invoices(self.martin))
        self.book(self.martin, *self.items[:1])
        self.assertEqual(self.invoices(self.martin).amount_total, 3.60)

    def test_each_family_gets_its_own_invoice(self):
        self.booked(self.nina, self.meal, MONDAY)
        self.booked(self.lina, self.t2, MONDAY)
        self.assertEqual(self.invoices(self.martin).amount_total, 3.60)
        self.assertEqual(self.invoices(self.durand).amount_total, 1.60)
        self.assertEqual(self.durand.amount_due, 1.60)

    def test_in_shared_custody_the_household_of_the_day_pays(self):
        self.env["espace.custody"].create(
            {
                "child_id": self.nina.id,
                "family_id": self.durand.id,
                "pattern": "always",
                "date_from": TUESDAY,
            }
        )
        self.booked(self.nina, self.t2, MONDAY)
        self.booked(self.nina, self.t2, TUESDAY)
        self.assertEqual(self.invoices(self.martin).amount_total, 1.30)
        self.assertEqual(self.invoices(self.durand).amount_total, 1.60)

    def test_bookings_that_are_refused_are_not_invoiced(self):
        self.assertEqual(
            self.book(
                self.martin,
                (self.nina, self.meal, TODAY),
                (self.nina, self.meal, MONDAY),
            ),
            ["too_late", "booked"],
        )
        self.assertEqual(self.invoices(self.martin).amount_total, 3.60)

    # === Approval === #

    def test_what_waits_for_approval_is_invoiced_once_approved(self):
        self.evening.approval = "manual"
        reservation = self.booked(self.nina, self.t2, MONDAY)
        self.assertEqual(reservation.state, "pending_approval")
        self.assertFalse(self.invoices(self.martin))
        reservation.action_confirm()
        self.assertEqual(self.invoices(self.martin).amount_total, 1.30)
        reservation.action_confirm()
        self.assertEqual(len(self.invoices(self.martin)), 1)

    def test_what_is_refused_costs_nothing(self):
        self.evening.approval = "manual"
        reservation = self.booked(self.nina, self.t2, MONDAY)
        reservation.action_refuse()
        self.assertFalse(reservation.charge_ids)

    # === Who books === #

    def test_management_books_without_accounting_rights(self):
        manager = self._create_staff("manager")
        self.assertFalse(manager.has_group("account.group_account_invoice"))
        Reservation = self.Reservation.with_user(manager)
        [quote] = Reservation._book(
            self.martin.with_user(manager), [(self.nina, self.meal, MONDAY)], now=NOW
        )
        self.assertEqual(quote.status, "booked")
        self.assertEqual(self.invoices(self.martin).state, "posted")

    def test_the_invoice_is_french_whoever_books(self):
        manager = self._create_staff("manager")
        Reservation = self.Reservation.with_user(manager).with_context(lang="en_US")
        Reservation._book(self.martin, [(self.nina, self.meal, MONDAY)], now=NOW)
        [line] = self.invoices(self.martin).invoice_line_ids
        self.assertIn("11 janvier 2027", line.espace_words)

    # === Bulk work === #

    def test_bulk_work_invoices_later_once(self):
        with self.not_invoiced():
            for day in (MONDAY, TUESDAY):
                self.book(self.martin, (self.nina, self.meal, day))
        self.assertFalse(self.invoices(self.martin))
        charges = self.martin.charge_ids
        charges._invoice(NOW)._post(soft=False)
        self.assertEqual(self.invoices(self.martin).amount_total, 7.20)
        self.assertFalse(charges._invoice(NOW))
        self.assertEqual(len(self.invoices(self.martin)), 1)

    def test_a_posted_invoice_is_never_printed_as_a_pro_forma(self):
        _quotes, move = self.book_all()
        report = self.env["ir.actions.report"].with_context(proforma_invoice=True)

        def printed(invoice):
            page, _kind = report._render_qweb_html(
                "account.account_invoices", invoice.ids, data={"proforma": True}
            )
            return page.decode().lower()

        self.assertNotIn("proforma", printed(move))
        self.assertNotIn("proforma", move._get_invoice_pdf_proforma()["filename"])
        club = self.env["res.partner"].create({"name": "Club"})
        other = move.copy({"partner_id": club.id})
        other.action_post()
        self.assertIn("proforma", printed(other))
        self.assertIn("proforma", other._get_invoice_pdf_proforma()["filename"])
