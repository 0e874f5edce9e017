import base64
from datetime import date, timedelta
from io import BytesIO
from unittest.mock import patch

from openpyxl import load_workbook

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import EspaceCase

PUPILS = """Nom élève;Nom d'usage élève;Prénom élève;Date naissance;Adresse1;Cp1;\
Commune1;Niveau;Libellé classe
ROUX;;Élise;14/03/2018;3 CHEMIN DES VIGNES;81090;VALDURENQUE;CE1;CE1-CE2 Mme Brun
ROUX;;Hugo;02/11/2020;3 CHEMIN DES VIGNES;81090;VALDURENQUE;GS;GS
PONS;;Noé;29/02/2016;11 RUE DU MOULIN;81090;VALDURENQUE;CM2;CM2
BLANC;;Mila;31/02/2018;2 IMPASSE DES LILAS;81090;VALDURENQUE;CE1;CE1-CE2 Mme Brun
"""
GUARDIANS = """Civilité Responsable;Nom responsable;Prénom responsable;\
Adresse responsable;CP responsable;Commune responsable;Courriel;Téléphone portable;\
Nom de famille enfant;Prénom enfant;Nom de famille enfant;Prénom enfant
MME;ROUX;Sandrine;3 CHEMIN DES VIGNES;81090;VALDURENQUE;s.roux@example.org;612345678;\
ROUX;Élise;ROUX;Hugo
M.;ROUX;Didier;3 chemin des Vignes;81090;VALDURENQUE;;;ROUX;Élise;ROUX;Hugo
MME;VIALA;Nadège;11 RUE DU MOULIN;81090;VALDURENQUE;n.viala@example;;PONS;Noé;;
M.;PONS;Loïc;4 PLACE DE LA MAIRIE;81200;MAZAMET;l.pons@example.org;;PONS;Noé;;
MME;BLANC;Chloé;2 IMPASSE DES LILAS;81090;VALDURENQUE;;;BLANC;Mila;;
"""


