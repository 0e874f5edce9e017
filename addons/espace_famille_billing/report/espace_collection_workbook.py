import base64
import io
from datetime import date

import xlsxwriter

from odoo import api, models

MONEY, DAY, COUNT, TEXT = "money", "day", "count", "text"


class EspaceCollectionWorkbook(models.AbstractModel):
    """Writes the content of a collection as a workbook; numbers are numbers."""

    _name = "espace.collection.workbook"
    _description = "Workbook of a Collection"

    @api.model
    def _encoded(self, content):
        """Return the workbook of a content (see `CollectionContent`), in base64."""
        return base64.b64encode(self._written(content))

    @api.model
    def _written(self, content):
        stream = io.BytesIO()
        book = xlsxwriter.Workbook(stream, {"in_memory": True})
        formats = {
            "title": book.add_format({"bold": True, "font_size": 14}),
            "head": book.add_format(
                {"bold": True, "bg_color": "#E9ECEF", "bottom": 1, "text_wrap": True}
            ),
            MONEY: book.add_format({"num_format": "#,##0.00"}),
            DAY: book.add_format({"num_format": "dd/mm/yyyy", "align": "left"}),
            COUNT: book.add_format({"num_format": "0"}),
            TEXT: book.add_format(),
            "total": book.add_format(
                {"bold": True, "num_format": "#,##0.00", "top": 1}
            ),
        }
        self._write_summary(book, formats, content)
        for sheet in self._sheets(content):
            self._write_sheet(book, formats, *sheet)
        book.close()
        return stream.getvalue()

    @api.model
    def _write_summary(self, book, formats, content):
        sheet = book.add_worksheet(self.env._("Summary"))
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 1, 46)
        title = self.env._("Collection")
        sheet.write(0, 0, f"{title} {content['number']}".strip(), formats["title"])
        for row, (label, value, kind) in enumerate(self._summary(content), 2):
            sheet.write(row, 0, label)
            self._write_cell(sheet, formats, row, 1, value, kind)

    @api.model
    def _summary(self, content):
        """Return (label, value, kind) of the lines of the first sheet."""
        summary, _ = content["summary"], self.env._
        return [
            (self.env._("Commune"), content["company"], TEXT),
            (self.env._("Cash Office"), content["regie"], TEXT),
            (self.env._("Act of Creation"), content["decision"], TEXT),
            (self.env._("Régisseur"), content["regisseur"], TEXT),
            (self.env._("Deputies"), content.get("deputies", ""), TEXT),
            (self.env._("Mandataires"), content.get("mandataires", ""), TEXT),
            (self.env._("From"), content["date_from"], DAY),
            (self.env._("To"), content["date_to"], DAY),
            (self.env._("Closed on"), content["closed_on"], DAY),
            (self.env._("Opening Balance"), summary["opening"], MONEY),
            (self.env._("Receipts"), summary["receipts"], MONEY),
            (self.env._("Rejections"), summary["rejections"], MONEY),
            (self.env._("Paid Back"), summary["refunds"], MONEY),
            (self.env._("Remittances"), summary["remittances"], MONEY),
            (self.env._("Closing Balance"), summary["closing"], MONEY),
            (self.env._("Number of Receipts"), summary["receipt_count"], COUNT),
            (self.env._("First Receipt"), summary["receipt_first"], TEXT),
            (self.env._("Last Receipt"), summary["receipt_last"], TEXT),
            (self.env._("Unpaid"), summary["unpaid"], MONEY),
            ("SHA-256", content["hash"], TEXT),
        ]

    @api.model
    def _sheets(self, content):
        """Return (name, columns, rows) of the other sheets.

        A column is (heading, key, kind, width).
        """
        _, summary = self.env._, content["summary"]
        number = (self.env._("Number"), "number", TEXT, 18)
        day = (self.env._("Date"), "date", DAY, 12)
        payer = (self.env._("Payer"), "payer", TEXT, 30)
        means = (self.env._("Means of Payment"), "means", TEXT, 26)
        amount = (self.env._("Amount"), "amount", MONEY, 14)
        reference = (self.env._("Reference"), "reference", TEXT, 26)
        imputation = [
            (self.env._("Account"), "account", TEXT, 12),
            (self.env._("Product"), "name", TEXT, 36),
        ]
        return [
            (
                self.env._("By Means"),
                [
                    means,
                    (self.env._("Account"), "account", TEXT, 12),
                    (self.env._("Opening"), "opening", MONEY, 14),
                    (self.env._("Count"), "count", COUNT, 10),
                    (self.env._("Receipts"), "receipts", MONEY, 14),
                    (self.env._("Rejections"), "rejections", MONEY, 14),
                    (self.env._("Paid Back"), "refunds", MONEY, 14),
                    (self.env._("Remittances"), "remittances", MONEY, 14),
                    (self.env._("Closing"), "closing", MONEY, 14),
                ],
                summary["means"],
            ),
            (
                self.env._("By Product"),
                [
                    *imputation,
                    (self.env._("Receipts"), "receipts", MONEY, 14),
                    (self.env._("Rejections"), "rejections", MONEY, 14),
                    (self.env._("Paid Back"), "refunds", MONEY, 14),
                    (self.env._("Imputed Otherwise"), "transfers", MONEY, 14),
                    (self.env._("Total"), "total", MONEY, 14),
                ],
                summary["products"],
            ),
            (
                self.env._("Receipts"),
                [
                    day,
                    number,
                    payer,
                    means,
                    reference,
                    (self.env._("Paid"), "paid", TEXT, 30),
                    amount,
                ],
                content["receipts"],
            ),
            (
                self.env._("Rejections and Refunds"),
                [
                    day,
                    (self.env._("Movement"), "kind", TEXT, 14),
                    (self.env._("Entry"), "entry", TEXT, 18),
                    payer,
                    means,
                    (self.env._("Takes Back"), "reverses", TEXT, 18),
                    reference,
                    amount,
                ],
                content["taken_back"],
            ),
            (
                self.env._("Imputed Otherwise"),
                [
                    day,
                    number,
                    payer,
                    (self.env._("Collection"), "statement", TEXT, 18),
                    *imputation,
                    amount,
                ],
                content["transfers"],
            ),
            (
                self.env._("Remittances"),
                [
                    day,
                    number,
                    means,
                    (self.env._("Treasury"), "to", TEXT, 20),
                    (self.env._("Takes Back"), "reverses", TEXT, 18),
                    amount,
                ],
                content["remittances"],
            ),
            (
                self.env._("Unpaid"),
                [
                    number,
                    payer,
                    day,
                    (self.env._("Due Date"), "due", DAY, 12),
                    (self.env._("Age in Days"), "age", COUNT, 10),
                    amount,
                ],
                content["unpaid"],
            ),
        ]

    @api.model
    def _write_sheet(self, book, formats, name, columns, rows):
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for column, (heading, key, kind, width) in enumerate(columns):
            sheet.set_column(column, column, width)
            sheet.write(0, column, heading, formats["head"])
            for row, values in enumerate(rows, 1):
                self._write_cell(sheet, formats, row, column, values[key], kind)
            if kind == MONEY:
                self._write_total(sheet, formats, column, [r[key] for r in rows])
        if rows:
            sheet.autofilter(0, 0, len(rows), len(columns) - 1)

    @api.model
    def _write_total(self, sheet, formats, column, values):
        """Write a sum that a workbook goes on adding up, and its value now."""
        if not values:
            return
        first = xlsxwriter.utility.xl_rowcol_to_cell(1, column)
        last = xlsxwriter.utility.xl_rowcol_to_cell(len(values), column)
        sheet.write_formula(
            len(values) + 1,
            column,
            f"=SUM({first}:{last})",
            formats["total"],
            sum(values) / 100,
        )

    @api.model
    def _write_cell(self, sheet, formats, row, column, value, kind):
        if kind == MONEY:
            sheet.write_number(row, column, value / 100, formats[MONEY])
        elif kind == COUNT:
            sheet.write_number(row, column, value, formats[COUNT])
        elif kind == DAY and value:
            day = date.fromisoformat(value)
            sheet.write_datetime(row, column, day, formats[DAY])
        else:
            # A name that begins with "=" is no formula.
            sheet.write_string(row, column, value or "", formats[TEXT])
