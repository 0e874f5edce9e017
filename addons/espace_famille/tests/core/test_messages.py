"""Messages to families: texts that a commune may change, and what if it errs."""

from datetime import timedelta

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import html2plaintext, mute_logger

from ..common import MONDAY, NOW, TODAY, EspaceCase


class Messages:
    """Looks at the messages of an addon."""

    def template(self, name, addon="espace_famille"):
        return self.env.ref(f"{addon}.mail_template_{name}")

    def message(self, family):
        return family.message_ids.filtered(lambda m: m.message_type == "comment")[0]

    def break_text(self, template, text='<p t-out="object.nowhere"/>'):
        """Put an error into a text as no form lets anybody do."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mail_template SET body_html = jsonb_build_object("
            "'en_US', %s::text, 'fr_FR', %s::text) WHERE id = %s",
            [text, text, template.id],
        )
        template.invalidate_recordset()

    def errors_of_texts(self):
        """Leave out of the log what a test makes go wrong."""
        return mute_logger(
            "odoo.addons.espace_famille.models.core.mail_template",
            "odoo.addons.mail.models.mail_render_mixin",
            "odoo.addons.mail.models.mail_template",
            "odoo.sql_db",
        )

    def assert_previews(self, addon):
        """Each message of an addon is shown in French, about a record."""
        admin = self.env.ref("base.user_admin")
        admin.write({"company_ids": [Command.link(self.company.id)], "lang": "fr_FR"})
        for template in self.of_addon(addon, "mail.template"):
            with self.subTest(template.name):
                template = template.with_user(admin).with_context(lang="fr_FR")
                self.assertTrue(template.espace_for_families)
                self.assertTrue(template.description)
                action = template.action_open_mail_preview()
                self.assertEqual(action["res_model"], "mail.template.preview")
                Preview = self.env["mail.template.preview"].with_user(admin)
                preview = Form(Preview.with_context(**action["context"]))
                self.assertTrue(preview.resource_ref)
                self.assertFalse(preview.error_msg)
                self.assertTrue(preview.subject)
                words = html2plaintext(preview.body_html)
                self.assertRegex(words, r"\w{3}")
                self.assertNotRegex(
                    f"{preview.subject} {words}", r"\b(False|None|the|your)\b|t-out|{{"
                )


@tagged("post_install", "-at_install")
class TestMessages(Messages, EspaceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.martin | cls.durand).lang = "fr_FR"

    def closure(self):
        return self.env["espace.closure"].create(
            {"name": "Grève", "date_from": MONDAY, "date_to": MONDAY}
        )

    def test_each_message_can_be_previewed_in_french(self):
        self.booked(self.nina, self.meal, MONDAY)
        kind = self.env["espace.document.type"].create({"name": "Assurance"})
        self.assertTrue(self.env["espace.document.missing"].search([], limit=1))
        self.env["espace.document"].create(
            {"type_id": kind.id, "child_id": self.tom.id, "issued_on": TODAY}
        )
        self.env["espace.absence"]._declare(
            self.martin, self.nina, MONDAY, MONDAY, reason="illness", now=NOW
        )
        self.env["espace.incident"].create(
            {
                "child_id": self.nina.id,
                "happened_on": NOW,
                "what_happened": "Tombée de la balançoire",
            }
        )
        self.booked(self.tom, self.meal, MONDAY)
        self.env["espace.kitchen.order"]._freeze(self.company, MONDAY)
        self.closure()
        self.assert_previews("espace_famille")

    def test_the_list_shows_the_messages_to_families_alone(self):
        ours = self.env["mail.template"].search([("espace_for_families", "=", True)])
        self.assertIn(self.template("closed"), ours)
        other = self.env["mail.template"].create({"name": "Other"})
        self.assertFalse(other.espace_for_families)
        self.assertNotIn(other, ours.search([("espace_for_families", "=", True)]))

    def test_a_line_of_the_plain_text_for_each_booking(self):
        self.booked(self.nina, self.meal, MONDAY)
        self.booked(self.tom, self.t1, MONDAY)
        self.closure()._apply(now=NOW)
        message = self.message(self.martin)
        self.assertIn("Fermé\N{NO-BREAK SPACE}: Grève", message.subject)
        lines = html2plaintext(message.body).splitlines()
        self.assertIn("• Nina Martin\N{NO-BREAK SPACE}: Repas, lundi 11 janvier", lines)
        self.assertIn(
            "• Tom Martin\N{NO-BREAK SPACE}: Tranche 1, lundi 11 janvier", lines
        )

    def test_what_the_commune_wrote_is_what_is_sent(self):
        template = self.template("closed")
        attached = self.env["ir.attachment"].create(
            {"name": "consignes.pdf", "raw": b"%PDF-1.4"}
        )
        template.attachment_ids = attached
        template.with_context(lang="fr_FR").write(
            {
                "subject": "Fermeture, désolés",
                "body_html": "<p>Rien le jour de <t t-out='object.name'/>.</p>",
            }
        )
        self.booked(self.nina, self.meal, MONDAY)
        self.closure()._apply(now=NOW)
        message = self.message(self.martin)
        self.assertEqual(message.subject, "Fermeture, désolés")
        self.assertIn("Rien le jour de Grève.", message.body)
        self.assertEqual(message.attachment_ids, attached)
        self.assertEqual(message.partner_ids, self.martin.guardian_ids.partner_id)

    def test_the_original_text_comes_back(self):
        template = self.template("closed").with_context(lang="fr_FR")
        before = template.subject, template.body_html
        template.write({"subject": "Fermeture", "body_html": "<p>Rien.</p>"})
        self.assertTrue(template.template_fs)
        self.env["mail.template.reset"].create(
            {"template_ids": template.ids}
        ).reset_template()
        self.assertEqual((template.subject, template.body_html), before)

    def test_a_broken_text_undoes_nothing_and_is_seen_by_staff(self):
        self.break_text(self.template("closed"))
        booking = self.booked(self.nina, self.meal, MONDAY)
        messages = self.martin.message_ids
        closure = self.closure()
        with self.errors_of_texts():
            closure._apply(now=NOW)
        self.assertEqual((closure.state, booking.state), ("done", "cancelled"))
        note = self.martin.message_ids - messages
        self.assertIn("its text holds an error", note.body)
        self.assertIn(self.template("closed").name, note.body)
        self.assertTrue(note.is_internal)
        self.assertFalse(note.partner_ids)

    def test_an_error_of_the_database_undoes_nothing_either(self):
        self.break_text(
            self.template("hold_expired"),
            "<p t-out=\"env.cr.execute('SELECT 1 / 0')\"/>",
        )
        booking = self.booked(self.nina, self.meal, MONDAY)
        self.env.cr.execute(
            "UPDATE espace_reservation SET state = 'pending_payment', hold_until = %s"
            " WHERE id = %s",
            [NOW, booking.id],
        )
        booking.invalidate_recordset()
        with self.errors_of_texts():
            self.Reservation._release_expired(now=NOW + timedelta(minutes=1))
        self.assertEqual(booking.state, "cancelled")

    def test_without_its_text_nothing_is_sent_and_a_note_says_so(self):
        for switch_off in (
            lambda template: template.action_archive(),
            lambda template: template.unlink(),
        ):
            switch_off(self.template("closed"))
            booking = self.booked(self.nina, self.meal, MONDAY)
            messages = self.martin.message_ids
            closure = self.closure()
            closure._apply(now=NOW)
            self.assertEqual((closure.state, booking.state), ("done", "cancelled"))
            note = self.martin.message_ids - messages
            self.assertIn("switched off or was deleted", note.body)
            self.assertTrue(note.is_internal)
            closure._undo(now=NOW)
            booking._cancel(now=NOW, staff=True)

    def test_an_error_is_refused_where_the_text_is_written(self):
        self.closure()
        with self.errors_of_texts(), self.assertRaises(ValidationError):
            self.template("closed").body_html = '<p t-out="object.nowhere"/>'

    def test_administrators_read_and_the_system_writes(self):
        """Texts are programs that read everything: Odoo's own editors write them."""
        admin = self._create_staff("admin")
        template = self.template("closed").with_user(admin)
        self.assertFalse(template.can_write)
        with self.assertRaises(AccessError):
            template.subject = "Fermé"
        template.action_open_mail_preview()
