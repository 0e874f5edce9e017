from odoo import fields, models


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

    def _in_force(self, day):
        """Return the quotient that counts on `day`, maybe empty."""
        return self.filtered(lambda income: income.date_from <= day).sorted(
            "date_from"
        )[-1:]
