from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    espace_publisher = fields.Char(
        related="company_id.espace_publisher", readonly=False
    )
    espace_host = fields.Text(related="company_id.espace_host", readonly=False)
    espace_dpo_email = fields.Char(
        related="company_id.espace_dpo_email", readonly=False
    )
    espace_accessibility = fields.Selection(
        related="company_id.espace_accessibility", readonly=False
    )
    espace_accessibility_date = fields.Date(
        related="company_id.espace_accessibility_date", readonly=False
    )
    espace_legal_notice = fields.Html(
        related="company_id.espace_legal_notice", readonly=False
    )
    espace_privacy_notice = fields.Html(
        related="company_id.espace_privacy_notice", readonly=False
    )
    espace_accessibility_statement = fields.Html(
        related="company_id.espace_accessibility_statement", readonly=False
    )
