"""From the signature of a parent to the closed collection: HTTP, SMTP, ledger.

The code is read from the e-mail that a real server received, the file of the bank is
downloaded through the web, and what each family owes is reckoned anew at the end.
"""

import re
import unittest
from datetime import date

from freezegun import freeze_time
from lxml import etree

from odoo.tests import tagged
from odoo.tools import file_open

from odoo.addons.espace_famille.tests.common import NOW
from odoo.addons.espace_famille.tests.document.printed import MISSING, NO_PANGO
from odoo.addons.espace_famille_portal.tests.common import EspacePortalCase
from odoo.addons.espace_famille_sepa.tests.common import DAY, IBAN, SepaSetup

from .mail_sink import smtp_server
from .recompute import account_differences, differences, wrong_documents
from .test_mail_smtp import ENGLISH, LEFTOVERS

URL = "/my/prelevement"
SCHEMA = "account_payment_sepa_direct_debit/data/pain.008.001.08.xsd"
NS = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.008.001.08"}


@tagged("post_install", "-at_install")
@unittest.skipIf(MISSING, NO_PANGO)
class TestDirectDebit(SepaSetup, EspacePortalCase):
    def setUp(self):
        super().setUp()
        self.sink = self.enterContext(smtp_server(self.env))
        self.company.write(
            {
                "espace_sender": "ne-pas-repondre@example.org",
                "email": "mairie@example.org",
            }
        )

    def letters(self):
        mails = self.env["mail.mail"].sudo().search([("state", "=", "outgoing")])
        mails.send(raise_exception=True)
        return self.sink.letters

    def sign_online(self):
        self.post(
            f"{URL}/signer", iban=IBAN, holder="Claire Martin", agree="1"
        ).raise_for_status()
        [letter] = self.sink.letters
        self.assertEqual(letter.recipients, [self.claire.email])
        [code] = re.findall(r"^\W*(\d{6})\W*$", letter.text, re.MULTILINE)
        self.assertNotIn(IBAN, letter.raw.decode())
        self.assertFalse(
            self.env["mail.message"].sudo().search([("body", "ilike", code)])
        )
        response = self.post(f"{URL}/confirmer", code=code)
        self.assertIn("Your mandate is signed", self.shown(response))
        return self.martin.espace_mandate_ids

    def exact(self):
        self.env.flush_all()
        cursor = self.env.cr._cnx.cursor()
        for look in (account_differences, differences, wrong_documents):
            self.assertFalse(look(cursor, self.company.id), look.__name__)
        self.assertFalse(self.env["espace.check"]._problems(self.company))

    def take_file(self, run):
        """Download the file as the régisseur, through the web."""
        action = run.action_espace_download()
        self.authenticate(self.clerk.login, self.clerk.login)
        response = self.url_open(action["url"])
        self.assertEqual(response.status_code, 200)
        tree = etree.fromstring(response.content)
        with file_open(SCHEMA, "rb") as schema:
            etree.XMLSchema(etree.parse(schema)).assertValid(tree)
        self.login(self.sofia)
        self.assertNotEqual(self.url_open(action["url"]).status_code, 200)
        return tree

    def test_from_the_signature_to_the_collection(self):
        mandate = self.sign_online()
        self.assertEqual(mandate.state, "valid")
        run = self.propose()
        run.action_espace_announce()
        told = [one for one in self.letters() if "4.90" in one.text]
        self.assertTrue(told)
        self.assertNotIn(IBAN, told[0].text.replace(" ", ""))
        run.action_espace_generate()
        tree = self.take_file(run)
        [amount] = tree.findall(".//p:InstdAmt", NS)
        [reference] = tree.findall(".//p:EndToEndId", NS)
        self.assertEqual(amount.text, "4.90")
        self.exact()
        with freeze_time("2027-01-18 07:00:00"):
            self.Order._cron_espace_collect()
            self.exact()
        [payment] = run.payment_ids
        self.assertEqual((payment.date, payment.espace_means), (DAY, "direct_debit"))
        with freeze_time("2027-01-21 09:00:00"):
            self.receive(self.camt((reference.text, "4.90", "AM04")))
            self.exact()
        self.assertTrue(payment.espace_rejected)
        with freeze_time("2027-02-02 09:00:00"):
            statement = self.env["espace.collection.statement"].create(
                {
                    "regie_id": self.regie.id,
                    "date_from": date(2027, 1, 1),
                    "date_to": date(2027, 1, 31),
                }
            )
            statement.action_close()
            self.exact()
        amounts = statement.allocation_ids.mapped("amount")
        self.assertEqual(round(sum(amounts), 2), 0)
        self.assertEqual(round(sum(a for a in amounts if a > 0), 2), 4.9)


