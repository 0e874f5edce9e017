from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import email_normalize_all


class ResCompany(models.Model):
    """Who cooks for the commune, and how it is told."""

    _inherit = "res.company"

    espace_caterer_name = fields.Char("Kitchen or Caterer")
    espace_caterer_email = fields.Char(
        "E-mail of the Kitchen",
        help="Orders are sent there; several addresses with commas between them. "
        "Without one they are printed.",
    )
    espace_caterer_phone = fields.Char("Telephone of the Kitchen")
    espace_kitchen_alone = fields.Boolean(
        "Orders Leave by Themselves",
        default=True,
        help="At the limit of the bookings, with the numbers of that moment. What "
        "changes afterwards is sent by an agent, as an addendum.",
    )

    @api.constrains("espace_caterer_email")
    def _check_caterer_email(self):
        """Refuse addresses that nothing can be sent to.

        :raise ValidationError: naming what is none
        """
        for company in self.filtered("espace_caterer_email"):
            given = [one for one in company.espace_caterer_email.split(",")]
            wrong = [one.strip() for one in given if not email_normalize_all(one)]
            if wrong:
                raise ValidationError(
                    self.env._("“%s” is no e-mail address.", ", ".join(wrong))
                )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    espace_caterer_name = fields.Char(
        related="company_id.espace_caterer_name", readonly=False
    )
    espace_caterer_email = fields.Char(
        related="company_id.espace_caterer_email", readonly=False
    )
    espace_caterer_phone = fields.Char(
        related="company_id.espace_caterer_phone", readonly=False
    )
    espace_kitchen_alone = fields.Boolean(
        related="company_id.espace_kitchen_alone", readonly=False
    )
