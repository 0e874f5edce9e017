from base64 import b64decode
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW, TODAY, TUESDAY

from ...domain.fec import COLUMNS
from ...models.core.amounts import to_decimal
from .test_regie_setup import RegieSetupCase


class BooksCase(RegieSetupCase):
    """Two families in January: invoices, part payments, a rejected cheque.

    The Martins owe 2 meals and an hour of childcare, 7.85 €; they pay 5.00 € in cash
    and 2.85 € by a cheque that the bank rejects. The Durands pay their meal by card.
    """

    receivable, income, leisure = None, None, None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.evening.category = "leisure"
        cls.Reservation._book(
            cls.martin,
            [
                (cls.nina, cls.meal, MONDAY),
                (cls.nina, cls.meal, TUESDAY),
                (cls.tom, cls.t1, MONDAY),
            ],
        )
        cls.Reservation._book(cls.durand, [(cls.lina, cls.meal, MONDAY)])
        cls.own = cls.martin.espace_move_ids
        cls.other = cls.durand.espace_move_ids
        cls._pay(cls.own, "cash", 5.00)
        cheque = cls._pay(cls.own, "cheque", 2.85)
        cls._pay(cls.other, "card", 3.60)
        cls.rejection = cls._reject(cheque)

    @classmethod
    def _pay(cls, invoice, means, amount):
        return (
            cls.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": cls.journals[means].id, "amount": amount})
            ._create_payments()
        )

    @classmethod
    def _reject(cls, payment):
        """Take back a payment: what it paid is owed again."""
        return payment._espace_reject("unpaid_cheque", TODAY)

    # === Reading the books === #

    def balances(self):
        """Return {code of account: euros} of what is posted, without zeros."""
        groups = self.env["account.move.line"]._read_group(
            [("company_id", "=", self.company.id), ("parent_state", "=", "posted")],
            ["account_id"],
            ["balance:sum"],
        )
        totals = {
            account.code: to_decimal(balance).quantize(Decimal("0.01"))
            for account, balance in groups
        }
        return {code: total for code, total in totals.items() if total}

    def code(self, means):
        return self.journals[means].default_account_id.code

    def expected(self):
        expected = defaultdict(Decimal)
        for code, euros in (
            (self.receivable, "2.85"),
            (self.income, "-10.80"),
            (self.leisure, "-0.65"),
            (self.code("cash"), "5.00"),
            (self.code("card"), "3.60"),
        ):
            expected[code] += Decimal(euros)
        return dict(expected)


class OnAnyBooks:
    def test_trial_balance(self):
        self.assertEqual(self.balances(), self.expected())
        self.assertEqual(sum(self.balances().values()), 0)

    def test_each_invoice_is_booked_on_debtors_and_income_alone(self):
        for invoice in self.own | self.other:
            due = invoice.line_ids.filtered(
                lambda line: line.display_type == "payment_term"
            )
            self.assertEqual(due.account_id.code, self.receivable)
            self.assertEqual(due.date_maturity, invoice.invoice_date_due)
            services = invoice.line_ids - due
            for line in services:
                category = line.product_id.espace_activity_id.category
                wanted = self.leisure if category == "leisure" else self.income
                self.assertEqual(line.account_id.code, wanted)
            self.assertEqual(invoice.journal_id.type, "sale")

    def test_no_entry_has_a_tax(self):
        lines = self.env["account.move.line"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertTrue(lines)
        self.assertFalse(lines.tax_ids)
        self.assertFalse(lines.tax_line_id)
        self.assertFalse(lines.tax_tag_ids)

    def test_a_rejected_cheque_is_owed_again(self):
        self.assertEqual(self.own.amount_residual, 2.85)
        self.assertEqual(self.own.payment_state, "partial")
        self.assertEqual(self.other.payment_state, "paid")
        self.assertEqual(self.rejection.state, "paid")
        self.assertEqual(self.rejection.espace_kind, "rejection")

    def test_the_invariants_hold(self):
        broken = [
            invariant.promise
            for invariant, finding in self.env["espace.check"]._results()
            if finding and not invariant.notice
        ]
        self.assertFalse(broken)

    # === Aged receivables === #

    def aged(self):
        """Return {age: euros} of the aged receivables, by what is shown."""
        groups = self.env["espace.aged.receivable"]._read_group(
            [("company_id", "=", self.company.id)], ["bucket"], ["amount:sum"]
        )
        return {age: round(amount, 2) for age, amount in groups}

    def test_debts_grow_older_by_their_due_date(self):
        due = self.own.invoice_date_due
        for days, age in (
            (0, "current"),
            (1, "late_30"),
            (30, "late_30"),
            (31, "late_60"),
            (61, "late_90"),
            (91, "late_more"),
        ):
            with self.subTest(days=days), self.at(due + timedelta(days=days)):
                self.assertEqual(self.aged(), {age: 2.85})

    def test_aged_receivables_are_the_balance_of_the_debtors(self):
        # A payment in advance counts against what is owed.
        advance = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_id": self.durand.partner_id.id,
                "amount": 20,
                "journal_id": self.journals["cash"].id,
            }
        )
        advance.action_post()
        self.assertEqual(
            to_decimal(sum(self.aged().values())).quantize(Decimal("0.01")),
            self.balances()[self.receivable],
        )
        rows = self.env["espace.aged.receivable"].search(
            [("family_id", "=", self.durand.id)]
        )
        self.assertEqual(rows.mapped("amount"), [-20])


