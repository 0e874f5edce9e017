from odoo import api, fields, models

WEEKDAYS = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)


class EspaceWeekdayMixin(models.AbstractModel):
    """Days of the week as seven boxes to tick, Monday = 0."""

    _name = "espace.weekday.mixin"
    _description = "Days of the week"

    monday = fields.Boolean(default=True)
    tuesday = fields.Boolean(default=True)
    wednesday = fields.Boolean(default=True)
    thursday = fields.Boolean(default=True)
    friday = fields.Boolean(default=True)
    saturday = fields.Boolean(default=True)
    sunday = fields.Boolean(default=True)
    weekdays = fields.Char(
        "Weekday Numbers",
        compute="_compute_weekdays",
        inverse="_inverse_weekdays",
        help="Numbers of the ticked days, Monday = 0: 0,1,3,4.",
    )

    @api.depends(*WEEKDAYS)
    def _compute_weekdays(self):
        for record in self:
            record.weekdays = ",".join(str(day) for day in sorted(record._weekdays()))

    def _inverse_weekdays(self):
        for record in self:
            numbers = {int(day) for day in (record.weekdays or "").split(",") if day}
            for number, name in enumerate(WEEKDAYS):
                record[name] = number in numbers

    def _weekdays(self):
        """Return the ticked days as a frozenset of numbers, Monday = 0."""
        self.ensure_one()
        return frozenset(number for number, name in enumerate(WEEKDAYS) if self[name])

    @api.model
    def _days(self):
        """Return the names of the seven fields, Monday first."""
        return WEEKDAYS
