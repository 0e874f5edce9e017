import base64
import json
from datetime import timedelta
from unittest.mock import PropertyMock, patch

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, HttpCase, tagged
from odoo.tools import mute_logger

from ...models.health.espace_health_reading import GRAIN
from ..common import MONDAY, NOW, Commune, EspaceCase

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
REPORT = "espace_famille.espace_session_list_report"


class Health:
    """Nina has a care plan, allergies, a confidential document; Tom has nothing."""

    @classmethod
    def _create_health(cls):
        cls.Reading = cls.env["espace.health.reading"]
        cls.nina.write(
            {"has_pai": True, "allergies": "Arachide", "pai_details": "Stylo"}
        )
        kinds = cls.env["espace.document.type"].create(
            [{"name": "PAI", "confidential": True}, {"name": "Assurance"}]
        )
        cls.paper, cls.plain = cls.env["espace.document"].create(
            [
                {
                    "type_id": kind.id,
                    "child_id": cls.nina.id,
                    "attachment_ids": [Command.create({"name": "a.pdf", "raw": PDF})],
                }
                for kind in kinds
            ]
        )
        cls.file = cls.paper.attachment_ids

    def written(self):
        """Return the rows as {(user, kind, child, document)}, and forget them."""
        self.env.cr.precommit.run()
        rows = self.Reading.search([])
        found = {(r.user_id, r.kind, r.child_id, r.document_id) for r in rows}
        self.assertEqual(len(found), len(rows), "each once")
        self.env.cr.execute("DELETE FROM espace_health_reading")
        self.env.invalidate_all()
        return found


