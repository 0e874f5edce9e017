"""Messages to families: who receives them, what they read, what becomes of each."""

import os
import unittest
from email.message import EmailMessage
from pathlib import Path
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..common import MONDAY, TUESDAY, EspaceCase
from ..document.printed import MISSING, NO_PANGO, PrintedCase, print_report

SENDING = "odoo.addons.espace_famille.models.message.espace_message_sending"


class MessageCase(EspaceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.martin | cls.durand).lang = "en_US"
        cls.Message = cls.env["espace.message"]

    def message(self, **vals):
        return self.Message.create(
            {"name": "Outing", "body": "<p>Hello {children}</p>", **vals}
        )

    def checked(self, **vals):
        message = self.message(**vals)
        message.action_check()
        return message

    def sent(self, **vals):
        message = self.checked(**vals)
        message.action_send()
        return message

    def told(self, family):
        return family.message_ids.filtered(lambda m: m.message_type == "comment")

    def line(self, message, family):
        return message.line_ids.filtered(lambda one: one.family_id == family)

    def mails(self, message):
        return (
            self.env["mail.mail"]
            .sudo()
            .search([("mail_message_id", "in", message.line_ids.letter_message_id.ids)])
        )

    def without_address(self, family):
        family.guardian_ids.email = False


@tagged("post_install", "-at_install")
class TestAudience(MessageCase):
    def families(self, **vals):
        return self.checked(**vals).line_ids.family_id

    def test_all_families_of_the_commune(self):
        own = self.env["espace.family"].search([("company_id", "=", self.company.id)])
        self.assertEqual(self.families(), own)

    def test_of_a_class_a_school_or_children(self):
        of_cm1 = {"audience": "class", "class_ids": self.class_cm1.ids}
        self.assertEqual(self.families(**of_cm1), self.martin)
        of_school = {"audience": "school", "school_ids": self.school.ids}
        self.assertEqual(self.families(**of_school), self.martin | self.durand)
        of_lina = {"audience": "child", "child_ids": self.lina.ids}
        self.assertEqual(self.families(**of_lina), self.durand)

    def test_of_an_activity_on_a_day(self):
        self.booked(self.lina, self.meal, MONDAY)
        of_day = {
            "audience": "activity",
            "activity_ids": self.canteen.ids,
            "booked_from": MONDAY,
            "booked_to": MONDAY,
        }
        self.assertEqual(self.families(**of_day), self.durand)
        with self.assertRaisesRegex(UserError, "Nobody would receive"):
            self.checked(**{**of_day, "booked_from": TUESDAY, "booked_to": TUESDAY})

    def test_whoever_cancelled_is_not_meant(self):
        self.booked(self.lina, self.meal, MONDAY)._cancel(staff=True)
        with self.assertRaisesRegex(UserError, "Nobody would receive"):
            self.checked(
                audience="activity",
                activity_ids=self.canteen.ids,
                booked_from=MONDAY,
            )

    def test_both_households_of_a_shared_child(self):
        self.env["espace.custody"].create(
            {"child_id": self.nina.id, "family_id": self.durand.id, "pattern": "odd"}
        )
        self.booked(self.nina, self.meal, MONDAY)
        message = self.checked(
            audience="activity", activity_ids=self.canteen.ids, booked_from=MONDAY
        )
        self.assertEqual(message.line_ids.family_id, self.martin | self.durand)
        # Each reads of the child, nothing of the other household.
        for family in (self.martin, self.durand):
            line = self.line(message, family)
            self.assertEqual(line.child_ids, self.nina)
            self.assertIn("Hello Nina<", line.body)

    def test_an_archived_family_is_left_alone(self):
        self.durand.active = False
        self.assertNotIn(self.durand, self.families())

    def test_it_has_to_be_said_which(self):
        with self.assertRaisesRegex(ValidationError, "Choose which ones"):
            self.message(audience="class")
        with self.assertRaisesRegex(ValidationError, "Choose which ones"):
            self.message(audience="child")

    def test_from_lists_of_families_children_bookings_and_days(self):
        booking = self.booked(self.lina, self.meal, MONDAY)
        for records, families in (
            (self.martin, self.martin),
            (self.lina | self.tom, self.martin | self.durand),
            (booking, self.durand),
            (booking.session_id, self.durand),
        ):
            with self.subTest(records._name):
                context = records.action_write_to()["context"]
                form = Form(self.Message.with_context(**context))
                form.name, form.body = "Hello", "<p>Hello</p>"
                message = form.save()
                self.assertEqual(message.reached_count, len(families))
                message.action_check()
                self.assertEqual(message.line_ids.family_id, families)


