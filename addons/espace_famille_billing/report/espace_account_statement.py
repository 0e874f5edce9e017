from odoo import api, models


class EspaceAccountStatement(models.AbstractModel):
    """What the printed account of a family holds (relevé de compte)."""

    _name = "report.espace_famille_billing.account_statement"
    _description = "Account Statement of a Family"

    @api.model
    def _get_report_values(self, docids, data=None):
        wizards = self.env["espace.account.wizard"].browse(docids)
        return {
            "doc_ids": docids,
            "doc_model": wizards._name,
            "docs": wizards,
            "sheets": [self._sheet(wizard) for wizard in wizards],
        }

    @api.model
    def _sheet(self, wizard):
        wizard = wizard.with_context(lang=wizard.family_id.lang or self.env.lang)
        return {
            "wizard": wizard,
            "family": wizard.family_id.sudo(),
            "company": wizard.family_id.company_id.sudo(),
            "account": wizard.family_id._espace_account(
                wizard.date_from, wizard.date_to
            ),
        }
