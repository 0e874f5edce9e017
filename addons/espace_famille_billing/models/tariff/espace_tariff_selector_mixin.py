from odoo import api, fields, models

RESIDENCIES = [
    ("any", "All"),
    ("resident", "Living in the commune"),
    ("non_resident", "Living elsewhere"),
]
PAI = [("any", "All"), ("with", "With PAI"), ("without", "Without PAI")]


class EspaceTariffSelectorMixin(models.AbstractModel):
    """A row of a tariff, and which families and children it is for; 0: no bound."""

    _name = "espace.tariff.selector.mixin"
    _description = "Tariff Selectors"
    _order = "tariff_id, sequence, id"

    tariff_id = fields.Many2one(
        "espace.tariff", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="tariff_id.company_id", store=True)
    sequence = fields.Integer(default=10)

    # For whom
    residency = fields.Selection(RESIDENCIES, default="any", required=True)
    sibling_rank_min = fields.Integer("From Child No.", help="0: whichever child.")
    sibling_rank_max = fields.Integer("To Child No.", help="0: without end.")
    pai = fields.Selection(PAI, "PAI", default="any", required=True)

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        rows.tariff_id._grid_changed()
        return rows

    def write(self, vals):
        tariffs = self.tariff_id
        result = super().write(vals)
        (tariffs | self.tariff_id)._grid_changed()
        return result

    def unlink(self):
        tariffs = self.tariff_id
        result = super().unlink()
        tariffs._grid_changed()
        return result

    # === Tools === #

    def _domain_lines(self):
        """Return these lines for `pricing`, in the order in which they apply."""
        lines = self.sorted(lambda line: (line.sequence, line.id))
        return tuple(line._domain_line() for line in lines)

    def _selectors(self):
        return {
            "residency": self.residency,
            "sibling_rank_min": self.sibling_rank_min or None,
            "sibling_rank_max": self.sibling_rank_max or None,
            "pai": {"with": True, "without": False}.get(self.pai),
        }
