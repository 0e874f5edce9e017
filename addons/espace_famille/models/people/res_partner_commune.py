from odoo import models


class ResPartner(models.Model):
    """What a family told its commune is read by no other commune.

    Odoo's own rule does it, for contacts that belong to a company.
    """

    _inherit = "res.partner"

    def _espace_give_to(self, company):
        """Have these contacts belong to a commune.

        All companies keep reading who works in one of them, and who logs in to the
        portal of another one.
        """
        for partner_sudo in self.sudo():
            users = partner_sudo.with_context(active_test=False).user_ids
            own = all(user.share and user.company_id == company for user in users)
            if own and partner_sudo.company_id != company:
                partner_sudo.company_id = company
