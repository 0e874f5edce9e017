from odoo import models


class IrHttp(models.AbstractModel):
    """Agents begin at their home, administrators at the checklist until it is done.

    Nothing is written on the users: whoever has chosen another first screen keeps it,
    and who stops being an agent has none of ours.
    """

    _inherit = "ir.http"

    def session_info(self):
        info = super().session_info()
        if not info.get("home_action_id"):
            first = self._espace_first_screen()
            if first:
                info["home_action_id"] = self.env.ref(f"espace_famille.{first}").id
        return info

    def _espace_first_screen(self):
        """Return the name of the action where the user begins, "" if not with us."""
        if self.env["espace.setup"]._leads_home():
            return "espace_setup_action"
        return "espace_role_home_action" if self.env["espace.home"]._has_home() else ""
