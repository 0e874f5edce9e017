from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.espace_famille.models.core.guards import is_allowed
from odoo.addons.espace_famille_billing.models.core.guards import STATING


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.ondelete(at_uninstall=False)
    def _unlink_not_pointed(self):
        """Keep together a movement of the bank and the entry that points it."""
        if is_allowed(self.env, STATING):
            return
        partials_sudo = self.sudo()
        moves = (partials_sudo.debit_move_id | partials_sudo.credit_move_id).move_id
        for move in moves:
            if words := move._espace_why_bank():
                raise UserError(words)
