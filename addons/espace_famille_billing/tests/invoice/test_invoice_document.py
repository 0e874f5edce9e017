import re
import unittest
from datetime import date, timedelta

from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW, TUESDAY
from odoo.addons.espace_famille.tests.document.printed import (
    MISSING,
    NO_PANGO,
    PrintedCase,
    print_report,
)

from ..common import NBSP
from ..common_regie import CounterCase

REPORT = "account.account_invoices"
ADDRESS = {"street": "1 place de la Mairie", "zip": "81090", "city": "Valdurenque"}


@tagged("post_install", "-at_install")
@unittest.skipIf(MISSING, NO_PANGO)
class TestInvoiceDocument(PrintedCase, CounterCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {
                **ADDRESS,
                "phone": "05 00 00 00 00",
                "email": "mairie@example.org",
                "company_registry": "21810305600017",
                "espace_opening_hours": "Mondays 9h-12h",
            }
        )
        cls.regie.write(
            {"decision": "Arrêté 2019-14", "cheque_order": "Régie scolaire"}
        )
        cls.tariff.deliberation = "Délibération 2026-41"
        cls.martin.partner_id.write(
            {"street": "8 rue des Lilas", "zip": "81100", "city": "Castres"}
        )
        (cls.martin | cls.durand).partner_id.lang = "en_US"

    def print(self, moves, **data):
        printed = print_report(REPORT, moves, **data)
        printed.text = printed.text.replace(NBSP, " ")
        return printed

    def test_an_invoice_says_all_that_a_family_needs(self):
        self._publish_provider()
        printed = self.print(self.meal_move)
        self.assert_readable(printed)
        self.assert_numbered(printed, 1)
        self.assertLess(printed.size, 100_000)
        self.assert_order(
            printed,
            self.company.name,
            "Régie scolaire",
            "1 place de la Mairie",
            "81090 Valdurenque",
            "05 00 00 00 00",
            "mairie@example.org",
            "Claire Martin",
            "8 rue des Lilas",
            "81100 Castres",
            f"Invoice {self.meal_move.name}",
            "4 January 2027",
            self.martin.reference,
            "11 January 2027",
            "Due Date",
            "Service Quantity Unit price Amount",
            "Nina Martin – Repas",
            "11 January 2027",
            "Repas réservé",
            "1",
            "3.60",
            "3.60",
            "Total",
            "3.60",
            "To pay",
            "3.60",
            "How to pay",
            "Online",
            "/my/factures",
            "At the counter",
            "Cash, Card, Cheque, CESU",
            "Mondays 9h-12h",
            "By cheque",
            "to the order of Régie scolaire",
            self.meal_move.name,
            "A question, a complaint?",
            "mairie@example.org",
            "SIRET 21810305600017",
            "Arrêté 2019-14",
            self.clerk.name,
            "Délibération 2026-41",
            "without VAT",
        )

    def test_an_invoice_is_no_titre(self):
        """Ways and delays of appeal, a recovery by force: those are of titres."""
        text = self.print(self.meal_move).text.lower()
        for word in ("tribunal", "two months", "deux mois", "exécutoire", "appeal"):
            self.assertNotIn(word, text)

    def test_what_cannot_be_used_is_not_offered(self):
        text = self.print(self.lina_move).text
        self.assertNotIn("Online", text)
        self.assertNotIn("By transfer", text)
        self.pay(self.durand)
        text = self.print(self.lina_move).text
        self.assertNotIn("How to pay", text)
        self.assert_order(
            self.print(self.lina_move), "Total", "Paid on", "To pay", "0.00"
        )

    def test_a_transfer_needs_the_account(self):
        bank = self.env["res.partner.bank"].create(
            {
                "acc_number": "FR7630001007941234567890185",
                "partner_id": self.company.partner_id.id,
            }
        )
        self.journals["transfer"].bank_account_id = bank
        self.assert_order(
            self.print(self.meal_move),
            "By transfer",
            "FR76 3000 1007 9412 3456 7890 185",
            f"reference {self.meal_move.name}",
        )

    def test_who_pays_by_debit_is_told_the_day_and_nothing_else(self):
        self.meal_move.espace_debit_date = date(2027, 2, 5)
        printed = self.print(self.meal_move)
        self.assert_order(printed, "Debited on", "5 February 2027", "By direct debit")
        self.assertIn("you have nothing to do", printed.text)
        self.assertNotIn("By cheque", printed.text)
        self.assertNotIn("Due Date", printed.text)

    def test_previous_credit_is_deducted_and_what_is_left_of_it_said(self):
        payment = self.Payment.create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.durand.partner_id.id,
                "amount": 20,
                "date": date(2026, 12, 28),
                "journal_id": self.journals["cash"].id,
            }
        )
        payment.action_post()
        move = self._invoiced(self.lina, self.t2, TUESDAY)
        self.assert_order(
            self.print(move),
            "Total",
            "1.60",
            "Previous credit, paid on 28 December 2026",
            "-",
            "1.60",
            "To pay",
            "0.00",
            "Left on your account",
        )

    def test_a_credit_note_asks_for_nothing(self):
        refund = self.credited(self.meal_move, "Pointed by mistake")
        printed = self.print(refund)
        self.assert_order(
            printed,
            f"Credit Note {refund.name}",
            "Corrects",
            self.meal_move.name,
            "Pointed by mistake",
        )
        self.assertNotIn("How to pay", printed.text)
        self.assertNotIn("To pay", printed.text)

    def credited(self, move, reason):
        charges = move.invoice_line_ids.espace_charge_ids
        charges.reservation_id.waiver = reason
        return charges._credit(reason, NOW)

    def test_a_draft_says_so(self):
        with self.not_invoiced():
            booking = self.booked(self.nina, self.t2, TUESDAY)
        move = booking.charge_ids._invoice(NOW)
        self.assertIn("Draft Invoice", self.print(move).text)

    # === Many pages, many invoices === #

    def long_invoice(self, count=60):
        """Return an invoice of so many lines, one a child."""
        family = self._create_family("Nombreuse", ["Ada"])
        family.lang = "en_US"
        self.canteen.capacity = count + 10
        self.canteen.session_ids.capacity = count + 10
        children = [
            self._create_child(family, f"Enfant{number:02}", self.class_cp)
            for number in range(count)
        ]
        self.book(family, *((child, self.meal, MONDAY) for child in children))
        return self.invoices(family)

    def test_three_pages_repeat_their_headings_and_cut_no_line(self):
        printed = self.print(self.long_invoice())
        self.assertGreaterEqual(len(printed.pages), 3)
        self.assert_numbered(printed, len(printed.pages))
        self.assertLess(printed.size, 100_000)
        seen = []
        for page in printed.pages:
            children = re.findall(r"Enfant(\d\d)", page)
            # Child, days and reason of a price are together.
            for words in ("11 January 2027 Repas", "Repas réservé"):
                self.assertEqual(page.count(words), len(children))
            seen += children
            heading = "Service Quantity Unit price Amount"
            self.assertEqual(page.count(heading), bool(children))
        self.assertEqual(len(seen), 60)
        for page in printed.pages[1:]:
            self.assertIn("Invoice", page)
        # What is to be paid, and how, is in one piece.
        [last] = [page for page in printed.pages if "To pay" in page]
        self.assertIn("Total", last)
        [ways] = [page for page in printed.pages if "How to pay" in page]
        self.assertIn("By cheque", ways)

    def test_several_invoices_are_numbered_each_on_its_own(self):
        moves = self.meal_move | self.evening_move | self.lina_move
        printed = self.print(moves)
        self.assert_numbered(printed, 1, 1, 1)
        for page, move in zip(printed.pages, moves, strict=False):
            self.assertIn(move.name, page)

    def test_other_invoices_are_printed_as_odoo_does(self):
        nobody = self.env["res.partner"].create({"name": "Association des parents"})
        other = self.lina_move.copy(
            {"espace_family_id": False, "partner_id": nobody.id}
        )
        report = self.env.ref(REPORT)
        self.assertEqual(
            report._espace_split((other | self.meal_move).ids),
            (self.meal_move.ids, other.ids),
        )
        self.assertEqual(
            other._get_name_invoice_report(), "account.report_invoice_document"
        )

    def test_a_family_is_asked_at_its_own_pace(self):
        """The report without payments says the total, and nothing of what is left."""
        text = self.print_without_payments(self.meal_move).text
        self.assertNotIn("To pay", text)

    def print_without_payments(self, move):
        return print_report("account.account_invoices_without_payment", move)

    # === The books name no child === #

    def test_labels_name_no_child_nor_quotient(self):
        moves = self.meal_move | self.evening_move
        refund = self.credited(self.meal_move, "Nina was ill")
        texts = [
            *(moves | refund).line_ids.mapped("name"),
            *(moves | refund).mapped("ref"),
        ]
        self.assertIn("Cantine – Repas, January 2027", texts)
        for text in filter(None, texts):
            self.assertNotRegex(text, "Nina|Tom|Martin|QF|750|ill")
        words = (moves | refund).invoice_line_ids.mapped("espace_words")
        self.assertTrue(all("Martin" in text for text in words))
        self.assertIn("QF 750", self.evening_move.invoice_line_ids.espace_words)


@tagged("post_install", "-at_install")
class TestDayOfInvoice(CounterCase):
    def test_the_period_is_that_of_the_services(self):
        self.assertEqual(self.meal_move._espace_period_words(), "11 January 2027")
        days = [MONDAY + timedelta(days=number) for number in (1, 3)]
        self.book(self.martin, *((self.nina, self.meal, day) for day in days))
        both = self.invoices(self.martin) - self.meal_move - self.evening_move
        self.assertEqual(len(both), 1)
        self.assertEqual(
            both._espace_period_words(), "from 12 January to 14 January 2027"
        )
