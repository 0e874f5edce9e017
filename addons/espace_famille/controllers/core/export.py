"""Odoo's own exports: what somebody typed stays a text in every cell."""

import json

from werkzeug.exceptions import BadRequest

from odoo.http import request, route

from odoo.addons.web.controllers.export import (
    CSVExport,
    ExcelExport,
    ExportXlsxWriter,
    GroupExportXlsxWriter,
)
from odoo.addons.web.controllers.pivot import TableExporter

from ...models.core.spreadsheet import harmless

# What the screen of a pivot sends, of which kind.
PARTS = {
    "col_group_headers": list,
    "measure_count": int,
    "measure_headers": list,
    "model": str,
    "rows": list,
    "title": str,
}


class _TextsAreTexts:
    """Writer of a workbook in which no text becomes a formula or a link."""

    def write(self, row, column, cell_value, style=None):
        if isinstance(cell_value, str):
            self.worksheet.write_string(row, column, cell_value, style)
        else:
            super().write(row, column, cell_value, style)


class ListWriter(_TextsAreTexts, ExportXlsxWriter):
    pass


class GroupedListWriter(_TextsAreTexts, GroupExportXlsxWriter):
    pass


class EspaceExcelExport(ExcelExport):
    """As Odoo's, which offers no place to name another writer."""

    def from_group_data(self, fields, columns_headers, groups):
        with GroupedListWriter(fields, columns_headers, groups.count) as writer:
            row, column = 1, 0
            for name, group in groups.children.items():
                row, column = writer.write_group(row, column, name, group)
        return writer.value

    def from_data(self, fields, columns_headers, rows):
        with ListWriter(fields, columns_headers, len(rows)) as writer:
            for row, cells in enumerate(rows, 1):
                for column, value in enumerate(cells):
                    writer.write_cell(row, column, value)
        return writer.value


class EspaceCSVExport(CSVExport):
    def from_data(self, fields, columns_headers, rows):
        # Odoo sees to "=", "+" and "-" itself, and would see to them twice.
        return super().from_data(
            fields,
            columns_headers,
            [
                [
                    harmless(value)
                    if isinstance(value, str) and not value.startswith(("=", "+", "-"))
                    else value
                    for value in row
                ]
                for row in rows
            ],
        )


class EspaceTableExporter(TableExporter):
    @route(espace_reads_itself=True)
    def export_xlsx(self, data="", **kw):
        table = _read_table(data)
        return super().export_xlsx(json.dumps(_harmless_within(table)), **kw)


def _read_table(data):
    """Return the table that the screen of a pivot sends.

    :raise BadRequest: it is none
    """
    try:
        table = json.loads(data if isinstance(data, str) else data.read())
    except (RecursionError, ValueError) as error:
        raise BadRequest(request.env._("This table cannot be read.")) from error
    if not isinstance(table, dict) or any(
        not isinstance(table.get(name), kind) for name, kind in PARTS.items()
    ):
        raise BadRequest(request.env._("This table cannot be read."))
    return table


def _harmless_within(value):
    """Return a JSON value in which each text is harmless."""
    if isinstance(value, dict):
        return {key: _harmless_within(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_harmless_within(one) for one in value]
    return harmless(value)
