from odoo import api, fields, models


class EspaceCalendarPeriod(models.Model):
    """School holidays, a public holiday (férié) or a bridge (pont)."""

    _name = "espace.calendar.period"
    _description = "Calendar Period"
    _order = "date_from, id"

    name = fields.Char(required=True)
    year_id = fields.Many2one(
        "espace.school.year", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="year_id.company_id", store=True)
    kind = fields.Selection(
        [
            ("holiday", "School holidays"),
            ("public_holiday", "Public holiday"),
            ("bridge", "Bridge"),
        ],
        required=True,
    )
    date_from = fields.Date("From", required=True)
    date_to = fields.Date("To", required=True)
    source = fields.Selection(
        [("official", "Official calendar"), ("manual", "Entered by staff")],
        default="manual",
        required=True,
        help="Periods of the official calendar are replaced when it is loaded again; "
        "a period that staff corrected is kept.",
    )

    _dates_ordered = models.Constraint(
        "CHECK(date_from <= date_to)",
        "A period must not end before it starts.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        periods = super().create(vals_list)
        periods.company_id._espace_calendar_changed()
        return periods

    def write(self, vals):
        if vals.keys() & {"name", "kind", "date_from", "date_to"}:
            vals = {"source": "manual", **vals}
        result = super().write(vals)
        self.company_id._espace_calendar_changed()
        return result

    def unlink(self):
        companies = self.company_id
        result = super().unlink()
        companies._espace_calendar_changed()
        return result
