from odoo import api, models
from odoo.tools import format_date


class EspaceCollectionReport(models.AbstractModel):
    """The collection on paper: exactly what was kept when it was closed."""

    _name = "report.espace_famille_billing.collection_statement"
    _description = "Collection on Paper"

    @api.model
    def _get_report_values(self, docids, data=None):
        collections = self.env["espace.collection.statement"].browse(docids)
        collections.check_access("read")
        lang = collections.company_id[:1].partner_id.lang or self.env.lang
        in_words = self.with_context(lang=lang)
        return {
            "doc_ids": docids,
            "lang": lang,
            "company": collections.company_id[:1],
            "contents": [s.sudo()._read_content() for s in collections],
            "money": in_words.env["espace.collection.statement"]._money,
            "day": in_words._day,
        }

    @api.model
    def _day(self, day):
        return format_date(self.env, day) if day else ""


class EspaceCollectionReceipts(models.AbstractModel):
    """The list of the receipts of a collection (journal des recettes), an annex."""

    _name = "report.espace_famille_billing.collection_receipts"
    _inherit = "report.espace_famille_billing.collection_statement"
    _description = "Receipts of a Collection on Paper"
