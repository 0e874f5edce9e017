import csv
import io
import json
import zipfile
from unittest.mock import patch

from lxml import html

from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW, TODAY, TUESDAY

from ...models.legal import espace_gdpr_export as espace_portal_data
from ...models.legal.gdpr_sections import SECTIONS
from ..common import EspacePortalCase

DATA = "/my/foyer/mes-donnees"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@tagged("post_install", "-at_install")
class TestMyData(EspacePortalCase):
    """Mes données: a copy of what the commune holds of one household."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kind = cls.env["espace.document.type"].create(
            {"name": "Assurance", "about": "child"}
        )

    def setUp(self):
        super().setUp()
        self.booked(self.nina, self.t2, MONDAY)
        self.booked(self.tom, self.meal, TUESDAY)
        self.booked(self.lina, self.t1, MONDAY)
        self.document = self.env["espace.document"]._receive(
            self.martin, self.nina, self.kind, "assurance.pdf", PDF
        )
        self.env["espace.request"]._ask(
            self.martin,
            self.claire.partner_id,
            {"kind": "other", "name": "=1+1"},
            "Bonjour la mairie",
            [("photo.pdf", PDF)],
        )

    def download(self):
        response = self.post(DATA)
        self.assertEqual(response.headers["Content-Type"], "application/zip")
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        return zipfile.ZipFile(io.BytesIO(response.content))

    def test_each_part_of_the_archive_has_a_title(self):
        titles = self.env["espace.gdpr.export"]._titles()
        self.assertLessEqual({section.name for section in SECTIONS}, titles.keys())

    def test_the_archive_holds_all_of_the_household(self):
        archive = self.download()
        self.assertIsNone(archive.testzip())
        data = json.loads(archive.read("donnees.json"))
        self.assertEqual(
            [child["firstname"] for child in data["enfants"]], ["Nina", "Tom"]
        )
        self.assertEqual(
            {(one["date"], one["child_id"]) for one in data["reservations"]},
            {(MONDAY.isoformat(), "Nina Martin"), (TUESDAY.isoformat(), "Tom Martin")},
        )
        self.assertEqual(len(data["factures"]), len(self.invoices(self.martin)))
        charged = sum(self.martin.reservation_ids.charge_ids.mapped("amount"))
        self.assertAlmostEqual(sum(c["amount"] for c in data["prestations"]), charged)
        self.assertIn("Bonjour la mairie", [m["text"] for m in data["messages"]])
        files = {name: archive.read(name) for name in archive.namelist()}
        for folder, name in (("documents", "assurance.pdf"), ("demandes", "photo.pdf")):
            [content] = [
                content
                for path, content in files.items()
                if path.startswith(f"{folder}/") and path.endswith(name)
            ]
            self.assertEqual(content, PDF)

    def test_a_person_can_read_it(self):
        page = html.fromstring(self.download().read("resume.html"))
        text = self.words(page.xpath("//main")[0])
        for words in ("Martin", "Nina", "Tranche 2", "Bonjour la mairie", "Assurance"):
            self.assertIn(words, text)
        self.assertFalse(page.xpath("//script | //link | //img"))

    def test_a_spreadsheet_computes_nothing_that_somebody_typed(self):
        content = self.download().read("tableaux/demandes.csv").decode("utf-8-sig")
        [row] = list(csv.DictReader(io.StringIO(content), delimiter=";"))
        self.assertEqual(row["Subject"], "'=1+1")

    def test_nothing_of_others_is_in_it(self):
        self.env["espace.custody"].create(
            {"child_id": self.nina.id, "family_id": self.durand.id, "pattern": "odd"}
        )
        sofia = self.durand.guardian_ids
        self.durand.write({"street": "9 rue Secrète", "phone": "0639988877"})
        self.env["espace.authorisation"].create(
            {"child_id": self.nina.id, "kind": "photo", "guardian_id": sofia.id}
        )
        self.env["espace.document"].create(
            {
                "type_id": self.kind.id,
                "child_id": self.nina.id,
                "family_id": self.durand.id,
            }
        )
        archive = self.download()
        text = "".join(
            archive.read(name).decode()
            for name in archive.namelist()
            if name.endswith((".json", ".csv", ".html"))
        )
        for secret in ("Lina", "Sofia", "Durand", "Secrète", "0639988877"):
            self.assertNotIn(secret, text)
        self.assertEqual(len(json.loads(archive.read("donnees.json"))["documents"]), 1)

    def test_the_other_household_has_the_child_and_not_its_bookings(self):
        self.env["espace.custody"].create(
            {"child_id": self.nina.id, "family_id": self.durand.id, "pattern": "odd"}
        )
        self.login(self.sofia)
        data = json.loads(self.download().read("donnees.json"))
        self.assertEqual(
            {child["firstname"] for child in data["enfants"]}, {"Lina", "Nina"}
        )
        self.assertEqual(
            {one["child_id"] for one in data["reservations"]}, {"Lina Durand"}
        )
        self.assertFalse(data["documents"])

    def test_notes_of_agents_stay_in_the_town_hall(self):
        note = "Famille à surveiller"
        self.martin.message_post(body=note, subtype_xmlid="mail.mt_note")
        self.martin._notify("Cantine", "Le menu change")
        data = self.download().read("donnees.json").decode()
        self.assertNotIn("surveiller", data)
        self.assertIn("Le menu change", data)

    def test_too_large_files_are_named_instead(self):
        with patch.object(espace_portal_data, "MOST_BYTES", 10):
            archive = self.download()
        self.assertFalse([n for n in archive.namelist() if n.startswith("documents/")])
        self.assertIn("assurance.pdf", archive.read("resume.html").decode())

    def test_names_of_files_stay_in_their_folder(self):
        safe = self.env["espace.gdpr.export"]._safe_name
        for name, expected in (
            ("../../etc/passwd", "passwd"),
            ("C:\\photos\\a?.png", "a.png"),
            ("\x00\n", "fichier"),
            (False, "fichier"),
        ):
            self.assertEqual(safe(name), expected)

    def test_copies_are_not_taken_without_end(self):
        for _copy in range(5):
            self.download()
        response = self.post(DATA)
        self.assertIn("wait an hour", self.shown(response))

    def test_reading_changes_nothing_and_a_form_needs_its_token(self):
        self.page(DATA)
        self.assertEqual(self.post(DATA, csrf=False).status_code, 400)

    def test_erasure_is_asked_of_people(self):
        asked = [("family_id", "=", self.martin.id), ("kind", "=", "privacy")]
        Request = self.env["espace.request"]
        self.assertIn("Tick the box", self.shown(self.post(f"{DATA}/effacement")))
        self.assertFalse(Request.search(asked))
        response = self.post(f"{DATA}/effacement", sure="1", message="Nous partons")
        one = Request.search(asked)
        self.assertTrue(response.url.endswith(f"/my/demandes/{one.id}"))
        [message] = one._conversation()
        for words in ("ten years", "Nous partons"):
            self.assertIn(words, message.body)
        again = self.post(f"{DATA}/effacement", sure="1")
        self.assertIn("asked already", self.shown(again))
        self.assertEqual(len(Request.search(asked)), 1)
        self.assertTrue(self.martin.active)

    def test_an_archive_is_named_after_its_day(self):
        name = self.env["espace.gdpr.export"]._filename(self.martin, NOW)
        self.assertEqual(name, f"mes-donnees-{TODAY.isoformat()}.zip")

    def test_who_has_no_family_is_led_home(self):
        self.martin.guardian_ids[0].unlink()
        for path in (DATA, f"{DATA}/effacement"):
            self.assertTrue(self.post(path).url.endswith("/my"))