@tagged("post_install", "-at_install")
class TestDirectDebitLetters(SepaSetup):
    """Each e-mail of direct debits, in French, as a mail program reads its text."""

    def setUp(self):
        super().setUp()
        self.sink = self.enterContext(smtp_server(self.env))
        self.company.write(
            {
                "espace_sender": "ne-pas-repondre@example.org",
                "email": "mairie@example.org",
            }
        )
        self.company.partner_id.lang = "fr_FR"
        people = self.martin.guardian_ids.partner_id | self.martin.partner_id
        people.lang = "fr_FR"
        self.martin.guardian_ids[1].may_book = False

    def letter(self, *words):
        """Send what waits; return the text of the last letter, which says this."""
        mails = self.env["mail.mail"].sudo().search([("state", "=", "outgoing")])
        mails.send(raise_exception=True)
        text = self.sink.letters[-1].text
        self.assertNotRegex(text, LEFTOVERS)
        self.assertFalse(ENGLISH.findall(re.sub(r"https?://\S+", "", text)), text)
        self.assertNotIn("0400003123", text.replace(" ", ""))
        plain = " ".join(
            text.replace("\N{NO-BREAK SPACE}", " ").replace("*", "").split()
        )
        for part in words:
            self.assertIn(part, plain)

    def test_mail_template_mandate_code(self):
        guardian = self.martin.guardian_ids[0]
        user = self._create_portal_user(guardian)
        user.lang = "fr_FR"
        self.env["espace.mandate.signature"].with_user(user)._start(
            guardian, self.regie, IBAN, "Claire Martin", "", NOW
        )
        self.letter("Voici le code pour signer le mandat")

    def test_mail_template_mandate_signed(self):
        self.martin._notify_with(
            "espace_famille_sepa.mail_template_mandate_signed", self.sign()
        )
        self.letter("est signé, sur le compte FR76 •••• •••• 0143")

    def test_mail_template_debit_notice(self):
        self.sign()
        self.announced()
        self.letter("4,90 € seront prélevés le lundi 18 janvier 2027", "0143")

    def test_mail_template_debit_cancelled(self):
        self.sign()
        self.announced().action_espace_cancel()
        self.letter("Le prélèvement du lundi 18 janvier 2027", "n’est pas fait")

    def test_mail_template_debit_refused_and_mandate_suspended(self):
        self.regie.debit_most_rejections = 1
        self.sign()
        run = self.sent()
        self.receive(self.pain((run.payment_ids.memo, "4.90", "AM04")))
        self.letter("n’ont pas pu être prélevés", "provision insuffisante")
        told = [letter.text for letter in self.sink.letters]
        self.assertTrue([t for t in told if "renvoyé plusieurs prélèvements" in t])

    def test_mail_template_mandate_ended(self):
        self.sign()
        run = self.sent()
        self.receive(self.pain((run.payment_ids.memo, "4.90", "AC04")))
        self.letter()
        told = [letter.text for letter in self.sink.letters]
        self.assertTrue([t for t in told if "ne nous laisse plus prélever" in t])
