from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    espace_remind_cart = fields.Boolean(
        related="company_id.espace_remind_cart", readonly=False
    )
    espace_remind_cart_hours = fields.Integer(
        related="company_id.espace_remind_cart_hours", readonly=False
    )
    espace_remind_cart_limit_hours = fields.Integer(
        related="company_id.espace_remind_cart_limit_hours", readonly=False
    )
    espace_remind_limits = fields.Boolean(
        related="company_id.espace_remind_limits", readonly=False
    )
    espace_remind_limit_days = fields.Integer(
        related="company_id.espace_remind_limit_days", readonly=False
    )
