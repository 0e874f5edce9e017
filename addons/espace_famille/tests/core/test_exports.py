import io
import json

from openpyxl import load_workbook

from odoo import http
from odoo.tests import HttpCase, tagged

from ..common import MONDAY, EspaceCase


@tagged("post_install", "-at_install")
class TestExports(EspaceCase, HttpCase):
    """The lists that the family desk takes out, ready in Odoo's export window."""

    # For `HttpCase` this is the session of the browser.
    session = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.manager = cls._create_staff("manager")
        cls.manager.lang = "fr_FR"
        cls.Reservation._book(cls.martin, [(cls.nina, cls.t1, MONDAY)])

    def test_each_is_a_workbook_with_french_headings(self):
        self.authenticate(self.manager.login, self.manager.login)
        exports = self.of_addon("espace_famille", "ir.exports")
        self.assertGreaterEqual(len(exports), 5)
        for export in exports:
            with self.subTest(export=export.name):
                rows = self.exported(export)
                self.assertGreater(len(rows), 1)
                for heading in rows[0]:
                    self.assertTrue(heading)
                    self.assertNotRegex(heading, r"\b(Name|Class|Family|State|From)\b")

    def exported(self, export):
        """Return the rows of a predefined export, as the window makes it."""
        model = self.env[export.resource].with_user(self.manager)
        records = model.search([("company_id", "=", self.company.id)])
        self.assertTrue(records)
        paths = export.export_fields.mapped("name")
        labels = self.labels(model.with_context(lang="fr_FR"), paths)
        response = self.url_open(
            "/web/export/xlsx",
            data={
                "data": json.dumps(
                    {
                        "model": export.resource,
                        "fields": [
                            {"name": path, "label": label, "type": "char"}
                            for path, label in labels.items()
                        ],
                        "ids": records.ids,
                        "domain": [],
                        "groupby": [],
                        "import_compat": False,
                        "context": {
                            "allowed_company_ids": self.company.ids,
                            "lang": "fr_FR",
                        },
                    }
                ),
                "csrf_token": http.Request.csrf_token(self),
            },
        )
        self.assertEqual(response.status_code, 200, response.text[:2000])
        sheet = load_workbook(io.BytesIO(response.content)).active
        return list(sheet.iter_rows(values_only=True))

    def labels(self, model, paths):
        """Return {path: its label} of fields, through relations."""
        labels = {}
        for path in paths:
            place, parts = model, []
            for name in path.split("/"):
                self.assertTrue(place._has_field_access(place._fields[name], "read"))
                parts.append(place.fields_get([name])[name]["string"])
                comodel = place._fields[name].comodel_name
                place = model.env[comodel] if comodel else place
            labels[path] = "/".join(parts)
        return labels
