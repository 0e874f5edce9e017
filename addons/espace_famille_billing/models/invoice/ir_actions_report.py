from odoo import models

# What the invoices of families are printed on; Odoo's own paper leaves room for headers
# that only wkhtmltopdf draws.
PAPER = "espace_famille_billing.letter_paperformat"


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _get_rendering_context(self, report, docids, data):
        """Print families' posted invoices as such, whoever asks for a pro forma."""
        data = super()._get_rendering_context(report, docids, data)
        if data.get("proforma") and report.model == "account.move":
            moves = self.env["account.move"].browse(docids)
            data["proforma"] = not moves._espace_is_official()
        return data

    def _espace_split(self, res_ids):
        """Print the invoices of families ourselves, whichever report is asked for."""
        if not self._is_invoice_report(self):
            return super()._espace_split(res_ids)
        moves = self.env["account.move"].browse(res_ids)
        ours = moves.filtered(
            lambda move: move._get_name_invoice_report().startswith("espace_famille")
        )
        return ours.ids, (moves - ours).ids

    def _espace_paperformat(self):
        if self._is_invoice_report(self):
            return self.env.ref(PAPER)
        return super()._espace_paperformat()