@tagged("post_install", "-at_install")
class TestHealthReading(Health, EspaceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nurse = cls._create_staff("manager", "health")
        cls.admin = cls._create_staff("admin")
        cls._create_health()
        [quote] = cls.Reservation._book(cls.martin, [(cls.nina, cls.meal, MONDAY)])
        cls.booking = cls.Reservation.browse(quote.reservation_id)
        cls.env.cr.precommit.run()
        cls.env.flush_all()
        cls.env.invalidate_all()

    def kinds(self):
        """Return the kinds of the rows, all of which are the nurse's, of Nina."""
        found = self.written()
        self.assertFalse({row[0] for row in found} - {self.nurse})
        self.assertFalse({row[2] for row in found} - {self.nina})
        return {row[1] for row in found}

    # === By every door === #

    def test_a_call_by_its_name(self):
        nina = self.nina.with_user(self.nurse)
        allergies = {"allergies": {}}
        for door in (
            lambda: nina.read(["allergies"]),
            lambda: nina.web_read(allergies),
            lambda: nina.search_read([("id", "=", nina.id)], ["allergies"]),
            lambda: nina.web_search_read([("id", "=", nina.id)], allergies),
            lambda: self.booking.with_user(self.nurse).read(["allergies"]),
            lambda: self.booking.with_user(self.nurse).web_read(
                {"child_id": {"fields": allergies}}
            ),
            lambda: self.martin.with_user(self.nurse).web_read(
                {"main_child_ids": {"fields": allergies}}
            ),
            lambda: nina.onchange({}, [], allergies),
            lambda: self.Reservation.with_user(self.nurse).onchange(
                {"child_id": self.nina.id}, ["child_id"], {"child_id": {}, **allergies}
            ),
            lambda: nina.web_save({"has_pai": True}, allergies),
        ):
            self.env.flush_all()
            self.env.invalidate_all()
            door()
            self.assertEqual(self.kinds(), {"allergies"})

    def test_the_form_and_the_list(self):
        Form(self.nina.with_user(self.nurse))
        # And the names of her files, which the form of the test reads too.
        self.assertLessEqual({"allergies", "pai"}, self.kinds())
        view = self.env.ref("espace_famille.espace_reservation_view_list_attendance")
        bookings = self.Reservation.with_user(self.nurse)
        arch = bookings.get_view(view.id)["arch"]
        self.assertIn("allergies", arch)
        bookings.web_search_read(
            [("date", "=", MONDAY)], {"allergies": {}, "pai_details": {}}
        )
        self.assertEqual(self.kinds(), {"allergies", "pai"})

    def test_an_export(self):
        export = self.env.ref("base.group_allow_export")
        self.nurse.group_ids = [Command.link(export.id)]
        self.nina.with_user(self.nurse).export_data(["name", "pai_details"])
        self.assertEqual(self.kinds(), {"pai"})
        booking = self.booking.with_user(self.nurse)
        for path in (
            "allergies",
            "child_id/allergies",
            "family_id/main_child_ids/allergies",
        ):
            self.env.invalidate_all()
            booking.export_data([path])
            self.assertEqual(self.kinds(), {"allergies"})

    def test_a_printed_list(self):
        self.env["ir.actions.report"].with_user(self.nurse)._render_qweb_html(
            REPORT, self.booking.session_id.ids
        )
        self.assertEqual(self.kinds(), {"allergies", "pai"})
        self.env["ir.actions.report"].with_user(self.admin)._render_qweb_html(
            REPORT, self.booking.session_id.ids
        )
        self.assertFalse(self.kinds(), "Not shown, not read.")

    def test_a_document_and_its_files(self):
        paper, file = (r.with_user(self.nurse) for r in (self.paper, self.file))
        for door in (
            lambda: paper.web_read({"attachment_ids": {"fields": {"name": {}}}}),
            lambda: file.read(["datas"]),
            lambda: file.read(["raw"]),
            lambda: file.read(["db_datas"]),
            lambda: file.read(["index_content"]),
            lambda: file.copy({"res_model": False, "res_id": False}),
        ):
            self.env.flush_all()
            self.env.invalidate_all()
            door()
            self.assertEqual(
                self.written(), {(self.nurse, "document", self.nina, self.paper)}
            )
        plain = self.plain.attachment_ids.ids
        file.browse(plain).read(["datas"])
        self.assertFalse(self.written())

    def test_a_document_of_a_household(self):
        kind = self.env["espace.document.type"].create(
            {"name": "Jugement", "confidential": True, "about": "family"}
        )
        paper = self.env["espace.document"].create(
            {
                "type_id": kind.id,
                "family_id": self.martin.id,
                "attachment_ids": [Command.create({"name": "j.pdf", "raw": PDF})],
            }
        )
        paper.attachment_ids.with_user(self.nurse).read(["raw"])
        self.env.cr.precommit.run()
        row = self.Reading.search([])
        self.assertEqual((row.family_id, row.document_id), (self.martin, paper))
        self.assertEqual(row.company_id, self.company)

    def test_the_proof_of_an_absence(self):
        absence = self.env["espace.absence"]._declare(
            self.martin,
            self.nina,
            MONDAY,
            MONDAY,
            origin="staff",
            proofs=[("c.pdf", PDF)],
        )
        absence = self.env["espace.absence"].browse(absence.id).with_user(self.admin)
        self.written()
        absence.proof_ids.with_context(bin_size=True).read(["name", "content"])
        self.assertFalse(self.written(), "Its size is not what it holds.")
        self.env.invalidate_all()
        self.assertEqual(base64.b64decode(absence.shown_pdf), PDF)
        self.assertEqual({row[:2] for row in self.written()}, {(self.admin, "proof")})
        absence.proof_ids.read(["content"])
        self.assertEqual({row[1] for row in self.written()}, {"proof"})

    # === What is no reading === #

    def test_what_is_empty_is_not_read(self):
        self.tom.with_user(self.nurse).read(["allergies", "pai_details"])
        self.nina.with_user(self.nurse).read(["has_pai", "diet_id"])
        self.assertFalse(self.written())

    def test_who_is_refused_reads_nothing(self):
        with self.assertRaises(AccessError):
            self.nina.with_user(self.admin).read(["allergies"])
        with self.assertRaises(AccessError):
            self.file.with_user(self.admin).read(["raw"])
        self.assertFalse(self.written())

    def test_parents_read_what_is_theirs_and_code_what_it_needs(self):
        parent = self._create_portal_user(self.martin.guardian_ids[0])
        self.paper.with_user(parent).read(["attachment_ids"])
        self.nina.with_user(self.nurse).sudo().read(["allergies"])
        self.assertFalse(self.written())

    # === Searching would leave no trace === #

    def test_health_texts_are_not_searched_by_their_words(self):
        nina = self.nina.with_user(self.nurse)
        booking = self.booking.with_user(self.nurse)
        for records, domain in (
            (nina, [("allergies", "ilike", "arach")]),
            (nina, [("allergies", "=", "Arachide")]),
            (nina, [("pai_details", "not ilike", "x")]),
            (booking, [("allergies", "ilike", "arach")]),
            (booking, [("child_id.allergies", "ilike", "arach")]),
            (booking, [("child_id", "any", [("allergies", "=like", "A%")])]),
        ):
            with self.subTest(domain=domain), self.assertRaises(AccessError):
                records.search(domain)
        for name in ("allergies", "pai_details"):
            with self.subTest(field=name), self.assertRaises(UserError):
                nina.formatted_read_group([], [name], ["__count"])
            with self.subTest(field=name), self.assertRaises(UserError):
                nina.formatted_read_group([], [], [f"{name}:array_agg"])
            with self.subTest(field=name), self.assertRaises(UserError):
                booking.formatted_read_group([], [f"child_id.{name}"], ["__count"])
            with self.subTest(field=name), self.assertRaises(UserError):
                nina.search([], order=name)

    def test_whether_something_is_written_may_be_asked(self):
        found = self.env["espace.child"].with_user(self.nurse)
        self.assertEqual(found.search([("allergies", "!=", False)]).sudo(), self.nina)
        self.assertNotIn(self.nina.id, found.search([("allergies", "=", False)]).ids)
        self.env["espace.child"].search([("allergies", "ilike", "arach")])

    # === Rows === #

    def test_a_row_says_who_what_when_and_for_which_commune(self):
        self.nina.with_user(self.nurse).read(["allergies"])
        self.env.cr.precommit.run()
        row = self.Reading.search([])
        self.assertEqual((row.at, row.company_id), (NOW, self.company))
        self.assertFalse(row.address, "The server itself.")

    def test_the_same_within_an_hour_leaves_one_row(self):
        nina = self.nina.with_user(self.nurse)
        for later, rows in ((0, 1), (59, 1), (60, 2)):
            with freeze_time(NOW + timedelta(minutes=later)):
                nina.read(["allergies"])
                self.env.cr.precommit.run()
            self.assertEqual(self.Reading.search_count([]), rows)
        self.assertEqual(GRAIN, timedelta(hours=1))
        name = "odoo.addons.espace_famille.models.health.espace_health_reading"
        with patch(f"{name}.visitor_address", return_value="198.51.100.7"):
            nina.read(["allergies"])
            self.env.cr.precommit.run()
        row = self.Reading.search([("address", "!=", False)])
        self.assertEqual(row.address, "198.51.100.7", "From elsewhere is another row.")

    def test_a_list_costs_two_queries_however_long(self):
        children = self.env["espace.child"].create(
            [
                {
                    "lastname": "Petit",
                    "firstname": f"no. {number}",
                    "family_id": self.martin.id,
                    "allergies": "Lait",
                }
                for number in range(20)
            ]
        )
        self.env.flush_all()
        counts = []
        for number in (2, 20):
            with freeze_time(NOW + timedelta(hours=2 * number)):
                self.env.invalidate_all()
                children[:number].with_user(self.nurse).read(["allergies"])
                before = self.env.cr.sql_log_count
                self.env.cr.precommit.run()
                counts.append(self.env.cr.sql_log_count - before)
                # Loaded anew, nothing is written.
                children[:number].with_user(self.nurse).read(["allergies"])
                before = self.env.cr.sql_log_count
                self.env.cr.precommit.run()
                self.assertLessEqual(self.env.cr.sql_log_count - before, 2)
        self.assertEqual(counts[0], counts[1])

    def test_a_connection_that_may_not_write_has_another_one_write(self):
        cr = self.env.cr
        self.nina.with_user(self.nurse).read(["allergies"])
        with (
            patch.object(
                type(cr), "readonly", new_callable=PropertyMock, return_value=True
            ),
            patch.object(
                type(self.Reading), "_write_apart", autospec=True
            ) as write_apart,
        ):
            cr.precommit.run()
            self.assertFalse(self.Reading.search_count([]))
            cr.postcommit.run()
        [(_model, vals_list)] = [call.args for call in write_apart.call_args_list]
        self.assertEqual([vals["kind"] for vals in vals_list], ["allergies"])

    # === Kept === #

    def row(self):
        self.nina.with_user(self.nurse).read(["allergies"])
        self.env.cr.precommit.run()
        return self.Reading.search([])

    def test_nobody_writes_changes_or_deletes_a_row(self):
        row = self.row()
        groups = "base.group_system,espace_famille.group_admin"
        chief = self._create_user("chief", groups)
        vals = row.copy_data()[0]
        for user in (self.nurse, self.admin, chief):
            rows = row.with_user(user)
            with self.assertRaises(AccessError):
                rows.write({"user_id": self.admin.id})
            with self.assertRaises(AccessError):
                rows.unlink()
            with self.assertRaises(AccessError):
                rows.create(vals)
        for call in (
            lambda: row.write({"at": NOW}),
            lambda: row.sudo().write({"user_id": self.admin.id}),
            lambda: row.sudo().unlink(),
            lambda: row.with_context(espace_erasing=True).unlink(),
        ):
            with self.assertRaises(UserError):
                call()
        self.assertTrue(row.exists())

    def test_administrators_alone_read_them_by_child_user_and_date(self):
        row = self.row()
        rows = self.Reading.with_user(self.admin)
        for domain in (
            [("child_id", "=", self.nina.id)],
            [("user_id", "=", self.nurse.id)],
            [("at", ">=", "2027-01-04"), ("at", "<", "2027-01-05")],
        ):
            self.assertEqual(rows.search(domain).sudo(), row)
        for role in ("animation", "finance"):
            with self.assertRaises(AccessError):
                self.Reading.with_user(self._create_staff(role)).search([])
        with self.assertRaises(AccessError):
            self.Reading.with_user(self.nurse).search([])

    def test_they_are_erased_after_the_time_of_the_settings(self):
        self.row()
        self.company.espace_health_readings_months = 6
        for moment, left in (("2027-07-04 07:59:00", 1), ("2027-07-04 08:01:00", 0)):
            with freeze_time(moment):
                self.Reading._cron_erase()
            self.assertEqual(self.Reading.search_count([]), left)

    @mute_logger("odoo.sql_db")
    def test_the_time_is_within_what_the_cnil_recommends(self):
        for months in (5, 37):
            with (
                self.assertRaisesRegex(IntegrityError, "health_readings_months"),
                self.cr.savepoint(),
            ):
                self.company.espace_health_readings_months = months
                self.env.flush_all()

    def test_a_document_that_is_erased_leaves_the_row(self):
        self.file.with_user(self.nurse).read(["raw"])
        self.env.cr.precommit.run()
        row = self.Reading.search([])
        self.paper.unlink()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((row.child_id, row.user_id), (self.nina, self.nurse))
        self.assertFalse(row.document_id)


@tagged("post_install", "-at_install")
class TestHealthDoors(Health, Commune, HttpCase):
    """By the network: from where is kept, whichever the protocol."""

    session = None
    # Odoo gives readers a connection that may not write, in tests alone.
    _registry_readonly_enabled = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._open_commune(cls.env)
        cls._create_health()
        cls.nurse = cls.env["res.users"].create(
            {
                "name": "Nurse",
                "login": "nurse",
                "password": "nurse-of-the-town",
                "company_id": cls.company.id,
                "company_ids": [Command.set(cls.company.ids)],
                "group_ids": [
                    Command.link(cls.env.ref(f"espace_famille.group_{name}").id)
                    for name in ("manager", "health")
                ],
            }
        )
        cls.env.cr.precommit.run()

    def rows(self):
        self.env.invalidate_all()
        rows = self.Reading.search([])
        self.assertFalse(rows.filtered(lambda row: row.address != "127.0.0.1"))
        self.assertFalse(rows.filtered(lambda row: row.user_id != self.nurse))
        found = {(row.kind, row.child_id) for row in rows}
        self.env.cr.execute("DELETE FROM espace_health_reading")
        return found

    def test_a_file_is_downloaded_and_shown(self):
        self.authenticate("nurse", "nurse-of-the-town")
        for path in (
            f"/web/content/{self.file.id}",
            f"/web/content/{self.file.id}?download=1",
            f"/web/content?model=ir.attachment&id={self.file.id}&field=datas",
            f"/web/image/{self.file.id}",
        ):
            with self.subTest(path=path):
                self.assertEqual(self.url_open(path).status_code, 200)
                self.assertEqual(self.rows(), {("document", self.nina)})

    def test_a_call_by_each_protocol(self):
        self.authenticate("nurse", "nurse-of-the-town")
        body = {
            "model": "espace.child",
            "method": "web_read",
            "args": [self.nina.ids, {"allergies": {}}],
            "kwargs": {},
        }
        self.url_open(
            "/web/dataset/call_kw",
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": body}),
            headers={"Content-Type": "application/json"},
        )
        self.assertEqual(self.rows(), {("allergies", self.nina)})
        db, uid, password = self.cr.dbname, self.nurse.id, "nurse-of-the-town"
        [values] = self.xmlrpc_object.execute_kw(
            db, uid, password, "espace.child", "read", [self.nina.ids, ["allergies"]]
        )
        self.assertEqual(values["allergies"], "Arachide")
        self.assertEqual(self.rows(), {("allergies", self.nina)})
        self.url_open(
            "/jsonrpc",
            data=json.dumps(
                {
                    "jsonrpc": "2.0",
                    "method": "call",
                    "params": {
                        "service": "object",
                        "method": "execute_kw",
                        "args": [
                            *(db, uid, password, "espace.child", "search_read"),
                            *([[("id", "=", self.nina.id)], ["pai_details"]],),
                        ],
                    },
                }
            ),
            headers={"Content-Type": "application/json"},
        )
        self.assertEqual(self.rows(), {("pai", self.nina)})
