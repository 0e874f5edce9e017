from odoo import api, fields, models


class EspaceChild(models.Model):
    _inherit = "espace.child"

    incident_count = fields.Integer(
        "Number of Accidents",
        compute="_compute_incident_count",
        groups="espace_famille.group_animation,espace_famille.group_health",
        help="Those that the user reads: agents of the day, their own.",
    )

    @api.depends_context("uid")
    def _compute_incident_count(self):
        counts = dict(
            self.env["espace.incident"]._read_group(
                [("child_id", "in", self.ids)], ["child_id"], ["__count"]
            )
        )
        for child in self:
            child.incident_count = counts.get(child._origin, 0)

    def action_open_incidents(self):
        """Open the accidents of this child; a new one is of this child."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille.espace_incident_action"
        )
        action["display_name"] = self.display_name
        action["domain"] = [("child_id", "=", self.id)]
        action["context"] = {"default_child_id": self.id}
        return action
