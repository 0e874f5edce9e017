import io
import json

from openpyxl import load_workbook

from odoo import http
from odoo.tests import HttpCase, tagged

from ..common import EspaceCase

FORMULA = 'HYPERLINK("https://evil.example.org","Facture")'
NAMES = [f"{start}{FORMULA}" for start in ("=", "+", "-", "@", "\t=", "\r=")]
NAMES.append(f"{{={FORMULA}}}")


@tagged("post_install", "-at_install")
class TestExport(EspaceCase, HttpCase):
    """What agents export of names that families type."""

    # For `HttpCase` this is the session of the browser.
    session = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        manager = cls._create_staff("manager")
        manager.group_ids += cls.env.ref("base.group_allow_export")
        cls.manager = manager
        cls.families = cls.env["espace.family"].create(
            [{"name": name, "company_id": cls.company.id} for name in NAMES]
        )

    def setUp(self):
        super().setUp()
        self.authenticate(self.manager.login, self.manager.login)

    def export(self, kind, groupby=()):
        data = {
            "model": "espace.family",
            "fields": [{"name": "name", "label": "=Name()", "type": "char"}],
            "ids": self.families.ids,
            "domain": [],
            "groupby": list(groupby),
            "import_compat": False,
            "context": {"allowed_company_ids": self.company.ids},
        }
        return self.send(f"/web/export/{kind}", data)

    def send(self, route, data):
        response = self.url_open(
            route,
            data={
                "data": json.dumps(data),
                "csrf_token": http.Request.csrf_token(self),
            },
        )
        self.assertEqual(response.status_code, 200, response.text[:2000])
        return response.content

    def cells(self, content):
        sheet = load_workbook(io.BytesIO(content)).active
        return [cell for row in sheet.iter_rows() for cell in row if cell.value]

    def assert_all_texts(self, cells):
        self.assertTrue(cells)
        self.assertNotIn("f", {cell.data_type for cell in cells})
        self.assertFalse([cell for cell in cells if cell.hyperlink])

    def test_a_list_holds_no_formula(self):
        cells = self.cells(self.export("xlsx"))
        self.assert_all_texts(cells)
        shown = {cell.value.strip() for cell in cells}
        self.assertLessEqual({NAMES[0], NAMES[3], NAMES[6]}, shown)

    def test_a_grouped_list_holds_no_formula(self):
        self.assert_all_texts(self.cells(self.export("xlsx", ["name"])))

    def test_a_csv_begins_no_cell_like_a_formula(self):
        text = self.export("csv").decode()
        for name in NAMES:
            shown = name.replace('"', '""')
            self.assertIn(f'"\'{shown}"', text)
            self.assertNotIn(f'"{shown}"', text)

    def test_a_pivot_holds_no_formula(self):
        data = {
            "title": "Families",
            "model": "espace.family",
            "measure_count": 1,
            "col_group_headers": [[{"title": NAMES[0], "width": 1, "height": 1}]],
            "measure_headers": [{"title": NAMES[0], "is_bold": False}],
            "rows": [
                {"title": name, "indent": 0, "values": [{"value": name}, {"value": 2}]}
                for name in NAMES
            ],
        }
        cells = self.cells(self.send("/web/pivot/export_xlsx", data))
        self.assert_all_texts(cells)
        self.assertIn(2, [cell.value for cell in cells])
