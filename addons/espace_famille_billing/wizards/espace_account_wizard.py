from odoo import api, fields, models
from odoo.exceptions import ValidationError


class EspaceAccountWizard(models.TransientModel):
    """The account of a family on paper (relevé de compte), over a period."""

    _name = "espace.account.wizard"
    _description = "Account Statement of a Family"

    family_id = fields.Many2one("espace.family", "Family Account", required=True)
    date_from = fields.Date(
        "From", help="Empty: from the first line; else what was owed before is said."
    )
    date_to = fields.Date(
        "To", required=True, default=lambda self: self.env.company._espace_today()
    )

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for wizard in self:
            if wizard.date_from and wizard.date_from > wizard.date_to:
                raise ValidationError(self.env._("The period ends before it begins."))

    def action_print(self):
        self.ensure_one()
        report = self.env.ref("espace_famille_billing.espace_account_report")
        return {**report.report_action(self), "close_on_report_download": True}
