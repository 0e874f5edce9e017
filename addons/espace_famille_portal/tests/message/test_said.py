import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import EspacePortalCase

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
COMMENT = {"message_type": "comment", "subtype_xmlid": "mail.mt_comment"}

# What is said in the tests.
ANSWER = "Non."
NOTE = "Impayé en mars."
A_WORD = "Un mot"


@tagged("post_install", "-at_install")
class TestSaid(EspacePortalCase):
    """What is said in a conversation stays said; notes reach no parent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent = cls._create_staff("manager")
        cls.admin = cls.env.ref("base.user_admin")
        cls.request = cls.env["espace.request"]._ask(
            cls.martin,
            cls.claire.partner_id,
            {"name": "Question", "kind": "other"},
            "Bonjour",
            [("certificat.pdf", PDF)],
        )
        cls.question = cls.request._conversation()
        cls.answer = cls.request.with_user(cls.agent).message_post(
            body=ANSWER, **COMMENT
        )
        cls.note = cls.request.with_user(cls.agent).message_post(
            body=NOTE, subtype_xmlid="mail.mt_note"
        )
        cls.env.flush_all()

    def said(self):
        self.env.invalidate_all()
        return self.request._conversation().mapped(
            lambda one: (one.id, one.body, one.date, one.author_id, one.attachment_ids)
        )

    # === Edited, deleted, dated anew === #

    def test_nobody_edits_dates_or_deletes_a_message(self):
        before = self.said()
        for user in (self.agent, self.admin, self.env.ref("base.user_root")):
            messages = (self.question | self.answer).with_user(user)
            for vals in (
                {"body": "Oui."},
                {"date": "2020-01-01 10:00:00"},
                {"author_id": user.partner_id.id},
                {"subtype_id": self.env.ref("mail.mt_note").id},
                {"is_internal": True},
                {"attachment_ids": [(5,)]},
            ):
                with (
                    self.subTest(user=user.login, **vals),
                    self.assertRaises(UserError),
                ):
                    messages.write(vals)
            with self.assertRaises(UserError):
                messages.unlink()
        self.assertEqual(self.said(), before)

    def test_staff_edit_nothing_by_any_door(self):
        before = self.said()
        self.login(self.agent)
        for model, method, *args in (
            ("mail.message", "write", self.answer.ids, {"body": "Oui."}),
            ("mail.message", "write", self.answer.ids, {"date": "2020-01-01"}),
            ("mail.message", "unlink", self.answer.ids),
            (
                "mail.message",
                "create",
                {
                    "model": self.request._name,
                    "res_id": self.request.id,
                    "body": "Oui.",
                    "date": "2020-01-01",
                    "author_id": self.claire.partner_id.id,
                    "message_type": "comment",
                },
            ),
            ("ir.attachment", "unlink", self.question.attachment_ids.ids),
            ("ir.attachment", "write", self.question.attachment_ids.ids, {"name": "x"}),
        ):
            with self.subTest(model=model, method=method):
                _result, error = self.call_kw(model, method, *args)
                self.assertEqual(error["data"]["name"], "odoo.exceptions.UserError")
        _result, error = self.rpc(
            "/mail/message/update_content",
            message_id=self.answer.id,
            update_data={"body": "Oui.", "attachment_ids": []},
        )
        self.assertIn("stays as it was said", json.dumps(error))
        self.rpc(
            "/mail/attachment/delete", attachment_id=self.question.attachment_ids.id
        )
        self.assertEqual(self.said(), before)

    def test_staff_write_in_their_own_name_and_now(self):
        before = len(self.said())
        self.login(self.agent)
        _result, error = self.call_kw(
            self.request._name,
            "message_post",
            self.request.ids,
            body="Oui",
            author_id=self.claire.partner_id.id,
            **COMMENT,
        )
        self.assertEqual(error["data"]["name"], "odoo.exceptions.AccessError")
        _result, error = self.call_kw(
            self.request._name,
            "message_post",
            self.request.ids,
            body="Après vérification : oui.",
            date="2020-01-01 10:00:00",
            **COMMENT,
        )
        self.assertFalse(error)
        self.assertEqual(len(self.said()), before + 1)
        self.assertGreater(self.said()[-1][2].year, 2020)

    def test_other_messages_are_odoo_s_affair(self):
        self.login(self.agent)
        message = self.nina.with_user(self.agent).message_post(body=A_WORD, **COMMENT)
        _result, error = self.call_kw(
            "mail.message", "write", message.ids, {"body": "Deux"}
        )
        self.assertFalse(error)
        message.sudo().unlink()

    # === Notes === #

    def test_notes_are_on_no_page(self):
        self.claire.partner_id.comment = "Dossier suivi"
        for path in ("/my", "/my/demandes", f"/my/demandes/{self.request.id}"):
            text = self.url_open(path).text
            self.assertNotIn("Impayé en mars", text)
            self.assertNotIn("Dossier suivi", text)

    def test_a_parent_neither_searches_sorts_nor_groups_by_notes(self):
        """Whatever door is left open one day: the fields themselves refuse."""
        for model in (
            "espace.request",
            "espace.family",
            "espace.child",
            "espace.absence",
            "res.partner",
            "account.move",
        ):
            records = self.env[model].with_user(self.claire)
            names = [
                name
                for name in ("message_ids", "website_message_ids", "comment")
                if name in records._fields
            ]
            self.assertIn("website_message_ids", names)
            for name in names:
                path = name if name == "comment" else f"{name}.body"
                for method, args in (
                    ("search", [[(path, "ilike", "Imp")]]),
                    ("search", [[(name, "!=", False)]]),
                    ("search", [[], 0, None, name]),
                    ("search_read", [[], [name]]),
                    ("_read_group", [[], [name]]),
                ):
                    with self.subTest(model=model, method=method, args=args):
                        self.assertRefused(getattr(records, method), *args)

    def assertRefused(self, call, *args):
        """Rows of another table are no order: Odoo says so with a ValueError."""
        try:
            answer = call(*args)
        except (AccessError, ValueError):
            return
        self.fail(f"answered {answer}")

    def test_agents_still_search_them(self):
        found = (
            self.env["espace.request"]
            .with_user(self.agent)
            .search([("message_ids.body", "ilike", "Impayé")])
        )
        self.assertEqual(found, self.request)
