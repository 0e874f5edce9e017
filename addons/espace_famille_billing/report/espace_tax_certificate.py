from odoo import api, models


class EspaceTaxCertificateReport(models.AbstractModel):
    """What the printed certificates hold (attestation fiscale)."""

    _name = "report.espace_famille_billing.tax_certificates"
    _description = "Tax Certificates"

    @api.model
    def _get_report_values(self, docids, data=None):
        wizards = self.env["espace.tax.wizard"].browse(docids)
        payments = self.env["account.payment"]._fields["espace_means"]
        return {
            "doc_ids": docids,
            "doc_model": wizards._name,
            "docs": wizards,
            "row_means": {
                **dict(payments._description_selection(self.env)),
                "treasury": self.env._("Public accountant"),
            },
        }
