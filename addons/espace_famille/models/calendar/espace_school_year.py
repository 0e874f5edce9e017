from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..core.res_company import PUBLIC_HOLIDAY_REGIONS, SCHOOL_ZONES

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
    region = fields.Selection(
        PUBLIC_HOLIDAY_REGIONS,
        "Local Public Holidays",
        compute="_compute_region",
        store=True,
        readonly=False,
        precompute=True,
        help="Alsace-Moselle and overseas have public holidays of their own.",
    )
    week_pattern = fields.Selection(
        [("4", "4 days"), ("4.5", "4 days and a half")],
        "School Week",
        default="4",
        required=True,
        help="Four days: Monday, Tuesday, Thursday and Friday.",
    )
    period_ids = fields.One2many("espace.calendar.period", "year_id", "Periods")
    off_booked_words = fields.Char(
        "Booked on Days no longer Open", compute="_compute_off_booked_words"
    )

    _dates_ordered = models.Constraint(
        "CHECK(date_from < date_to)",
        "A school year must end after it starts.",
    )

    @api.depends("date_from", "date_to")
    def _compute_name(self):
        for year in self:
            if year.date_from and year.date_to:
                autumns = dict.fromkeys((year.date_from.year, year.date_to.year))
                year.name = "–".join(map(str, autumns))

    @api.depends("company_id")
    def _compute_zone(self):
        for year in self:
            year.zone = year.company_id.espace_school_zone or "C"

    @api.depends("company_id")
    def _compute_region(self):
        for year in self:
            year.region = year.company_id.espace_public_holiday_region

    @api.depends("date_from", "date_to", "week_pattern", "period_ids")
    def _compute_off_booked_words(self):
        Session = self.env["espace.session"]
        for year in self:
            sessions = Session.search(
                Session._to_decide_domain()
                & Domain("company_id", "=", year.company_id.id)
                & Domain("date", ">=", year.date_from)
                & Domain("date", "<=", year.date_to)
            )
            year.off_booked_words = bool(sessions) and self.env._(
                "%(bookings)s bookings on %(days)s days that the calendar no longer "
                "opens: %(first)s…",
                bookings=sum(sessions.mapped("booked_count")),
                days=len(set(sessions.mapped("date"))),
                first=", ".join(sessions[:3].mapped("display_name")),
            )

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

    @api.constrains("date_from", "date_to")
    def _check_periods_within(self):
        self.period_ids._check_within_year()

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

    def action_generate_sessions(self):
        """Open the sessions of every activity over the year."""
        self.check_access("write")
        Activity = self.env["espace.activity"]
        plans = [
            Activity.search([("company_id", "=", year.company_id.id)])._plan_sessions(
                year.date_from, year.date_to
            )
            for year in self
        ]
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille.espace_session_action"
        )
        first = min(self.mapped("date_from"), default=None)
        action["context"] = {
            "espace_show_places": True,
            "search_default_upcoming": 1,
            "initial_date": first and max(first, fields.Date.context_today(self)),
        }
        return Activity._action_generate(plans, action)

    def action_decide_calendar(self):
        """Decide on what is booked on days that the calendar no longer opens."""
        return self.env["espace.calendar.decision"]._action_open()

    def action_load_calendar(self):
        """Open the wizard that loads the official calendar into this year."""
        self.ensure_one()
        return self._action_wizard({"default_year_id": self.id})

    def action_prepare_next(self):
        """Open the wizard on the year that follows this one, created if need be."""
        self.ensure_one()
        following = self._year_of(self.company_id, self._next_dates()[0])
        if following:
            return following.action_load_calendar()
        date_from, date_to = self._next_dates()
        return self._action_wizard(
            {
                "default_year_id": False,
                "default_date_from": date_from,
                "default_date_to": date_to,
                "default_zone": self.zone,
                "default_region": self.region,
                "default_week_pattern": self.week_pattern,
            }
        )

    def _action_wizard(self, context):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille.espace_calendar_wizard_action"
        )
        return {
            **action,
            "context": {"default_company_id": self.company_id.id, **context},
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
    def _latest_before(self, company, day):
        """Return the last year of `company` that begins before `day`, maybe empty.

        None that ended long ago: the years in between would be missing.
        """
        year = self.search(
            [("company_id", "=", company.id), ("date_from", "<=", day)],
            order="date_from desc",
            limit=1,
        )
        is_recent = year and fields.Date.add(year.date_to, years=1) >= day
        return year if is_recent else year.browse()

    def _next_dates(self):
        """Return the first and last day of the school year that follows."""
        self.ensure_one()
        first = fields.Date.add(self.date_from, years=1)
        following = fields.Date.add(self.date_to, days=1)
        return max(first, following), fields.Date.add(self.date_to, years=1)

    def _school_weeks(self):
        """Return (first day, last day, weekdays with school) of each year."""
        return tuple(
            (year.date_from, year.date_to, TERM_WEEKDAYS[year.week_pattern])
            for year in self
        )