class RegisterCase(EspaceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.city = "Valdurenque"
        cls.manager = cls._create_staff("manager")

    def load(self, *texts, **values):
        """Return an import whose files were read, as the management."""
        values = {"school_id": self.school.id, "is_whole": False} | values
        one = self.env["espace.register.import"].with_user(self.manager).create(values)
        for number, text in enumerate(texts):
            content = text if isinstance(text, bytes) else text.encode("cp1252")
            one.attachment_ids += (
                self.env["ir.attachment"]
                .with_user(self.manager)
                .create(
                    {
                        "name": f"file{number}.csv",
                        "raw": content,
                        "res_model": one._name,
                        "res_id": one.id,
                    }
                )
            )
        one.action_read()
        return one

    def preview(self, *texts, **values):
        one = self.load(*texts, **values)
        one.action_preview()
        return one

    def work(self, one):
        """Accept what is shown and do the work of the scheduled job."""
        one.action_accept()
        self.assertEqual(one.state, "running")
        while one.state == "running":
            one.sudo()._work_batch()
            one.invalidate_recordset()

    def imported(self, *texts, **values):
        one = self.preview(*texts, **values)
        self.work(one)
        return one

    def child(self, name):
        return self.env["espace.child"].search(
            [("company_id", "=", self.company.id), ("name", "=", name)]
        )

    def sections(self, one, section, subject=None):
        lines = one.line_ids.filtered(
            lambda line: (
                line.section == section and line.subject == (subject or line.subject)
            )
        )
        return lines.mapped("label")

    def figures(self):
        """Count what an import writes."""
        models = ("family", "guardian", "child", "school", "school.class")
        return [
            self.env[f"espace.{name}"]
            .with_context(active_test=False)
            .search_count([("company_id", "=", self.company.id)])
            for name in models
        ]


@tagged("post_install", "-at_install")
class TestRegisterImport(RegisterCase):
    def test_nothing_is_written_before_the_preview_was_accepted(self):
        before = self.figures()
        one = self.preview(PUPILS, GUARDIANS)
        self.assertEqual(one.state, "preview")
        self.assertEqual(self.figures(), before)
        self.assertEqual(
            sorted(self.sections(one, "new", "child")),
            ["Hugo ROUX", "Noé PONS", "Élise ROUX"],
        )
        self.assertEqual(
            sorted(self.sections(one, "new", "class")),
            ["CE1-CE2 Mme Brun", "CM2", "GS"],
        )

    def test_families_guardians_children_and_classes_are_created(self):
        before = self.figures()
        one = self.imported(PUPILS, GUARDIANS)
        self.assertEqual(one.state, "done")
        self.assertFalse(one.failed_count)
        after = self.figures()
        made = [now - then for now, then in zip(after, before, strict=True)]
        self.assertEqual(made, [3, 4, 3, 0, 3])
        elise, hugo = self.child("Élise ROUX"), self.child("Hugo ROUX")
        self.assertEqual(elise.family_id, hugo.family_id)
        self.assertEqual(elise.birth_date, date(2018, 3, 14))
        self.assertEqual(elise.class_id.name, "CE1-CE2 Mme Brun")
        self.assertEqual(elise.class_id.level, "ce2")
        self.assertEqual(elise.family_id.street, "3 CHEMIN DES VIGNES")
        self.assertEqual(elise.family_id.name, "ROUX")
        sandrine = elise.family_id.guardian_ids[0]
        self.assertEqual(
            [sandrine.civility, sandrine.email, sandrine.phone],
            ["madam", "s.roux@example.org", "06 12 34 56 78"],
        )
        payer = elise.family_id.partner_id
        self.assertEqual(sandrine.commercial_partner_id, payer)
        self.assertEqual(sandrine.street, payer.street)
        payer.street = "5 rue Neuve"
        self.assertEqual(sandrine.street, "5 rue Neuve")

    def test_a_child_of_two_households_waits_for_its_custody(self):
        self.imported(PUPILS, GUARDIANS)
        noe = self.child("Noé PONS")
        self.assertTrue(noe.custody_to_set)
        self.assertEqual(noe.family_id.guardian_ids.lastname, "VIALA")
        other = noe.other_family_ids
        self.assertEqual(other.guardian_ids.lastname, "PONS")
        self.assertEqual(other.residency, "non_resident")
        self.assertEqual(noe.family_id.residency, "resident")
        # The other household neither sees nor pays before somebody says when.
        self.assertNotIn(noe, other.child_ids)
        self.env["espace.custody"].create(
            {"child_id": noe.id, "family_id": other.id, "pattern": "even"}
        )
        self.assertFalse(noe.custody_to_set)

    def test_the_same_files_again_change_nothing(self):
        self.imported(PUPILS, GUARDIANS)
        before = self.figures()
        one = self.preview(PUPILS, GUARDIANS)
        self.assertFalse(one.new_ids | one.changed_ids | one.decide_ids)
        self.assertEqual(one.same_count, 3)
        self.work(one)
        self.assertEqual(self.figures(), before)
        self.assertEqual(len(one.child_ids), 3)

    def test_what_changes_is_shown_old_and_new_and_may_be_left(self):
        self.imported(PUPILS, GUARDIANS)
        changed = PUPILS.replace("GS;GS", "CP;CP Mme Faure").replace(
            "CM2;CM2", "CM2;GS"
        )
        one = self.preview(changed, GUARDIANS.replace("612345678", "0712345678"))
        texts = dict(zip(one.changed_ids.mapped("label"), one.changed_ids, strict=True))
        self.assertIn("GS → CP Mme Faure", texts["Hugo ROUX"].text)
        self.assertIn("06 12 34 56 78 → 07 12 34 56 78", texts["ROUX"].text)
        texts["Hugo ROUX"].is_taken = False
        self.work(one)
        self.assertEqual(self.child("Hugo ROUX").class_id.name, "GS")
        self.assertEqual(self.child("Noé PONS").class_id.name, "GS")
        phones = self.child("Hugo ROUX").family_id.guardian_ids.mapped("phone")
        self.assertIn("07 12 34 56 78", phones)

    def test_problems_come_as_a_file_that_is_corrected_and_loaded_again(self):
        one = self.imported(PUPILS, GUARDIANS)
        self.assertEqual(
            sorted(one.problem_ids.mapped("place")),
            [
                "file0.csv, line 5, column “Date naissance”",
                "file1.csv, line 4, column “Courriel”",
            ],
        )
        book = load_workbook(BytesIO(base64.b64decode(one.problems_file)))
        pupils, guardians = book.worksheets
        self.assertEqual([len(list(s.rows)) for s in (pupils, guardians)], [2, 3])
        pupils.cell(2, 5).value = "28/02/2018"
        guardians.cell(2, 8).value = "n.viala@example.org"
        stream = BytesIO()
        book.save(stream)
        # The first columns say the problems; nobody is missing for a part of a file.
        again = self.load(stream.getvalue(), is_whole=True)
        self.assertFalse(again.is_whole)
        self.assertEqual(
            set(again.column_ids.filtered(lambda c: not c.sequence).mapped("field")),
            {"ignored"},
        )
        again.action_preview()
        self.assertFalse(again.problem_ids)
        self.work(again)
        self.assertEqual(
            self.child("Mila BLANC").family_id.guardian_ids.firstname, "Chloé"
        )
        noe = self.child("Noé PONS")
        self.assertEqual(noe.family_id.guardian_ids.email, "n.viala@example.org")

    def test_who_is_missing_is_listed_and_stays(self):
        one = self.imported(PUPILS, GUARDIANS, is_whole=True)
        self.assertEqual(
            sorted(self.sections(one, "leaver")),
            ["Lina Durand", "Nina Martin", "Tom Martin"],
        )
        self.assertTrue((self.nina | self.tom | self.lina).mapped("active"))
        self.assertTrue(all((self.nina | self.tom | self.lina).mapped("active")))

    def test_a_doubt_has_two_answers_and_is_shown_again_before_it_counts(self):
        namesake = (
            "Nom enfant;Prénom enfant;Né le;Classe;Nom resp 1;Prénom resp 1;Adresse\n"
            "Martin;Nina;01/05/2019;CP;AUTRE;Luc;8 rue Haute\n"
        )
        one = self.preview(namesake)
        [doubt] = one.decide_ids
        self.assertEqual((doubt.label, doubt.answer), ("Nina Martin", "same"))
        doubt.answer = "other"
        self.assertEqual(one.action_accept()["tag"], "display_notification")
        self.assertEqual(one.state, "preview")
        self.assertEqual(self.sections(one, "new", "child"), ["Nina Martin"])
        self.work(one)
        self.assertEqual(len(self.child("Nina Martin")), 2)

    def test_a_class_may_be_one_that_is_there_under_another_name(self):
        pupils = PUPILS.replace("GS;GS", "CP;Les petits")
        one = self.preview(pupils, GUARDIANS)
        line = one.place_ids.filtered(lambda line: line.label == "Les petits")
        line.class_id = self.class_cp
        one.action_preview()
        self.assertNotIn("Les petits", self.sections(one, "new", "class"))
        self.work(one)
        self.assertEqual(self.child("Hugo ROUX").class_id, self.class_cp)

    def test_a_school_that_is_not_there_is_shown_then_created(self):
        one = self.load(PUPILS, GUARDIANS, school_id=False)
        with self.assertRaisesRegex(UserError, "which school"):
            one.action_preview()
        one.school_name = "École du Moulin"
        one.action_preview()
        self.assertEqual(self.sections(one, "new", "school"), ["École du Moulin"])
        self.work(one)
        self.assertEqual(self.child("Hugo ROUX").school_id.name, "École du Moulin")

    def test_columns_are_chosen_once(self):
        text = "Truc;Prénom enfant;Né le;Nom resp 1\nROUX;Tom;01/05/2019;ROUX\n"
        one = self.load(text)
        [asked] = one.column_ids.filtered(lambda column: not column.field)
        self.assertEqual((asked.header, one.asked_count), ("Truc", 1))
        with self.assertRaisesRegex(UserError, "“Truc”"):
            one.action_preview()
        asked.field = "child.lastname"
        one.action_preview()
        self.assertEqual(self.load(text).asked_count, 0)
        other = "Machin;" + text.replace("\n", "\n;", 1)
        self.assertEqual(self.load(other).asked_count, 1)

    def test_files_that_are_no_register_are_refused_in_words(self):
        with self.assertRaisesRegex(UserError, "no table"):
            self.load(b"%PDF-1.7")
        with self.assertRaisesRegex(UserError, "is empty"):
            self.load(b"\n")
        with self.assertRaisesRegex(UserError, "born"):
            self.preview("Nom enfant;Prénom enfant\nROUX;Tom\n")


@tagged("post_install", "-at_install")
class TestRegisterSafety(RegisterCase):
    def test_what_changed_since_the_preview_is_shown_again(self):
        one = self.preview(PUPILS, GUARDIANS)
        self._create_child(self.martin, "Hugo", self.class_cp).write(
            {"lastname": "ROUX", "birth_date": date(2020, 11, 2)}
        )
        self.assertEqual(one.action_accept()["tag"], "display_notification")
        self.assertEqual(one.state, "preview")

    def test_what_changes_while_it_is_written_is_not_written_over(self):
        self.imported(PUPILS, GUARDIANS)
        one = self.preview(
            PUPILS.replace("GS;GS", "CP;CP"), GUARDIANS.replace("612", "712")
        )
        one.action_accept()
        sandrine = self.child("Hugo ROUX").family_id.guardian_ids[0]
        sandrine.phone = "01 02 03 04 05"
        while one.state == "running":
            one.sudo()._work_batch()
            one.invalidate_recordset()
        self.assertEqual(sandrine.phone, "01 02 03 04 05")
        self.assertEqual(self.child("Hugo ROUX").class_id.name, "GS")
        failed = one.line_ids.filtered(lambda line: line.state == "failed")
        # Said in the language of the agent.
        self.assertIn("a changé depuis l’aperçu", failed[0].reason)

    def test_a_child_that_came_meanwhile_is_not_doubled(self):
        one = self.preview(PUPILS, GUARDIANS)
        one.action_accept()
        came = self._create_child(self.martin, "Hugo", self.class_cp)
        came.write({"lastname": "ROUX", "birth_date": date(2020, 11, 2)})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE espace_child SET create_date = %s WHERE id = %s",
            (one.prepared_on + timedelta(minutes=1), came.id),
        )
        came.invalidate_recordset()
        while one.state == "running":
            one.sudo()._work_batch()
            one.invalidate_recordset()
        self.assertEqual(self.child("Hugo ROUX"), came)
        # Its sister is of the same group; the other household was written.
        self.assertFalse(self.child("Élise ROUX"))
        self.assertTrue(self.child("Noé PONS"))

    def test_an_import_that_was_interrupted_goes_on_household_by_household(self):
        one = self.preview(PUPILS, GUARDIANS)
        one.action_accept()
        path = (
            "odoo.addons.espace_famille.models.register.espace_register_writing.BATCH"
        )
        with patch(path, 1):
            one.sudo()._work_batch()
            self.assertFalse(self.child("Hugo ROUX") | self.child("Noé PONS"))
            one.sudo()._work_batch()
            made = self.child("Hugo ROUX") | self.child("Élise ROUX")
            self.assertEqual(len(made), 2)
            self.assertEqual(len(made.family_id.guardian_ids), 2)
            self.assertFalse(self.child("Noé PONS"))
            self.assertEqual(one.state, "running")
            self.assertTrue(0 < one.progress < 100)
            one.sudo()._work_batch()
        one.invalidate_recordset()
        self.assertEqual(one.state, "done")
        self.assertTrue(self.child("Noé PONS"))

    def test_a_household_that_cannot_be_written_stops_no_other(self):
        one = self.preview(PUPILS, GUARDIANS)
        one.action_accept()
        line = one.line_ids.filtered(lambda line: line.label == "Noé PONS")
        data = {
            **line.data,
            "values": {**line.data["values"], "birth_date": "2099-01-01"},
        }
        line.sudo().data = data
        while one.state == "running":
            one.sudo()._work_batch()
            one.invalidate_recordset()
        self.assertTrue(self.child("Hugo ROUX"))
        self.assertFalse(self.child("Noé PONS"))
        # Said in the language of the agent.
        self.assertIn("futur", line.reason)
        self.assertFalse(
            self.env["espace.guardian"].search([("lastname", "=", "VIALA")])
        )
        self.assertEqual(one.state, "done")

    def test_only_one_import_is_written_at_a_time(self):
        one, other = self.preview(PUPILS, GUARDIANS), self.preview(PUPILS, GUARDIANS)
        one.action_accept()
        with self.assertRaisesRegex(UserError, "Another register"):
            other.action_accept()
        with self.assertRaisesRegex(UserError, "reload"):
            one.action_accept()
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            one.unlink()

    def test_the_files_are_deleted_once_imported(self):
        one = self.preview(PUPILS, GUARDIANS)
        files = one.attachment_ids
        self.work(one)
        self.assertFalse(files.exists())
        self.assertEqual(one.name, "file0.csv, file1.csv")

    def test_imports_that_are_old_are_forgotten(self):
        old, recent = self.preview(PUPILS, GUARDIANS), self.preview(PUPILS, GUARDIANS)
        self.env.flush_all()
        for one, days in ((old, 31), (recent, 29)):
            self.env.cr.execute(
                "UPDATE espace_register_import SET write_date = %s WHERE id = %s",
                (fields.Datetime.now() - timedelta(days=days), one.id),
            )
        (old | recent).invalidate_recordset()
        self.env["espace.register.import"]._gc_old()
        self.assertFalse(old.exists())
        self.assertTrue(recent.exists())

    def test_it_is_for_the_management(self):
        one = self.preview(PUPILS, GUARDIANS)
        for role in ("animation", "finance"):
            agent = self._create_staff(role)
            with self.assertRaises(AccessError):
                one.with_user(agent).read(["name"])
            with self.assertRaises(AccessError):
                one.with_user(agent).action_accept()
        self.assertEqual(one.with_user(self._create_staff("admin")).state, "preview")

    def test_neither_steps_nor_findings_are_written_by_hand(self):
        one = self.preview(PUPILS, GUARDIANS)
        line = one.new_ids[0]
        for record, values in (
            (one, {"state": "running"}),
            (line, {"data": {}}),
            (line, {"text": "other"}),
        ):
            with self.assertRaises(AccessError):
                record.write(values)
        with self.assertRaises(AccessError):
            self.env["espace.register.import"].with_user(self.manager).create(
                {"state": "running"}
            )

    def test_the_files_of_others_are_not_read_through_an_import(self):
        secret = self.env["ir.attachment"].create(
            {"name": "secret.csv", "raw": PUPILS.encode()}
        )
        one = self.env["espace.register.import"].with_user(self.manager).create({})
        with self.assertRaises(AccessError):
            one.attachment_ids = [Command.link(secret.id)]
            one.action_read()
