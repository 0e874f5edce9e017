from odoo.tests import tagged
from odoo.tools import file_open

from ..common import EspaceCase

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

CHILD_COLUMNS = ("lastname", "firstname", "birth_date", "family_id", "class_id")


@tagged("post_install", "-at_install")
class TestImport(EspaceCase):
    """Odoo's own import, as an agent of the management runs it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._create_staff("manager")
        cls.env["res.lang"]._activate_lang("fr_FR")

    def load(self, *rows, model="espace.child", columns=CHILD_COLUMNS):
        Model = self.env[model].with_user(self.manager).with_context(lang="fr_FR")
        return Model.load(list(columns), [list(row) for row in rows])

    def row(self, firstname, family="Martin", school_class="CP"):
        return ("Martin", firstname, "2019-05-01", family, school_class)

    def imported(self, *rows):
        result = self.load(*rows)
        self.assertFalse(result["messages"])
        return self.env["espace.child"].browse(result["ids"])

    def refused(self, *rows):
        """Return the words of an import of which nothing is kept."""
        before = self.env["espace.child"].search_count([])
        result = self.load(*rows)
        self.assertFalse(result["ids"])
        self.assertEqual(self.env["espace.child"].search_count([]), before)
        return " ".join(message["message"] for message in result["messages"])

    def test_an_unknown_class_is_said_in_french_and_nothing_is_kept(self):
        words = self.refused(self.row("Zoé"), self.row("Léo", school_class="CM9"))
        self.assertIn("CM9", words)
        self.assertIn("Classe", words)
        self.assertIn("Aucun", words)

    def test_a_class_is_found_by_its_name_or_with_its_school(self):
        children = self.imported(
            self.row("Zoé", school_class="CP"),
            self.row("Léo", school_class="CP – École des Tilleuls"),
            self.row("Ana", school_class="CM1 - École des Tilleuls"),
        )
        self.assertEqual(
            list(children.class_id), [self.class_cp, self.class_cm1], "in this order"
        )
        self.assertEqual(children[1].class_id, self.class_cp)

    def test_a_name_of_two_classes_is_not_guessed(self):
        other = self.env["espace.school"].create(
            {"name": "École – annexe", "class_ids": [(0, 0, {"name": "CP"})]}
        )
        words = self.refused(self.row("Zoé"))
        self.assertIn("CP", words)
        child = self.imported(self.row("Zoé", school_class="CP – École – annexe"))
        self.assertEqual(child.class_id, other.class_ids)

    def test_a_family_is_found_by_its_name_or_reference(self):
        children = self.imported(
            self.row("Zoé", family="Durand"),
            self.row("Léo", family=self.martin.reference),
        )
        self.assertEqual(children[0].family_id, self.durand)
        self.assertEqual(children[1].family_id, self.martin)

    def test_an_unknown_or_doubtful_family_is_refused(self):
        self.assertIn("Inconnu", self.refused(self.row("Zoé", family="Inconnu")))
        self._create_family("Durand", ["Paul"])
        self.assertIn("Durand", self.refused(self.row("Zoé", family="Durand")))

    def test_families_come_with_their_guardians_in_order(self):
        result = self.load(
            ["Petit", "petit@example.org", "Madame", "Petit", "Inès"],
            ["", "", "Monsieur", "Petit", "Ali"],
            ["Grand", "grand@example.org", "Madame", "Grand", "Odile"],
            model="espace.family",
            columns=[
                "name",
                "email",
                "guardian_ids/civility",
                "guardian_ids/lastname",
                "guardian_ids/firstname",
            ],
        )
        self.assertFalse(result["messages"])
        petit, grand = self.env["espace.family"].browse(result["ids"])
        self.assertEqual((petit.name, petit.email), ("Petit", "petit@example.org"))
        self.assertTrue(petit.reference and grand.reference)
        self.assertEqual(petit.guardian_ids.mapped("name"), ["Inès Petit", "Ali Petit"])
        self.assertEqual(petit.guardian_ids.mapped("rank"), [1, 2])
        self.assertEqual(petit.guardian_ids.partner_id.parent_id, petit.partner_id)

    def test_a_doubtful_enrolment_is_refused(self):
        result = self.load(
            ["Nina Martin", "Cantine", "2026-09-01", "2027-08-31"],
            model="espace.enrolment",
            columns=["child_id", "activity_id", "date_from", "date_to"],
        )
        self.assertFalse(result["ids"])
        self.assertTrue(result["messages"])

    # === The templates === #

    def read_template(self, model):
        """Import the file that the agent downloads, through the screen's own steps."""
        Model = self.env[model].with_user(self.manager).with_context(lang="fr_FR")
        [template] = Model.get_import_templates()
        path = template["template"].removeprefix("/")
        with file_open(path, "rb") as file:
            content = file.read()
        self.assertEqual(content[:2], b"PK", "a workbook, which Excel opens")
        wizard, preview, headers = self.preview(Model, content, path, XLSX)
        matched = [
            "/".join(preview["matches"].get(number, ["?"]))
            for number in range(len(headers))
        ]
        result = wizard.execute_import(matched, headers, preview["options"])
        return matched, result

    def preview(self, Model, content, name, kind):
        wizard = Model.env["base_import.import"].create(
            {
                "res_model": Model._name,
                "file": content,
                "file_name": name,
                "file_type": kind,
            }
        )
        options = {"quoting": '"', "separator": ";", "has_headers": True}
        preview = wizard.parse_preview(options)
        self.assertNotIn("error", preview)
        preview["options"] |= {"has_headers": True}
        return wizard, preview, preview["headers"]

    # === The screen of the import === #

    def run_file(self, lines, columns, model="espace.family", **options):
        """Import a file of the town hall through the screen's own steps."""
        Model = self.env[model].with_user(self.manager).with_context(lang="fr_FR")
        content = "\n".join(lines).encode()
        wizard, preview, headers = self.preview(Model, content, "f.csv", "text/csv")
        dryrun = options.pop("dryrun", False)
        return wizard.execute_import(
            list(columns), headers, {**preview["options"], **options}, dryrun
        )

    def test_a_test_uses_no_number(self):
        def next_reference():
            return self.env["espace.family"].create({"name": "Suite"}).reference

        before = next_reference()
        lines = ["Nom", "Petit", "Grand", "Moyen"]
        result = self.run_file(lines, ["name"], dryrun=True)
        self.assertFalse(result["messages"])
        self.assertFalse(self.env["espace.family"].search([("name", "in", lines[1:])]))
        self.assertEqual(int(next_reference()[1:]), int(before[1:]) + 1)
        # The import itself gives each its number.
        ids = self.run_file(lines, ["name"])["ids"]
        references = self.env["espace.family"].browse(ids).mapped("reference")
        self.assertEqual(
            [int(one[1:]) for one in references],
            [int(before[1:]) + rank for rank in (2, 3, 4)],
        )

    def test_an_error_names_the_line_of_the_file_in_french(self):
        columns = list(CHILD_COLUMNS)
        lines = [
            "Nom;Prénom;Né le;Foyer;Classe",
            "Martin;Zoé;2019-05-01;Martin;CP",
            "Martin;Léo;2019-05-01;Martin;CM9",
            "Martin;Ana;2030-05-01;Martin;CP",
        ]
        result = self.run_file(lines[:3], columns, model="espace.child", dryrun=True)
        [message] = result["messages"]
        # The screen adds one to the rows.
        self.assertEqual((message["rows"]["from"] + 1, message["record"]), (3, 3))
        self.assertIn("CM9", message["message"])
        self.assertNotRegex(message["message"], r"\b(No|matching|found|value|row)\b")
        result = self.run_file(
            [lines[0], lines[1], lines[3]], columns, model="espace.child", dryrun=True
        )
        message = result["messages"][-1]
        self.assertEqual((message["rows"]["from"] + 1, message["record"]), (3, 3))
        self.assertIn("futur", message["message"])

    def test_a_second_batch_counts_the_lines_of_the_first(self):
        lines = [
            "Nom;Prénom;Né le;Foyer;Classe",
            *(f"Martin;Zoé{n};2019-05-01;Martin;CP" for n in range(4)),
            "Martin;Léo;2019-05-01;Martin;CM9",
        ]
        result = self.run_file(
            lines, CHILD_COLUMNS, model="espace.child", skip=3, limit=10
        )
        [message] = result["messages"]
        self.assertEqual(message["record"], 6)

    # === What the templates say === #

    def test_the_template_of_children_is_understood(self):
        self._create_family("Famille Exemple", ["Camille"])
        self.env["espace.family"].create({"name": "Autre", "reference": "F-EXEMPLE"})
        self.class_cm1.name = "Grande section"
        matched, result = self.read_template("espace.child")
        self.assertEqual(matched, [*CHILD_COLUMNS, "diet_id"])
        self.assertFalse(result["messages"])
        children = self.env["espace.child"].browse(result["ids"])
        self.assertEqual(children.mapped("firstname"), ["Alice", "Bruno"])
        self.assertEqual(children[0].birth_date.isoformat(), "2019-05-14")

    def test_the_template_of_families_is_understood(self):
        matched, result = self.read_template("espace.family")
        self.assertEqual(
            matched,
            [
                "name",
                "email",
                "phone",
                "street",
                "zip",
                "city",
                "residency",
                "guardian_ids/civility",
                "guardian_ids/lastname",
                "guardian_ids/firstname",
                "guardian_ids/email",
                "guardian_ids/phone",
            ],
        )
        self.assertFalse(result["messages"])
        families = self.env["espace.family"].browse(result["ids"])
        self.assertEqual(families.mapped("residency"), ["resident", "non_resident"])
        self.assertEqual(families[0].guardian_ids.mapped("rank"), [1, 2])
