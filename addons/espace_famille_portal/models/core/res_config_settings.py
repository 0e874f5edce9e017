from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...domain.password import SHORTEST

# As in `models/access/res_users_password.py`: rooms do not go in circles.
STAFF_LENGTH = "espace_famille_portal.staff_password_length"


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
    espace_strangers_months = fields.Integer(
        related="company_id.espace_strangers_months", readonly=False
    )
    espace_sender = fields.Char(related="company_id.espace_sender", readonly=False)
    espace_base_url = fields.Char(
        "Address of the Site", config_parameter="web.base.url"
    )
    espace_base_url_frozen = fields.Boolean(
        "Keep This Address", config_parameter="web.base.url.freeze"
    )
    espace_in_site = fields.Boolean(related="company_id.espace_in_site", readonly=False)
    espace_stops_apart = fields.Boolean(
        related="company_id.espace_stops_apart", readonly=False
    )
    espace_by_hours = fields.Boolean(
        related="company_id.espace_by_hours", readonly=False
    )
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
    espace_accessibility_scheme = fields.Html(
        related="company_id.espace_accessibility_scheme", readonly=False
    )

    # Logging in
    espace_staff_password_length = fields.Integer(
        "Shortest Password of Agents", config_parameter=STAFF_LENGTH, default=12
    )
    espace_login_rules = fields.Text(
        "Log-In by Group", compute="_compute_espace_login_rules"
    )

    @api.depends("company_id")
    def _compute_espace_login_rules(self):
        groups_sudo = self.env["res.groups"].sudo()._espace_login_groups()
        self.espace_login_rules = "\n".join(
            group_sudo._espace_login_words() for group_sudo in groups_sudo
        )

    @api.constrains("espace_staff_password_length")
    def _check_espace_staff_password_length(self):
        if any(one.espace_staff_password_length < SHORTEST for one in self):
            raise ValidationError(
                self.env._("A password has at least %s signs.", SHORTEST)
            )

    def action_espace_login_groups(self):
        """Open the groups of which a second factor and the end of sessions are set."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille_portal.action_login_groups"
        )
        groups = self.env["res.groups"]._espace_login_groups()
        return {**action, "domain": [("id", "in", groups.ids)]}

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
