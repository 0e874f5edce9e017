from odoo import models


class ResUsers(models.Model):
    """A second factor for who is in a group that asks for one."""

    _inherit = "res.users"

    def _mfa_type(self):
        """Ask for a code by e-mail where a group wants one and no application is set.

        Odoo does the rest: the page of the code, passkeys instead of it, keys instead
        of passwords for programs.
        """
        return super()._mfa_type() or (
            "totp_mail" if self._espace_needs_second_factor() else None
        )

    def _espace_needs_second_factor(self):
        self.ensure_one()
        return any(self.sudo().all_group_ids.mapped("espace_second_factor"))
