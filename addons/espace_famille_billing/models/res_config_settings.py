from odoo import fields, models
from odoo.exceptions import AccessError


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    espace_writeoff_account_id = fields.Many2one(
        related="company_id.espace_writeoff_account_id", readonly=False
    )
    espace_fee_product_id = fields.Many2one(
        related="company_id.espace_fee_product_id", readonly=False
    )
    espace_analytic = fields.Boolean(
        related="company_id.espace_analytic", readonly=False
    )

    espace_pending_hours = fields.Integer(
        related="company_id.espace_pending_hours", readonly=False
    )

    def action_espace_setup_regie(self):
        """Make what misses to collect the families' money, then open the régie."""
        if not self.env.user.has_group("espace_famille.group_admin"):
            raise AccessError(self.env._("Only administrators set up the régie."))
        regie = self.company_id._espace_setup_regie()
        return {
            "type": "ir.actions.act_window",
            "name": regie.name,
            "res_model": "espace.regie",
            "res_id": regie.id,
            "views": [(False, "form")],
        }