@tagged("post_install", "-at_install")
class TestText(MessageCase):
    def test_each_family_reads_its_own(self):
        message = self.checked(
            name="{class}: outing",
            body="<p>{children} · {school} · {family} · {commune}</p>",
            audience="class",
            class_ids=self.class_cp.ids,
        )
        line = self.line(message, self.martin)
        self.assertEqual(line.subject, "CP: outing")
        self.assertEqual(
            line.body,
            f"<p>Nina · École des Tilleuls · Martin · {self.company.name}</p>",
        )
        self.assertIn("Lina", self.line(message, self.durand).body)

    def test_in_the_commune_s_words_too(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.company.partner_id.lang = "fr_FR"
        message = self.checked(body="<p>{enfants} {ÉCOLE}</p>")
        self.assertIn("Nina and Tom", self.line(message, self.martin).body)

    def test_a_name_is_no_markup(self):
        self.nina.firstname = "<b>Nina</b>"
        message = self.checked(audience="child", child_ids=self.nina.ids)
        self.assertIn("Hello &lt;b&gt;Nina", message.line_ids.body)

    def test_a_wrong_field_is_said_before_anything_is_sent(self):
        message = self.message(body="<p>Hello {enfnats} and {name}</p>")
        self.assertIn("{enfnats} is no field", message.problems)
        with self.assertRaisesRegex(UserError, r"\{enfnats\} is no field") as caught:
            message.action_check()
        self.assertIn("{name} is no field", str(caught.exception))
        self.assertIn("{child names}", str(caught.exception))
        self.assertEqual(message.state, "draft")
        self.assertFalse(message.line_ids)

    def test_a_program_is_a_wrong_field(self):
        for text in ("{{ object.family_id }}", "{user.password}"):
            with self.subTest(text), self.assertRaisesRegex(UserError, "is no field"):
                self.checked(body=f"<p>{text}</p>")
        self.assertIn("t-out", self.checked(body="<p>t-out='1'</p>").line_ids[0].body)

    def test_a_brace_alone_and_no_text_at_all(self):
        with self.assertRaisesRegex(UserError, "brace is alone"):
            self.checked(body="<p>Hello {children</p>")
        with self.assertRaisesRegex(UserError, "Nothing is written yet"):
            self.checked(body="<p><br></p>")

    def test_a_field_that_is_empty_for_somebody_is_said(self):
        self.lina.class_id = False
        message = self.checked(body="<p>{class}</p>")
        self.assertTrue(self.line(message, self.durand).lacking)
        self.assertFalse(self.line(message, self.martin).lacking)
        self.assertIn("A field is empty for 1 families, Durand", message.remarks)

    def test_texts_that_the_commune_keeps(self):
        Template = self.env["espace.message.template"]
        own = Template.search([("company_id", "=", self.company.id)])
        self.assertTrue(own, "A commune begins with some.")
        form = Form(self.Message)
        form.template_id = own[0]
        self.assertEqual(form.name, own[0].subject)
        message = form.save()
        message.action_check()
        self.assertFalse(message.problems)
        with self.assertRaisesRegex(ValidationError, r"\{nobody\} is no field"):
            own[0].body = "<p>{nobody}</p>"

    def test_what_was_checked_is_not_rewritten(self):
        message, manager = self.checked(), self._create_staff("manager")
        for change in ({"body": "<p>Else</p>"}, {"audience": "all"}, {"name": "x"}):
            with self.assertRaisesRegex(UserError, "Back to Draft"):
                message.with_user(manager).write(change)
        message.action_back_to_draft()
        self.assertFalse(message.line_ids)
        message.write({"body": "<p>Else</p>"})
        self.assertEqual(message.state, "draft")


@tagged("post_install", "-at_install")
class TestSending(MessageCase):
    def test_one_e_mail_a_guardian_and_one_message_a_family(self):
        message = self.sent()
        self.assertEqual(message.state, "sent")
        told = self.told(self.martin)
        self.assertEqual(len(told), 1)
        self.assertEqual(told.partner_ids, self.martin.guardian_ids.partner_id)
        self.assertEqual(told.author_id, self.company.partner_id)
        line = self.line(message, self.martin)
        self.assertEqual(line.state, "queued")
        self.assertEqual(
            line.addresses, "claire.martin@example.org, marc.martin@example.org"
        )
        self.assertEqual((message.left_count, message.sent_count), (2, 0))
        self.assertIn(line, self.martin.told_line_ids)

    def test_what_became_of_each(self):
        message = self.sent()
        line = self.line(message, self.martin)
        for mail in self.mails(message):
            mail._postprocess_sent_message([], [])
        self.assertEqual(set(message.line_ids.mapped("state")), {"sent"})
        self.assertEqual((message.sent_count, message.progress), (2, 100.0))
        self.bounce(line)
        self.assertEqual(line.state, "returned")
        self.assertIn("claire.martin@example.org", line.letter_reason)
        self.assertEqual(message.failed_count, 1)

    def bounce(self, line):
        """A server far away sends an e-mail back, days later."""
        self.env["mail.thread"]._routing_handle_bounce(
            EmailMessage(),
            {
                "bounced_email": "claire.martin@example.org",
                "bounced_partner": self.martin.guardian_ids[0].partner_id,
                "bounced_msg_ids": [],
                "bounced_message": line.letter_message_id,
                "email_from": "mailer-daemon@example.org",
                "to": "retours@example.org",
                "message_id": "<1@example.org>",
                "body": "",
            },
        )

    def test_a_refused_address_is_said_corrected_and_sent_again(self):
        message = self.sent()
        line = self.line(message, self.durand)
        mail = self.mails(message).filtered(
            lambda one: one.mail_message_id == line.letter_message_id
        )
        mail._postprocess_sent_message(
            [], [], "(550, b'No such user')", failure_type="mail_email_invalid"
        )
        self.assertEqual(line.state, "refused")
        self.assertIn("550 No such user", line.letter_reason)
        self.durand.guardian_ids.email = "sofia.new@example.org"
        message.action_send_again()
        self.assertEqual((line.state, message.state), ("queued", "sent"))
        self.assertEqual(line.addresses, "sofia.new@example.org")
        # Claire was not written to twice.
        self.assertEqual(len(self.told(self.martin)), 1)
        with self.assertRaisesRegex(UserError, "none of them was refused"):
            message.action_send_again()

    def test_without_an_address_a_letter_is_printed(self):
        self.without_address(self.durand)
        message = self.checked()
        self.assertEqual((message.mail_count, message.paper_count), (1, 1))
        self.assertIn("1 families have no e-mail address", message.remarks)
        message.action_send()
        line = self.line(message, self.durand)
        self.assertEqual((line.state, line.channel), ("paper", "paper"))
        self.assertTrue(self.told(self.durand))
        self.assertFalse(self.mails(message).filtered(lambda m: not m.recipient_ids))
        action = message.action_print_letters()
        self.assertEqual(action["report_name"], "espace_famille.message_letters")
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            action["report_name"], line.ids
        )
        for words in (b"Durand", b"Outing", b"Hello Lina"):
            self.assertIn(words, html)

    def test_the_other_guardian_is_written_to_where_who_books_has_no_address(self):
        claire, marc = self.martin.guardian_ids
        claire.email = False
        marc.may_book = False
        line = self.line(self.checked(), self.martin)
        self.assertEqual((line.channel, line.addresses), ("mail", marc.email))

    def test_an_address_that_goes_between_checking_and_sending(self):
        message = self.checked()
        self.without_address(self.durand)
        message.action_send()
        self.assertEqual(self.line(message, self.durand).state, "paper")

    def test_it_is_sent_once(self):
        message = self.sent()
        with self.assertRaisesRegex(UserError, "it was done already"):
            message.action_send()
        with self.assertRaisesRegex(UserError, "it was done already"):
            message.action_check()
        with self.assertRaisesRegex(UserError, "it was done already"):
            message.action_back_to_draft()
        self.assertEqual(len(self.told(self.martin)), 1)

    def test_a_draft_is_not_sent(self):
        with self.assertRaisesRegex(UserError, "it was done already"):
            self.message().action_send()

    def test_a_large_one_leaves_in_batches(self):
        with patch(f"{SENDING}.BATCH", 1), self.enter_registry_test_mode():
            message = self.sent()
            self.assertEqual(message.state, "sending")
            self.assertEqual(set(message.line_ids.mapped("state")), {"todo"})
            self.assertFalse(self.told(self.martin))
            # Killed after a batch: what was not done is left, what was stays.
            self.assertEqual(message._work_batch(), 1)
            self.assertEqual(message._left(), 1)
            self.assertEqual(message.progress, 0.0)
            self.env.ref("espace_famille.cron_message").method_direct_trigger()
        message.invalidate_recordset()
        self.assertEqual(message.state, "sent")
        self.assertEqual(len(self.told(self.martin) | self.told(self.durand)), 2)
        self.assertEqual(len(self.told(self.martin)), 1)

    def test_one_family_s_failure_stops_nobody(self):
        message = self.checked()
        send = type(message.line_ids)._send

        def fail(line):
            if line.family_id == self.martin:
                raise ValueError("invented")
            send(line)

        with (
            patch.object(type(message.line_ids), "_send", fail),
            mute_logger(SENDING),
        ):
            message.action_send()
        line = self.line(message, self.martin)
        self.assertEqual(line.state, "refused")
        self.assertIn("invented", line.letter_reason)
        self.assertEqual(self.line(message, self.durand).state, "queued")
        self.assertEqual(message.state, "sent")

    def test_attachments_leave_with_it(self):
        attached = self.env["ir.attachment"].create(
            {"name": "autorisation.pdf", "raw": b"%PDF-1.4"}
        )
        self.sent(attachment_ids=attached.ids)
        self.assertEqual(self.told(self.martin).attachment_ids, attached)

    def test_what_was_sent_is_kept(self):
        message = self.sent()
        with self.assertRaisesRegex(UserError, "was sent is kept"):
            message.unlink()
        self.checked().unlink()

    def test_an_erased_family_leaves_no_words(self):
        message = self.sent()
        with freeze_time("2032-01-01"):
            self.durand._erase()
        self.assertEqual(message.line_ids.family_id, self.martin)


