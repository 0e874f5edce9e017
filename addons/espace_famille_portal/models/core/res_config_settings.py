from odoo import api, fields, models


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
    espace_base_url = fields.Char(
        "Address of the Site", config_parameter="web.base.url"
    )
    espace_base_url_frozen = fields.Boolean(
        "Keep This Address", config_parameter="web.base.url.freeze"
    )
    espace_in_site = fields.Boolean(related="company_id.espace_in_site", readonly=False)
    espace_has_website = fields.Boolean(compute="_compute_espace_has_website")
    espace_colour = fields.Char(
        "Colour of the Commune", related="company_id.primary_color", readonly=False
    )

    # Reminders
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

    # Legal pages
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

    # Doors
    espace_foreign_routes = fields.Text(
        "Routes of Other Addons", compute="_compute_espace_foreign_routes"
    )

    @api.depends("company_id")
    def _compute_espace_has_website(self):
        self.espace_has_website = "website" in self.env

    @api.depends("company_id")
    def _compute_espace_foreign_routes(self):
        foreign = self.env["espace.door"]._foreign_routes()
        lines = (f"{addon}: {', '.join(routes)}" for addon, routes in foreign.items())
        self.espace_foreign_routes = "\n".join(lines)
