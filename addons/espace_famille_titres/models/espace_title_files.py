"""The files of a list of titres, written once and kept: CSV, workbook, invoices.

A writer of PES would stand here, beside `_csv` and `_xlsx`, and add its file to
`_write_files`: the lines of `espace.title._line` hold what a PES_Recette asks of each
debtor. None is claimed as long as no official schema is at hand to prove it by.
"""

import base64
import hashlib
import io
import re
import zipfile
from datetime import date
from decimal import Decimal

import xlsxwriter

from odoo import fields, models
from odoo.exceptions import UserError

from ..domain import titles

KINDS = ("csv", "xlsx", "zip")

REGIE = "espace_famille.group_finance"


class EspaceTitleList(models.Model):
    _inherit = "espace.title.list"

    csv_file = fields.Binary(
        "CSV", attachment=True, readonly=True, copy=False, groups=REGIE
    )
    csv_name = fields.Char(compute="_compute_names")
    csv_hash = fields.Char("SHA-256 of the CSV", readonly=True, copy=False)
    xlsx_file = fields.Binary(
        "Workbook", attachment=True, readonly=True, copy=False, groups=REGIE
    )
    xlsx_name = fields.Char(compute="_compute_names")
    xlsx_hash = fields.Char("SHA-256 of the Workbook", readonly=True, copy=False)
    zip_file = fields.Binary(
        "All Files, with the Invoices",
        attachment=True,
        readonly=True,
        copy=False,
        groups=REGIE,
    )
    zip_name = fields.Char(compute="_compute_names")
    zip_hash = fields.Char("SHA-256 of the Archive", readonly=True, copy=False)

    def _compute_names(self):
        for one in self:
            for kind in KINDS:
                one[f"{kind}_name"] = f"titres-{one.display_name}.{kind}"

    def action_download(self):
        """Give the archive as it was sealed."""
        self.ensure_one()
        self._check_regie()
        self.check_access("read")
        if self.state != "sealed":
            raise UserError(self.env._("Seal the list first: it has no files yet."))
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/zip_file"
            f"?filename_field=zip_name&download=true",
        }

    def _sealed(self, kind):
        """Return the bytes of a file as it is kept now, none where it is missing."""
        self.ensure_one()
        content = self.with_context(bin_size=False)[f"{kind}_file"]
        return base64.b64decode(content or b"")

    # === Writing === #

    def _write_files(self):
        self.ensure_one()
        lines = [title._line() for title in self.title_ids.sorted("number")]
        files = {"csv": titles.written(lines), "xlsx": self._xlsx(lines)}
        files["zip"] = self._zip(files)
        for kind, content in files.items():
            self.write(
                {
                    f"{kind}_file": base64.b64encode(content),
                    f"{kind}_hash": hashlib.sha256(content).hexdigest(),
                }
            )

    def _xlsx(self, lines):
        """Return the workbook of these lines; amounts are numbers and days are days."""
        stream = io.BytesIO()
        book = xlsxwriter.Workbook(stream, {"in_memory": True})
        head = book.add_format({"bold": True, "bg_color": "#E9ECEF", "bottom": 1})
        money = book.add_format({"num_format": "#,##0.00"})
        day = book.add_format({"num_format": "dd/mm/yyyy", "align": "left"})
        sheet = book.add_worksheet(f"Titres {self.display_name}")
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(titles.COLUMNS) - 1, 18)
        for column, name in enumerate(titles.COLUMNS):
            sheet.write_string(0, column, name, head)
            for row, line in enumerate(lines, 1):
                value = line.get(name)
                if isinstance(value, Decimal):
                    sheet.write_number(row, column, float(value), money)
                elif isinstance(value, date):
                    sheet.write_datetime(row, column, value, day)
                else:
                    text = " ".join(str(value or "").split())
                    sheet.write_string(row, column, text)
        book.close()
        return stream.getvalue()

    def _zip(self, files):
        """Return an archive of these files and of the PDF of each invoice.

        :param dict files: {kind: bytes}
        """
        stream = io.BytesIO()
        moment = (*self.date.timetuple()[:3], 0, 0, 0)
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self._named(files):
                info = zipfile.ZipInfo(name, moment)
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, content)
        return stream.getvalue()

    def _named(self, files):
        """Yield (name, bytes) of all that the archive holds, with their sums."""
        sums = []
        for name, content in (
            *(
                (f"titres-{self.display_name}.{kind}", own)
                for kind, own in files.items()
            ),
            *self._documents(),
        ):
            sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}")
            yield name, content
        yield "empreintes-sha256.txt", "\n".join([*sums, ""]).encode()

    def _documents(self):
        """Yield (name, bytes) of the PDF of each invoice, the one sent if it was."""
        for title in self.title_ids.sorted("number"):
            for move in title.line_ids.move_id:
                number = re.sub(r"[^A-Za-z0-9]+", "-", move.name)
                yield (
                    f"factures/{title.display_name}_{number}.pdf",
                    move._espace_pdf(),
                )


class AccountMove(models.Model):
    _inherit = "account.move"

    def _espace_pdf(self):
        """Return the PDF of this invoice: the one that was sent, else a new one."""
        self.ensure_one()
        if self.invoice_pdf_report_id:
            return self.invoice_pdf_report_id.raw
        content, _kind = self.env["ir.actions.report"]._render_qweb_pdf(
            "account.account_invoices", self.ids
        )
        return content
