from datetime import date, timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.espace_famille.tests.common import MONDAY, NOW, TODAY, TUESDAY

from ...models.core.amounts import to_decimal
from ..common import EspaceBillingCase

FEBRUARY = date(2027, 2, 1)


class ArrearsCase(EspaceBillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Arrears = cls.env["espace.arrears"]
        cls.Lines = cls.env["espace.aged.receivable"]
        cls.Reminder = cls.env["espace.reminder"]
        cls.first, cls.second, cls.notice = cls.env["espace.reminder.level"].search(
            [("company_id", "=", cls.company.id)]
        )
        cls.finance = cls._create_staff("finance")

    def owe(self, child=None, day=MONDAY, family=None):
        """Book a meal of 3.60 €, invoiced and due today; return its invoice."""
        child = child or self.nina
        self.book(family or child.family_id, (child, self.meal, day))
        invoice = self.invoices(family or child.family_id)[-1:]
        self.assertEqual(invoice.invoice_date_due, TODAY)
        return invoice

    def pay(self, invoice, amount=None):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        vals = {"journal_id": self.bank_journal.id}
        return wizard.create(
            vals | ({"amount": amount} if amount else {})
        )._create_payments()

    def later(self, days):
        return self.at(TODAY + timedelta(days=days))

    def send(self, families=None):
        """Send the reminders of the frozen day; return them."""
        day = self.company._espace_today()
        families = self.martin | self.durand if families is None else families
        sent, failed = self.Reminder._send(self.company, day, families)
        self.assertFalse(failed)
        return sent

    def reason(self, family):
        day = self.company._espace_today()
        verdicts = self.Reminder._verdicts(self.company, day)
        return verdicts[family][0].reason if family in verdicts else None


@tagged("post_install", "-at_install")
class TestAgeing(ArrearsCase):
    def balance(self):
        """Return the ledger's balance of both families' accounts."""
        lines = self.env["account.move.line"].search(
            [
                ("partner_id", "child_of", (self.martin | self.durand).partner_id.ids),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
            ]
        )
        return to_decimal(sum(lines.mapped("balance")))

    def of(self, family):
        self.env.invalidate_all()
        return self.Arrears.search([("family_id", "=", family.id)])

    def test_each_family_is_shown_by_the_age_of_what_it_owes(self):
        self.owe()
        for days, column in (
            (0, "not_due"),
            (1, "late_30"),
            (30, "late_30"),
            (31, "late_60"),
            (60, "late_60"),
            (61, "late_90"),
            (90, "late_90"),
            (91, "late_more"),
        ):
            with self.later(days), self.subTest(days=days):
                line = self.of(self.martin)
                shown = {
                    name
                    for name in ("not_due", "late_30", "late_60", "late_90")
                    if line[name]
                } | ({"late_more"} if line.late_more else set())
                self.assertEqual(shown, {column})
                self.assertEqual(line.days_late, days)
                self.assertEqual(line.overdue, 3.60 if days else 0)

    def test_the_sum_is_the_ledgers_balance_with_credits_and_payments(self):
        invoice = self.owe()
        self.owe(self.lina)
        self.pay(invoice, 1.00)
        # An advance that no invoice has taken up, and a credit note.
        self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.durand.guardian_ids[0].partner_id.id,
                "amount": 10,
                "journal_id": self.bank_journal.id,
            }
        ).action_post()
        self.env.flush_all()
        lines = self.Lines.search([("company_id", "=", self.company.id)])
        families = self.Arrears.search([("company_id", "=", self.company.id)])
        self.assertEqual(to_decimal(sum(lines.mapped("amount"))), self.balance())
        self.assertEqual(to_decimal(sum(families.mapped("total"))), self.balance())
        self.assertEqual(self.of(self.martin).total, 2.60)
        self.assertEqual(self.of(self.durand).credit, -10)

    def test_what_is_paid_disappears(self):
        self.pay(self.owe())
        self.assertFalse(self.of(self.martin))

    def test_a_draft_is_no_debt(self):
        self.owe().copy()
        self.assertEqual(self.of(self.martin).total, 3.60)

    def test_it_is_read_and_grouped_as_the_screens_do(self):
        self.owe()
        self.owe(self.lina)
        with self.later(40):
            groups = self.Lines.formatted_read_group(
                [("company_id", "=", self.company.id)], ["bucket"], ["amount:sum"]
            )
            self.assertEqual(
                [(g["bucket"], g["amount:sum"]) for g in groups], [("late_60", 7.20)]
            )
            action = self.of(self.martin).action_open_lines()
            self.assertEqual(self.Lines.search(action["domain"]).amount, 3.60)

    def test_the_family_form_shows_what_is_overdue(self):
        self.owe()
        with self.later(5):
            self.env.invalidate_all()
            self.assertEqual(self.martin.overdue_amount, 3.60)
            self.assertEqual(self.durand.overdue_amount, 0)

    def test_the_agents_of_families_see_no_other_debtor(self):
        self.owe()
        club = self.env["res.partner"].create({"name": "Club de judo"})
        product = self.meal.product_tmpl_id.copy({"espace_activity_id": False})
        self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": club.id,
                "invoice_date": TODAY,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": product.product_variant_id.id,
                            "price_unit": 50,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        ).action_post()
        self.env.flush_all()

        def debtors(user):
            lines = self.Lines.with_user(user).search(
                [("company_id", "=", self.company.id)]
            )
            return lines.partner_id.commercial_partner_id.sudo()

        family = self.martin.partner_id
        self.assertEqual(debtors(self.finance), family | club)
        self.assertEqual(debtors(self._create_staff("manager")), family)
        self.assertEqual(self.Arrears.search([("total", "=", 50)]).ids, [])
        with self.later(40):
            verdicts = self.Reminder._verdicts(
                self.company, self.company._espace_today()
            )
        self.assertEqual(list(verdicts), [self.martin])

    def test_another_commune_sees_none_of_it(self):
        self.owe()
        other = self.env["res.company"].create(
            {"name": "Commune voisine", "espace_is_commune": True}
        )
        self.finance.write(
            {"company_ids": [Command.set(other.ids)], "company_id": other.id}
        )
        env = self.env(
            user=self.finance,
            context={**self.env.context, "allowed_company_ids": other.ids},
        )
        self.assertFalse(env["espace.arrears"].search([]))
        self.assertFalse(env["espace.aged.receivable"].search([]))


