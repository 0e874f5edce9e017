from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ProductTemplate(models.Model):
    """A fee that families are charged names the decision of the council that set it."""

    _inherit = "product.template"

    espace_fee_decision = fields.Char(
        "Decision that Sets the Fee",
        help="Reference of the council's decision (délibération). Required where the "
        "price of a fee is above zero: it stands on the invoice.",
    )

    @api.constrains("list_price", "espace_fee_decision")
    def _check_espace_fee_decision(self):
        products = self.product_variant_ids
        used = (
            self.env["res.company"]
            .sudo()
            .search([("espace_fee_product_id", "in", products.ids)])
            .espace_fee_product_id
            | self.env["espace.reminder.level"]
            .sudo()
            .search([("fee_product_id", "in", products.ids)])
            .fee_product_id
        )
        used._espace_check_fee()


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _espace_check_fee(self):
        """Refuse fees above zero that no decision of the council sets.

        :raise ValidationError: naming the fee
        """
        for product in self:
            decision = (product.espace_fee_decision or "").strip()
            if product.lst_price > 0 and not decision:
                raise ValidationError(
                    self.env._(
                        "“%s” is charged to families: name the decision of the council "
                        "that sets it (on the product, “Decision that Sets the Fee”).",
                        product.name,
                    )
                )


class ResCompany(models.Model):
    _inherit = "res.company"

    @api.constrains("espace_fee_product_id")
    def _check_espace_fee_product(self):
        self.espace_fee_product_id._espace_check_fee()
