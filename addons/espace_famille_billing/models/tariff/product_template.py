from odoo import api, models
from odoo.fields import Command


class ProductTemplate(models.Model):
    """Options are sold without taxes, on the income account of their activity."""

    _inherit = "product.template"

    @api.model_create_multi
    def create(self, vals_list):
        templates = super().create(vals_list)
        templates.filtered("espace_activity_id")._espace_drop_taxes()
        return templates

    def write(self, vals):
        result = super().write(vals)
        if vals.get("espace_activity_id"):
            self._espace_drop_taxes()
        return result

    def _espace_drop_taxes(self):
        """Take off the taxes that Odoo gives each new product.

        School canteen and childcare of a commune for its families are outside VAT.
        """
        taxed = self.filtered("taxes_id")
        if taxed:
            taxed.write({"taxes_id": [Command.clear()]})

    def _get_product_accounts(self):
        """Book an option on its own account, else on that of its activity."""
        accounts = super()._get_product_accounts()
        activity_sudo = self.sudo().espace_activity_id
        if activity_sudo.company_id == self.env.company and not (
            self.property_account_income_id
        ):
            accounts["income"] = activity_sudo.income_account_id or accounts["income"]
        return accounts
