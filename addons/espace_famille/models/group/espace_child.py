from odoo import api, fields, models


class EspaceChild(models.Model):
    _inherit = "espace.child"

    group_ids = fields.Many2many(
        "espace.group",
        "espace_group_child_rel",
        "child_id",
        "group_id",
        string="Groups and Transport",
        groups="espace_famille.group_animation",
        check_company=True,
    )

    @api.constrains("group_ids")
    def _check_groups(self):
        """Ask the groups: what is written on a child is not told to them."""
        groups = self.group_ids
        groups._check_places()
        groups._check_one_a_child()
