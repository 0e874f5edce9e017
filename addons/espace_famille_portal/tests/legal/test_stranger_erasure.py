from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.espace_famille.tests.common import NOW

from ..common import EspacePortalCase

NAME, ADDRESS = "Paule Inconnue", "paule.inconnue@example.org"
QUESTION = "Où demander une place en crèche ?"
ANSWER = "Au guichet unique."


@tagged("post_install", "-at_install")
class TestStrangerErasure(EspacePortalCase):
    """Who asks without a family account is forgotten too."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._create_staff("manager")
        cls.admin = cls._create_staff("admin")
        cls.company.email = "mairie@example.org"
        cls.Request = cls.env["espace.request"]

    def ask(self, address=ADDRESS):
        """Ask as the public form does, and have staff answer; return the request."""
        asked = self.Request._ask_as_visitor(self.company, NAME, address, QUESTION)
        self.env["mail.mail"].create(
            {
                "subject": f"Question of {NAME}",
                "body_html": QUESTION,
                "email_to": self.company.email,
                "reply_to": address,
                "auto_delete": False,
            }
        )
        asked.with_user(self.manager).message_post(
            body=ANSWER, message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        return asked

    def account(self):
        return self.env["espace.account.request"]._receive(
            self.company,
            {
                "civility": "madam",
                "firstname": "Paule",
                "lastname": "Inconnue",
                "email": ADDRESS,
            },
        )

    def traces(self):
        """Return in how many rows the visitor's name, address or words are left."""
        self.env.flush_all()
        found = 0
        for table, column in (
            ("espace_request", "visitor_name"),
            ("espace_request", "visitor_email"),
            ("espace_request", "name"),
            ("espace_account_request", "email"),
            ("mail_message", "body"),
            ("mail_message", "email_from"),
            ("mail_message", "reply_to"),
            ("mail_message", "subject"),
            ("mail_mail", "email_to"),
            ("mail_mail", "body_html"),
        ):
            query = SQL(
                "SELECT count(*) FROM %s WHERE %s ILIKE ANY(%s)",
                SQL.identifier(table),
                SQL.identifier(column),
                ["%Inconnue%", "%paule.inconnue%", "%crèche%", "%guichet unique%"],
            )
            found += self.env.execute_query(query)[0][0]
        return found

    def night(self, moment):
        progress = patch.object(
            self.env.registry["ir.cron"], "_commit_progress", return_value=60.0
        )
        with freeze_time(moment), progress:
            self.env["espace.family"]._cron_erase()

    def test_an_administrator_erases_a_question_and_all_its_copies(self):
        asked = self.ask()
        self.assertTrue(self.traces())
        asked.with_user(self.admin).action_erase_stranger()
        self.assertFalse(asked.exists())
        self.assertFalse(self.traces())

    def test_nobody_else_does(self):
        asked = self.ask()
        for user in (self.manager, self.claire):
            with self.assertRaises(AccessError):
                asked.with_user(user).action_erase_stranger()
        self.assertTrue(asked.exists())

    def test_what_a_family_asked_is_erased_with_the_family(self):
        asked = self.Request._ask(
            self.martin, self.claire.partner_id, {"name": "Question"}, QUESTION
        )
        with self.assertRaises(UserError):
            asked.with_user(self.admin).sudo(False).action_erase_stranger()
        self.night("2040-01-01")
        self.assertTrue(asked.exists())

    def test_the_night_erases_what_is_older_than_the_settings_say(self):
        asked, account = self.ask(), self.account()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE espace_account_request SET create_date = %s WHERE id = %s",
            [NOW, account.id],
        )
        self.env.invalidate_all()
        self.company.espace_strangers_months = 6
        self.assertFalse(self.company.espace_erase_alone, "That is about families.")
        self.night("2027-07-04 07:59:00")
        self.assertTrue(asked.exists() and account.exists())
        self.night("2027-07-04 08:01:00")
        self.assertFalse(asked.exists() or account.exists())
        self.assertFalse(self.traces())

    def test_a_question_that_is_kept_keeps_its_mails(self):
        old, new = self.ask(), self.ask()
        old.with_user(self.admin).action_erase_stranger()
        mails = self.env["mail.mail"].search([("reply_to", "=", ADDRESS)])
        self.assertEqual(len(mails), 2)
        new.with_user(self.admin).action_erase_stranger()
        self.assertFalse(self.traces())

    def test_a_family_whose_address_was_typed_loses_nothing(self):
        address = self.martin.guardian_ids[0].email
        self.martin._notify("Reminder", "Word to the family")
        kept = self.env["mail.mail"].search(
            [("recipient_ids", "in", self.martin.guardian_ids.partner_id.ids)]
        )
        asked = self.ask(address)
        asked.with_user(self.admin).action_erase_stranger()
        self.assertEqual(kept.exists(), kept)
        self.assertTrue(self.martin.message_ids)

    def test_families_read_how_long(self):
        self.company.espace_strangers_months = 7
        page = self.url_open(
            f"/espace-famille/donnees-personnelles?commune={self.company.id}"
        )
        self.assertIn("7 months", " ".join(self.shown(page).split()))
