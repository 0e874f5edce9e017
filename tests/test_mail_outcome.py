"""What became of an e-mail is read on the record it was sent for.

Through a real SMTP server that takes some addresses and refuses others.
"""

from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import config

from odoo.addons.espace_famille.models.core.espace_letter import server_words
from odoo.addons.espace_famille.tests.common import MONDAY, NOW
from odoo.addons.espace_famille_billing.tests.common import EspaceBillingCase

from .mail_sink import smtp_server

CLAIRE = "claire.martin@example.org"
FULL = "452 4.2.2 Boite pleine"
REFUSED = "The mail server refused it: 452 4.2.2 Boite pleine"
QUEUE = "mail.ir_cron_mail_scheduler_action"


@tagged("post_install", "-at_install")
class TestMailOutcome(EspaceBillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.email = "mairie@example.org"
        cls.guardian = cls.martin.guardian_ids[0]
        cls.martin.guardian_ids[1].may_book = False
        cls.queue = cls.env.ref(QUEUE)

    def setUp(self):
        super().setUp()
        self.sink = self.enterContext(smtp_server(self.env))
        self.before = self.env["mail.mail"].sudo().search([])
        self.started()

    def started(self):
        """Tell how often the queue is started when the transaction is committed."""
        self.env.cr.precommit.run()
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", self.queue.id)])
        count = len(triggers)
        triggers.unlink()
        return count

    def leave(self):
        """Have the queue send what this test wrote."""
        mails = self.env["mail.mail"].sudo().search([("state", "=", "outgoing")])
        (mails - self.before).send()

    # === The queue === #

    def test_the_queue_starts_once_for_all_that_a_transaction_wrote(self):
        self.assertEqual(self.started(), 0)
        (self.guardian | self.durand.guardian_ids[0])._invite()
        self.assertEqual(self.started(), 1)
        self.assertEqual(self.started(), 0)

    def test_what_leaves_by_itself_or_later_starts_no_queue(self):
        self.martin._notify("Sortie", "Elle est annulée.")
        self.assertTrue(self.sink.letters)
        self.env["mail.mail"].create(
            {"email_to": CLAIRE, "scheduled_date": "2099-01-01 00:00:00"}
        )
        self.assertEqual(self.started(), 0)
        self.martin.with_context(mail_notify_force_send=False)._notify("Sortie", "Non.")
        self.assertEqual(self.started(), 1)

    # === Invitations === #

    def test_an_invitation_waits_then_is_sent(self):
        invitation = self.guardian._invite()
        self.assertEqual(invitation.letter_state, "waiting")
        self.leave()
        self.assertEqual([one.recipients for one in self.sink.letters], [[CLAIRE]])
        self.assertEqual(
            (invitation.letter_state, invitation.letter_reason), ("sent", False)
        )

    def test_a_refused_invitation_has_the_words_of_the_server(self):
        self.sink.refused[CLAIRE] = FULL
        invitation = self.guardian._invite()
        self.leave()
        self.assertEqual(
            (invitation.letter_state, invitation.letter_reason), ("refused", REFUSED)
        )
        self.company.partner_id.lang = "fr_FR"
        mail = self.env["mail.mail"].search([("state", "=", "exception")])
        (mail - self.before).action_retry()
        self.leave()
        self.assertEqual(
            invitation.letter_reason,
            f"Le serveur de messagerie l’a refusé\N{NO-BREAK SPACE}: {FULL}",
        )
        self.sink.refused.clear()
        (mail - self.before).action_retry()
        self.leave()
        self.assertEqual(
            (invitation.letter_state, invitation.letter_reason), ("sent", False)
        )

    def test_an_invitation_that_was_cancelled_says_so(self):
        invitation = self.guardian._invite()
        (self.env["mail.mail"].search([]) - self.before).cancel()
        self.assertEqual(
            (invitation.letter_state, invitation.letter_reason),
            ("refused", "The e-mail was cancelled."),
        )

    def test_without_a_server_the_agent_knows_before_inviting(self):
        wizard = self.env["espace.invitation"].create({})
        self.assertFalse(wizard.mail_problem)
        self.env["ir.mail_server"].search([]).active = False
        wizard.invalidate_recordset()
        self.assertIn("may never leave", wizard.mail_problem)
        run = self.env["espace.billing.run"].new({})
        self.assertIn("may never leave", run.mail_problem)
        with patch.dict(config.options, {"smtp_server": "smtp.example.org"}):
            wizard.invalidate_recordset()
            self.assertFalse(wizard.mail_problem)

    # === Bookings and reminders === #

    def test_a_booking_notice_is_read_with_its_outcome_in_the_family(self):
        self.sink.refused[CLAIRE] = FULL
        [quote] = self.Reservation._book(
            self.martin, [(self.nina, self.t1, MONDAY)], NOW
        )
        self.env["espace.booking.notice"]._note(
            self.martin, NOW, booked=self.Reservation.browse(quote.reservation_id)
        )
        self.env["espace.booking.notice"]._cron_notify(NOW + timedelta(minutes=3))
        [message] = self.martin.message_ids.filtered("notification_ids")
        self.assertEqual(message.notification_ids.notification_status, "ready")
        self.leave()
        notification = message.notification_ids
        self.assertEqual(notification.res_partner_id, self.guardian.partner_id)
        self.assertEqual(notification.notification_status, "exception")
        self.assertIn("452", notification.failure_reason)

    def test_a_reminder_says_what_became_of_its_mail(self):
        self.martin.guardian_ids[1].is_payer = False
        self.sink.refused[CLAIRE] = FULL
        self.booked(self.nina, self.meal, MONDAY)
        reminders = self.env["espace.reminder"]
        level = self.env["espace.reminder.level"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        sent = reminders.create(
            {
                "family_id": self.martin.id,
                "company_id": self.company.id,
                "level_id": level.id,
                "date": NOW.date(),
                "amount": 3.6,
                "by_mail": True,
                "subject": "Facture à régler",
                "body": "Merci de régler.",
            }
        )
        sent._mail()
        self.assertEqual(sent.letter_state, "waiting")
        self.leave()
        self.assertEqual((sent.letter_state, sent.letter_reason), ("refused", REFUSED))

    # === The settings === #

    def test_the_settings_test_the_server(self):
        admin = self._create_user(
            "admin_of_both", "espace_famille.group_admin,base.group_system"
        )
        self.env["mail.mail"].search([("state", "=", "outgoing")]).cancel()
        admin.email = CLAIRE
        settings = self.env["res.config.settings"].with_user(admin).create({})
        action = settings.action_espace_test_mail()
        self.assertIn(CLAIRE, action["params"]["message"])
        self.assertEqual(self.sink.letters[-1].recipients, [CLAIRE])
        self.sink.refused[CLAIRE] = FULL
        with self.assertRaises(UserError) as error:
            settings.action_espace_test_mail()
        self.assertEqual(str(error.exception), REFUSED)
        manager = self._create_staff("manager")
        with self.assertRaises(AccessError):
            settings.with_user(manager).action_espace_test_mail()

    def test_the_words_of_a_server_are_found_in_what_odoo_keeps(self):
        for reason, words in (
            (
                "x\nSMTPRecipientsRefused: {'a@b': (550, b'5.1.1 No such user')}",
                "550 5.1.1 No such user",
            ),
            (
                'Failed\nSMTPDataError: (552, b"Message d\'un autre")',
                "552 Message d'un autre",
            ),
            (
                "Unable to connect\n[Errno 111] Connection refused\n",
                "[Errno 111] Connection refused",
            ),
            ("", ""),
        ):
            self.assertEqual(server_words(reason), words)
