import base64
from datetime import date, timedelta
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import mail_new_test_user

from ...domain.files import MEGABYTE
from ..common import MONDAY, NOW, TODAY, Commune, EspaceCase

PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n%%EOF\n"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
    "awAAAABJRU5ErkJggg=="
)
AUGUST = date(2027, 8, 31)
SEPTEMBER = date(2027, 9, 6)  # a Monday


class DocumentCase(EspaceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Document = cls.env["espace.document"]
        cls.insurance = cls._create_type(
            "School insurance",
            blocking=True,
            instructions="Ask your insurer for it.",
        )
        cls.manager = cls._create_staff("manager")
        cls.health = cls._create_staff("manager", "health")

    @classmethod
    def _create_type(cls, name, **vals):
        return cls.env["espace.document.type"].create({"name": name, **vals})

    def document(self, child, kind=None, **vals):
        return self.Document.create(
            {
                "type_id": (kind or self.insurance).id,
                "child_id": child.id,
                "issued_on": date(2026, 9, 1),
                "decision": "valid",
                **vals,
            }
        )

    def missing(self, user=None):
        """Return {(type, child or household)} of what is missing."""
        lines = self.env["espace.document.missing"].with_user(user or self.manager)
        return {
            (line.type_id.name, line.child_id.firstname or line.family_id.name)
            for line in lines.search([])
        }

    def with_file(self, document, name="a.pdf", content=PDF):
        document.attachment_ids = [Command.create({"name": name, "raw": content})]
        return document.attachment_ids


@tagged("post_install", "-at_install")
class TestBlocking(DocumentCase):
    def test_a_missing_document_blocks_and_says_what_to_do(self):
        item = (self.nina, self.meal, MONDAY)
        quote = self.quote(self.martin, item)
        self.assertEqual(quote.status, "blocked")
        self.assertEqual(
            quote.reason, "“School insurance” is missing. Ask your insurer for it."
        )
        self.assertEqual(self.book(self.martin, item), ["blocked"])
        self.document(self.nina)
        self.assertEqual(self.book(self.martin, item), ["booked"])

    def test_the_day_of_the_service_counts(self):
        self.evening._generate_sessions(AUGUST, SEPTEMBER)
        self._enrol_next_year(self.nina)
        document = self.document(self.nina)
        self.assertEqual(document.expires_on, AUGUST)
        item = (self.nina, self.t1, SEPTEMBER)
        quote = self.quote(self.martin, item)
        self.assertEqual(quote.status, "blocked")
        self.assertIn("31 August 2027", quote.reason)
        in_time = self.quote(self.martin, (self.nina, self.t1, MONDAY))
        self.assertEqual(in_time.status, "available")

    def _enrol_next_year(self, child):
        self.env["espace.enrolment"].create(
            {
                "child_id": child.id,
                "activity_id": self.evening.id,
                "date_from": AUGUST + timedelta(days=1),
                "date_to": AUGUST + timedelta(days=365),
            }
        )

    def test_one_to_check_counts_and_a_refused_one_does_not(self):
        document = self.document(self.nina, decision="to_check")
        item = (self.nina, self.meal, MONDAY)
        self.assertEqual(self.quote(self.martin, item).status, "available")
        document._refuse("cannot be read")
        quote = self.quote(self.martin, item)
        self.assertEqual(quote.status, "blocked")
        self.assertIn("cannot be read", quote.reason)
        self.document(self.nina)
        self.assertEqual(self.quote(self.martin, item).status, "available")

    def test_only_the_activities_that_ask_for_it_are_blocked(self):
        self.insurance.write(
            {"needed_for": "activities", "activity_ids": self.evening.ids}
        )
        meal, evening = self.quote(
            self.martin, (self.nina, self.meal, MONDAY), (self.nina, self.t1, MONDAY)
        )
        self.assertEqual((meal.status, evening.status), ("available", "blocked"))

    def test_what_does_not_block_does_not(self):
        self.insurance.blocking = False
        item = (self.nina, self.meal, MONDAY)
        self.assertEqual(self.quote(self.martin, item).status, "available")

    def test_a_pai_is_asked_of_children_with_one(self):
        self.insurance.only_pai = True
        self.tom.has_pai = True
        nina, tom = self.quote(
            self.martin, (self.nina, self.meal, MONDAY), (self.tom, self.meal, MONDAY)
        )
        self.assertEqual((nina.status, tom.status), ("available", "blocked"))

    def test_a_paper_of_the_household_is_asked_of_each_household(self):
        self.insurance.about = "family"
        self.env["espace.custody"].create(
            {"child_id": self.nina.id, "family_id": self.durand.id, "pattern": "odd"}
        )
        self.document(self.nina.browse(), family_id=self.martin.id)
        odd = MONDAY + timedelta(weeks=1)
        mine = self.quote(self.martin, (self.nina, self.t1, MONDAY))
        theirs = self.quote(self.durand, (self.nina, self.t1, odd))
        self.assertEqual((mine.status, theirs.status), ("available", "blocked"))

    def test_a_paper_of_the_child_counts_for_both_households(self):
        self.env["espace.custody"].create(
            {"child_id": self.nina.id, "family_id": self.durand.id, "pattern": "odd"}
        )
        self.document(self.nina)
        item = (self.nina, self.t1, MONDAY + timedelta(weeks=1))
        self.assertEqual(self.quote(self.durand, item).status, "available")

    def test_agents_are_told_and_not_blocked(self):
        item = (self.nina, self.meal, MONDAY)
        quote = self.quote(self.martin, item, staff=True)
        self.assertEqual((quote.status, quote.reason), ("available", ""))
        self.assertIn("School insurance", quote.warning)
        wizard = (
            self.env["espace.booking.wizard"]
            .with_user(self.manager)
            .create(
                {
                    "family_id": self.martin.id,
                    "child_ids": self.nina.ids,
                    "product_id": self.meal.id,
                    "date_from": MONDAY,
                    "date_to": MONDAY,
                }
            )
        )
        self.assertIn("School insurance", wizard.line_ids.reason)
        wizard.action_book()
        self.assertEqual(wizard.booked_count, 1)

    def test_the_number_of_queries_does_not_depend_on_the_items(self):
        self.document(self.nina)
        self._create_type("Vaccinations", blocking=True)
        days = [TODAY + timedelta(days=n) for n in range(30)]
        items = [
            (child, product, day)
            for child in (self.nina, self.tom)
            for product in (self.meal, self.t1)
            for day in days
        ]
        few = self._queries(items[::30])
        self.assertEqual(self._queries(items), few)

    def _queries(self, items):
        self.Reservation._quote(self.martin, items, now=NOW)
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.Reservation._quote(self.martin, items, now=NOW)
        return self.env.cr.sql_log_count - before


@tagged("post_install", "-at_install")
class TestDocument(DocumentCase):
    def test_the_end_follows_the_type_and_may_be_corrected(self):
        document = self.document(self.nina)
        self.assertEqual(document.expires_on, AUGUST)
        self.insurance.write({"validity": "months", "validity_months": 6})
        document.issued_on = date(2026, 9, 15)
        self.assertEqual(document.expires_on, date(2027, 3, 14))
        document.expires_on = date(2027, 2, 1)
        self.assertEqual(document.expires_on, date(2027, 2, 1))
        self.insurance.validity = "unlimited"
        self.assertFalse(self.document(self.tom).expires_on)

    def test_what_comes_in_summer_is_for_the_next_year(self):
        summer = self.document(self.nina, issued_on=date(2027, 8, 20))
        self.assertEqual(summer.expires_on, date(2028, 8, 31))

    def test_the_state_ends_by_itself_and_can_be_searched(self):
        running = self.document(self.nina)
        ended = self.document(self.tom, expires_on=TODAY - timedelta(days=1))
        fresh = self.document(self.lina, decision="to_check")
        refused = self.document(
            self.lina, decision="refused", expires_on=TODAY - timedelta(days=1)
        )
        all_four = running | ended | fresh | refused
        expected = ["valid", "expired", "to_check", "refused"]
        self.assertEqual(all_four.mapped("state"), expected)
        for document, state in zip(all_four, expected, strict=True):
            self.assertEqual(self.Document.search([("state", "=", state)]), document)
        self.assertEqual(
            self.Document.search([("state", "!=", "expired")]), all_four - ended
        )

    def test_agents_accept_and_say_why_they_refuse(self):
        document = self.document(self.nina, decision="to_check")
        document.with_user(self.manager).action_accept()
        self.assertEqual(document.state, "valid")
        self.assertEqual(document.checked_by_id, self.manager)
        self.assertEqual(document.checked_on, NOW)
        with self.assertRaises(UserError):
            document.with_user(self.manager)._refuse("")
        action = document.with_user(self.manager).action_refuse()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        wizard = wizard.with_user(self.manager)
        wizard.reason = "The name is missing"
        wizard.action_refuse()
        self.assertEqual(document.state, "refused")
        self.assertIn("The name is missing", self.martin.message_ids[0].body)

    def test_a_document_is_about_what_its_type_says(self):
        with self.assertRaises(ValidationError):
            self.document(self.nina.browse(), family_id=self.martin.id)
        address = self._create_type("Proof of address", about="family")
        with self.assertRaises(ValidationError):
            self.document(self.nina, kind=address)
        with self.assertRaises(ValidationError):
            self.document(self.nina, family_id=self.durand.id)
        self.document(self.nina)
        with self.assertRaises(ValidationError):
            self.insurance.about = "family"

    def test_nonsense_is_refused(self):
        with self.assertRaises(ValidationError):
            self.insurance.needed_for = "activities"
        with self.assertRaises(ValidationError):
            self._create_type("PAI", about="family", only_pai=True)
        for vals in ({"reminder_days": -1}, {"validity": "months"}):
            with (
                self.subTest(vals=vals),
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.insurance.write({"validity_months": 0, **vals})
                self.insurance.flush_recordset()

    def test_the_form_of_management(self):
        form = Form(self.Document.with_user(self.manager))
        form.type_id = self.insurance
        form.child_id = self.nina
        self.assertEqual(form.family_id, self.martin)
        self.assertEqual(form.expires_on, AUGUST)
        self.assertEqual(form.save().state, "to_check")


@tagged("post_install", "-at_install")
class TestFiles(DocumentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.claire = cls._create_portal_user(cls.martin.guardian_ids[0])
        cls.sofia = cls._create_portal_user(cls.durand.guardian_ids)
        cls.pai = cls._create_type("PAI", confidential=True, only_pai=True)

    def assertReads(self, records, user, allowed):
        self.env.invalidate_all()
        self.assertEqual(records.with_user(user).has_access("read"), allowed)
        model = self.env[records._name].with_user(user)
        if model.has_access("read"):
            found = model.search([("id", "in", records.ids)])
            self.assertEqual(bool(found), allowed, "search")

    def test_a_confidential_file_is_for_health_alone(self):
        document = self.document(self.nina, kind=self.pai)
        file = self.with_file(document)
        for user, allowed in (
            (self.health, True),
            (self.manager, False),
            (self._create_staff("admin"), False),
            (self._create_staff("animation"), False),
            (self._create_user("nobody", "base.group_user"), False),
        ):
            with self.subTest(user=user.login):
                self.assertReads(document, user, allowed)
                self.assertEqual(file.with_user(user).has_access("read"), allowed)
                if not allowed:
                    with self.assertRaises(AccessError):
                        file.with_user(user).read(["raw"])
        with self.assertRaises(AccessError):
            self.document(self.tom.with_user(self.manager), kind=self.pai).with_user(
                self.manager
            ).read(["state"])
        manager = self.nina.with_user(self.manager)
        self.assertFalse(manager.document_ids, "the form of the child hides it too")
        with self.assertRaises(AccessError):
            self.Document.with_user(self.manager).create(
                {"type_id": self.pai.id, "child_id": self.tom.id}
            )

    def test_a_file_follows_a_type_that_becomes_confidential(self):
        file = self.with_file(self.document(self.nina))
        self.assertTrue(file.with_user(self.manager).has_access("read"))
        self.insurance.confidential = True
        self.env.invalidate_all()
        self.assertFalse(file.with_user(self.manager).has_access("read"))

    def test_a_parent_reads_the_state_of_its_own_documents_only(self):
        own = self.document(self.nina, kind=self.pai)
        foreign = self.document(self.lina)
        self.assertReads(own, self.claire, True)
        self.assertReads(foreign, self.claire, False)
        self.assertEqual(own.with_user(self.claire).state, "valid")
        self.assertIn("PAI", own.with_user(self.claire).display_name)
        file = self.with_file(foreign)
        self.assertFalse(file.with_user(self.claire).has_access("read"))
        for verb in ("write", "create", "unlink"):
            self.assertFalse(own.with_user(self.claire).has_access(verb))

    def test_the_other_household_reads_no_paper_of_the_first(self):
        self.env["espace.custody"].create(
            {"child_id": self.nina.id, "family_id": self.durand.id, "pattern": "odd"}
        )
        document = self.document(self.nina)
        file = self.with_file(document)
        self.assertReads(document, self.sofia, False)
        self.assertFalse(file.with_user(self.sofia).has_access("read"))

    def test_a_file_uploaded_before_its_document_comes_under_its_rights(self):
        file = (
            self.env["ir.attachment"]
            .with_user(self.health)
            .create({"name": "pai.pdf", "raw": PDF, "res_model": "espace.document"})
        )
        document = self.Document.with_user(self.health).create(
            {
                "type_id": self.pai.id,
                "child_id": self.nina.id,
                "attachment_ids": [Command.link(file.id)],
            }
        )
        self.assertEqual((file.res_model, file.res_id), (document._name, document.id))
        self.assertFalse(file.with_user(self.manager).has_access("read"))

    def test_a_file_of_another_document_cannot_be_taken(self):
        secret = self.with_file(self.document(self.nina, kind=self.pai))
        mine = self.document(self.tom)
        with self.assertRaises(AccessError):
            mine.with_user(self.manager).attachment_ids = [Command.link(secret.id)]

    def test_files_go_with_their_document(self):
        document = self.document(self.nina)
        file = self.with_file(document)
        document.attachment_ids = [Command.unlink(file.id)]
        self.assertFalse(file.exists())
        file = self.with_file(document)
        document.unlink()
        self.assertFalse(file.exists())

    # === What a family sends === #

    def receive(self, user=None, family=None, child=None, kind=None, **vals):
        Document = self.Document.with_user(user or self.claire)
        child = self.nina if child is None else child
        return Document._receive(
            family or self.martin,
            child,
            kind or self.insurance,
            vals.get("name", "insurance.pdf"),
            vals.get("content", PDF),
        )

    def test_a_family_sends_what_agents_check(self):
        document = self.receive()
        self.assertEqual(document.env.user, self.claire)
        self.assertFalse(document.env.su)
        self.assertEqual(document.state, "to_check")
        self.assertEqual(document.sudo().family_id, self.martin)
        self.assertEqual(document.sudo().expires_on, AUGUST)
        file = document.sudo().attachment_ids
        self.assertEqual((file.name, file.raw), ("insurance.pdf", PDF))
        self.assertEqual((file.res_model, file.res_id), (document._name, document.id))
        item = (self.nina, self.meal, MONDAY)
        self.assertEqual(self.quote(self.martin, item).status, "available")

    def test_pictures_are_taken_and_paths_are_cut(self):
        document = self.receive(name="C:\\papers\\..\\scan é.PNG", content=PNG)
        self.assertEqual(document.sudo().attachment_ids.name, "scan é.PNG")
        self.assertEqual(document.sudo().attachment_ids.mimetype, "image/png")

    def test_what_is_not_accepted_is_refused_and_leaves_nothing(self):
        before = self.env["ir.attachment"].search_count([])
        cases = {
            "program": {"name": "run.exe"},
            "page": {"name": "page.html", "content": b"<script>alert(1)</script>"},
            "page named as a picture": {"name": "a.png", "content": b"<html></html>"},
            "picture named as a paper": {"name": "a.pdf", "content": PNG},
            "empty": {"content": b""},
            "without a name": {"name": ".pdf"},
            "nothing at all": {"name": None},
        }
        for label, vals in cases.items():
            with self.subTest(label), self.assertRaises(UserError):
                self.receive(**vals)
        self.company.espace_file_megabytes = 1
        with self.assertRaisesRegex(UserError, "too large: 1 MB"):
            self.receive(content=PDF + b"0" * MEGABYTE)
        self.assertFalse(self.Document.search([]))
        self.assertEqual(self.env["ir.attachment"].search_count([]), before)

    def test_another_family_child_or_type_is_refused(self):
        other = self.env["res.company"].create(
            {"name": "Autre commune", "espace_is_commune": True}
        )
        foreign = self._create_type("Elsewhere", company_id=other.id)
        old = self._create_type("Old", active=False)
        address = self._create_type("Proof of address", about="family")
        nobody = self.nina.browse()
        for vals in (
            {"child": self.lina},
            {"family": self.durand, "child": self.lina},
            {"user": self.sofia},
        ):
            with self.subTest(**vals), self.assertRaises(AccessError):
                self.receive(**vals)
        for vals in (
            {"kind": foreign},
            {"kind": old},
            {"child": nobody},
            {"kind": address},
        ):
            with self.subTest(**vals), self.assertRaises(UserError):
                self.receive(**vals)
        self.receive(kind=address, child=nobody)
        self.receive(user=self.manager)


@tagged("post_install", "-at_install")
class TestDownload(Commune, HttpCase):
    """Over HTTP, where files are served by their number."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._open_commune(cls.env)

    def _user(self, login, groups, **vals):
        return mail_new_test_user(
            self.env,
            login=login,
            password=login,
            email=f"{login}@example.org",
            groups=groups,
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
            **vals,
        )

    def _downloads(self, user, file):
        self.authenticate(user.login, user.login)
        return self.url_open(f"/web/content/{file.id}").content == PDF

    def test_a_confidential_paper_is_downloaded_by_health_alone(self):
        kind = self.env["espace.document.type"].create(
            {"name": "PAI", "confidential": True}
        )
        document = self.env["espace.document"].create(
            {
                "type_id": kind.id,
                "child_id": self.nina.id,
                "attachment_ids": [Command.create({"name": "a.pdf", "raw": PDF})],
            }
        )
        file = document.attachment_ids
        manager = "espace_famille.group_manager"
        health = self._user("health", f"{manager},espace_famille.group_health")
        self.assertTrue(self._downloads(health, file))
        agent = self._user("agent", f"{manager},base.group_system")
        self.assertFalse(self._downloads(agent, file))
        stranger = self._user(
            "sofia",
            "base.group_portal",
            partner_id=self.durand.guardian_ids.partner_id.id,
        )
        self.assertFalse(self._downloads(stranger, file))
        self.authenticate(None, None)
        self.assertNotEqual(self.url_open(f"/web/content/{file.id}").content, PDF)
        kind.confidential = False
        self.assertTrue(self._downloads(agent, file))


@tagged("post_install", "-at_install")
class TestMissing(DocumentCase):
    def test_the_list_names_what_each_child_lacks(self):
        self.assertEqual(
            self.missing(),
            {("School insurance", name) for name in ("Nina", "Tom", "Lina")},
        )
        self.document(self.nina)
        self.document(self.tom)._refuse("cannot be read")
        self.document(self.lina, expires_on=TODAY - timedelta(days=1))
        self.env.invalidate_all()
        lines = self.env["espace.document.missing"].search([])
        self.assertEqual(
            {(line.child_id, line.status) for line in lines},
            {(self.tom, "refused"), (self.lina, "expired")},
        )

    def test_only_children_who_may_come_are_asked(self):
        self.insurance.write(
            {"needed_for": "activities", "activity_ids": self.evening.ids}
        )
        self.nina.enrolment_ids.write({"state": "pending"})
        self.tom.enrolment_ids.write({"date_to": TODAY - timedelta(days=1)})
        self.assertEqual(self.missing(), {("School insurance", "Lina")})
        self.lina.active = False
        self.assertFalse(self.missing())

    def test_an_enrolment_to_come_needs_it_for_its_first_day(self):
        self.lina.enrolment_ids.unlink()
        self.martin.main_child_ids.enrolment_ids.unlink()
        self.env["espace.enrolment"].create(
            {
                "child_id": self.nina.id,
                "activity_id": self.evening.id,
                "date_from": AUGUST + timedelta(days=1),
                "date_to": AUGUST + timedelta(days=300),
            }
        )
        self.document(self.nina)
        line = self.env["espace.document.missing"].search([])
        self.assertEqual(line.child_id, self.nina)
        self.assertEqual(line.needed_on, AUGUST + timedelta(days=1))
        self.assertEqual(line.status, "expired")

    def test_every_household_of_the_child_owes_its_own_papers(self):
        self.insurance.about = "family"
        self.lina.enrolment_ids.unlink()
        self.env["espace.custody"].create(
            {"child_id": self.nina.id, "family_id": self.durand.id, "pattern": "odd"}
        )
        lines = self.env["espace.document.missing"].search([])
        self.assertEqual(lines.family_id, self.martin | self.durand)
        self.assertEqual(len(lines), 2)
        self.document(self.nina.browse(), family_id=self.martin.id)
        self.assertEqual(self.missing(), {("School insurance", "Durand")})

    def test_confidential_ones_are_shown_to_health_alone(self):
        self.insurance.write({"confidential": True, "only_pai": True})
        self.nina.has_pai = True
        self.assertFalse(self.missing())
        self.assertEqual(self.missing(self.health), {("School insurance", "Nina")})

    def test_the_document_is_recorded_from_the_list(self):
        line = self.env["espace.document.missing"].search(
            [("child_id", "=", self.nina.id)]
        )
        action = line.with_user(self.manager).action_record()
        form = Form(self.Document.with_context(**action["context"]))
        form.save()
        self.assertNotIn(("School insurance", "Nina"), self.missing())


@tagged("post_install", "-at_install")
class TestReminders(DocumentCase):
    def setUp(self):
        super().setUp()
        # A test's transaction is not committed family by family.
        self.progress = self.startPatcher(
            patch.object(
                type(self.env["ir.cron"]),
                "_commit_progress",
                lambda cron, *args, **kwargs: self.env.flush_all() or 60,
            )
        )

    def run_cron(self):
        self.env["espace.document.reminder"]._cron_remind()

    def subjects(self, family):
        messages = family.message_ids.filtered("subject").sorted("id")
        return messages.mapped("subject")

    def enrolled_since(self, days):
        self.env.cr.execute(
            "UPDATE espace_enrolment SET create_date = %s",
            [NOW - timedelta(days=days)],
        )
        self.env.invalidate_all()

    def test_missing_papers_are_asked_for_once(self):
        self.insurance.missing_days = 10
        self.enrolled_since(9)
        self.run_cron()
        self.assertFalse(self.subjects(self.martin))
        self.enrolled_since(10)
        self.run_cron()
        self.run_cron()
        self.assertEqual(self.subjects(self.martin), ["Documents to hand in"])
        body = self.martin.message_ids[0].body
        for words in ("School insurance", "Nina", "Tom", "Ask your insurer"):
            self.assertIn(words, body)
        self.assertNotIn("Lina", body)
        self.assertEqual(self.subjects(self.durand), ["Documents to hand in"])

    def test_ends_are_announced_once(self):
        self.insurance.write({"missing_days": 0, "reminder_days": 10})
        self.martin.lang = "en_US"
        document = self.document(self.nina, expires_on=TODAY + timedelta(days=11))
        self.run_cron()
        self.assertFalse(self.subjects(self.martin))
        document.expires_on = TODAY + timedelta(days=10)
        self.run_cron()
        self.run_cron()
        self.assertEqual(self.subjects(self.martin), ["Documents that end soon"])
        self.assertIn("14 January 2027", self.martin.message_ids[0].body)
        self.assertEqual(document.reminded_on, TODAY)

    def test_a_document_that_is_followed_by_another_needs_no_reminder(self):
        self.insurance.missing_days = 0
        self.document(self.nina, expires_on=TODAY)
        self.document(
            self.nina,
            issued_on=TODAY + timedelta(days=1),
            expires_on=TODAY + timedelta(days=300),
        )
        self.run_cron()
        self.assertFalse(self.subjects(self.martin))

    def test_never_means_never(self):
        self.insurance.write({"missing_days": 0, "reminder_days": 0})
        self.enrolled_since(100)
        self.document(self.nina, expires_on=TODAY)
        self.run_cron()
        self.assertFalse(self.subjects(self.martin))

    def test_each_family_is_written_to_in_its_language(self):
        self.enrolled_since(30)
        self.insurance.with_context(lang="fr_FR").name = "Assurance scolaire"
        self.martin.lang = "fr_FR"
        self.durand.lang = "en_US"
        self.run_cron()
        self.assertIn("Assurance scolaire", self.martin.message_ids[0].body)
        self.assertIn("School insurance", self.durand.message_ids[0].body)

    def test_one_family_that_fails_stops_nobody(self):
        self.enrolled_since(30)
        Family = type(self.env["espace.family"])
        tell = Family._notify

        def fail_for_martin(family, *args):
            if family == self.martin:
                raise ConnectionError("The mail server is down")
            return tell(family, *args)

        with (
            patch.object(Family, "_notify", fail_for_martin),
            mute_logger(
                "odoo.addons.espace_famille.models.papers.espace_document_reminder"
            ),
        ):
            self.run_cron()
        self.assertFalse(self.subjects(self.martin))
        self.assertEqual(self.subjects(self.durand), ["Documents to hand in"])
        self.run_cron()
        self.assertEqual(self.subjects(self.martin), ["Documents to hand in"])
        self.assertEqual(len(self.subjects(self.durand)), 1)

    def test_staff_remind_from_the_list(self):
        lines = self.env["espace.document.missing"].with_user(self.manager)
        lines.search([("family_id", "=", self.durand.id)]).action_remind()
        self.assertEqual(self.subjects(self.durand), ["Documents to hand in"])
        self.env.invalidate_all()
        line = lines.search([("family_id", "=", self.durand.id)])
        self.assertEqual(line.reminded_on, TODAY)
        claire = self._create_portal_user(self.martin.guardian_ids[0])
        with self.assertRaises(AccessError):
            line.with_user(claire).action_remind()
