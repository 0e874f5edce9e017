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
    event = fields.Selection(
        [("any", "All"), *EVENTS],
        default="any",
        required=True,
        help="All: whatever happens on a day. The flat price of a month, or of a "
        "pack, is changed by what names it alone.",
    )
    operation = fields.Selection(
        [
            ("percent", "Percent"),
            ("amount", "Euros to add"),
            ("set", "Price to set"),
            ("floor", "Reductions leave at least"),
            ("waive", "Nothing is asked below"),
        ],
        default="percent",
        required=True,
    )
    value = fields.Float(
        digits=(16, 4),
        help="-50 percent halves the price. What reductions leave at least is never "
        "more than the price of the grid; one row a bracket makes a grid of floors.",
    )
    qf_min = fields.Float("QF from", digits=(16, 2), help="Included.")
    qf_max = fields.Float(
        "QF below", digits=(16, 2), help="Not included; 0: without end."
    )

    _qf_bracket = models.Constraint(
        "CHECK(coalesce(qf_min, 0) >= 0 AND coalesce(qf_max, 0) >= 0 "
        "AND (coalesce(qf_max, 0) = 0 OR coalesce(qf_min, 0) < qf_max))",
        "The quotients of a reduction begin at 0 or more and end above where they "
        "begin.",
    )
    _limits_positive = models.Constraint(
        "CHECK(operation NOT IN ('floor', 'waive') OR value > 0)",
        "Say the euros that reductions leave, or below which nothing is asked.",
    )

    def _domain_line(self):
        return pricing.Adjustment(
            operation=self.operation,
            value=to_decimal(self.value),
            product=self.product_id.id or None,
            event=self.event,
            qf_min=to_decimal(self.qf_min) if self.qf_min else None,
            qf_max=to_decimal(self.qf_max) if self.qf_max else None,
            key=self.id,
            **self._selectors(),
        )
