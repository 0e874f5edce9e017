from odoo import models


class EspaceGuardian(models.Model):
    _inherit = "espace.guardian"

    def action_grant_portal(self):
        """Open Odoo's wizard that gives these people access to the portal."""
        self.check_access("write")
        wizard = self.env["portal.wizard"].create({"partner_ids": self.partner_id.ids})
        return wizard._action_open_modal()
