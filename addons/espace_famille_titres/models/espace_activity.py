from odoo import fields, models


class EspaceActivity(models.Model):
    _inherit = "espace.activity"

    title_product_code = fields.Char(
        "Code produit local",
        help="Of its titres, where it is not that of the settings.",
    )
