import base64
import io
import re
import unittest
from datetime import timedelta
from email.message import EmailMessage

from pypdf import PdfReader

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import NOW
from odoo.addons.espace_famille.tests.document.printed import MISSING, NO_PANGO
from odoo.addons.mail.tests.common import MockEmail

from ...models.access.espace_guardian import ACTIVATION_URL
from .test_activation import ActivationCase

ADDRESS = "nouvelle.adresse@example.org"


@tagged("post_install", "-at_install")
class TestInvitations(ActivationCase, MockEmail):
    """What became of each invitation, again for those who have no account."""

    def outcome(self, guardian=None):
        invitations = (guardian or self.marc).activation_ids
        invitations.invalidate_recordset(["outcome"])
        self.assertEqual(
            invitations,
            invitations.search(
                [
                    ("id", "in", invitations.ids),
                    ("outcome", "in", invitations.mapped("outcome")),
                ]
            ),
            "found by what is shown",
        )
        return invitations.mapped("outcome")

    def deliver(self, mail):
        with self.mock_mail_gateway():
            mail.send()

    def test_from_the_sending_to_the_account(self):
        mail, code = self.invite()
        self.assertEqual(self.outcome(), ["waiting"])
        self.deliver(mail)
        self.assertEqual(self.outcome(), ["sent"])
        self.open(code)
        self.assertEqual(self.outcome(), ["opened"])
        self.assertEqual(self.marc.activation_ids.opened_at, NOW)
        self.fill(code)
        self.assertEqual(self.outcome(), ["account"])

    def test_refused_by_the_server_and_ended(self):
        mail, _code = self.invite()
        mail.write({"state": "exception", "failure_reason": "(550, b'No such user')"})
        self.marc.activation_ids._letter_note()
        self.assertEqual(self.outcome(), ["refused"])
        self.assertIn("No such user", self.marc.activation_ids.letter_reason)
        self.marc.activation_ids.expires_at = NOW
        self.assertEqual(self.outcome(), ["expired"])

    def test_an_e_mail_that_comes_back_days_later(self):
        mail, _code = self.invite()
        self.deliver(mail)
        self.assertEqual(self.outcome(), ["sent"])
        self.env["mail.thread"]._routing_handle_bounce(
            EmailMessage(),
            {
                "bounced_email": self.marc.email,
                "bounced_partner": self.env["res.partner"],
                "bounced_msg_ids": [],
                "bounced_message": self.env["mail.message"],
                "email_from": "mailer-daemon@example.org",
                "to": "retours@example.org",
                "message_id": "<1@example.org>",
                "body": "",
            },
        )
        self.assertEqual(self.outcome(), ["refused"])
        self.assertIn("came back", self.marc.activation_ids.letter_reason)

    def test_those_who_did_not_are_found_and_invited_again(self):
        self.invite()
        action = self.env.ref("espace_famille_portal.espace_activation_action")
        self.assertIn("search_default_no_account", action.context)
        waiting = self.env["espace.activation"].search(
            [("used_at", "=", False), ("family_id", "=", self.martin.id)]
        )
        self.assertEqual(waiting.guardian_id, self.marc)
        before = waiting.seal
        opened = waiting.with_user(self.staff).action_invite_again()
        invitation = self.env["espace.invitation"].browse(opened["res_id"])
        self.assertEqual(invitation.line_ids.status, "again")
        invitation.with_user(self.staff).action_send()
        [again] = self.marc.activation_ids
        self.assertNotEqual(again.seal, before)

    def test_the_day_agents_invite_nobody(self):
        self.invite()
        agent = self._create_staff("animation")
        with self.assertRaises(AccessError):
            self.marc.activation_ids.with_user(agent).action_invite_again()


