from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import email_normalize

from .espace_letter import server_words


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    espace_mail_problem = fields.Char(compute="_compute_espace_mail_problem")

    espace_is_commune = fields.Boolean(
        related="company_id.espace_is_commune", readonly=False
    )
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
    espace_file_megabytes = fields.Integer(
        related="company_id.espace_file_megabytes", readonly=False
    )
    espace_erase_after = fields.Integer(
        related="company_id.espace_erase_after", readonly=False
    )
    espace_erase_alone = fields.Boolean(
        related="company_id.espace_erase_alone", readonly=False
    )
    espace_health_readings_months = fields.Integer(
        related="company_id.espace_health_readings_months", readonly=False
    )

    @api.depends("company_id")
    def _compute_espace_mail_problem(self):
        self.espace_mail_problem = self.env["ir.mail_server"]._espace_problem()

    def action_espace_test_mail(self):
        """Send an e-mail to oneself, and say what the mail server answers.

        :raise UserError: it did not leave; with the server's words
        """
        self.ensure_one()
        if not self.env.user.has_group("espace_famille.group_admin"):
            raise AccessError(self.env._("Only the administration tests e-mails."))
        address = email_normalize(self.env.user.email or "")
        if not address:
            raise UserError(
                self.env._("You have no e-mail address: enter one in your profile.")
            )
        commune = self.company_id
        mail_sudo = (
            self.env["mail.mail"]
            .sudo()
            .create(
                {
                    "subject": self.env._("Test of the e-mails of %s", commune.name),
                    "body_html": self.env._(
                        "E-mails of Espace Famille leave as they should."
                    ),
                    "email_from": commune.email_formatted
                    or self.env.user.email_formatted,
                    "email_to": address,
                    "auto_delete": True,
                }
            )
        )
        try:
            mail_sudo.send(raise_exception=True)
        except Exception as error:
            words = server_words("\n".join(str(part) for part in error.args))
            raise UserError(
                self.env._("The mail server refused it: %s", words)
            ) from error
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("The mail server took an e-mail to %s.", address),
            },
        }
