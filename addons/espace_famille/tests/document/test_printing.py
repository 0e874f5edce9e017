import base64
import io
import tempfile
import unittest
from pathlib import Path

from PIL import Image
from pypdf import PdfReader

from odoo.tests import tagged

from ...models.document import printing
from ..common import MONDAY, TUESDAY, EspaceCase
from .printed import MISSING, NO_PANGO, PrintedCase, print_report

LIST = "espace_famille.espace_session_list_report"
HTML = """<html><body><main>
<div class="article" data-oe-model="res.partner" data-oe-id="7" data-oe-lang="fr_FR">
<div class="page o_doc"><h1>Un <b>titre</b></h1></div>
<div class="page o_doc" data-oe-lang="en_US"><h1>A title</h1></div>
</div>
<div class="article"><p>Whole</p></div></main></body></html>"""


@tagged("post_install", "-at_install")
class TestSheets(EspaceCase):
    def test_pages_are_numbered_apart_and_articles_without_pages_as_a_whole(self):
        sheets = printing.read_sheets(HTML, "res.partner", "fr_FR")
        self.assertEqual(
            [(sheet.record_id, sheet.lang, sheet.title) for sheet in sheets],
            [(7, "fr-FR", "Un titre"), (7, "en-US", "A title"), (None, "fr-FR", "")],
        )

    def test_the_paper_turns(self):
        paper = self.env["report.paperformat"].new(
            {"format": "A4", "orientation": "Landscape", "margin_top": 40}
        )
        style = paper._espace_style("#123456")
        self.assertIn("size: 297mm 210mm", style)
        self.assertIn("margin: 40mm 8mm", style)
        self.assertIn("#123456", style)


@tagged("post_install", "-at_install")
@unittest.skipIf(MISSING, NO_PANGO)
class TestPrinting(PrintedCase, EspaceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {"street": "1 place de la Mairie", "zip": "81090", "city": "Valdurenque"}
        )
        cls.agent = cls._create_staff("animation")

    def sessions(self, *days):
        return (
            self.env["espace.session"]
            .union(*(self.session(self.canteen, day) for day in days))
            .with_user(self.agent)
        )

    def class_of(self, count):
        """Have many children eat on Monday."""
        self.canteen.capacity = count
        self.canteen.session_ids.capacity = count
        for number in range(count):
            child = self._create_child(self.martin, f"Enfant{number:03}", self.class_cp)
            self.booked(child, self.meal, MONDAY)

    def test_a_list_says_who_comes_under_the_name_of_the_commune(self):
        self.booked(self.nina, self.meal, MONDAY)
        self.booked(self.lina, self.meal, MONDAY)
        printed = print_report(LIST, self.sessions(MONDAY))
        self.assert_readable(printed)
        self.assert_numbered(printed, 1)
        self.assert_order(
            printed,
            self.company.name,
            "Cantine – Monday 11 January 2027",
            "2 children",
            "Durand Lina",
            "Martin Nina",
            "Totals",
        )

    def test_a_long_list_repeats_its_headings_and_cuts_no_child(self):
        self.class_of(80)
        printed = print_report(LIST, self.sessions(MONDAY))
        self.assertLess(printed.size, 200_000)
        self.assertGreaterEqual(len(printed.pages), 3)
        self.assert_numbered(printed, len(printed.pages))
        listed = 0
        for page in printed.pages:
            rows = page.count("Martin Enfant")
            listed += rows
            # The name, and who fetches the child, are on one page.
            self.assertEqual(page.count("Enfant"), rows)
            if rows:
                self.assertIn("Child Age Option Diet", page)
        self.assertEqual(listed, 80)
        for page in printed.pages[1:]:
            self.assertIn("Cantine – Monday 11 January 2027", page)

    def test_each_day_is_numbered_from_one_on(self):
        self.booked(self.nina, self.meal, MONDAY)
        printed = print_report(LIST, self.sessions(MONDAY, TUESDAY))
        self.assert_numbered(printed, 1, 1)

    # === Letterhead === #

    def test_the_logo_is_the_communes_own_or_none(self):
        self.assertTrue(self.company.uses_default_logo)
        plain = print_report(LIST, self.sessions(MONDAY))
        self.assertFalse(plain.reader.pages[0].images)
        stream = io.BytesIO()
        Image.new("RGB", (2400, 1200), "#1c5a80").save(stream, "PNG")
        self.company.logo = base64.b64encode(stream.getvalue())
        with_logo = print_report(LIST, self.sessions(MONDAY))
        [image] = with_logo.reader.pages[0].images
        self.assertLess(image.image.width, 600)
        self.assertLess(with_logo.size, 60_000)

    def test_nothing_is_fetched(self):
        """A picture that is on the server itself is not shown; one in the page is."""
        stream = io.BytesIO()
        Image.new("RGB", (9, 9), "#1c5a80").save(stream, "PNG")
        own = base64.b64encode(stream.getvalue()).decode()
        with tempfile.NamedTemporaryFile(suffix=".png") as file:
            file.write(stream.getvalue())
            file.flush()
            for address, count in (
                (Path(file.name).as_uri(), 0),
                ("http://127.0.0.1:9/a.png", 0),
                (f"data:image/png;base64,{own}", 1),
            ):
                with self.subTest(address=address[:20]):
                    body = f'<img src="{address}" alt="Logo"><p>Texte</p>'
                    content = printing.printed(
                        [printing.Sheet(None, "fr", "", body)],
                        self.env.ref("base.paperformat_euro")._espace_style("#000"),
                    )
                    [page] = PdfReader(io.BytesIO(content)).pages
                    self.assertEqual(len(page.images), count)

    # === Without wkhtmltopdf === #

    def test_other_reports_are_left_to_odoo(self):
        report = self.env.ref(LIST)
        self.assertEqual(report._espace_split([1, 2]), ([1, 2], []))
        report.espace_document = False
        self.assertEqual(report._espace_split([1, 2]), ([], [1, 2]))

    def test_a_server_without_pango_says_so(self):
        def missing(*_args):
            raise OSError("cannot load library")

        self.patch(printing, "printed", missing)
        with self.assertRaisesRegex(Exception, "Pango is missing"):
            print_report(LIST, self.sessions(MONDAY))
