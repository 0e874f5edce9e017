from odoo import models
from odoo.fields import Command


class PortalWizardUser(models.TransientModel):
    _inherit = "portal.wizard.user"

    def action_grant_access(self):
        """Let a guardian see the communes of all their families."""
        result = super().action_grant_access()
        user_sudo = self.sudo().partner_id.user_ids[:1]
        families_sudo = self.env["espace.family"]._of_user(user_sudo)
        user_sudo.company_ids = [
            Command.link(company.id) for company in families_sudo.company_id
        ]
        families_sudo.filtered(lambda family: family.state == "draft").state = "invited"
        return result
