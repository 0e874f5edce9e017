"""How many absences a child or a family has, and the way to them."""

from odoo import api, fields, models


class EspaceChild(models.Model):
    _inherit = "espace.child"

    absence_ids = fields.One2many("espace.absence", "child_id", "Absences")
    absence_count = fields.Integer(
        "Number of Absences", compute="_compute_absence_count"
    )

    @api.depends("absence_ids")
    def _compute_absence_count(self):
        counts = self.env["espace.absence"]._counts("child_id", self)
        for child in self:
            child.absence_count = counts.get(child, 0)

    def action_open_absences(self):
        self.ensure_one()
        return self.env["espace.absence"]._action_of("child_id", self)


class EspaceFamily(models.Model):
    _inherit = "espace.family"

    absence_ids = fields.One2many("espace.absence", "family_id", "Absences")
    absence_count = fields.Integer(
        "Number of Absences", compute="_compute_absence_count"
    )

    @api.depends("absence_ids")
    def _compute_absence_count(self):
        counts = self.env["espace.absence"]._counts("family_id", self)
        for family in self:
            family.absence_count = counts.get(family, 0)

    def action_open_absences(self):
        self.ensure_one()
        return self.env["espace.absence"]._action_of("family_id", self)


class EspaceAbsence(models.Model):
    _inherit = "espace.absence"

    @api.model
    def _counts(self, field, records):
        """Return {record: number of absences}, grouped by `field`."""
        return dict(
            self._read_group([(field, "in", records.ids)], [field], ["__count"])
        )

    @api.model
    def _action_of(self, field, record):
        """Return the list of the absences of one child or one family."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille.espace_absence_action"
        )
        action["display_name"] = record.display_name
        action["domain"] = [(field, "=", record.id)]
        action["context"] = {f"default_{field}": record.id}
        return action
