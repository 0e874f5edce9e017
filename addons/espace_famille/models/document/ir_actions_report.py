import io

from odoo import fields, models
from odoo.exceptions import UserError

from . import printing


class IrActionsReport(models.Model):
    """Our documents are printed by WeasyPrint, whatever else prints the others."""

    _inherit = "ir.actions.report"

    espace_document = fields.Boolean(
        "Document of the Commune",
        help="Printed with page numbers and text that can be searched and read aloud, "
        "without wkhtmltopdf.",
    )

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        report_sudo = self._get_report(report_ref)
        ours, others = report_sudo.with_env(self.env)._espace_split(res_ids or [])
        if not ours:
            return super()._render_qweb_pdf_prepare_streams(
                report_ref, data, res_ids=res_ids
            )
        streams = report_sudo._espace_print(self.env, ours, data)
        if others:
            streams |= super()._render_qweb_pdf_prepare_streams(
                report_ref, data, res_ids=others
            )
        return streams

    def _espace_split(self, res_ids):
        """Return (ids that are printed as documents of the commune, the others)."""
        self.ensure_one()
        return (res_ids, []) if self.sudo().espace_document else ([], res_ids)

    def _espace_paperformat(self):
        """Return the paper that a document of the commune is printed on."""
        self.ensure_one()
        return self.get_paperformat()

    def _espace_print(self, env, res_ids, data):
        """Return {id: {"stream", "attachment"}} as Odoo has it of its own documents.

        Where several records make one document, it is under the id False.

        :param env: of who prints; the report itself is read by everybody
        :param res_ids: list of ids
        :raise UserError: the server lacks what prints
        """
        Report = self.with_env(env).browse()
        html = Report._render_qweb_html(self, res_ids, data=dict(data or {}))[0]
        sheets = printing.read_sheets(html, self.model, env.lang or "fr_FR")
        company = env[self.model].browse(res_ids[:1])._espace_print_company()
        style = self._espace_paperformat()._espace_style(
            company.sudo()._espace_print_colour()
        )
        of_records = {sheet.record_id for sheet in sheets}
        if len(res_ids) == 1:
            parts = {res_ids[0]: sheets}
        elif of_records == set(res_ids):
            parts = {
                res_id: [sheet for sheet in sheets if sheet.record_id == res_id]
                for res_id in res_ids
            }
        else:
            parts = {False: sheets}
        try:
            return {
                res_id: {
                    "stream": io.BytesIO(printing.printed(part, style)),
                    "attachment": None,
                }
                for res_id, part in parts.items()
            }
        except OSError as error:
            raise UserError(
                self.with_env(env).env._(
                    "This server cannot print: the library Pango is missing (Debian: "
                    "libpango-1.0-0 and libpangoft2-1.0-0). %s",
                    error,
                )
            ) from error


class Base(models.AbstractModel):
    _inherit = "base"

    def _espace_print_company(self):
        """Return the company in whose name these records are printed."""
        if "company_id" in self._fields:
            return self.company_id[:1] or self.env.company
        return self.env.company
