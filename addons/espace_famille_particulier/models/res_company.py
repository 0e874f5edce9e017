from odoo import fields, models
from odoo.exceptions import UserError

from .. import particulier

PRODUCTION = "https://particulier.api.gouv.fr"


class ResCompany(models.Model):
    """By what token a commune asks for quotients, and whether it may go there."""

    _inherit = "res.company"

    espace_particulier_url = fields.Char(
        "Address of API Particulier",
        default=PRODUCTION,
        help="https://staging.particulier.api.gouv.fr to try it.",
    )
    # Nobody reads it back: it is written in the settings, and used.
    espace_particulier_token = fields.Char(
        "Token of API Particulier", groups=fields.NO_ACCESS, copy=False
    )

    def _espace_particulier(self):
        """Return the `particulier.Service` of this commune.

        :raise UserError: says what the settings lack
        """
        self.ensure_one()
        company_sudo = self.sudo()
        siret = "".join((company_sudo.company_registry or "").split())
        if not company_sudo.espace_particulier_token:
            raise UserError(
                self.env._("Enter the token of API Particulier in the settings first.")
            )
        if not (siret.isdigit() and len(siret) == 14):
            raise UserError(
                self.env._(
                    "The SIRET of the commune (14 digits) is missing: it stands in the "
                    "file of the company."
                )
            )
        if not particulier.is_safe(company_sudo.espace_particulier_url):
            raise UserError(
                self.env._("The address of API Particulier must begin with https://.")
            )
        return particulier.Service(
            company_sudo.espace_particulier_url,
            company_sudo.espace_particulier_token,
            siret,
        )