class OnFrenchBooks(OnAnyBooks):
    # === FEC === #

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent = cls._create_staff("finance")

    def fec(self, date_from="2027-01-01", date_to="2027-12-31"):
        """Return the rows of the file that the Régie makes, as dictionaries."""
        wizard = (
            self.env["espace.fec.wizard"]
            .with_user(self.agent)
            .create({"date_from": date_from, "date_to": date_to})
        )
        wizard.action_export()
        self.assertRegex(wizard.filename, r"FEC\d{8}\.txt$")
        text = b64decode(wizard.file).decode("utf-8")
        header, *rows = (line.split("|") for line in text.split("\r\n"))
        self.assertEqual(tuple(header), COLUMNS)
        for row in rows:
            self.assertEqual(len(row), len(COLUMNS))
        return [dict(zip(header, row, strict=True)) for row in rows]

    def euros(self, row):
        debit, credit = (
            Decimal(row[side].replace(",", ".")) for side in ("Debit", "Credit")
        )
        self.assertTrue(min(debit, credit) == 0 < max(debit, credit))
        return debit - credit

    def test_the_fec_says_what_the_books_say(self):
        totals = defaultdict(Decimal)
        for row in self.fec():
            totals[row["CompteNum"]] += self.euros(row)
        self.assertEqual(
            {code: total for code, total in totals.items() if total}, self.balances()
        )

    def test_each_entry_of_the_fec_is_balanced_complete_and_in_order(self):
        rows = self.fec()
        entries = defaultdict(Decimal)
        for row in rows:
            entries[row["EcritureNum"]] += self.euros(row)
            for column in (*COLUMNS[:6], "PieceRef", "PieceDate", "EcritureLib"):
                self.assertTrue(row[column], (column, row))
            self.assertEqual(row["ValidDate"], row["EcritureDate"])
            is_debtor = row["CompteNum"] == self.receivable
            self.assertEqual(bool(row["CompAuxNum"]), is_debtor)
        self.assertEqual(set(entries.values()), {0})
        posted = self.env["account.move"].search(
            [("company_id", "=", self.company.id), ("state", "=", "posted")]
        )
        self.assertEqual(set(entries), set(posted.mapped("name")))
        dates = [row["EcritureDate"] for row in rows]
        self.assertEqual(dates, sorted(dates))

    def test_no_child_nor_quotient_is_in_the_fec(self):
        """Who owes is named, as the law asks; whose care it was is not."""
        charges = self.other.invoice_line_ids.espace_charge_ids
        charges.reservation_id.waiver = "Lina was ill"
        [refund] = charges._credit("Lina was ill", NOW)
        rows = self.fec()
        said = {row[name] for row in rows for name in ("EcritureLib", "PieceRef")}
        for text in said:
            self.assertNotRegex(text, r"Nina|Tom|Lina|QF|750|\bill\b")
        self.assertIn("Repas", " ".join(row["EcritureLib"] for row in rows))
        [reference] = {
            row["PieceRef"] for row in rows if row["EcritureNum"] == refund.name
        }
        self.assertEqual(reference, self.other.name)

    def test_the_next_year_opens_with_the_balances(self):
        rows = self.fec("2028-01-01", "2028-12-31")
        self.assertEqual({row["JournalCode"] for row in rows}, {"OUV"})
        self.assertEqual(sum(self.euros(row) for row in rows), 0)
        debtors = [row for row in rows if row["CompteNum"] == self.receivable]
        self.assertEqual([self.euros(row) for row in debtors], [Decimal("2.85")])

    def test_drafts_are_left_out_and_told(self):
        self.rejection.move_id.copy({"date": TODAY})
        wizard = self.env["espace.fec.wizard"].with_user(self.agent).create({})
        self.assertEqual(str(wizard.date_from), "2027-01-01")
        self.assertEqual(wizard.draft_count, 1)
        names = {row["EcritureNum"] for row in self.fec()}
        self.assertNotIn("/", names)

    def test_making_the_file_closes_no_year(self):
        self.fec()
        self.assertFalse(self.company.fiscalyear_lock_date)

    def test_a_period_does_not_end_before_it_starts(self):
        with self.assertRaises(ValidationError):
            self.fec("2027-02-01", "2027-01-01")

    def test_nobody_exports_the_books_of_another_commune(self):
        other = self.env["res.company"].create(
            {"name": "Commune voisine", "espace_is_commune": True}
        )
        wizard = self.env["espace.fec.wizard"].with_user(self.agent).create({})
        wizard.sudo().company_id = other
        with self.assertRaises(UserError):
            wizard.action_export()

    def test_only_the_regie_exports_the_books(self):
        manager = self._create_staff("manager")
        with self.assertRaises(AccessError):
            self.env["espace.fec.wizard"].with_user(manager).create({})


@tagged("post_install", "-at_install")
class TestBooksOnM57(OnFrenchBooks, BooksCase):
    chart = "fr_m57"
    receivable, income, leisure = "4111", "7067", "70632"


@tagged("post_install", "-at_install")
class TestBooksOnTheGeneralFrenchChart(OnFrenchBooks, BooksCase):
    chart = "fr"
    receivable, income, leisure = "411100", "706000", "706000"


@tagged("post_install", "-at_install")
class TestBooksOnTheGenericChart(OnAnyBooks, BooksCase):
    receivable, income, leisure = "121000", "400000", "400000"