@tagged("post_install", "-at_install")
class TestReminders(ArrearsCase):
    def test_each_commune_starts_with_the_three_levels(self):
        other = self.env["res.company"].create({"name": "Commune voisine"})
        self.assertFalse(other.espace_reminder_level_ids)
        other.espace_is_commune = True
        levels = other.espace_reminder_level_ids
        self.assertEqual(levels.mapped("days"), [10, 30, 60])
        self.assertFalse(levels.fee_product_id)

    def test_a_company_that_is_no_commune_has_no_levels(self):
        company = self.env["res.company"].create({"name": "Association sportive"})
        self.env["espace.reminder.level"]._create_defaults()
        self.assertFalse(company.espace_reminder_level_ids)
        self.assertEqual(len(self.company.espace_reminder_level_ids), 3)

    def test_a_family_climbs_the_levels_once_each(self):
        invoice = self.owe()
        self.notice.minimum = 0
        with self.later(9):
            self.assertFalse(self.send())
        with self.later(12):
            first = self.send()
            self.assertEqual(first.level_id, self.first)
            self.assertEqual((first.amount, first.move_ids), (3.60, invoice))
            self.assertFalse(self.send())
        with self.later(26):
            self.assertFalse(self.send())
        with self.later(35):
            self.assertEqual(self.send().level_id, self.second)
        with self.later(65):
            self.assertEqual(self.send().level_id, self.notice)
        with self.later(200):
            self.assertFalse(self.send())
            self.assertEqual(self.reason(self.martin), "all_sent")

    def test_days_must_pass_between_two_reminders(self):
        self.owe()
        with self.later(29):
            self.send()
        with self.later(43):
            self.assertFalse(self.send())
            self.assertEqual(self.reason(self.martin), "too_soon")
        with self.later(44):
            self.assertTrue(self.send())

    def test_a_payment_in_between_stops_it(self):
        invoice = self.owe()
        with self.later(12):
            self.send()
            self.pay(invoice)
        with self.later(40):
            self.assertFalse(self.send())

    def test_what_is_paid_in_part_is_asked_for_the_rest(self):
        self.pay(self.owe(), 1.00)
        with self.later(12):
            sent = self.send()
        self.assertEqual(sent.amount, 2.60)
        self.assertEqual(sent.line_ids.amount, 2.60)
        self.assertIn("2.60", sent.body)

    def test_a_disputed_invoice_is_left_out_and_its_reason_is_asked(self):
        invoice = self.owe()
        with self.assertRaises(ValidationError):
            invoice.espace_disputed = True
        invoice.write(
            {"espace_disputed": True, "espace_dispute_reason": "Was not there"}
        )
        other = self.owe(day=TUESDAY)
        with self.later(12):
            self.assertEqual(self.send().move_ids, other)

    def test_an_exempted_family_gets_nothing_until_its_date(self):
        self.owe()
        self.env["espace.arrears.exemption"].create(
            {
                "family_id": self.martin.id,
                "reason": "Payment plan",
                "date_to": TODAY + timedelta(days=20),
            }
        )
        with self.later(12):
            self.assertFalse(self.send())
            self.assertEqual(self.reason(self.martin), "exempt")
        with self.later(21):
            self.assertTrue(self.send())

    def test_a_payment_on_its_way_is_waited_for(self):
        self._publish_provider()
        # The bank of a direct debit takes its time.
        self.company.espace_pending_hours = 24 * 30
        self.evening.billing_mode = "consumption"
        invoice = self.owe_by_staff()
        self.notify(self.transaction(invoice), "pending")
        with self.later(12):
            self.assertEqual(self.reason(self.martin), "on_its_way")

    def owe_by_staff(self):
        self.book(self.martin, (self.nina, self.meal, MONDAY), staff=True)
        return self.invoices(self.martin)[-1:]

    def test_those_who_pay_are_written_to_in_the_name_of_the_commune(self):
        self.martin.guardian_ids[1].is_payer = False
        self.owe()
        with self.later(12):
            sent = self.send()
        self.assertTrue(sent.by_mail)
        self.assertFalse(sent.by_letter)
        message = self.messages(self.martin, sent.subject)
        self.assertEqual(
            message.notified_partner_ids, self.martin.guardian_ids[0].partner_id
        )
        self.assertEqual(message.author_id, self.company.partner_id)
        self.assertIn(sent.move_ids.name, message.body)
        self.assertIn("3.60", message.body)
        mail = self.env["mail.mail"].search([("mail_message_id", "=", message.id)])
        self.assertEqual(mail.state, "outgoing")

    def test_who_has_no_address_gets_a_letter(self):
        self.martin.guardian_ids.email = False
        self.martin.email = False
        self.owe()
        with self.later(12):
            sent = self.send()
            self.assertEqual((sent.by_mail, sent.by_letter), (False, True))
            self.assertFalse(self.messages(self.martin, sent.subject))
            action = sent.with_user(self.finance).action_print_letters()
            self.assertTrue(sent.printed_on)
        self.assertEqual(action["type"], "ir.actions.report")

    def test_the_letters_are_one_document_with_what_each_owes(self):
        self.first.channel = "both"
        self.owe()
        self.owe(self.lina)
        with self.later(12):
            sent = self.send()
        self.assertEqual(len(sent), 2)
        run = self.env["espace.reminder.wizard"].create(
            {"reminder_ids": [Command.set(sent.ids)]}
        )
        page, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "espace_famille_billing.reminder_letters", run.ids
        )
        page = page.decode()
        for words in ("Martin", "Durand", *sent.move_ids.mapped("name"), "3.60"):
            self.assertIn(words, page)
        self.assertEqual(page.count('class="page o_doc"'), 2)

    def test_the_texts_are_filled_in_and_checked(self):
        self.first.body = "{family} owes {amount} on {date}"
        self.owe()
        with self.later(12):
            self.assertIn("Martin owes", self.send().body)
        for wrong in ("{nobody}", "{family.env}", "{", "{}"):
            with self.subTest(text=wrong), self.assertRaises(ValidationError):
                self.first.body = wrong

    def test_a_fee_is_invoiced_apart_and_bears_no_fee_itself(self):
        fee = self.env["product.product"].create(
            {
                "name": "Frais de relance",
                "type": "service",
                "list_price": 5,
                "espace_fee_decision": "Délibération 2027-13",
            }
        )
        (self.first | self.second).fee_product_id = fee
        self.owe()
        with self.later(12):
            sent = self.send()
            self.assertEqual(sent.fee_move_id.amount_total, 5)
            self.assertEqual(sent.fee_move_id.state, "posted")
            self.assertIn(
                "Délibération 2027-13", sent.fee_move_id.invoice_line_ids.name
            )
            self.pay(sent.move_ids)
        with self.later(30):
            again = self.send()
            self.assertEqual(again.move_ids, sent.fee_move_id)
            self.assertFalse(again.fee_move_id)

    def test_a_credit_of_the_family_is_deducted(self):
        invoice = self.owe()
        payment = self.pay(self.owe(day=TUESDAY))
        payment.move_id.line_ids.remove_move_reconcile()
        with self.later(12):
            self.assertEqual(self.reason(self.martin), None or "")
            sent = self.send()
        self.assertEqual((sent.amount, sent.credit), (3.60, 0))
        self.assertEqual(sent.line_ids.amount, 3.60)
        self.assertEqual(invoice.amount_residual, 0)
        self.assertNotIn(invoice, sent.move_ids)

    def test_a_fee_of_nothing_makes_no_invoice(self):
        self.first.fee_product_id = self.env["product.product"].create(
            {"name": "Frais de relance", "type": "service", "list_price": 0}
        )
        self.owe()
        with self.later(12):
            self.assertFalse(self.send().fee_move_id)

    def test_what_waits_for_a_credit_note_does_not_block_either(self):
        """The list and the block ask what is owed, net."""
        self.company.write({"espace_block_debt": True, "espace_block_amount": 0})
        paid = self.owe()
        self.pay(paid)
        self.owe(day=TUESDAY)
        with self.later(70):
            self.env.invalidate_all()
            arrears = self.Arrears.search([("family_id", "=", self.martin.id)])
            self.assertTrue(arrears.may_be_blocked)
            paid.espace_reservation_ids._cancel(staff=True)
            self.env.invalidate_all()
            self.assertEqual((arrears.total, arrears.waiting_credit), (3.60, -3.60))
            self.assertEqual((arrears.owed, arrears.blocking_amount), (0, 0))
            self.assertFalse(arrears.may_be_blocked)

    def test_what_was_sent_is_neither_changed_nor_deleted(self):
        self.owe()
        with self.later(12):
            sent = self.send()
        with self.assertRaises(UserError):
            sent.amount = 1
        with self.assertRaises(UserError):
            sent.unlink()
        with self.assertRaises(AccessError):
            sent.with_user(self.finance).write({"printed_on": NOW})

    @mute_logger("odoo.sql_db")
    def test_the_database_refuses_a_second_one_on_the_same_day(self):
        self.owe()
        with self.later(12):
            sent = self.send()
            with self.assertRaises(IntegrityError), self.env.cr.savepoint():
                sent.copy()

    def test_one_family_that_fails_stops_nobody(self):
        self.owe()
        self.owe(self.lina)
        origin = type(self.Reminder)._send_one

        def fail(model, family, *args):
            if family == self.martin:
                raise ValueError("broken")
            return origin(model, family, *args)

        self.patch(type(self.Reminder), "_send_one", fail)
        with self.later(12), mute_logger(f"{origin.__module__}"):
            day = self.company._espace_today()
            sent, failed = self.Reminder._send(
                self.company, day, self.martin | self.durand
            )
        self.assertEqual((sent.family_id, failed), (self.durand, self.martin))


