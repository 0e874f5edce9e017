from odoo import fields, models


class EspaceAllergen(models.Model):
    """One of the 14 substances that are declared with each dish (allergène).

    Source: annex II of regulation (EU) 1169/2011, in its order; décret 2015-447.
    """

    _name = "espace.allergen"
    _description = "Allergen"
    _order = "number"

    name = fields.Char(required=True, translate=True)
    number = fields.Integer(required=True, help="In the annex of the regulation.")
    code = fields.Char(required=True, readonly=True)
    examples = fields.Char(translate=True, help="In which foods it is found.")

    _code_unique = models.Constraint("UNIQUE(code)", "This allergen is known already.")
