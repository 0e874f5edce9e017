from odoo import models


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _compute_display_name(self):
        """Call the options of activities by their names, without internal codes."""
        options = self.filtered("espace_activity_id")
        for option in options:
            option.display_name = option.name
        return super(ProductProduct, self - options)._compute_display_name()
