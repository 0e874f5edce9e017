from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    espace_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Currency of the Commune"
    )
    espace_block_debt = fields.Boolean(
        related="company_id.espace_block_debt", readonly=False
    )
    espace_block_days = fields.Integer(
        related="company_id.espace_block_days", readonly=False
    )
    espace_block_amount = fields.Monetary(
        related="company_id.espace_block_amount",
        readonly=False,
        currency_field="espace_currency_id",
    )
    espace_reminder_gap = fields.Integer(
        related="company_id.espace_reminder_gap", readonly=False
    )
    espace_reminder_auto = fields.Selection(
        related="company_id.espace_reminder_auto", readonly=False
    )
