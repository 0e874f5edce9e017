from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    espace_title_firstname = fields.Char(
        related="company_id.espace_title_firstname", readonly=False
    )
    espace_title_lastname = fields.Char(
        related="company_id.espace_title_lastname", readonly=False
    )
    espace_title_quality = fields.Char(
        related="company_id.espace_title_quality", readonly=False
    )
    espace_title_court = fields.Char(
        related="company_id.espace_title_court", readonly=False
    )
    espace_title_product_code = fields.Char(
        related="company_id.espace_title_product_code", readonly=False
    )
