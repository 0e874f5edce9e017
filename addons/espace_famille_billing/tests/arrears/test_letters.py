import unittest
from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.espace_famille.models.core.guards import allow
from odoo.addons.espace_famille.tests.common import MONDAY, TODAY
from odoo.addons.espace_famille.tests.document.printed import (
    MISSING,
    NO_PANGO,
    PrintedCase,
    print_report,
)

from ...models.core.guards import STATING
from .test_arrears import ArrearsCase

CERTIFICATES = 24


@tagged("post_install", "-at_install")
@unittest.skipIf(MISSING, NO_PANGO)
class TestLetters(PrintedCase, ArrearsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_regie()
        (cls.martin | cls.durand).lang = "en_US"
        cls.company.write({"street": "1 place de la Mairie", "city": "Valdurenque"})
        cls.martin.partner_id.write({"street": "8 rue des Lilas", "city": "Castres"})

    def test_letters_of_reminder(self):
        self.first.channel = "both"
        self.owe()
        self.owe(self.lina)
        with self.later(12):
            sent = self.send()
        run = self.env["espace.reminder.wizard"].create(
            {"reminder_ids": [Command.set(sent.ids)]}
        )
        printed = print_report("espace_famille_billing.reminder_letters", run)
        self.assert_readable(printed)
        self.assert_numbered(printed, 1, 1)
        [letter] = [page for page in printed.pages if "8 rue des Lilas" in page]
        printed.text = letter
        mine = sent.filtered(lambda one: one.family_id == self.martin)
        self.assert_order(
            printed,
            self.company.name,
            "Régie scolaire",
            "Claire Martin",
            "8 rue des Lilas",
            self.martin.reference,
            "16 January 2027",
            mine.subject,
            mine.move_ids.name,
            "3.60",
            "To pay",
            "3.60",
            "How to pay",
            "At the counter",
            "By cheque",
        )

    def test_tax_certificates_are_small_and_numbered_each(self):
        self.evening.billing_mode = "booking"
        families = self.env["espace.family"]
        for number in range(CERTIFICATES):
            family = self._create_family(f"Famille{number:02}", ["Ada"])
            family.lang = "en_US"
            child = self._create_child(family, "Zoé", self.class_cp)
            child.birth_date = date(2023, 5, 1)
            self.evening.session_ids.capacity = CERTIFICATES
            self.book(family, (child, self.t2, MONDAY))
            invoice = self.invoices(family)
            allow(invoice, STATING).invoice_date_due = TODAY
            self.pay(invoice)
            families |= family
        wizard = self.env["espace.tax.wizard"].create({"year": 2027})
        printed = print_report("espace_famille_billing.tax_certificates", wizard)
        self.assert_readable(printed)
        self.assert_numbered(printed, *[1] * CERTIFICATES)
        self.assertLess(printed.size, 2_000_000)
        printed.text = printed.pages[0]
        self.assert_order(
            printed,
            self.company.name,
            "2027",
            "200 quater B",
            "Child Born on To declare",
            "Zoé Famille00",
            "1.60",
            "Total",
            "Signature and stamp",
            "What makes up these sums",
        )

    def test_hours_for_the_caf(self):
        self.evening.billing_mode = "booking"
        self.book(self.martin, (self.tom, self.t2, MONDAY))
        wizard = self.env["espace.caf.wizard"].create({"year": 2027})
        printed = print_report("espace_famille_billing.caf_hours", wizard)
        self.assert_readable(printed)
        self.assert_order(
            printed, self.company.name, "2027", "Under 6", "6 and over", "Total"
        )
