from odoo import models


class IrUiMenu(models.Model):
    """The Contacts application is for those who may read all contacts."""

    _inherit = "ir.ui.menu"

    def _visible_menu_ids(self, debug=False):
        visible = super()._visible_menu_ids(debug)
        all_contacts = self.env.ref("espace_famille.res_partner_contacts_rule").sudo()
        some = self.env.ref("espace_famille.res_partner_day_rule").sudo()
        own = self.env.user.all_group_ids
        if not (some.groups & own) or all_contacts.groups & own:
            return visible
        return visible - {self.env.ref("contacts.menu_contacts").id}
