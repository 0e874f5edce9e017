from odoo import api, models

from .product_template import OFFER_FIELDS


class ProductProduct(models.Model):
    _name = "product.product"
    _inherit = ["product.product", "espace.rulebook.mixin"]

    def _in_rulebook(self):
        return self.filtered("espace_activity_id")

    @api.model
    def _rulebook_fields(self):
        return ("product_tmpl_id", "active", *OFFER_FIELDS)

    def _compute_display_name(self):
        """Call the options of activities by their names, without internal codes."""
        options = self.filtered("espace_activity_id")
        for option in options:
            option.display_name = option.name
        return super(ProductProduct, self - options)._compute_display_name()
