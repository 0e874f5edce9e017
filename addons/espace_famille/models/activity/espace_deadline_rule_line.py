from odoo import api, fields, models

from ...domain import cutoff
from ..core.espace_weekday_mixin import WEEKDAYS
from .espace_deadline_rule import CHECKED_BY_RULE


class EspaceDeadlineRuleLine(models.Model):
    """For services on these days, the limit is that day of an earlier week."""

    _name = "espace.deadline.rule.line"
    _inherit = ["espace.weekday.mixin", "espace.rulebook.mixin"]
    _description = "Weekly Limit"
    _order = "rule_id, id"

    rule_id = fields.Many2one(
        "espace.deadline.rule", required=True, index=True, ondelete="cascade"
    )
    cutoff_weekday = fields.Selection(
        [
            ("0", "Monday"),
            ("1", "Tuesday"),
            ("2", "Wednesday"),
            ("3", "Thursday"),
            ("4", "Friday"),
            ("5", "Saturday"),
            ("6", "Sunday"),
        ],
        "Limit Day",
        required=True,
        default="1",
    )
    weeks_back = fields.Integer(default=1, help="0: the same week; 1: the week before.")
    time = fields.Float("Time of Day", default=12.0)

    _weeks_back_positive = models.Constraint(
        "CHECK(weeks_back >= 0)", "The number of weeks must not be negative."
    )
    _time_in_day = models.Constraint(
        "CHECK(time >= 0 AND time <= 24)", "The time must lie between 0:00 and 24:00."
    )

    @api.constrains("rule_id", "cutoff_weekday", "weeks_back", "time", *WEEKDAYS)
    def _check_line(self):
        """Whoever writes a line, the rule must make sense; it checks its own."""
        if self.env.context.get("espace_checked") is not CHECKED_BY_RULE:
            self.rule_id._check_rule()

    def unlink(self):
        rules = self.rule_id
        result = super().unlink()
        if self.env.context.get("espace_checked") is not CHECKED_BY_RULE:
            rules._check_rule()
        return result

    def _domain_line(self):
        return cutoff.WeeklyLine(
            weekdays=self._weekdays(),
            cutoff_weekday=int(self.cutoff_weekday),
            weeks_back=self.weeks_back,
            time=self.time,
        )
