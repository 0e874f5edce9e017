from odoo import api, fields, models


class ResUsers(models.Model):
    """Which home an agent of several roles sees first."""

    _inherit = "res.users"

    espace_home = fields.Selection(
        # Not a list: addons above add homes of their own.
        lambda self: self._espace_homes(),
        "Home",
        help="Empty: that of the widest role. The kitchen is for who orders and cooks.",
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return [*super().SELF_READABLE_FIELDS, "espace_home"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return [*super().SELF_WRITEABLE_FIELDS, "espace_home"]

    @api.model
    def _espace_homes(self):
        return [(role.code, role.name) for role in self.env["espace.home"]._roles()]
