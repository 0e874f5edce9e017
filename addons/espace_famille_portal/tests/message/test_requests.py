from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import http
from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import NOW

from ...models.access.espace_rate_limit import LIMITS
from ..common import EspacePortalCase

REQUESTS = "/my/demandes"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@tagged("post_install", "-at_install")
class TestRequests(EspacePortalCase):
    """Mes demandes: the conversation of a family with the commune."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Request = cls.env["espace.request"]
        cls.staff = cls._create_staff("manager")
        cls.claire.partner_id.email = "claire.martin@example.org"

    def ask(self, files=(), **values):
        data = {
            "csrf_token": http.Request.csrf_token(self),
            "kind": "absence",
            "subject": "Nina malade",
            "child": str(self.nina.id),
            "date_from": "2027-01-11",
            "message": "Bonjour,\nNina est malade.",
            **values,
        }
        return self.url_open(
            REQUESTS,
            data=data,
            files=[("files", (name, raw)) for name, raw in files] or None,
        )

    def asked(self):
        return self.Request.search([("family_id", "=", self.martin.id)])

    def mails_to(self, address):
        return self.env["mail.mail"].search(
            [("recipient_ids.email", "=", address)], order="id"
        )

    def answer(self, record, text):
        record.message_post(
            body=text, message_type="comment", subtype_xmlid="mail.mt_comment"
        )

    def note(self, record, text):
        record.message_post(body=text, subtype_xmlid="mail.mt_note")

    def test_a_parent_writes_with_a_document(self):
        response = self.ask(files=[("certificat.pdf", PDF)])
        self.assertIn("Your request has been sent", self.shown(response))
        one = self.asked()
        self.assertEqual(
            (one.kind, one.child_id, one.state), ("absence", self.nina, "new")
        )
        [message] = one._conversation()
        self.assertEqual(message.author_id, self.claire.partner_id)
        self.assertEqual(message.attachment_ids.name, "certificat.pdf")
        file = self.url_open(f"{REQUESTS}/{one.id}/piece/{message.attachment_ids.id}")
        self.assertEqual(file.content, PDF)

    def test_a_double_tap_asks_once(self):
        first = self.ask(files=[("certificat.pdf", PDF)])
        second = self.ask(files=[("certificat.pdf", PDF)])
        self.assertEqual(len(self.asked()), 1)
        self.assertEqual(first.url, second.url, "both see the request")
        self.assertIn("Your request has been sent", self.shown(second))
        self.ask(message="Nina va mieux.")
        self.ask(files=[("autre.pdf", PDF + b" ")])
        self.assertEqual(len(self.asked()), 3, "another text, another file")

    def test_the_same_may_be_asked_again_later(self):
        self.ask()
        with freeze_time(NOW + timedelta(minutes=2)):
            self.ask()
        self.assertEqual(len(self.asked()), 2)

    def test_what_was_refused_may_be_sent_again(self):
        for _tap in range(2):
            response = self.ask(subject="")
            self.assertIn("Enter the subject", self.shown(response))
        self.ask(subject="Nina")
        self.assertEqual(len(self.asked()), 1)

    def test_a_double_tap_answers_once(self):
        self.ask()
        one = self.asked()
        for _tap in range(2):
            response = self.post(f"{REQUESTS}/{one.id}", message="Et demain ?")
            self.assertIn("has been sent", self.shown(response))
        self.assertEqual(len(one._conversation()), 2)

    def test_the_town_hall_answers_and_the_parent_is_told(self):
        self.ask()
        one = self.asked().with_user(self.staff)
        self.answer(one, "Bonne guérison !")
        self.assertEqual((one.state, one.user_id), ("waiting", self.staff))
        page = self.shown(self.url_open(f"{REQUESTS}/{one.id}"))
        self.assertIn("Bonne guérison", page)
        self.assertNotIn(self.staff.name, page)
        [mail] = self.mails_to("claire.martin@example.org")
        self.assertIn("Bonne guérison", mail.body_html)
        self.assertIn(f"{REQUESTS}/{one.id}", mail.body_html)

    def rows(self):
        """Return what the list of conversations says, from the top."""
        tree = self.page(REQUESTS)
        return [
            (int(row.get("data-request")), self.words(row))
            for row in tree.xpath("//li[@data-request]")
        ]

    def test_the_conversation_written_to_last_comes_first(self):
        for number in range(3):
            with freeze_time(NOW + timedelta(hours=number)):
                self.ask(subject=f"Question {number}")
        first, second, third = self.asked().sorted("id")
        self.assertEqual(
            [request_id for request_id, _words in self.rows()],
            (third + second + first).ids,
        )
        with freeze_time(NOW + timedelta(days=1)):
            self.post(f"{REQUESTS}/{second.id}", message="J’ajoute ceci.")
        with freeze_time(NOW + timedelta(days=2)):
            self.answer(first.with_user(self.staff), "Réponse")
        with freeze_time(NOW + timedelta(days=3)):
            self.note(third.with_user(self.staff), "Note")
        rows = self.rows()
        self.assertEqual(
            [request_id for request_id, _words in rows], (first + second + third).ids
        )
        self.assertIn("6 January 2027", rows[0][1])

    def test_more_conversations_cost_no_more_queries(self):
        def queries(requests):
            self.env.flush_all()
            self.env.invalidate_all()
            requests.fetch(["create_date"])
            before = self.env.cr.sql_log_count
            self.assertEqual(len(requests._last_messages()), len(requests))
            return self.env.cr.sql_log_count - before

        for number in range(3):
            self.ask(subject=f"Question {number}")
        asked = self.asked()
        queries(asked[:1])  # caches of the registry
        self.assertEqual(queries(asked), queries(asked[:1]))

    def test_notes_of_the_town_hall_stay_there(self):
        self.ask()
        one = self.asked().with_user(self.staff)
        self.note(one, "Vérifier le dossier")
        self.assertEqual(one.state, "new")
        self.assertNotIn("Vérifier", self.url_open(f"{REQUESTS}/{one.id}").text)
        self.assertFalse(self.mails_to("claire.martin@example.org"))

    def test_a_closed_request_is_open_again_when_the_parent_writes(self):
        self.ask()
        one = self.asked()
        one.with_user(self.staff).action_close()
        self.post(f"{REQUESTS}/{one.id}", message="Encore une question")
        self.assertEqual(one.state, "in_progress")
        self.assertEqual(len(one._conversation()), 2)

    def test_what_cannot_be_sent_is_said_and_what_was_typed_stays(self):
        for values, words in (
            ({"subject": " "}, "Enter the subject"),
            ({"message": " "}, "Write your message"),
            ({"date_from": "2027-02-30"}, "This is no date"),
        ):
            with self.subTest(words):
                response = self.ask(**values)
                self.assertIn(words, self.shown(response))
        response = self.ask(files=[("photo.png", b"MZ this is a program")])
        self.assertIn("not what its name says", self.shown(response))
        self.assertIn("Nina est malade", response.text)
        self.assertFalse(self.asked())

    def test_reversed_dates_are_said(self):
        response = self.ask(date_from="2027-01-12", date_to="2027-01-11")
        self.assertIn("The last day is before the first", self.shown(response))
        self.assertFalse(self.asked())

    def test_nobody_floods_the_town_hall(self):
        with patch.dict(LIMITS, {"request": (2, timedelta(hours=1), 100)}):
            self.ask()
            [one] = self.asked()
            self.post(f"{REQUESTS}/{one.id}", message="J’oubliais : mardi aussi.")
            for response in (
                self.post(f"{REQUESTS}/{one.id}", message="Et jeudi."),
                self.ask(message="Encore une question."),
            ):
                self.assertIn("Too many messages", self.shown(response))
            self.assertEqual(self.asked(), one)
            self.assertEqual(len(one._conversation()), 2)
            with freeze_time(NOW + timedelta(minutes=61)):
                self.ask(subject="Une autre")
        self.assertEqual(len(self.asked()), 2)

    def test_text_is_text(self):
        self.ask(message="<script>alert(1)</script>")
        self.assertNotIn(
            "<script>alert", self.url_open(f"{REQUESTS}/{self.asked().id}").text
        )

    def test_another_family_reads_and_writes_nothing(self):
        self.ask(files=[("certificat.pdf", PDF)])
        one = self.asked()
        file = one._conversation().attachment_ids
        self.login(self.sofia)
        for path in (f"{REQUESTS}/{one.id}", f"{REQUESTS}/{one.id}/piece/{file.id}"):
            self.assertTrue(self.url_open(path).url.endswith(REQUESTS))
        self.post(f"{REQUESTS}/{one.id}", message="Coucou")
        self.assertEqual(len(one._conversation()), 1)
        with self.assertRaises(AccessError):
            one.with_user(self.sofia).read(["name"])
        _result, error = self.call_kw("espace.request", "message_post", one.id)
        self.assertTrue(error)

    def test_a_child_of_another_family_is_not_named(self):
        self.ask(child=str(self.lina.id))
        self.assertFalse(self.asked().child_id)
        with self.assertRaises(AccessError):
            self.Request._ask(
                self.martin,
                self.claire.partner_id,
                {"name": "A", "child_id": self.lina.id},
                "B",
            )

    def test_what_waits_too_long_is_overdue(self):
        self.ask()
        one = self.asked()
        self.assertFalse(one.overdue)
        with freeze_time(NOW + timedelta(days=6)):
            one.invalidate_recordset(["overdue"])
            self.assertTrue(one.overdue)
            self.assertIn(
                one,
                self.Request.with_company(self.company).search(
                    [("overdue", "=", True)]
                ),
            )
        one.with_user(self.staff).action_close()
        self.assertFalse(one.overdue)