@tagged("post_install", "-at_install")
class TestReminderRun(ArrearsCase):
    def prepare(self):
        Run = self.env["espace.reminder.wizard"].with_user(self.finance)
        return Run.browse(Run.action_prepare()["res_id"])

    def test_the_preview_says_who_gets_what_and_who_not_and_why(self):
        self.owe()
        invoice = self.owe(self.lina)
        invoice.write({"espace_disputed": True, "espace_dispute_reason": "Ill"})
        with self.later(12):
            run = self.prepare()
            self.assertEqual(run.line_ids.family_id, self.martin)
            self.assertEqual(run.line_ids.level_id, self.first)
            self.assertEqual(run.spared_ids.family_id, self.durand)
            self.assertEqual(run.spared_ids.reason, "disputed")
            self.assertFalse(self.Reminder.search([]) & self.sent_of(self.martin))

    def sent_of(self, family):
        return self.Reminder.search([("family_id", "=", family.id)])

    def test_the_regie_sends_what_it_chose(self):
        self.owe()
        self.owe(self.lina)
        with self.later(12):
            run = self.prepare()
            run.line_ids.filtered(lambda l: l.family_id == self.durand).chosen = False
            run.action_send()
            self.assertEqual(run.reminder_ids.family_id, self.martin)
            self.assertFalse(self.sent_of(self.durand))
            self.assertIn("1", run.summary)

    def test_who_paid_after_the_preview_gets_nothing(self):
        invoice = self.owe()
        with self.later(12):
            run = self.prepare()
            self.pay(invoice)
            run.action_send()
            self.assertFalse(run.reminder_ids)

    def test_only_the_regie_sends(self):
        manager = self._create_staff("manager")
        with self.assertRaises(AccessError):
            self.env["espace.reminder.wizard"].with_user(manager).action_prepare()

    def test_the_scheduled_action_is_off_and_does_what_was_chosen(self):
        cron = self.env.ref("espace_famille_billing.cron_remind")
        self.assertFalse(cron.active)
        self.owe()
        user = self.finance
        self.env["espace.regie"].create(
            {"name": "Régie", "code": "R", "regisseur_id": user.id}
        )
        with self.later(12):
            self.Reminder._cron_remind()
            self.assertFalse(self.sent_of(self.martin))
            self.company.espace_reminder_auto = "propose"
            self.Reminder._cron_remind()
            self.assertFalse(self.sent_of(self.martin))
            told = self.env["mail.message"].search(
                [("notified_partner_ids", "in", user.partner_id.ids)]
            )
            self.assertTrue(told)
            self.company.espace_reminder_auto = "send"
            with self.enter_registry_test_mode():
                cron.method_direct_trigger()
            self.assertTrue(self.sent_of(self.martin))


