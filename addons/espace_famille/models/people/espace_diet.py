from odoo import fields, models


class EspaceDiet(models.Model):
    """What the kitchen must know (régime alimentaire); never a religion."""

    _name = "espace.diet"
    _description = "Diet"
    _order = "sequence, name"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    color = fields.Integer()
    active = fields.Boolean(default=True)