@tagged("post_install", "-at_install")
@unittest.skipIf(MISSING, NO_PANGO)
class TestLetters(PrintedCase, MessageCase):
    def test_a_letter_a_family_in_the_order_of_their_names(self):
        for family in (self.martin, self.durand):
            self.without_address(family)
        self.durand.write({"street": "3 rue du Moulin", "city": "Valdurenque"})
        message = self.sent(
            name="Outing of {class}", audience="class", class_ids=self.class_cp.ids
        )
        printed = print_report("espace_famille.message_letters", message.line_ids)
        if os.environ.get("ESPACE_PICTURES"):
            path = Path(os.environ["ESPACE_PICTURES"])
            (path / "lettres.pdf").write_bytes(printed.reader.stream.getvalue())
        self.assert_numbered(printed, 1, 1)
        self.assert_readable(printed)
        self.assert_order(
            printed, "Durand", "3 rue du Moulin", "Outing of CP", "Hello Lina"
        )
        self.assert_order(printed, "Martin", "Outing of CP", "Hello Nina")


@tagged("post_install", "-at_install")
class TestRights(MessageCase):
    def test_the_family_desk_writes_the_regie_reads(self):
        manager = self._create_staff("manager")
        finance = self._create_user("regie", "espace_famille.group_finance")
        message = self.message().with_user(manager)
        message.action_check()
        message.action_send()
        self.assertEqual(message.sent_by_id, manager)
        read = message.with_user(finance)
        self.assertEqual(read.line_ids[:1].state, "queued")
        self.assertTrue(read.action_open_lines())
        for method in (
            "action_check",
            "action_send",
            "action_back_to_draft",
            "action_send_again",
        ):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(read, method)()
        with self.assertRaises(AccessError):
            self.martin.with_user(finance).action_write_to()

    def test_agents_of_the_day_neither_read_nor_write(self):
        agent = self._create_staff("animation")
        message = self.sent().with_user(agent)
        for access in (
            lambda: message.read(["name"]),
            lambda: message.line_ids.with_user(agent).read(["subject"]),
            lambda: self.Message.with_user(agent).create({"name": "x"}),
            lambda: self.lina.with_user(agent).action_write_to(),
        ):
            with self.assertRaises(AccessError):
                access()

    def test_nobody_enters_what_sending_records(self):
        manager = self._create_staff("manager")
        message = self.Message.with_user(manager).create(
            {"name": "x", "body": "<p>x</p>", "state": "sent", "sent_by_id": 1}
        )
        self.assertEqual(message.state, "draft")
        self.assertFalse(message.sent_by_id)
        for vals in (
            {"state": "ready"},
            {"kind": "closed"},
            {"line_ids": [Command.create({"family_id": self.martin.id})]},
        ):
            with self.subTest(vals), self.assertRaises(AccessError):
                message.write(vals)
        message.action_check()
        with self.assertRaises(AccessError):
            message.line_ids.write({"state": "sent"})
        with self.assertRaises(AccessError):
            message.line_ids.unlink()
