from odoo import models
from odoo.fields import Command


class EspaceFamily(models.Model):
    """The tax certificates of a family, for those of its household."""

    _inherit = "espace.family"

    def _portal_certificates(self):
        """Return what to show of each past year with a certificate, latest first."""
        self.ensure_one()
        company = self.company_id
        Certificate = self.env["espace.tax.certificate"].sudo()
        shown = []
        for year in Certificate._years(self.sudo(), company._espace_today()):
            for found in Certificate._certificates(self.sudo(), year):
                shown.append(
                    {
                        "year": year,
                        "declared": company._espace_amount_words(found["declared"]),
                        "children": ", ".join(
                            part["child"].firstname for part in found["children"]
                        ),
                    }
                )
        return shown

    def _portal_certificate_pdf(self, year):
        """Return the PDF of a past year, None where there is no certificate."""
        self.ensure_one()
        Certificate = self.env["espace.tax.certificate"].sudo()
        if year not in Certificate._years(self.sudo(), self.company_id._espace_today()):
            return None
        run = (
            self.env["espace.tax.wizard"]
            .sudo()
            .create(
                {
                    "company_id": self.company_id.id,
                    "year": year,
                    "family_ids": [Command.set(self.ids)],
                }
            )
        )
        pdf, _kind = (
            self.env["ir.actions.report"]
            .sudo()
            ._render_qweb_pdf("espace_famille_billing.tax_certificate_report", run.ids)
        )
        return pdf
