from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from lxml import html

from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW, THURSDAY, TUESDAY

from ..common import CART, EspacePortalCase

SOON = NOW + timedelta(minutes=3)
LATER = NOW + timedelta(minutes=16)


class MailCase(EspacePortalCase):
    """Scheduled actions run here, and the e-mails they queue are read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {
                "espace_sender": "ne-pas-repondre@example.org",
                "phone": "05 63 00 00 00",
                "email": "mairie@example.org",
            }
        )

    def setUp(self):
        super().setUp()
        self.progress = self.startPatcher(
            patch.object(
                self.env.registry["ir.cron"], "_commit_progress", return_value=60.0
            )
        )

    def mails(self, family=None):
        """Return the e-mails queued for a family, the oldest first."""
        family = family or self.martin
        return self.env["mail.mail"].search(
            [
                ("model", "=", "espace.family"),
                ("res_id", "=", family.id),
                ("message_type", "=", "email_outgoing"),
            ],
            order="id",
        )

    def tell(self, now):
        """Run the scheduled action that confirms changes, as a process of its own."""
        self.env.invalidate_all()
        self.env["espace.booking.notice"]._cron_notify(now)

    def body(self, mail):
        return self.words(html.fromstring(mail.body_html))


@tagged("post_install", "-at_install")
class TestChangeMail(MailCase):
    """One e-mail tells what a family changed, a few minutes later."""

    def tell(self, now=SOON):
        super().tell(now)

    def validate(self, *items):
        self.put_in_cart(*items)
        return self.post(f"{CART}/valider")

    def test_a_validated_cart_is_confirmed(self):
        self.validate(
            (self.nina, self.meal, MONDAY),
            (self.tom, self.meal, MONDAY),
            (self.tom, self.t1, TUESDAY),
        )
        self.invoice_what_is_due()
        self.tell()
        [mail] = self.mails()
        self.assertEqual(
            mail.subject, f"{self.company.name}: Your bookings are validated"
        )
        self.assertIn("ne-pas-repondre@example.org", mail.email_from)
        self.assertEqual(mail.recipient_ids, self.martin.guardian_ids.partner_id)
        body = self.body(mail)
        for words in ("Nina Monday 11 January – Repas", "Tom", "Tranche 1", "3.60"):
            self.assertIn(words, body)
        [invoice] = self.invoices(self.martin)
        self.assertIn(invoice.name, body)
        self.assertIn(f"/my/factures/{invoice.id}", mail.body_html)
        # Two meals and an hour at 0.65: all of it is due at booking.
        self.assertRegex(body, r"To pay now: .?7[.]85")
        self.assertIn("05 63 00 00 00", body)
        self.assertIn("mairie@example.org", body)

    def test_it_is_told_once(self):
        self.validate((self.nina, self.meal, MONDAY))
        self.tell()
        self.tell()
        self.assertEqual(len(self.mails()), 1)
        self.assertFalse(self.env["espace.booking.notice"].search([]))

    def test_nothing_is_sent_while_the_family_goes_on(self):
        self.validate((self.nina, self.meal, MONDAY))
        self.tell(NOW + timedelta(minutes=1))
        self.assertFalse(self.mails())
        with freeze_time(NOW + timedelta(minutes=1)):
            self.validate((self.nina, self.meal, THURSDAY))
        self.tell(NOW + timedelta(minutes=2, seconds=30))
        self.assertFalse(self.mails())
        self.tell(NOW + timedelta(minutes=4))
        [mail] = self.mails()
        self.assertIn("Monday 11 January", self.body(mail))
        self.assertIn("Thursday 14 January", self.body(mail))

    def test_what_was_not_kept_is_told_with_its_reason(self):
        self.put_in_cart((self.nina, self.meal, MONDAY), (self.nina, self.t1, TUESDAY))
        with freeze_time("2027-01-06 09:00:00"):
            self.post(f"{CART}/valider")
            self.tell(NOW + timedelta(days=3))
        [mail] = self.mails()
        booked, refused = self.body(mail).split("Not booked")
        self.assertIn("Tranche 1", booked)
        self.assertIn("Repas", refused)
        self.assertIn("Too late", refused)

    def test_refusals_alone_send_nothing(self):
        self.put_in_cart((self.nina, self.meal, MONDAY))
        with freeze_time("2027-01-06 09:00:00"):
            self.post(f"{CART}/valider")
        self.tell(NOW + timedelta(days=3))
        self.assertFalse(self.mails())
        self.assertFalse(self.env["espace.booking.notice"].search([]))

    def test_many_cancellations_make_one_e_mail(self):
        days = [MONDAY, TUESDAY, THURSDAY]
        for day in days:
            self.booked(self.nina, self.t1, day)
        for day in days:
            self.press(self.order("cancel", self.nina, self.t1, day), sure="1")
        self.assertFalse(self.reservation(self.nina, self.evening, MONDAY))
        self.tell()
        [mail] = self.mails()
        self.assertIn("Your cancellation is done", mail.subject)
        self.assertEqual(self.body(mail).count("Tranche 1"), 3)
        self.assertIn("had been charged", self.body(mail))

    def test_what_is_given_back_is_led_to(self):
        """A paid day is cancelled, a debt takes the credit: the mail leads to both."""
        paid = self.booked(self.nina, self.t1, MONDAY)
        self.pay(paid.charge_ids.move_id)
        owed = self.booked(self.tom, self.t1, TUESDAY).charge_ids.move_id
        self.press(self.order("cancel", self.nina, self.t1, MONDAY), sure="1")
        self.invoice_what_is_due()
        refund = self.invoices(self.martin).filtered(
            lambda move: move.move_type == "out_refund"
        )
        self.assertEqual((refund.amount_residual, owed.amount_residual), (0, 0))
        self.tell()
        [mail] = self.mails()
        self.assertIn(f"/my/factures/{refund.id}", mail.body_html)
        self.assertIn(refund.name, self.body(mail))
        self.assertIn('/my/factures"', mail.body_html)
        for path in (f"/my/factures/{refund.id}", "/my/factures"):
            self.assertEqual(self.url_open(path).status_code, 200)

    def test_what_waits_for_its_credit_note_is_led_to_as_well(self):
        self.pay(self.booked(self.nina, self.t1, MONDAY).charge_ids.move_id)
        self.press(self.order("cancel", self.nina, self.t1, MONDAY), sure="1")
        self.tell()
        [mail] = self.mails()
        self.assertIn('/my/factures"', mail.body_html)
        [credit] = self.page("/my/factures").xpath("//*[@data-credit]")
        self.assertIn("0.65", self.words(credit))

    def test_an_invoice_that_a_credit_lowered_is_led_to(self):
        self.pay(self.booked(self.nina, self.t1, MONDAY).charge_ids.move_id)
        self.press(self.order("cancel", self.nina, self.t1, MONDAY), sure="1")
        self.validate((self.tom, self.meal, MONDAY))
        self.invoice_what_is_due()
        invoice = self.invoices(self.martin)[-1]
        self.assertEqual((invoice.amount_total, invoice.amount_residual), (3.60, 2.95))
        self.tell()
        [mail] = self.mails()
        self.assertIn(f"/my/factures/{invoice.id}", mail.body_html)
        self.assertRegex(self.body(mail), r"Credit deducted: .?.?0[.]65")
        self.assertRegex(self.body(mail), r"To pay now: .?2[.]95")
        self.assertIn('/my/factures"', mail.body_html)

    def pay(self, moves):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=moves.ids
        ).create({"journal_id": self.bank_journal.id})._create_payments()

    def test_booked_and_cancelled_again_is_not_told(self):
        self.validate((self.nina, self.t1, MONDAY), (self.nina, self.t1, TUESDAY))
        self.press(self.order("cancel", self.nina, self.t1, MONDAY), sure="1")
        self.tell()
        [mail] = self.mails()
        self.assertIn("Tuesday 12 January", self.body(mail))
        self.assertNotIn("Monday 11 January", self.body(mail))

    def test_what_staff_cancel_is_not_told_as_a_choice_of_the_family(self):
        self.booked(self.nina, self.t1, MONDAY)._cancel(NOW, staff=True)
        self.tell()
        self.assertFalse(self.mails())

    def test_the_waiting_list_is_told_with_the_rank(self):
        self.evening.waiting_list = True
        self.evening.capacity = 1
        self.session_of(self.evening, MONDAY).capacity = 1
        self.book(self.durand, (self.lina, self.t1, MONDAY))
        self.press(self.order("wait", self.nina, self.t1, MONDAY))
        self.tell()
        [mail] = self.mails()
        self.assertIn("You are on the waiting list", mail.subject)
        self.assertIn("rank 1", self.body(mail))

    def test_only_those_who_book_are_written_to(self):
        claire, marc = self.martin.guardian_ids
        marc.may_book = False
        self.validate((self.nina, self.meal, MONDAY))
        self.tell()
        self.assertEqual(self.mails().recipient_ids, claire.partner_id)

    def test_one_family_that_fails_keeps_nobody_waiting(self):
        self.validate((self.nina, self.meal, MONDAY))
        self.login(self.sofia)
        self.Reservation._add_to_cart(self.durand, [(self.lina, self.meal, MONDAY)])
        self.post(f"{CART}/valider")
        Family = self.env.registry["espace.family"]
        whole = Family._mail_change

        def fails_for_martin(family, change):
            if family == self.martin:
                raise ValueError("no such template")
            return whole(family, change)

        with (
            patch.object(Family, "_mail_change", fails_for_martin),
            self.assertLogs("odoo.addons.espace_famille_portal", "ERROR"),
        ):
            self.tell()
        self.assertEqual(len(self.mails(self.durand)), 1)
        self.assertFalse(self.mails())
        self.tell()
        self.assertEqual(len(self.mails()), 1)

    def test_nobody_reads_what_waits_to_be_told(self):
        self.validate((self.nina, self.meal, MONDAY))
        _result, error = self.call_kw("espace.booking.notice", "search_read", [])
        self.assertTrue(error)


@tagged("post_install", "-at_install")
class TestChangeMailPaid(MailCase):
    """Where families pay online, the e-mail waits for the payment a while."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._publish_provider()

    def setUp(self):
        super().setUp()
        self.put_in_cart((self.nina, self.meal, MONDAY))
        self.post(f"{CART}/valider")
        self.move = self.martin._espace_payment_move()

    def test_paid_is_told_as_paid(self):
        self.tell(SOON)
        self.assertFalse(self.mails())
        self.notify(self.transaction(self.move))
        self.tell(SOON)
        [mail] = self.mails()
        self.assertIn("validated", mail.subject)
        self.assertRegex(self.body(mail), r"Paid: .?3[.]60")
        self.tell(LATER)
        self.assertEqual(len(self.mails()), 1)

    def test_an_interrupted_payment_is_told_then_its_confirmation(self):
        self.tell(LATER)
        [mail] = self.mails()
        self.assertIn("A payment to finish", mail.subject)
        self.assertIn("kept until Monday 4 January at 10h", self.body(mail))
        self.assertIn(f"{CART}/paiement", mail.body_html)
        self.tell(LATER + timedelta(minutes=5))
        self.assertEqual(len(self.mails()), 1)
        self.notify(self.transaction(self.move))
        self.tell(LATER + timedelta(minutes=10))
        self.assertIn("Your bookings are validated", self.mails()[-1].subject)
        self.assertEqual(len(self.mails()), 2)

    def test_a_payment_given_up_is_not_told(self):
        self.post(f"{CART}/abandonner")
        self.tell(LATER)
        self.assertFalse(self.mails())
        self.assertFalse(self.env["espace.booking.notice"].search([]))

    def test_places_given_back_are_not_told_twice(self):
        self.tell(LATER)
        with freeze_time("2027-01-04 09:30:00"):
            self.Reservation._release_expired()
        self.tell(NOW + timedelta(hours=2))
        self.assertEqual(len(self.mails()), 1)
        self.assertFalse(self.env["espace.booking.notice"].search([]))
