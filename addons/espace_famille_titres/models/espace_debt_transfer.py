from odoo import models
from odoo.exceptions import UserError


class EspaceDebtTransferLine(models.Model):
    _inherit = "espace.debt.transfer.line"

    def action_take_back(self):
        """Keep with the accountant what a titre asks for."""
        title_sudo = self.move_id._espace_title()
        if title_sudo:
            raise UserError(
                self.env._(
                    "%(debt)s is asked for by the titre %(title)s: cancel the titre "
                    "first.",
                    debt=self.move_id.name,
                    title=title_sudo.display_name,
                )
            )
        return super().action_take_back()
