from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    espace_tz = fields.Selection(related="company_id.espace_tz", readonly=False)
    espace_school_zone = fields.Selection(
        related="company_id.espace_school_zone", readonly=False
    )
    espace_public_holiday_region = fields.Selection(
        related="company_id.espace_public_holiday_region", readonly=False
    )
    espace_contact_name = fields.Char(
        related="company_id.espace_contact_name", readonly=False
    )
    espace_opening_hours = fields.Text(
        related="company_id.espace_opening_hours", readonly=False
    )
    espace_waiting_hold_hours = fields.Integer(
        related="company_id.espace_waiting_hold_hours", readonly=False
    )
    espace_hold_minutes = fields.Integer(
        related="company_id.espace_hold_minutes", readonly=False
    )
    espace_erase_after = fields.Integer(
        related="company_id.espace_erase_after", readonly=False
    )
    espace_erase_alone = fields.Boolean(
        related="company_id.espace_erase_alone", readonly=False
    )
