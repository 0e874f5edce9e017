from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    espace_activation_days = fields.Integer(
        related="company_id.espace_activation_days", readonly=False
    )
    espace_changes = fields.Selection(
        related="company_id.espace_changes", readonly=False
    )
    espace_answer_days = fields.Integer(
        related="company_id.espace_answer_days", readonly=False
    )
    espace_sender = fields.Char(related="company_id.espace_sender", readonly=False)
    espace_colour = fields.Char(
        "Colour of the Commune", related="company_id.primary_color", readonly=False
    )
