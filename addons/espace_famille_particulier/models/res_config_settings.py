from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .. import particulier


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    espace_particulier_url = fields.Char(
        related="company_id.espace_particulier_url", readonly=False
    )
    espace_particulier_known = fields.Boolean(
        compute="_compute_espace_particulier_known"
    )
    espace_particulier_new_token = fields.Char(
        "New Token", help="Written once; nobody can read it here afterwards."
    )

    @api.depends("company_id")
    def _compute_espace_particulier_known(self):
        for settings in self:
            token = settings.company_id.sudo().espace_particulier_token
            settings.espace_particulier_known = bool(token)

    def set_values(self):
        """Keep the token apart; what waits in the form is forgotten."""
        result = super().set_values()
        token = (self.espace_particulier_new_token or "").strip()
        if token:
            self._check_espace_particulier_role()
            self.company_id.sudo().espace_particulier_token = token
            self.espace_particulier_new_token = False
        return result

    def _check_espace_particulier_role(self):
        if not self.env.user.has_group("espace_famille.group_admin"):
            raise AccessError(self.env._("Only administrators set up the connection."))

    def action_espace_particulier_forget(self):
        """Forget the token: nothing is asked any more."""
        self.ensure_one()
        self._check_espace_particulier_role()
        self.company_id.sudo().espace_particulier_token = False

    def action_espace_particulier_test(self):
        """Ask the service what the token may do, and show it.

        :raise UserError: in words, what does not work
        """
        self.ensure_one()
        self._check_espace_particulier_role()
        service = self.company_id._espace_particulier()
        words = self.env["espace.quotient.answer"]._words
        try:
            scopes = service.introspect()
        except particulier.Refused as refusal:
            raise UserError(words(refusal.outcome, refusal.code)) from None
        except particulier.Unavailable as error:
            raise UserError(
                self.env._(
                    "API Particulier does not answer, or not as it should (%s). Does "
                    "this server reach the Internet? Otherwise try again later.",
                    error,
                )
            ) from None
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "title": self.env._("API Particulier answers"),
                "message": self.env._("The token may read: %s", ", ".join(scopes)),
            },
        }
