from datetime import date

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command, Domain

from ..domain import school_calendar
from .res_company import SCHOOL_ZONES

TERM_WEEKDAYS = {
    "4": frozenset({0, 1, 3, 4}),
    "4.5": frozenset({0, 1, 2, 3, 4}),
}


class EspaceSchoolYear(models.Model):
    """A school year (année scolaire) with its holidays and public holidays."""

    _name = "espace.school.year"
    _description = "School Year"
    _order = "date_from desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True, readonly=False)
    date_from = fields.Date("First Day", required=True)
    date_to = fields.Date("Last Day", required=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    zone = fields.Selection(
        SCHOOL_ZONES,
        compute="_compute_zone",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    week_pattern = fields.Selection(
        [("4", "4 days"), ("4.5", "4 days and a half")],
        "School Week",
        default="4",
        required=True,
        help="Four days: Monday, Tuesday, Thursday and Friday.",
    )
    period_ids = fields.One2many("espace.calendar.period", "year_id", "Periods")

    _dates_ordered = models.Constraint(
        "CHECK(date_from < date_to)",
        "A school year must end after it starts.",
    )

    @api.depends("date_from", "date_to")
    def _compute_name(self):
        for year in self:
            if year.date_from and year.date_to:
                year.name = f"{year.date_from.year}–{year.date_to.year}"

    @api.depends("company_id")
    def _compute_zone(self):
        for year in self:
            year.zone = year.company_id.espace_school_zone or "C"

    @api.constrains("date_from", "date_to", "company_id")
    def _check_overlap(self):
        for year in self:
            other = self.search(
                Domain("id", "!=", year.id)
                & Domain("company_id", "=", year.company_id.id)
                & Domain("date_from", "<=", year.date_to)
                & Domain("date_to", ">=", year.date_from),
                limit=1,
            )
            if other:
                raise ValidationError(
                    self.env._(
                        "The school year %(year)s overlaps %(other)s: "
                        "change its dates.",
                        year=year.name,
                        other=other.name,
                    )
                )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        years = super().create(vals_list)
        years.company_id._espace_calendar_changed()
        return years

    def write(self, vals):
        result = super().write(vals)
        self.company_id._espace_calendar_changed()
        return result

    def unlink(self):
        companies = self.company_id
        result = super().unlink()
        companies._espace_calendar_changed()
        return result

    # === Actions === #

    def action_seed(self):
        """Fill in the official holidays of the zone; manual periods stay."""
        self.check_access("write")
        for year in self:
            year._seed()

    def action_generate_sessions(self):
        """Open the sessions of every activity over the year."""
        self.check_access("write")
        for year in self:
            self.env["espace.activity"].search(
                [("company_id", "=", year.company_id.id)]
            )._generate_sessions(year.date_from, year.date_to)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Sessions"),
            "res_model": "espace.session",
            "view_mode": "calendar,list,form",
        }

    # === Tools === #

    @api.model
    def _year_of(self, company, day):
        """Return the year of `company` which contains `day`, maybe empty."""
        return self.search(
            [
                ("company_id", "=", company.id),
                ("date_from", "<=", day),
                ("date_to", ">=", day),
            ],
            limit=1,
        )

    @api.model
    def _create_for(self, company, day):
        """Create and seed the year (1 September to 31 August) around `day`."""
        first_year = day.year if day.month >= 9 else day.year - 1
        year = self.create(
            {
                "company_id": company.id,
                "date_from": date(first_year, 9, 1),
                "date_to": date(first_year + 1, 8, 31),
            }
        )
        year._seed(forecast=True)
        return year

    def _seed(self, forecast=False):
        """Replace the official periods by those of the library `holidays`.

        :param bool forecast: guess the holidays of a year that has no decree yet
        :raise ValidationError: the zone or the year is not known
        """
        self.ensure_one()
        try:
            periods = school_calendar.seed_periods(
                self.zone, self.date_from.year, forecast=forecast
            )
        except school_calendar.SchoolCalendarUnknown as error:
            raise ValidationError(
                self.env._(
                    "The official calendar of %(year)s is not known yet: "
                    "enter its holidays by hand.",
                    year=self.name,
                )
            ) from error
        self.period_ids.filtered(lambda period: period.source == "official").unlink()
        kept = {(p.kind, p.date_from) for p in self.period_ids}
        self.write(
            {
                "period_ids": [
                    Command.create(
                        {
                            "kind": period.kind,
                            "name": period.name,
                            "date_from": period.date_from,
                            "date_to": period.date_to,
                            "source": "official",
                        }
                    )
                    for period in periods
                    if (period.kind, period.date_from) not in kept
                ]
            }
        )

    def _school_weekdays(self):
        """Return the weekdays with school of the latest of these years."""
        latest = self.sorted("date_from")[-1:]
        return TERM_WEEKDAYS[latest.week_pattern or "4"]
