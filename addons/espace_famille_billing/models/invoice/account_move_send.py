import io
import zlib

from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, NameObject

from odoo import api, models

# What Odoo calls a PDF/A with Factur-X; it changes more of the file than it adds.
FACTURX = "facturx"


class AccountMoveSend(models.AbstractModel):
    _inherit = "account.move.send"

    @api.model
    def _prepare_invoice_pdf_report(self, invoices_data):
        """Remember what a family's invoice was when it was printed."""
        result = super()._prepare_invoice_pdf_report(invoices_data)
        for invoice, data in invoices_data.items():
            if invoice.espace_family_id and (vals := data.get("pdf_attachment_values")):
                data["espace_printed"] = vals["raw"]
        return result

    @api.model
    def _link_invoice_documents(self, invoices_data):
        """Keep families' invoices as small as they were printed, Factur-X apart."""
        for data in invoices_data.values():
            printed = data.pop("espace_printed", None)
            options = data.get("ubl_cii_xml_options") or {}
            if printed and options.get("ubl_cii_format") != FACTURX:
                vals = data["pdf_attachment_values"]
                vals["raw"] = with_files_of(printed, vals["raw"])
        return super()._link_invoice_documents(invoices_data)


def with_files_of(printed, filled):
    """Return the PDF as printed, with the files that another copy of it holds.

    Odoo writes the whole file anew to put Factur-X into it, uncompressed, which makes
    it four times as large; here the file is added at its end.

    :param bytes printed: the PDF
    :param bytes filled: the same with files in it, or without
    """
    # Under test Odoo makes HTML.
    is_pdf = printed.startswith(b"%PDF-")
    files = PdfReader(io.BytesIO(filled)).attachments if is_pdf else None
    if not files:
        return filled
    writer = PdfWriter(io.BytesIO(printed), incremental=True)
    references = ArrayObject()
    for name, contents in files.items():
        for content in contents:
            file = writer.add_attachment(name, content)
            if name.endswith(".xml"):
                file.subtype = NameObject("/text/xml")
            file.associated_file_relationship = NameObject("/Data")
            stream = file.pdf_object["/EF"]["/F"].get_object()
            stream[NameObject("/Filter")] = NameObject("/FlateDecode")
            stream.set_data(zlib.compress(content))
            references.append(file.pdf_object.indirect_reference)
    writer.root_object[NameObject("/AF")] = references
    whole = io.BytesIO()
    writer.write(whole)
    return whole.getvalue()
