from odoo import models


class IrUiMenu(models.Model):
    """The Contacts application is for those who may read all contacts.

    Who works in no commune has no menu of ours.
    """

    _inherit = "ir.ui.menu"

    def _visible_menu_ids(self, debug=False):
        visible = super()._visible_menu_ids(debug)
        if not any(self.env.user.sudo().company_ids.mapped("espace_is_commune")):
            root = self.env.ref("espace_famille.espace_menu_root", False)
            visible = visible - set(root.ids if root else ())
        all_contacts = self.env.ref("espace_famille.res_partner_contacts_rule").sudo()
        some = self.env.ref("espace_famille.res_partner_day_rule").sudo()
        own = self.env.user.all_group_ids
        if not (some.groups & own) or all_contacts.groups & own:
            return visible
        return visible - {self.env.ref("contacts.menu_contacts").id}
