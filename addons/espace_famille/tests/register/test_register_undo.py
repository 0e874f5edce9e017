from base64 import b64decode, b64encode
from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import MONDAY
from .test_register_import import GUARDIANS, PUPILS, RegisterCase

SHEET = """Nom élève;Prénom élève;Date naissance;Classe;Niveau;Nom resp 1;\
Prénom resp 1;Courriel resp 1;Tél resp 1;Tél domicile resp 1;Adresse;CP;Ville;Assurance
ROUX;Élise;14/03/2018;CE1-CE2;{level};ROUX;Sandrine;s.roux@example.org;{mobile};\
{home};3 chemin des Vignes;81090;Valdurenque;{insured}
"""
FIRST = {"level": "CE1", "mobile": "0612345678", "home": "0563501111", "insured": ""}


class SheetCase(RegisterCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.insurance = cls.env["espace.document.type"].create(
            {"name": "Attestation d’assurance", "about": "child"}
        )


@tagged("post_install", "-at_install")
class TestRegisterUndo(SheetCase):
    def test_an_import_is_undone_for_a_day(self):
        before = self.figures()
        one = self.imported(PUPILS, GUARDIANS)
        self.assertTrue(one._may_be_undone())
        one.action_undo()
        self.assertEqual(one.state, "undone")
        self.assertEqual(self.figures(), before)
        self.assertNotIn("These stay", one.undone_words)
        again = self.imported(PUPILS, GUARDIANS)
        self.assertEqual(again.new_count, 3)

    def test_not_later(self):
        one = self.imported(PUPILS, GUARDIANS)
        with freeze_time("2027-01-05 08:01:00"):
            self.assertFalse(one._may_be_undone())
            with self.assertRaises(UserError):
                one.action_undo()

    def test_the_last_import_comes_first(self):
        one = self.imported(PUPILS, GUARDIANS)
        other = self.imported(PUPILS, GUARDIANS.replace("Didier", "Damien"))
        with self.assertRaises(UserError):
            one.action_undo()
        other.action_undo()
        one.action_undo()
        self.assertFalse(self.child("Élise ROUX"))

    def test_who_was_booked_since_stays(self):
        one = self.imported(PUPILS, GUARDIANS)
        noe = self.child("Noé PONS")
        self._enrol(noe, self.canteen)
        self.booked(noe, self.meal, MONDAY)
        one.action_undo()
        self.assertTrue(noe.exists())
        self.assertFalse(self.child("Élise ROUX"))
        self.assertIn("Noé PONS was booked since", one.undone_words)
        self.assertTrue(noe.class_id)

    def test_what_was_changed_is_put_back(self):
        self.imported(SHEET.format(**FIRST))
        elise = self.child("Élise ROUX")
        sandrine = elise.family_id.guardian_ids
        second = self.imported(
            SHEET.format(**FIRST | {"level": "CE2", "mobile": "0698765432"}).replace(
                "CE1-CE2;", "CE1-CE2 B;"
            )
        )
        self.assertEqual((elise.level, elise.class_id.name), ("ce2", "CE1-CE2 B"))
        self.assertEqual(sandrine.phone, "06 98 76 54 32")
        second.action_undo()
        self.assertEqual((elise.level, elise.class_id.name), ("ce1", "CE1-CE2"))
        self.assertEqual(sandrine.phone, "06 12 34 56 78")
        self.assertFalse(
            self.env["espace.school.class"].search([("name", "=", "CE1-CE2 B")])
        )

    def test_what_somebody_changed_since_stays(self):
        self.imported(SHEET.format(**FIRST))
        second = self.imported(SHEET.format(**FIRST | {"level": "CE2"}))
        elise = self.child("Élise ROUX")
        elise.level = "cm1"
        second.action_undo()
        self.assertEqual(elise.level, "cm1")
        self.assertIn("was changed since", second.undone_words)

    def test_it_is_for_the_management(self):
        one = self.imported(PUPILS, GUARDIANS)
        with self.assertRaises(AccessError):
            one.with_user(self._create_staff("animation")).action_undo()
        self.assertEqual(one.state, "done")


@tagged("post_install", "-at_install")
class TestRegisterMore(SheetCase):
    def test_level_and_both_telephones_are_kept(self):
        self.imported(SHEET.format(**FIRST))
        elise = self.child("Élise ROUX")
        self.assertEqual((elise.level, elise.class_id.level), ("ce1", "ce2"))
        sandrine = elise.family_id.guardian_ids
        self.assertEqual(
            (sandrine.phone, sandrine.phone2), ("06 12 34 56 78", "05 63 50 11 11")
        )
        again = self.preview(SHEET.format(**FIRST))
        self.assertFalse(again.new_count or again.changed_count)

    def test_the_level_of_a_child_decides_who_may_come(self):
        self.class_cm1.name = "CP-CM1"
        self.tom.level = "cp"
        self.assertEqual(self.tom._as_pupil().level, "cp")
        self.tom.class_id = self.class_cp
        self.assertFalse(self.tom.level)
        self.assertEqual(self.tom._as_pupil().level, "cp")

    def test_documents_that_were_given(self):
        kind = self.insurance
        one = self.load(SHEET.format(**FIRST | {"insured": "31/08/2027"}))
        column = one.column_ids.filtered(lambda c: c.header == "Assurance")
        self.assertEqual(column.field, f"document.{kind.id}")
        one.action_preview()
        self.work(one)
        document = self.child("Élise ROUX").document_ids
        self.assertEqual(document.type_id, kind)
        self.assertEqual(document.expires_on, date(2027, 8, 31))
        self.assertEqual(
            (document.decision, document.checked_by_id), ("valid", self.manager)
        )
        for told, problems in (
            ("31/08/2027", 0),
            ("oui", 0),
            ("non", 0),
            ("31/08/2026", 1),
            ("peut-être", 1),
        ):
            again = self.preview(SHEET.format(**FIRST | {"insured": told}))
            self.assertFalse(again.changed_count, told)
            self.assertEqual(again.problem_count, problems, told)
        longer = self.imported(SHEET.format(**FIRST | {"insured": "31/08/2028"}))
        self.assertEqual(longer.changed_count, 1)
        longer.action_undo()
        self.assertEqual(self.child("Élise ROUX").document_ids, document)

    def test_problems_are_corrected_in_a_loop(self):
        one = self.imported(PUPILS, GUARDIANS)
        self.assertFalse(self.child("Mila BLANC"))
        second = self.env["espace.register.import"].with_user(self.manager)
        content = b64decode(one.problems_file)
        added = second.add_file(False, "a.xlsx", b64encode(content).decode())
        second = second.browse(added["id"])
        second.school_id = self.school
        second.action_read()
        self.assertEqual(second.asked_count, 0)
        self.assertFalse(second.is_whole)
        second.action_preview()
        # Nobody has corrected it: the same problems, in a file of the same columns.
        self.assertEqual(second.problem_count, one.problem_count)
        self.assertEqual(
            len(b64decode(second.problems_file)) > 0, bool(second.problem_count)
        )
        third = self.env["espace.register.import"].with_user(self.manager)
        added = third.add_file(
            False, "b.xlsx", b64encode(b64decode(second.problems_file)).decode()
        )
        third = third.browse(added["id"])
        third.action_read()
        headers = third.column_ids.mapped("header")
        self.assertEqual(headers.count("Problem"), len(third.table_ids))

    def test_the_screen_says_it_all(self):
        Import = self.env["espace.register.import"].with_user(self.manager)
        self.assertEqual(Import.get_screen()["step"], "files")
        refused = Import.add_file(False, "x.pdf", b64encode(b"%PDF-1").decode())
        self.assertFalse(refused["id"])
        self.assertIn("no table", refused["problem"])
        added = Import.add_file(
            False, "x.csv", b64encode(PUPILS.encode("cp1252")).decode()
        )
        one = Import.browse(added["id"])
        screen = Import.get_screen(one.id)
        self.assertIn("4 lines, 9 columns", screen["files"][0]["words"])
        one.school_id = self.school
        one.action_read()
        self.assertEqual(Import.get_screen()["id"], one.id)
        self.assertEqual(Import.get_screen()["asked"], 0)
        one.action_preview()
        screen = Import.get_screen(one.id, "new")
        self.assertEqual(screen["counts"]["new"], 3)
        [row] = [r for r in screen["rows"] if r["label"] == "Noé PONS"]
        one.choose(row["id"], {"is_taken": False, "state": "done"})
        self.assertEqual(Import.get_screen(one.id, "new")["summary"]["left"], 1)
        self.work(one)
        report = Import.get_screen(one.id)["report"]
        self.assertEqual((report["created"], report["left"]), (2, 1))
        self.assertTrue(report["undo_until"])
        with self.assertRaises(UserError):
            one.remove_file(1)
