from odoo import api, models


class EspaceRulebook(models.AbstractModel):
    """Prices, and how they are written, are kept with the règlement."""

    _inherit = "espace.rulebook"

    @api.model
    def _domains(self, company_id):
        company = self.env["res.company"].browse(company_id)
        return super()._domains(company_id) | {
            "espace.tariff": [("company_id", "=", company_id)],
            "espace.flat.formula": [
                ("company_id", "=", company_id),
                ("active", "in", (True, False)),
            ],
            "espace.pack.formula": [
                ("company_id", "=", company_id),
                ("active", "in", (True, False)),
            ],
            "res.currency": [("id", "=", company.currency_id.id)],
        }


class ResCurrency(models.Model):
    _name = "res.currency"
    _inherit = ["res.currency", "espace.rulebook.mixin"]
    _rulebook_company = None

    @api.model
    def _rulebook_fields(self):
        return ("name", "symbol", "position", "rounding", "decimal_places")
