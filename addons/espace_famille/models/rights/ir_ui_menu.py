from odoo import models


class IrUiMenu(models.Model):
    """The Contacts application is for those who may read all contacts.

    Who works in no commune has no menu of ours, but for the administrator of a database
    without any commune: the start-up makes one. Applications of Odoo that no role works
    with are out of the way of agents; administrators of the database see them all.
    """

    _inherit = "ir.ui.menu"

    def _visible_menu_ids(self, debug=False):
        visible = super()._visible_menu_ids(debug)
        if not self._espace_works_in_commune():
            root = self.env.ref("espace_famille.espace_menu_root", False)
            visible = visible - set(root.ids if root else ())
        elif self._espace_is_agent_only():
            visible = visible - self._espace_out_of_the_way()
        all_contacts = self.env.ref("espace_famille.res_partner_contacts_rule").sudo()
        some = self.env.ref("espace_famille.res_partner_day_rule").sudo()
        own = self.env.user.all_group_ids
        if not (some.groups & own) or all_contacts.groups & own:
            return visible
        return visible - {self.env.ref("contacts.menu_contacts").id}

    def _espace_is_agent_only(self):
        """Tell whether the user works with our application, and runs no database."""
        user = self.env.user
        groups = ("group_animation", "group_finance", "group_health")
        return any(
            user.has_group(f"espace_famille.{name}") for name in groups
        ) and not any(
            user.has_group(name)
            for name in ("base.group_system", "base.group_erp_manager")
        )

    def _espace_out_of_the_way(self):
        """Return the ids of the applications that agents have no use for.

        Conversations stay in the bar at the top; an addon names what it brought.
        """
        menus = [self.env.ref(name, False) for name in self._espace_unused_menus()]
        return {menu.id for menu in menus if menu}

    def _espace_unused_menus(self):
        return ["mail.menu_root_discuss", "base.menu_management"]

    def _espace_works_in_commune(self):
        """Tell whether the user has something to do in our application."""
        if any(self.env.user.sudo().company_ids.mapped("espace_is_commune")):
            return True
        is_admin = self.env.user.has_group("espace_famille.group_admin")
        return is_admin and not self.env["res.company"]._espace_communes()