@tagged("post_install", "-at_install")
class TestLetters(ActivationCase):
    """Families of whom no e-mail address is known get a code on paper."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.petit = cls._create_family("Petit", ["Inès", "Ali"])
        cls.petit.guardian_ids.write({"email": False})
        cls.ines = cls.petit.guardian_ids[0]
        cls.leo = cls._create_child(cls.petit, "Léo", cls.class_cp)
        cls.petit.write(
            {"street": "3 rue du Four", "zip": "81090", "city": "Valdurenque"}
        )

    def letter(self, guardian=None):
        """Return a letter and its code."""
        letters, codes = (guardian or self.ines)._invite_by_letter(NOW)
        return letters, codes[letters.id]

    def type(self, code, email=ADDRESS):
        return self.url_open(
            ACTIVATION_URL,
            data={
                "activationCode": code,
                "email": email,
                "csrf_token": http.Request.csrf_token(self),
            },
        )

    def link(self):
        """Return the path of the link in the last e-mail to the typed address."""
        mail = self.env["mail.mail"].search(
            [("email_to", "ilike", ADDRESS)], order="id desc", limit=1
        )
        return re.search(
            r'href="[^"]*(/espace-famille/activation[^"]*)"', mail.body_html
        )[1].replace("&amp;", "&")

    def test_one_letter_a_household_that_no_e_mail_reaches(self):
        everybody = (self.petit | self.martin | self.durand).guardian_ids
        self.assertEqual(everybody._by_letter(), self.ines)
        # The second parent may book, the first may not.
        self.ines.may_book = False
        self.assertEqual(everybody._by_letter(), self.petit.guardian_ids[1])
        # Somebody of the household is reached.
        self.ines.email = "ines@example.org"
        self.assertFalse(everybody._by_letter())

    @unittest.skipIf(MISSING, NO_PANGO)
    def test_the_letters_are_printed_with_their_codes(self):
        other = self._create_family("Roux", ["Odile"])
        other.guardian_ids.email = False
        opened = (
            self.env["espace.invitation"]
            .with_user(self.staff)
            ._open(
                (self.petit | other | self.martin).guardian_ids.with_user(self.staff)
            )
        )
        invitation = self.env["espace.invitation"].browse(opened["res_id"])
        invitation = invitation.with_user(self.staff).with_context(
            force_report_rendering=True
        )
        self.assertEqual(invitation.letter_count, 2)
        action = invitation.action_print_letters()
        self.assertEqual(action["type"], "ir.actions.act_url")
        pages = PdfReader(io.BytesIO(base64.b64decode(invitation.letters))).pages
        self.assertEqual(len(pages), 2, "a page each")
        for page, family in zip(pages, (self.petit, other), strict=True):
            text = page.extract_text()
            self.assertIn(family.guardian_ids[0].name, text)
            [letter] = family.guardian_ids.activation_ids
            self.assertEqual(letter.channel, "letter")
            code = re.search(r"\b([A-Z2-9]{5}) ([A-Z2-9]{5})\b", text)
            found = letter._find_letter(code[1] + code[2], NOW)
            self.assertEqual(found, letter, "the code of the page opens it")
            self.assertEqual(family.state, "invited")
        self.assertIn("Léo", pages[0].extract_text())

    def test_all_are_reached_by_e_mail(self):
        invitation = self.env["espace.invitation"].browse(
            self.env["espace.invitation"]._open(self.martin.guardian_ids)["res_id"]
        )
        self.assertEqual(invitation.letter_count, 0)
        with self.assertRaises(UserError):
            invitation.action_print_letters()

    def test_the_code_and_an_address_bring_the_link_and_the_account(self):
        letter, code = self.letter()
        self.assertEqual(letter.outcome, "printed")
        page = self.type(f"{code[:5]} {code[5:].lower()}")
        self.assertIn(ADDRESS, page.text)
        self.assertFalse(self.ines.email, "nobody has read what came there yet")
        self.fill("", self.url_open(self.link()))
        self.assertEqual(self.ines.email, ADDRESS)
        self.assertEqual(self.ines.user_id.login, ADDRESS)
        self.assertEqual(self.petit.state, "active")
        self.assertEqual(set(self.ines.activation_ids.mapped("outcome")), {"account"})

    def test_a_mistyped_address_leaves_the_letter_usable(self):
        _letter, code = self.letter()
        self.type(code, "mauvaise@example.org")
        self.type(code)
        self.fill("", self.url_open(self.link()))
        self.assertEqual(self.ines.email, ADDRESS)

    def test_the_picture_leads_to_the_page_that_asks_for_an_address(self):
        letter, code = self.letter()
        page = self.url_open(f"{ACTIVATION_URL}?activationCode={code}")
        self.assertIn("we send you the link", page.text)
        self.assertEqual(letter.outcome, "opened")

    def test_an_address_of_somebody_else_is_refused_without_saying_whose(self):
        _letter, code = self.letter()
        page = self.type(code, self.claire.login)
        self.assertIn("cannot be used", page.text)
        self.assertNotIn("Claire", page.text)
        self.assertFalse(
            self.env["mail.mail"].search([("email_to", "ilike", self.claire.login)])
        )

    def test_a_letter_floods_nobody(self):
        _letter, code = self.letter()
        for _try in range(5):
            self.type(code)
        self.assertIn("Too many tries", self.type(code).text)

    def test_ended_and_replaced_letters_open_nothing(self):
        letter, code = self.letter()
        letter.expires_at = NOW - timedelta(seconds=1)
        self.assertIn("do not open an invitation", self.type(code).text)
        _letter, first = self.letter()
        _letter, second = self.letter()
        self.assertIn("do not open an invitation", self.type(first).text)
        self.assertIn("We sent a link", self.type(second).text)
