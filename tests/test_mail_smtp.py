"""Each e-mail to families, sent through SMTP and read as a parent reads it.

What is checked holds for all: who writes, to whom, in French throughout, with a plain
text part that can be read alone.
"""

import os
import re
import unittest
from datetime import datetime, timedelta
from decimal import Decimal
from email.utils import parseaddr
from pathlib import Path
from unittest.mock import patch

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import Form, tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW, TUESDAY
from odoo.addons.espace_famille.tests.document.printed import MISSING, NO_PANGO
from odoo.addons.espace_famille_billing.domain import instalment
from odoo.addons.espace_famille_billing.tests.common import EspaceBillingCase

from .mail_sink import smtp_server

NO_REPLY = "ne-pas-repondre@example.org"
ADDONS = (
    "espace_famille",
    "espace_famille_billing",
    "espace_famille_portal",
    "espace_famille_titres",
)

# What must not be found in any of them.
LEFTOVERS = re.compile(r"\b(None|False|True)\b|\{\{|\}\}|t-out|t-att|espace\.[a-z]")
ENGLISH = re.compile(
    r"\b(the|your|you|hello|and|please|is|are|booking|invoice|read it|family space|"
    r"nobody|answers|until|before|at|to pay|week of|monday|january|powered by)\b",
    re.IGNORECASE,
)


