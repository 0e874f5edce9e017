import unittest
from datetime import date

from odoo.tests import tagged

from odoo.addons.espace_famille.tests.document.printed import (
    MISSING,
    NO_PANGO,
    PrintedCase,
    print_report,
)

from ..common_regie import CounterCase, RegieCase

IN_DECEMBER = date(2026, 12, 10)


@tagged("post_install", "-at_install")
@unittest.skipIf(MISSING, NO_PANGO)
class TestCounterDocuments(PrintedCase, CounterCase):
    def test_a_receipt(self):
        payment = self.pay(amount=4, means="cheque")
        printed = print_report(
            "espace_famille_billing.espace_receipt_report",
            payment.with_user(self.clerk),
        )
        self.assert_readable(printed)
        self.assert_numbered(printed, 1)
        self.assert_order(
            printed,
            self.company.name,
            "Régie scolaire",
            "Martin",
            self.martin.reference,
            "Receipt RS-2027-00001",
            "Received from",
            "4.00",
            "4 January 2027",
            "0001234",
            self.meal_move.name,
            "Left to pay after this payment",
            "0.90",
            "signature and stamp",
            self.clerk.name,
        )

    def test_receipts_together_are_one_small_document(self):
        payments = self.pay(amount=1) | self.pay(amount=1) | self.pay(self.durand)
        printed = print_report(
            "espace_famille_billing.espace_receipt_report",
            payments.with_user(self.clerk),
        )
        self.assert_numbered(printed, 1, 1, 1)
        self.assertLess(printed.size, 60_000)

    def test_an_account(self):
        self.pay(amount=4)
        wizard = (
            self.env["espace.account.wizard"]
            .with_user(self.clerk)
            .create({"family_id": self.martin.id})
        )
        printed = print_report("espace_famille_billing.account_statement", wizard)
        self.assert_readable(printed)
        self.assert_order(
            printed,
            self.company.name,
            self.martin.reference,
            "Account statement",
            "Debit Credit Balance",
            self.meal_move.name,
            "RS-2027-00001",
            "Total",
            "Left to pay:",
            "0.90",
        )


@tagged("post_install", "-at_install")
@unittest.skipIf(MISSING, NO_PANGO)
class TestCollectionDocuments(PrintedCase, RegieCase):
    def received(self, count=1):
        bill = self.invoice(self.martin, [(self.meal, 10)], IN_DECEMBER)
        self.pay(self.martin, 6, IN_DECEMBER, bill)
        for _number in range(count):
            self.pay(self.durand, 1, IN_DECEMBER, journal=self.cheque)
        return self.close(self.statement())

    def test_a_collection(self):
        statement = self.received()
        printed = print_report("espace_famille_billing.collection_statement", statement)
        self.assert_readable(printed)
        self.assert_numbered(printed, len(printed.pages))
        self.assert_order(
            printed,
            self.company.name,
            "Collection No. REG-E-2026-001",
            "Cash office:",
            "Opening balance",
            "By means of payment",
            "Caisse",
            "6.00",
            "By product and imputation",
            "Remittances to the treasury",
            "Certified true",
            "SHA-256",
            statement.content_hash,
            "Unpaid invoices",
        )

    def test_a_list_of_receipts_repeats_its_headings(self):
        statement = self.received(90)
        printed = print_report("espace_famille_billing.collection_receipts", statement)
        self.assertGreaterEqual(len(printed.pages), 3)
        self.assert_numbered(printed, len(printed.pages))
        self.assertLess(printed.size, 150_000)
        for page in printed.pages:
            self.assertIn("Receipt Date Payer Means of payment", page)
        self.assertEqual(printed.text.count("REG-2026-000"), 91)

    def test_a_slip_of_cheques(self):
        cheque = self.pay(
            self.martin,
            10,
            IN_DECEMBER,
            journal=self.cheque,
            espace_cheque_number="0000123",
            espace_cheque_bank="Banque postale",
        )
        remittance = self.Remittance.create(
            {
                "regie_id": self.regie.id,
                "journal_id": self.cheque.id,
                "date": IN_DECEMBER,
                "payment_ids": cheque.ids,
            }
        )
        remittance.action_confirm()
        printed = print_report("espace_famille_billing.remittance_slip", remittance)
        self.assert_readable(printed)
        self.assert_numbered(printed, 1)
        self.assert_order(
            printed,
            self.company.name,
            "Deposit slip of cheques No. REG-V-2026-001",
            "Cash office:",
            "0000123",
            "Banque postale",
            "Martin",
            "10.00",
            "Total (1 cheques)",
            "10.00",
            "The public accountant",
        )
