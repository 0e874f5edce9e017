from odoo import api, fields, models
from odoo.fields import Command


class EspaceDataCheck(models.TransientModel):
    """Shows to the administrators what `espace.check` finds in their communes."""

    _name = "espace.data.check"
    _description = "Check of the Data (result)"

    line_ids = fields.One2many("espace.data.check.line", "check_id", readonly=True)
    broken_count = fields.Integer(compute="_compute_counts")
    notice_count = fields.Integer(compute="_compute_counts")

    @api.depends("line_ids.state")
    def _compute_counts(self):
        for check in self:
            states = check.line_ids.mapped("state")
            check.broken_count = states.count("broken")
            check.notice_count = states.count("notice")

    def _compute_display_name(self):
        self.display_name = self.env._("Check of the Data")

    @api.model
    def action_check(self):
        """Check the user's communes now and show the result."""
        self.check_access("create")
        results = self.env["espace.check"]._results(self.env.companies)
        check = self.create(
            {
                "line_ids": [
                    Command.create(self._prepare_line(*result)) for result in results
                ]
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": check.display_name,
            "res_model": self._name,
            "res_id": check.id,
            "view_mode": "form",
            "target": "current",
        }

    @api.model
    def _prepare_line(self, invariant, finding):
        if not finding:
            return {"name": invariant.promise, "state": "ok"}
        return {
            "name": invariant.promise,
            "state": "notice" if finding.notice else "broken",
            "sentence": finding.sentence,
            "record_model": finding.model,
            "record_ids": list(finding.ids),
            "record_count": len(finding.ids),
        }


class EspaceDataCheckLine(models.TransientModel):
    _name = "espace.data.check.line"
    _description = "Check of the Data (line)"
    _order = "id"

    check_id = fields.Many2one(
        "espace.data.check", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char("What Must Hold", readonly=True)
    state = fields.Selection(
        [("ok", "In order"), ("notice", "To look at"), ("broken", "To correct")],
        "Result",
        readonly=True,
    )
    sentence = fields.Char("What Was Found", readonly=True)
    record_model = fields.Char(readonly=True)
    record_ids = fields.Json(readonly=True)
    record_count = fields.Integer("Records", readonly=True)

    def action_open_records(self):
        """Open what was found, within the rights of the user."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.sentence,
            "res_model": self.record_model,
            "view_mode": "list,form",
            "domain": [("id", "in", self.record_ids)],
            "context": {"active_test": False},
        }
