from odoo import api, fields, models

# What decides of prices.
PRICED = {"family_id", "value", "date_from"}


class EspaceFamilyIncome(models.Model):
    """The quotient familial of a family from a date on, with its proof."""

    _name = "espace.family.income"
    _description = "Quotient Familial"
    _order = "family_id, date_from desc"
    _rec_name = "value"

    family_id = fields.Many2one(
        "espace.family", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="family_id.company_id", store=True)
    value = fields.Float("QF", digits=(16, 2), required=True)
    date_from = fields.Date(
        "From", required=True, default=lambda self: fields.Date.context_today(self)
    )
    source = fields.Selection(
        [
            ("caf", "CAF"),
            ("msa", "MSA"),
            ("tax_notice", "Tax notice"),
            ("declared", "Declared by the family"),
        ],
        default="caf",
        required=True,
    )
    proof_ids = fields.Many2many("ir.attachment")

    _value_positive = models.Constraint(
        "CHECK(value >= 0)", "A quotient familial must not be negative."
    )
    _family_date_unique = models.UniqueIndex(
        "(family_id, date_from)",
        "This family already has a quotient familial from that date.",
    )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        incomes = super().create(vals_list)
        incomes._recompute_prices()
        return incomes

    def write(self, vals):
        if not PRICED & vals.keys():
            return super().write(vals)
        before = self._starts()
        result = super().write(vals)
        self._recompute_prices(before)
        return result

    def unlink(self):
        before = self._starts()
        result = super().unlink()
        self.browse()._recompute_prices(before)
        return result

    # === Prices === #

    def _starts(self):
        """Return {family: first day on which one of these counts}."""
        starts = {}
        for income in self:
            family, day = income.family_id, income.date_from
            starts[family] = min(starts.get(family, day), day)
        return starts

    def _recompute_prices(self, before=None):
        """Charge anew what is not invoiced, from the first day that may change on.

        :param dict before: {family: first day} before the change
        """
        starts = self._starts()
        for family, day in (before or {}).items():
            starts[family] = min(starts.get(family, day), day)
        self.env["espace.reservation"]._quotients_changed(starts)

    def _in_force(self, day):
        """Return the quotient that counts on `day`, maybe empty."""
        return self.filtered(lambda income: income.date_from <= day).sorted(
            "date_from"
        )[-1:]