@tagged("post_install", "-at_install")
class TestBookingBlock(ArrearsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {
                "espace_block_debt": True,
                "espace_block_days": 20,
                "espace_block_amount": 3,
            }
        )
        (cls.canteen | cls.evening)._generate_sessions(FEBRUARY, date(2027, 3, 5))

    def decide(self, user=None, **vals):
        """Block the Martins as an agent does, after all the steps."""
        steps = {
            "first_letter_on": TODAY + timedelta(days=11),
            "second_letter_on": TODAY + timedelta(days=16),
            "meeting_on": TODAY + timedelta(days=17),
            "social_help_on": TODAY + timedelta(days=17),
            "title_on": TODAY + timedelta(days=20),
        }
        with self.later(21):
            return (
                self.env["espace.booking.block"]
                .with_user(user or self.finance)
                .create(
                    {
                        "family_id": self.martin.id,
                        "reason": "Nothing was paid, the payment plan was refused",
                        **steps,
                        **vals,
                    }
                )
            )

    def status_in_february(self, product=None, **options):
        quote = self.quote(
            self.martin,
            (self.nina, product or self.t1, date(2027, 2, 4)),
            now=self.february(),
            **options,
        )
        return quote

    def february(self):
        return NOW + timedelta(days=21)

    def of_martin(self):
        self.env.invalidate_all()
        with self.later(21):
            line = self.Arrears.search([("family_id", "=", self.martin.id)])
            # Reckoned on the day it is read.
            line.fetch(["blocked", "blocked_on", "may_be_blocked"])
            return line

    def test_an_old_debt_blocks_nothing_by_itself_it_is_proposed(self):
        self.owe()
        self.assertEqual(self.status_in_february().status, "available")
        line = self.of_martin()
        self.assertEqual((line.blocked, line.may_be_blocked), (False, True))
        action = line.with_user(self.finance).action_block()
        self.assertEqual(action["context"], {"default_family_id": self.martin.id})
        self.decide()
        line = self.of_martin()
        self.assertEqual((line.blocked, line.may_be_blocked), (True, False))
        self.assertEqual(line.blocked_on, TODAY + timedelta(days=21))

    def test_who_decided_when_why_and_about_what_is_kept(self):
        invoice = self.owe()
        block = self.decide()
        self.assertEqual(block.decided_by_id, self.finance)
        self.assertEqual(block.decided_on, TODAY + timedelta(days=21))
        self.assertEqual((block.move_ids, block.amount), (invoice, 3.60))
        for vals in ({"reason": "Other"}, {"meeting_on": TODAY}):
            with self.assertRaises(UserError):
                block.write(vals)
        with self.assertRaises(AccessError):
            block.decided_by_id = self.env.ref("base.user_admin")
        with self.assertRaises(AccessError):
            block.unlink()
        with self.assertRaises(UserError):
            block.sudo().unlink()

    def test_the_steps_are_asked_for_or_why_one_is_missing(self):
        self.owe()
        with self.assertRaises(ValidationError) as error:
            self.decide(social_help_on=False)
        self.assertIn("CCAS Offered", str(error.exception))
        with self.assertRaises(ValidationError):
            self.decide(reason=" ")
        with self.assertRaises(ValidationError):
            self.decide(meeting_on=TODAY + timedelta(days=22))
        self.assertTrue(
            self.decide(social_help_on=False, missing_reason="The CCAS is closed")
        )

    def test_the_letters_that_were_sent_are_proposed(self):
        self.owe()
        with self.later(12):
            self.send()
        found = (
            self.env["espace.booking.block"]
            .with_user(self.finance)
            .with_context(default_family_id=self.martin.id)
            .default_get(["family_id", "first_letter_on", "second_letter_on"])
        )
        self.assertEqual(found["first_letter_on"], TODAY + timedelta(days=12))
        self.assertNotIn("second_letter_on", found)

    def test_who_owes_little_is_not_blocked_even_by_decision(self):
        self.owe()
        self.company.espace_block_amount = 4
        with self.assertRaises(UserError):
            self.decide()

    def test_only_the_regie_decides(self):
        self.owe()
        with self.assertRaises(AccessError):
            self.decide(self._create_staff("manager"))

    def test_it_is_lifted_for_a_reason_that_is_kept(self):
        self.owe()
        block = self.decide()
        with self.assertRaises(UserError):
            block.action_lift()
        block.lifted_reason = "Payment plan agreed"
        block.action_lift()
        self.assertEqual((block.state, block.lifted_by_id), ("lifted", self.finance))
        self.assertEqual(self.status_in_february().status, "available")
        self.assertTrue(self.of_martin().may_be_blocked)

    def test_paying_ends_it_and_a_later_debt_does_not_bring_it_back(self):
        invoice = self.owe()
        block = self.decide()
        self.pay(invoice)
        self.assertEqual(block.state, "settled")
        self.owe(day=TUESDAY)
        self.assertEqual(self.status_in_february().status, "available")
        self.assertTrue(self.of_martin().may_be_blocked)
        self.assertEqual(block.state, "settled")

    def test_a_family_with_an_old_debt_cannot_book_and_reads_what_to_do(self):
        self.owe()
        self.decide()
        self.company.write({"phone": "01 99 00 11 22", "email": False})
        quote = self.status_in_february()
        self.assertEqual(quote.status, "blocked")
        self.assertIn("3.60", quote.reason)
        self.assertIn("4 January 2027", quote.reason)
        self.assertIn("on 25 January 2027 the town hall decided", quote.reason)
        self.assertIn("01 99 00 11 22", quote.reason)
        self.company.espace_debt_contact = "CCAS, 1 place de la Mairie"
        self.assertIn("CCAS, 1 place", self.status_in_february().reason)
        with self.later(21):
            status = self.book(
                self.martin,
                (self.nina, self.t1, date(2027, 2, 4)),
                now=self.february(),
            )
        self.assertEqual(status, ["blocked"])

    def test_the_canteen_is_not_blocked_unless_the_commune_wants_it(self):
        self.owe()
        self.decide()
        self.assertEqual(self.status_in_february(self.meal).status, "available")
        self.canteen.debt_blocks = True
        self.assertEqual(self.status_in_february(self.meal).status, "blocked")

    def test_staff_may_book_and_are_told(self):
        self.owe()
        self.decide()
        quote = self.status_in_february(staff=True)
        self.assertEqual(quote.status, "available")
        self.assertIn("unpaid", quote.warning)

    def test_agents_read_that_a_debt_keeps_who_waits_from_a_place(self):
        self.owe()
        waits = self.Reservation.create(
            {
                "child_id": self.nina.id,
                "family_id": self.martin.id,
                "session_id": self.session(self.evening, date(2027, 2, 4)).id,
                "product_id": self.t1.id,
                "state": "waiting",
            }
        )
        self.decide()
        with self.later(21):
            kind, words = waits._obstacles(self.february())[waits.id]
        self.assertEqual(kind, "debt")
        self.assertIn("3.60", words)

    def test_what_is_booked_stays(self):
        self.owe()
        self.book(self.martin, (self.nina, self.t1, date(2027, 2, 4)))
        self.decide()
        self.assertEqual(self.status_in_february().status, "booked")

    def test_a_recent_or_a_small_debt_blocks_nothing(self):
        self.owe()
        self.decide()
        self.company.espace_block_days = 21
        self.assertEqual(self.status_in_february().status, "available")
        self.company.write({"espace_block_days": 20, "espace_block_amount": 3.60})
        self.assertEqual(self.status_in_february().status, "available")

    def test_paying_disputing_or_exempting_opens_the_bookings_again(self):
        invoice = self.owe()
        self.decide()
        exemption = self.env["espace.arrears.exemption"].create(
            {"family_id": self.martin.id, "reason": "Plan", "no_reminder": False}
        )
        self.assertEqual(self.status_in_february().status, "available")
        exemption.write({"no_reminder": True, "may_book": False})
        self.assertEqual(self.status_in_february().status, "blocked")
        invoice.write({"espace_disputed": True, "espace_dispute_reason": "Ill"})
        self.assertEqual(self.status_in_february().status, "available")
        invoice.espace_disputed = False
        self.assertEqual(self.status_in_february().status, "blocked")
        self.pay(invoice, 1.00)
        self.assertEqual(self.status_in_february().status, "available")

    def test_without_the_setting_nobody_is_blocked(self):
        self.owe()
        self.decide()
        self.company.espace_block_debt = False
        self.assertEqual(self.status_in_february().status, "available")

    def test_the_other_households_debt_blocks_nobody_else(self):
        self.owe(self.lina)
        self.decide(family_id=self.durand.id)
        self.assertEqual(self.status_in_february().status, "available")

    def test_it_costs_a_fixed_number_of_queries(self):
        self.owe()
        self.decide()
        items = [
            (child, product, FEBRUARY + timedelta(days=n))
            for child in (self.nina, self.tom)
            for product in (self.t1, self.t2, self.meal)
            for n in range(20)
        ]
        counts = []
        for blocks, asked in ((False, items), (True, items), (True, items[:1])):
            self.company.espace_block_debt = blocks
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.Reservation._quote(self.martin, asked, now=self.february())
            counts.append(self.env.cr.sql_log_count - before)
        # Is anything unpaid; the day's facts; what is owed.
        self.assertLessEqual(counts[1] - counts[0], 3)
