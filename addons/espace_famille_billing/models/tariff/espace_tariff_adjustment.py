from odoo import fields, models

from ...domain import pricing
from ..core.amounts import to_decimal
from .espace_tariff_line import EVENTS


class EspaceTariffAdjustment(models.Model):
    """A reduction or surcharge, applied in order to the whole price."""

    _name = "espace.tariff.adjustment"
    _inherit = ["espace.tariff.selector.mixin"]
    _description = "Tariff Adjustment"
    _order = "tariff_id, sequence, id"

    product_id = fields.Many2one(
        "product.product", domain=[("espace_activity_id", "!=", False)]
    )
    event = fields.Selection([("any", "All"), *EVENTS], default="any", required=True)
    operation = fields.Selection(
        [
            ("percent", "Percent"),
            ("amount", "Euros to add"),
            ("set", "Price to set"),
        ],
        default="percent",
        required=True,
    )
    value = fields.Float(digits=(16, 4), help="-50 percent halves the price.")

    def _domain_line(self):
        return pricing.Adjustment(
            operation=self.operation,
            value=to_decimal(self.value),
            product=self.product_id.id or None,
            event=self.event,
            key=self.id,
            **self._selectors(),
        )