@tagged("post_install", "-at_install")
class TestMailSmtp(EspaceBillingCase):
    """The commune in French, where Claire Martin has an account."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {
                "espace_sender": NO_REPLY,
                "email": "mairie@example.org",
                "phone": "05 63 00 00 00",
                "espace_contact_name": "Service périscolaire",
            }
        )
        cls.claire = cls._create_portal_user(cls.martin.guardian_ids[0])
        cls.env = cls.env(context={**cls.env.context, "lang": "fr_FR"})
        partners = (
            cls.martin.guardian_ids.partner_id | cls.durand.guardian_ids.partner_id
        )
        (partners | cls.martin.partner_id | cls.durand.partner_id).lang = "fr_FR"
        cls.company.partner_id.lang = "fr_FR"
        # One guardian, one message.
        cls.martin.guardian_ids[1].may_book = False
        for name in ("company", "martin", "durand", "nina", "tom", "lina", "canteen"):
            setattr(cls, name, getattr(cls, name).with_env(cls.env))
        cls.Reservation = cls.Reservation.with_env(cls.env)

    def setUp(self):
        super().setUp()
        self.sink = self.enterContext(smtp_server(self.env))
        # What others left in the queue is not sent from here.
        self.queued = self.env["mail.mail"].sudo().search([])
        self.startPatcher(
            patch.object(
                self.env.registry["ir.cron"], "_commit_progress", return_value=60.0
            )
        )

    # === Sending === #

    def send(self):
        """Send what this test queued through SMTP; return the letters that arrived."""
        mails = self.env["mail.mail"].sudo().search([("state", "=", "outgoing")])
        (mails - self.queued).send(raise_exception=True)
        return self.sink.letters

    def assert_letter(self, letter, to="claire.martin@example.org", sender=NO_REPLY):
        """Check what holds for each e-mail that a family receives."""
        self.keep(letter)
        self.assertEqual(letter.recipients, [to])
        self.assertIn(to, letter.message["To"])
        self.assert_sender(letter, sender)
        self.assert_french(letter.subject)
        for part in (letter.text, letter.html):
            self.assertNotRegex(part, LEFTOVERS)
        self.assert_french(letter.text)
        self.assert_readable(letter)

    def assert_sender(self, letter, sender):
        """The commune writes, by its name; answers do not reach some other address."""
        commune = (self.company.name, sender)
        self.assertEqual(parseaddr(str(letter.message["From"])), commune)
        self.assertEqual(parseaddr(str(letter.message["Reply-To"]))[1], sender)

    def assert_french(self, text):
        english = ENGLISH.findall(re.sub(r"https?://\S+", "", text))
        self.assertFalse(english, text)

    def assert_readable(self, letter):
        """The text part says everything, addresses too, without any markup."""
        self.assertRegex(letter.text, r"\w{3}")
        self.assertNotRegex(letter.text, r"<\w+[ >/]")
        for link in letter.links:
            if not link.startswith("mailto:"):
                self.assertRegex(link, r"^https?://")
                self.assertIn(link.replace("&amp;", "&"), letter.text)
        # Accents arrive as they left, in headers and in the text.
        self.assertNotRegex(letter.subject + letter.text, "Ã.|\ufffd")
        self.assertRegex(letter.text, "[éèàêç’]")
        for header in ("Subject", "From", "To"):
            raw = re.search(rb"^%s: (.*)$" % header.encode(), letter.raw, re.MULTILINE)
            self.assertTrue(raw and raw[1].isascii())

    def keep(self, letter):
        """Keep the letter for who wants to look at it."""
        folder = os.environ.get("ESPACE_PICTURES")
        if folder:
            path = Path(folder) / "mails"
            path.mkdir(parents=True, exist_ok=True)
            (path / f"{self._testMethodName}.html").write_text(letter.html)
            (path / f"{self._testMethodName}.txt").write_text(
                f"{letter.subject}\n\n{letter.text}"
            )

    # === One test a template === #

    def test_mail_template_activation(self):
        self.durand.guardian_ids._invite()
        [letter] = self.send()
        self.assert_letter(letter, "sofia.durand@example.org")
        self.assertIn("activationCode=", letter.text)
        self.assertIn("05 63 00 00 00", letter.text)

    def test_mail_template_account_refused(self):
        manager = self._create_staff("manager")
        asked = self.env["espace.account.request"].create(
            {
                "company_id": self.company.id,
                "civility": "madam",
                "firstname": "Zoé",
                "lastname": "Garçon",
                "email": "zoe@example.org",
            }
        )
        asked.reason = "Votre enfant n’est inscrit dans aucune école de la commune."
        asked.with_user(manager).action_refuse()
        [letter] = self.send()
        self.assert_letter(letter, "zoe@example.org")
        self.assertIn("aucune école", letter.text)

    def test_mail_template_login_changed(self):
        self.claire.login = "claire.martin@example.org"
        change = self.env["espace.change"]._propose(
            self.martin.guardian_ids[0], {"email": "claire.nouvelle@example.org"}
        )
        change.with_user(self._create_staff("manager")).action_accept()
        self.assertEqual(self.claire.login, "claire.nouvelle@example.org")
        [letter] = [one for one in self.send() if "adresse" in one.subject]
        # The address of before is told: it may be the only one that still is hers.
        self.assert_letter(letter)
        self.assertIn("claire.nouvelle@example.org", letter.text)
        self.assertIn("05 63 00 00 00", letter.text)

    def test_mail_template_password_reset(self):
        self.claire.login = "claire.martin@example.org"
        # Odoo's own reads the time of the last log-in, which stopped clocks disturb.
        self.patch(
            type(self.claire.partner_id), "_get_login_date", lambda partner: None
        )
        self.env["espace.password.request"]._receive(self.claire.login)
        self.env["espace.password.request"]._cron_send()
        [letter] = [one for one in self.send() if "passe" in one.subject]
        self.assert_letter(letter)
        self.assertIn("/web/reset_password?", letter.text)

    def test_mail_template_erased(self):
        asked = self.env["espace.request"]._ask_erasure(
            self.durand, self.durand.guardian_ids.partner_id, ""
        )
        admin = self._create_staff("admin")
        action = asked.with_user(admin).action_erase_family()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        wizard.sure = True
        wizard.with_user(admin).action_erase()
        [letter] = [one for one in self.send() if "effacées" in one.subject]
        self.assert_letter(letter, to="sofia.durand@example.org")
        self.assertIn("05 63 00 00 00", letter.text)

    def test_mail_template_news(self):
        news = self.env["espace.news"].create(
            {
                "name": "Grève du jeudi 14 janvier",
                "body": "<p>Le service minimum d’accueil sera assuré.</p>",
                "company_id": self.company.id,
                "by_mail": True,
                "publish_at": NOW,
                "released_at": NOW,
            }
        )
        self.durand.guardian_ids.notify_news = False
        self.martin.guardian_ids[1].notify_news = False
        news._cron_mail(NOW)
        [letter] = self.send()
        self.assert_letter(letter)
        self.assertIn("Grève du jeudi 14 janvier", letter.subject)
        self.assertIn("service minimum", letter.text)
        self.assert_declinable(letter)

    def test_mail_template_change(self):
        gate = self.Reservation.with_user(self.claire).sudo()
        cart = self.env["espace.portal.cart"].with_user(self.claire)
        gate._add_to_cart(
            self.martin,
            [(self.nina, self.meal, MONDAY), (self.tom, self.t1, TUESDAY)],
            NOW,
        )
        cart._validate(self.martin, NOW)
        self.booked(self.tom, self.t1, MONDAY).with_user(self.claire).sudo()._cancel(
            NOW
        )
        self.Charge._cron_invoice_at_once(NOW)
        self.env["espace.booking.notice"]._cron_notify(NOW + timedelta(minutes=3))
        [letter] = self.send()
        self.assert_letter(letter)
        self.assertIn("vos réservations sont validées", letter.subject)
        text = letter.text.replace("\N{NO-BREAK SPACE}", " ")
        self.assertIn("lundi 11 janvier – Repas – 3,60 €", text)
        self.assertIn("À payer maintenant : *4,25 €*", text)
        [invoice] = self.Move.search([("espace_family_id", "=", self.martin.id)])[:1]
        self.assertIn(f"/my/factures/{invoice.id}", letter.text)
        self.assertIn("Annulé", letter.text)

    def test_mail_template_reminder_cart(self):
        self.company.espace_remind_limits = False
        [line] = self.Reservation._add_to_cart(
            self.martin, [(self.nina, self.meal, MONDAY)], NOW
        )
        # The database stamps it on the day that the test runs.
        self.env.cr.execute(
            "UPDATE espace_reservation SET create_date = %s WHERE id = %s",
            [NOW, line.reservation_id],
        )
        self.env.invalidate_all()
        self.remind(datetime(2027, 1, 5, 8, 0))
        [letter] = self.send()
        self.assert_letter(letter)
        self.assert_declinable(letter)
        self.assertIn("/my/panier", letter.text)
        self.assertIn("jusqu’au mardi 5 janvier", letter.text)

    def test_mail_template_reminder_limit(self):
        self.company.espace_remind_cart = False
        self.remind(datetime(2027, 1, 4, 9, 0))
        [letter] = self.send()
        self.assert_letter(letter)
        self.assert_declinable(letter)
        self.assertIn("Nina, Tom – Cantine", letter.text)
        self.assertIn("mardi 5 janvier", letter.text)

    def remind(self, now):
        with freeze_time(now):
            self.env["espace.booking.reminder"]._cron_remind(now)

    def assert_declinable(self, letter):
        """Whoever wants no reminders finds where to say so."""
        choices = f"{self.martin.get_base_url()}/my/foyer#notifications"
        self.assertEqual(letter.message["List-Unsubscribe"], f"<{choices}>")
        self.assertIn(choices, letter.text)

    @unittest.skipIf(MISSING, NO_PANGO)
    def send_invoice(self, template):
        """Send an invoice by a template; return the letter that has it with it."""
        self.booked(self.nina, self.meal, MONDAY)
        [invoice] = self.Move.search([("espace_family_id", "=", self.martin.id)])
        self.env["account.move.send"].with_company(self.company).with_context(
            force_report_rendering=True
        )._generate_and_send_invoices(
            invoice,
            sending_methods=["email"],
            mail_template=self.env.ref(template),
            mail_partner_ids=self.martin.guardian_ids[0].partner_id.ids,
            author_partner_id=self.company.partner_id.id,
            invoice_edi_format=False,
            extra_edis={},
        )
        [letter] = self.send()
        # Its answers are read: a family may have a question about what it owes.
        self.assert_letter(letter, sender="mairie@example.org")
        self.assertIn(invoice.name, letter.subject)
        [(name, content)] = letter.attachments.items()
        self.assertTrue(name.endswith(".pdf"))
        self.assertTrue(content.startswith(b"%PDF-"))
        self.assertGreater(len(content), 5000)
        return letter

    def test_mail_template_family_invoice(self):
        letter = self.send_invoice(
            "espace_famille_billing.mail_template_family_invoice"
        )
        self.assertNotIn("comptable", letter.text)

    def test_mail_template_title_invoice(self):
        letter = self.send_invoice("espace_famille_titres.mail_template_title_invoice")
        self.assertIn("Ne la payez pas à la commune", letter.text)
        self.assertIn("avis des sommes à payer", letter.text)

    # === What happens to bookings, absences, papers and payments === #

    def assert_message(self, subject, *words, answers="mairie@example.org"):
        """The only letter of this subject has each of these in its text part."""
        [letter] = [one for one in self.send() if subject in one.subject]
        self.assert_letter(letter, sender=answers)
        text = letter.text.replace("\N{NO-BREAK SPACE}", " ").replace("\r\n", "\n")
        self.assertNotIn("\N{ZERO WIDTH SPACE}", text)
        self.assertEqual(text.count(words[0]), 1)
        for one in words:
            self.assertIn(one, text)
        return letter

    def declare(self, **options):
        self.booked(self.nina, self.meal, MONDAY)
        values = {"reason": "illness", "now": NOW, **options}
        return self.env["espace.absence"]._declare(
            self.martin, self.nina, MONDAY, MONDAY, **values
        )

    def test_mail_template_absence_declared(self):
        self.declare()
        self.assert_message(
            "Absence déclarée\N{NO-BREAK SPACE}: Nina",
            "est enregistrée :",
            "• Repas, lundi 11 janvier\n",
            "Envoyez-nous le justificatif avant le mercredi 13 janvier",
        )

    def test_mail_template_absence_accepted(self):
        self.declare()._accept(now=NOW)
        self.assert_message(
            "Absence acceptée\N{NO-BREAK SPACE}: Nina",
            "Ces jours ne sont pas dus :\n• Repas, lundi 11 janvier",
        )

    def test_mail_template_absence_refused(self):
        self.declare()._refuse("Certificat d’un autre enfant.\nÀ renvoyer.", now=NOW)
        self.assert_message(
            "Absence refusée\N{NO-BREAK SPACE}: Nina",
            "est refusée : Certificat d’un autre enfant.\nÀ renvoyer.",
            "Ces jours restent dus :\n• Repas, lundi 11 janvier",
        )

    def test_mail_template_incident_declared(self):
        self.env["espace.incident"].create(
            {
                "child_id": self.nina.id,
                "happened_on": "2027-01-04 07:30:00",
                "place": "Cour",
                "what_happened": "Tombée de la balançoire.\nElle a pleuré.",
                "injury": "Bosse au front",
            }
        ).action_declare()
        subject = "Accident\N{NO-BREAK SPACE}: Nina"
        letters = [one for one in self.send() if subject in one.subject]
        guardians = self.martin.guardian_ids.filtered("email")
        self.assertEqual(len(letters), len(guardians), "who may not book has it too")
        for letter in letters:
            [to] = letter.recipients
            self.assertIn(to, guardians.mapped("email"))
            self.assert_letter(letter, to=to, sender="mairie@example.org")
            text = letter.text.replace("\N{NO-BREAK SPACE}", " ").replace("\r\n", "\n")
            for words in (
                "a eu un accident le lundi 4 janvier 2027 à 8h30 (Cour).",
                "Tombée de la balançoire.\nElle a pleuré.",
                "ne dit rien des blessures ni des soins",
            ):
                self.assertIn(words, text)
            self.assertNotIn("Bosse", text)

    def closure(self, **vals):
        return self.env["espace.closure"].create(
            {
                "name": "Grève",
                "date_from": MONDAY,
                "date_to": MONDAY,
                "message": "Service minimum.\nApportez un pique-nique.",
                **vals,
            }
        )

    def strike(self):
        """A strike for whose emergency service only Tom's class is called."""
        strike = self.closure(
            opens_emergency=True,
            emergency_class_ids=self.tom.class_id.ids,
            emergency_places=12,
            emergency_note="Portail principal.",
        )
        strike._apply(now=NOW)
        return strike

    def test_mail_template_strike(self):
        self.booked(self.nina, self.meal, MONDAY)
        self.strike()
        self.assert_message(
            "Fermé, et ce qui ouvre\N{NO-BREAK SPACE}: Grève",
            "Ces réservations sont annulées et ne sont pas dues :\n",
            "• Nina Martin : Repas, lundi 11 janvier",
            "Un service minimum d’accueil gratuit ouvre",
            "lundi 11 janvier, de 8h30 à 16h30, 12 places",
            "Portail principal.",
        )

    def test_mail_template_strike_over(self):
        self.booked(self.nina, self.meal, MONDAY)
        strike = self.strike()
        option = strike.emergency_activity_id.product_ids.product_variant_ids
        self.booked(self.tom, option, MONDAY)
        strike._undo(now=NOW)
        self.assert_message(
            "Finalement ouvert\N{NO-BREAK SPACE}: Grève",
            "le service minimum n’a pas lieu",
            "• Tom Martin : Heures d’école, lundi 11 janvier",
            "Ces réservations sont rétablies :\n• Nina Martin : Repas, lundi 11",
        )

    def test_mail_template_closed(self):
        self.booked(self.nina, self.meal, MONDAY)
        self.booked(self.tom, self.t1, MONDAY)
        self.closure()._apply(now=NOW)
        self.assert_message(
            "Fermé\N{NO-BREAK SPACE}: Grève",
            "Service minimum.\nApportez un pique-nique.\n",
            "Ces réservations sont annulées et ne sont pas dues :\n",
            "• Nina Martin : Repas, lundi 11 janvier\n",
            "• Tom Martin : Tranche 1, lundi 11 janvier",
        )

    def test_mail_template_reopened(self):
        self.booked(self.nina, self.meal, MONDAY)
        closure = self.closure()
        closure._apply(now=NOW)
        closure._undo(now=NOW)
        self.assert_message(
            "Finalement ouvert\N{NO-BREAK SPACE}: Grève",
            "La fermeture est levée : les services sont ouverts.\n",
            "Ces réservations sont rétablies :\n• Nina Martin : Repas, lundi 11",
        )

    def test_mail_template_place_given(self):
        self.evening.waiting_list = True
        taken = self.booked(self.lina, self.t1, MONDAY)
        self.booked(self.tom, self.t1, MONDAY)
        item = (self.nina, self.t1, MONDAY)
        self.Reservation._join_waiting(self.martin, [item], NOW)
        taken._cancel(NOW)
        self.assert_message(
            "Liste d’attente\N{NO-BREAK SPACE}: une place pour votre enfant",
            "Une place s’est libérée pour :\n• Nina",
            "Elle est réservée : vous n’avez rien à faire.",
        )

    def test_mail_template_hold_expired(self):
        self._publish_provider()
        self.booked(self.nina, self.meal, MONDAY)
        self.Reservation._release_expired(NOW + timedelta(minutes=61))
        self.assert_message(
            "Réservation non conservée\N{NO-BREAK SPACE}: paiement non abouti",
            "Votre paiement n’a pas abouti dans le délai",
            "\n• Nina",
            "Remettre ces jours dans le panier",
        )

    def test_mail_template_left(self):
        self.booked(self.nina, self.meal, MONDAY)
        wizards = self.env["espace.leaving.wizard"].with_user(
            self._create_staff("manager")
        )
        asked = {"model": "espace.child", "ids": self.nina.ids}
        action = wizards._action_ask({**asked, "vals": {"active": False}})
        wizards.browse(action["res_id"]).action_confirm()
        self.assert_message("Réservations annulées", "• ", "11 janvier")

    def test_mail_template_quotient_asked(self):
        year = self.env["espace.school.year"].create(
            {"date_from": "2027-09-01", "date_to": "2028-08-31"}
        )
        self.company.write({"espace_qf_renewal": "months", "espace_qf_months": 12})
        self.martin.income_ids.date_from = "2025-06-01"
        self.durand.qf_asked_for = year.date_from
        rollovers = self.env["espace.year.rollover"]
        rollovers.browse(rollovers.action_open()["res_id"]).action_ask_quotients()
        self.assert_message("quotient familial", "juin 2025", "CAF")

    def test_mail_template_enrolment_accepted(self):
        enrolment = self.nina.enrolment_ids[0]
        enrolment.state = "pending"
        enrolment.action_approve()
        self.assert_message(
            "Inscription acceptée", "L’inscription de Nina est acceptée (Cantine, du "
        )

    def test_mail_template_enrolment_refused(self):
        self.nina.enrolment_ids[0]._refuse("Plus de place cette année")
        self.assert_message(
            "Inscription refusée",
            "L’inscription de Nina (Cantine) a été refusée : Plus de place cette année",
        )

    def test_mail_template_kitchen_order(self):
        self.company.espace_caterer_email = "cuisine@example.org"
        self.booked(self.nina, self.meal, MONDAY)
        manager = self._create_staff("manager")
        self.env["espace.kitchen"].with_user(manager).order_week(
            MONDAY.isoformat(), False
        )
        [letter] = self.send()
        self.assert_letter(
            letter, to="cuisine@example.org", sender="mairie@example.org"
        )
        self.assertEqual(letter.subject, "Commande de la semaine 2 (2027-02-1)")
        self.assertRegex(letter.text, r"lundi 11 janvier.: 1")
        self.assertNotIn("Nina", letter.text)
        self.assertIn("2027-02-1.xlsx", letter.attachments)

    def document(self, **vals):
        kind = self.env["espace.document.type"].create(
            {"name": "Assurance", "instructions": "Demandez-la à l’assureur."}
        )
        return self.env["espace.document"].create(
            {
                "type_id": kind.id,
                "child_id": self.nina.id,
                "issued_on": NOW.date(),
                **vals,
            }
        )

    def test_mail_template_document_refused(self):
        self.document()._refuse("illisible")
        self.assert_message(
            "Pièce refusée",
            "Le document « Assurance » a été refusé (illisible) : ",
            "il en faut un nouveau. Demandez-la à l’assureur.",
        )

    def test_mail_template_documents_ending(self):
        ending = self.document()
        self.env["espace.document.reminder"]._remind_ending(self.martin, ending)
        self.assert_message(
            "Pièces bientôt échues",
            "Ces pièces arrivent à échéance, transmettez-nous les nouvelles :\n• ",
        )

    def test_mail_template_documents_missing(self):
        self.document(child_id=self.lina.id)
        self.env["espace.document.missing"].search(
            [("family_id", "=", self.martin.id)]
        )._remind()
        self.assert_message(
            "Pièces à fournir",
            "Ces pièces manquent :\n• Assurance (",
            "• Assurance (Nina) – Demandez-la à l’assureur.",
        )

    def paid_online(self, amount, late=False):
        """Book a meal of 3.60 €, pay this online, and hear of it from the bank."""
        self._publish_provider()
        booking = self.booked(self.nina, self.meal, MONDAY)
        move = booking.charge_ids.move_id
        transaction = self.transaction(move, amount=amount)
        if late:
            self.Reservation._release_expired(NOW + timedelta(minutes=61))
        self.notify(transaction)

    def test_mail_template_payment_other_amount(self):
        self.paid_online(0.01)
        self.assert_message(
            "Paiement d’un autre montant", "Les places attendent encore le reste"
        )

    def test_mail_template_payment_too_late(self):
        self.paid_online(3.60, late=True)
        self.assert_message(
            "Paiement reçu trop tard", "arrivé après la libération des places"
        )

    def test_mail_template_payment_left(self):
        self.booked(self.nina, self.meal, MONDAY)
        [move] = self.Move.search([("espace_family_id", "=", self.martin.id)])
        self._publish_provider()
        transactions = [self.transaction(move) for _time in range(2)]
        for transaction in transactions:
            self.notify(transaction)
        self.assert_message(
            "Une partie de votre paiement reste sur votre compte",
            "3,60 € restent sur votre compte et seront déduits",
        )

    def counter_payment(self):
        self._create_regie()
        self.martin.guardian_ids[1].is_payer = False
        self.booked(self.nina, self.meal, MONDAY)
        clerk = self._create_staff("finance")
        self.regie.regisseur_id = clerk
        action = self.martin.with_user(clerk).action_espace_pay()
        model = self.env[action["res_model"]].with_user(clerk)
        form = Form(model.with_context(**action["context"]))
        form.journal_id = self.journals["cash"]
        form.send_receipt = False
        action = form.save().action_register()
        return (
            self.env["account.payment"]
            .with_user(clerk)
            .search([("espace_receipt_number", "!=", False)])
        )

    def test_mail_template_purse_low(self):
        self._create_regie()
        self.regie.purse = True
        payment = self.env["account.payment"]._espace_register(
            self.martin, self.journals["card"], {}, NOW.date(), advance=4.20
        )
        payment._espace_mark_top_up()
        self.env["espace.family"]._cron_purse_low()
        self.assert_message(
            "Votre porte-monnaie est bientôt vide", "porte-monnaie : 4,20 €"
        )

    def test_mail_template_deposit(self):
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.martin.partner_id.id,
                "invoice_date": NOW.date(),
                "invoice_date_due": NOW.date() + timedelta(days=60),
                "invoice_line_ids": [
                    Command.create(
                        {"product_id": self.meal.id, "price_unit": 30, "tax_ids": []}
                    )
                ],
            }
        )
        move.action_post()
        parts = [
            instalment.Part(NOW.date() + timedelta(days=days), Decimal(15))
            for days in (10, 40)
        ]
        self.env["espace.deposit.plan"]._agree(move, parts)
        self.assert_message(
            "Acompte à régler au plus tard le",
            "À régler maintenant : 15,00 € au plus tard le jeudi 14 janvier 2027",
        )

    def test_mail_template_payment_rejected(self):
        payment = self.counter_payment()
        rejection = payment._espace_reject("other", NOW.date())
        rejection._espace_notify_rejection()
        self.assert_message(
            "Règlement rejeté",
            "Votre règlement de 3,60 € du lundi 4 janvier 2027 (quittance RS-2027-",
            "Ce qu’il avait payé est à nouveau dû.",
        )

    def test_mail_template_receipt(self):
        payment = self.counter_payment()
        payment._espace_send_receipt()
        letter = self.assert_message(
            f"Quittance {payment.espace_receipt_number}",
            "Nous avons reçu votre règlement de 3,60 € le lundi 4 janvier 2027",
            "Reste à payer : 0,00 €.",
        )
        self.assertTrue(letter.attachments)

    def test_mail_template_corrections(self):
        change = self.env["espace.change"]._propose(
            self.martin.guardian_ids[0], {"phone": "05 63 11 11 11"}
        )
        change.with_user(self._create_staff("manager")).action_accept()
        self.assert_message(
            "Vos corrections",
            "La mairie a examiné vos corrections :\n• ",
            "05 63 11 11 11",
        )

    def test_each_template_has_its_test(self):
        data = self.env["ir.model.data"].search(
            [("module", "in", ADDONS), ("model", "=", "mail.template")]
        )
        self.assertTrue(data)
        tests = {name for name in dir(self) if name.startswith("test_mail_template")}
        self.assertEqual({f"test_{one.name}" for one in data}, tests)

    # === Messages written by the commune === #

    def test_an_answer_of_the_town_hall(self):
        """The commune answers: no name or address of an agent goes out."""
        asked = self.env["espace.request"]._ask(
            self.martin,
            self.claire.partner_id,
            {"kind": "other", "name": "Sortie de jeudi"},
            "À quelle heure ?",
        )
        agent = self._create_staff("manager")
        agent.lang = "fr_FR"
        agent.name = "Zébulon Agent"
        asked.with_user(agent).message_post(
            body="À 9h00, devant l’école.",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        [letter] = [one for one in self.send() if "9h00" in one.text]
        self.keep(letter)
        self.assertEqual(letter.recipients, ["claire.martin@example.org"])
        self.assert_sender(letter, NO_REPLY)
        self.assertIn(f"/my/demandes/{asked.id}", letter.text)
        self.assertNotRegex(letter.raw.decode(), "Zébulon|Z=C3=A9bulon|staff_manager")
        self.assertNotRegex(letter.text, LEFTOVERS)
        self.assert_french(letter.text)

    def test_a_message_of_the_commune(self):
        """What staff, closures and the waiting list tell goes out as well."""
        self.martin._notify(
            "Sortie annulée", "À cause de la météo, la sortie est annulée."
        )
        [letter] = self.send()
        self.keep(letter)
        self.assertEqual(letter.recipients, ["claire.martin@example.org"])
        self.assertEqual(parseaddr(str(letter.message["From"]))[0], self.company.name)
        self.assertIn("la sortie est annulée", letter.text)
        self.assertNotRegex(letter.text, LEFTOVERS)
        self.assert_french(letter.text)
