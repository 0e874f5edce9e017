from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools.misc import format_date

from ...domain import school_calendar
from ..core.guards import CHECKED_LATER, is_allowed

OFFICIAL_FIELDS = {"name", "kind", "date_from", "date_to"}


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
        [
            ("official", "Official calendar"),
            ("forecast", "Forecast, before the decree"),
            ("manual", "Entered by staff"),
        ],
        default="manual",
        required=True,
        help="Periods of the official calendar are updated when it is loaded again; "
        "a period that staff corrected is kept.",
    )
    official_key = fields.Char(
        "Official Identity",
        copy=False,
        readonly=True,
        help="Which period of the official calendar this one is, whatever its dates.",
    )

    _dates_ordered = models.Constraint(
        "CHECK(date_from <= date_to)",
        "A period must not end before it starts.",
    )
    _official_once = models.UniqueIndex(
        "(year_id, official_key) WHERE official_key IS NOT NULL",
        "This official period is already in the school year.",
    )

    @api.constrains("year_id", "date_from", "date_to")
    def _check_within_year(self):
        if is_allowed(self.env, CHECKED_LATER):
            return
        for period in self:
            year = period.year_id
            if period.date_from < year.date_from or period.date_to > year.date_to:
                raise ValidationError(
                    self.env._(
                        "“%(period)s” (%(dates)s) is outside the school year "
                        "%(year)s, from %(start)s to %(end)s: correct its dates or "
                        "enter it in another year.",
                        period=period.name,
                        dates=period._dates_words(),
                        year=year.name,
                        start=format_date(self.env, year.date_from),
                        end=format_date(self.env, year.date_to),
                    )
                )

    @api.constrains("year_id", "kind", "date_from", "date_to")
    def _check_overlap(self):
        if is_allowed(self.env, CHECKED_LATER):
            return
        for period in self:
            other = self.search(
                Domain("id", "!=", period.id)
                & Domain("year_id", "=", period.year_id.id)
                & Domain("kind", "=", period.kind)
                & Domain("date_from", "<=", period.date_to)
                & Domain("date_to", ">=", period.date_from),
                limit=1,
            )
            if other:
                raise ValidationError(
                    self.env._(
                        "“%(period)s” (%(dates)s) overlaps “%(other)s” "
                        "(%(other_dates)s): change the dates of one of them.",
                        period=period.name,
                        dates=period._dates_words(),
                        other=other.name,
                        other_dates=other._dates_words(),
                    )
                )

    def _domain_period(self):
        """Return this period as an immutable `school_calendar.Period`."""
        self.ensure_one()
        return school_calendar.Period(
            self.kind, self.name, self.date_from, self.date_to
        )

    def _dates_words(self):
        """Say the dates in figures: “06/02/2027 – 21/02/2027”, or one day."""
        self.ensure_one()
        days = dict.fromkeys((self.date_from, self.date_to))
        return " – ".join(format_date(self.env, day) for day in days)

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        periods = super().create(vals_list)
        periods.company_id._espace_calendar_changed()
        return periods

    def write(self, vals):
        if vals.keys() & OFFICIAL_FIELDS:
            vals = {"source": "manual", **vals}
        companies = self.company_id
        result = super().write(vals)
        (companies | self.company_id)._espace_calendar_changed()
        return result

    def unlink(self):
        """Remember the official periods that staff take out: they stay out."""
        companies = self.company_id
        if not is_allowed(self.env, CHECKED_LATER):
            self._dismiss()
        result = super().unlink()
        companies._espace_calendar_changed()
        return result

    def _dismiss(self):
        for year, periods in self.filtered("official_key").grouped("year_id").items():
            year._dismiss_official(periods.mapped("official_key"))
