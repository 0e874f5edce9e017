from odoo import models


class IrUiMenu(models.Model):
    """Odoo's own accounting is found in our menu, in the words of a régie."""

    _inherit = "ir.ui.menu"

    def _espace_unused_menus(self):
        menus = super()._espace_unused_menus()
        if self.env.user.has_group("account.group_account_manager"):
            return menus
        return [*menus, "account.menu_finance"]
