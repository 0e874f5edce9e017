from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    espace_fee_product_id = fields.Many2one(
        related="company_id.espace_fee_product_id", readonly=False
    )
    espace_writeoff_account_id = fields.Many2one(
        related="company_id.espace_writeoff_account_id", readonly=False
    )
    espace_pending_hours = fields.Integer(
        related="company_id.espace_pending_hours", readonly=False
    )
