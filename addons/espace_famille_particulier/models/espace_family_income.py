from odoo import fields, models


class EspaceFamilyIncome(models.Model):
    _inherit = "espace.family.income"

    quotient_answer_id = fields.Many2one(
        "espace.quotient.answer",
        "Answer of the CAF or MSA",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
