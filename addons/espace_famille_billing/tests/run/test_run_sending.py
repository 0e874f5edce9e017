import base64
import io
import unittest
from unittest.mock import patch

from freezegun import freeze_time
from pypdf import PdfReader

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.espace_famille.tests.common import MONDAY, TUESDAY
from odoo.addons.espace_famille.tests.document.printed import MISSING, NO_PANGO
from odoo.addons.mail.tests.common import MailCase

from .test_billing_run import BillingRunCase

FEBRUARY = "2027-02-01 09:00:00"
AWAY = "The mail server is away"
SENDING = "odoo.addons.espace_famille_billing.models.run.espace_billing_run_sending"


@tagged("post_install", "-at_install")
class TestRunSending(BillingRunCase, MailCase):
    """The invoices of a run leave by e-mail, or go into one document to print."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.email = "mairie@example.org"
        cls.martin.lang = "fr_FR"
        cls.martin.guardian_ids[1].is_payer = False
        cls.durand.lang = "en_US"

    def invoiced(self):
        self.came(self.nina, self.t2, MONDAY)
        self.came(self.lina, self.t2, MONDAY)
        return self.launched()

    def send(self, run):
        with freeze_time(FEBRUARY), self.mock_mail_gateway():
            run.action_send()
            run._work_all()
        return run

    def test_who_pays_gets_the_invoice_by_e_mail(self):
        run = self.send(self.invoiced())
        self.assertEqual(run.state, "sent")
        self.assertEqual((run.sent_count, run.sending_progress), (2, 100))
        sent = {mail["email_to"][0]: mail for mail in self._mails}
        self.assertEqual(
            set(sent),
            {
                '"Claire Martin" <claire.martin@example.org>',
                '"Sofia Durand" <sofia.durand@example.org>',
            },
        )
        mail = sent['"Sofia Durand" <sofia.durand@example.org>']
        self.assertIn("mairie@example.org", mail["email_from"])
        self.assertIn(self.company.name, mail["subject"])
        self.assertIn(self.invoices(self.durand).name, mail["body"])
        self.assertIn("1.60", mail["body"])
        self.assertIn("March 3, 2027", mail["body"])
        [(name, _content, kind)] = mail["attachments"]
        self.assertEqual(kind, "application/pdf")
        self.assertTrue(name.endswith(".pdf"))
        line = self.line(run, self.durand)
        self.assertEqual((line.delivery, line.sending), ("email", "sent"))

    def test_a_direct_debit_is_told(self):
        self.durand.pays_by_debit = True
        self.send(self.invoiced())
        [mail] = [m for m in self._mails if "sofia" in m["email_to"][0]]
        self.assertIn("will be debited on", mail["body"])

    def test_an_invoice_without_anything_to_pay_says_so(self):
        self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.durand.partner_id.id,
                "amount": 5,
                "journal_id": self.bank_journal.id,
                "date": MONDAY,
            }
        ).action_post()
        self.send(self.invoiced())
        [mail] = [m for m in self._mails if "sofia" in m["email_to"][0]]
        self.assertIn("nothing to pay", mail["body"])

    def test_a_credit_note_is_sent_as_such(self):
        meal = self.booked(self.lina, self.meal, MONDAY)
        self.point(meal, "absent_justified")
        self.send(self.launched())
        [mail] = self._mails
        self.assertIn("credit note", mail["subject"])
        self.assertIn("deducted", mail["body"])

    def test_one_failure_stops_nobody_and_is_sent_again(self):
        run = self.invoiced()
        Line = type(run.family_line_ids)
        send = Line._send

        def refuse(line):
            if line.family_id == self.martin:
                raise UserError(AWAY)
            return send(line)

        with patch.object(Line, "_send", refuse):
            self.send(run)
        failed = self.line(run, self.martin)
        self.assertEqual(failed.sending, "failed")
        self.assertEqual(failed.sending_error, AWAY)
        self.assertEqual((run.sent_count, run.unsent_count), (1, 1))
        self.send(run)
        self.assertEqual([m["email_to"][0][1:7] for m in self._mails], ["Claire"])
        self.assertEqual((run.sent_count, run.unsent_count), (2, 0))
        with self.assertRaises(UserError):
            run.action_send()

    def test_what_fails_for_a_reason_of_ours_is_said_in_french(self):
        self.company.partner_id.lang = "fr_FR"
        run = self.invoiced()
        Sending = type(self.env["account.move.send"])
        broken = patch.object(
            Sending, "_generate_and_send_invoices", side_effect=ValueError("PDF")
        )
        with broken, mute_logger(SENDING):
            self.send(run)
        self.assertEqual(run.state, "partly_sent")
        line = self.line(run, self.martin)
        self.assertEqual(line.sending_error, "Erreur inattendue\N{NO-BREAK SPACE}: PDF")
        with self.assertRaises(AccessError):
            line.with_user(self._create_staff("manager")).action_send_again()
        with freeze_time(FEBRUARY), self.mock_mail_gateway():
            line.with_user(self._create_staff("finance")).action_send_again()
            run._work_all()
        self.assertEqual((run.sent_count, run.unsent_count), (1, 1))
        self.assertEqual(run.state, "partly_sent")
        self.send(run)
        self.assertEqual((run.sent_count, run.state), (2, "sent"))

    def test_nobody_to_write_to_is_no_invoice_sent(self):
        run = self.invoiced()
        with freeze_time(FEBRUARY):
            run.action_send()
        self.durand.guardian_ids.email = False
        self.durand.partner_id.email = False
        with freeze_time(FEBRUARY), self.mock_mail_gateway():
            run._work_all()
        line = self.line(run, self.durand)
        self.assertEqual(line.sending, "failed")
        self.assertIn("nobody who pays has an address", line.sending_error)

    def test_a_stopped_sending_goes_on_without_sending_twice(self):
        run = self.invoiced()
        with freeze_time(FEBRUARY), self.mock_mail_gateway():
            run.action_send()
            run._send_batch(1)
            run.action_stop()
            self.assertFalse(run._goes_on())
            run.action_resume()
            run._work_all()
            self.assertEqual(len(self._mails), 2)
            self.assertEqual(len({m["email_to"][0] for m in self._mails}), 2)

    def test_a_family_without_address_is_printed(self):
        self.martin.email = False
        self.martin.guardian_ids.email = False
        self.assertTrue(self.martin._espace_wants_paper())
        self.durand.invoice_delivery = "paper"
        self.assertTrue(self.durand._espace_wants_paper())

    @unittest.skipIf(MISSING, NO_PANGO)
    def test_papers_are_one_document_in_the_order_of_names(self):
        (self.martin | self.durand).invoice_delivery = "paper"
        self.came(self.tom, self.t1, TUESDAY)
        run = self.invoiced().with_context(force_report_rendering=True)
        self.send(run)
        self.assertFalse(self._mails)
        self.assertEqual((run.printed_count, run.sent_count), (2, 0))
        self.assertEqual(run.paper_pdf_name, f"{run.name} – {self.company.name}.pdf")
        pages = PdfReader(io.BytesIO(base64.b64decode(run.paper_pdf))).pages
        texts = [" ".join(page.extract_text().split()) for page in pages]
        self.assertEqual(len(texts), 2)
        self.assertIn(self.invoices(self.durand).name, texts[0])
        self.assertIn(self.invoices(self.martin).name, texts[1])
        self.assertIn("Nina Martin – Tranche 2", texts[1])
        self.assertIn(self.company.name, texts[1])
        self.assertIn("Tom Martin – Tranche 1", texts[1])
