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
