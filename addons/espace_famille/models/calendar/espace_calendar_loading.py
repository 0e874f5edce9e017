from collections import Counter
from datetime import date

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...domain import calendar_loading, school_calendar
from ...domain.calendar_loading import FORECAST, OFFICIAL
from ..core.guards import CHECKED_LATER, allow


class EspaceSchoolYear(models.Model):
    """Loading the official calendar into a year; the rules: `calendar_loading`."""

    _inherit = "espace.school.year"

    dismissed_keys = fields.Json(
        copy=False, help="Official periods that staff took out: they stay out."
    )

    @api.model
    def _create_for(self, company, day):
        """Create and seed the year (1 September to 31 August) around `day`."""
        first_year = school_calendar.school_year_of(day)
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
        """Load the official calendar of the library `holidays`, all of it.

        :param bool forecast: guess the holidays of a year that has no decree yet
        :raise ValidationError: the zone or the year is not known
        """
        self.ensure_one()
        try:
            periods = school_calendar.seed_between(
                self.zone,
                self.date_from,
                self.date_to,
                self.region or None,
                forecast=forecast,
            )
        except school_calendar.SchoolCalendarUnknown as error:
            raise ValidationError(
                self.env._(
                    "The official calendar of %(year)s is not known yet: "
                    "enter its holidays by hand.",
                    year=self.name,
                )
            ) from error
        is_known = school_calendar.is_decreed(self._first_autumn())
        source = OFFICIAL if is_known else FORECAST
        self._load_calendar(self._plan_calendar(periods, source), source)

    def _first_autumn(self):
        """Return the autumn of the school year that this one mostly covers."""
        middle = self.date_from + (self.date_to - self.date_from) // 2
        return school_calendar.school_year_of(middle)

    def _recorded_periods(self):
        return [
            calendar_loading.Recorded(
                period.id,
                period.official_key or "",
                period.source,
                period._domain_period(),
            )
            for period in self.period_ids
        ]

    def _plan_calendar(
        self, periods, source, kinds=school_calendar.PERIOD_KINDS, unread=()
    ):
        """Return the steps (`calendar_loading.Step`) that load these periods.

        :param periods: official `school_calendar.Period` of the year
        :param str source: official or forecast
        :param kinds: kinds of periods that the source knows
        :param unread: `school_icalendar.Event` that could not be read
        """
        return calendar_loading.plan(
            self._recorded_periods(),
            periods,
            source,
            self.dismissed_keys or (),
            kinds,
            unread,
        )

    def _load_calendar(self, steps, source, is_taken=None):
        """Do the steps that are taken, by default all that need no choice.

        :param is_taken: predicate of a `calendar_loading.Step`
        :return: Counter of the actions done
        """
        self.ensure_one()
        is_taken = is_taken or (lambda step: step.taken_by_default)
        Period = self.env["espace.calendar.period"]
        dismissed = set(self.dismissed_keys or ())
        taken = [step for step in steps if step.choosable and is_taken(step)]
        # Periods that trade places overlap for a moment: checked once, at the end.
        periods = allow(Period, CHECKED_LATER)
        for step in taken:
            if not step.recorded:
                continue
            if step.official:
                periods.browse(step.recorded.id).write(self._period_vals(step, source))
            else:
                periods.browse(step.recorded.id).unlink()
        new = [step for step in taken if not step.recorded]
        periods.create([self._period_vals(step, source) for step in new])
        self.dismissed_keys = sorted(dismissed - {step.key for step in taken})
        self._identify([step for step in steps if step not in taken])
        self.period_ids._check_within_year()
        self.period_ids._check_overlap()
        return Counter(step.action for step in taken)

    def _period_vals(self, step, source):
        period = step.official
        return {
            "year_id": self.id,
            "kind": period.kind,
            "name": period.name,
            "date_from": period.date_from,
            "date_to": period.date_to,
            "source": OFFICIAL if period.kind == "public_holiday" else source,
            "official_key": step.key,
        }

    def _identify(self, steps):
        """Note which official period one that staff entered stands for."""
        for step in steps:
            if step.action == "keep" and not step.recorded.key:
                period = self.env["espace.calendar.period"].browse(step.recorded.id)
                period.official_key = step.key

    def _dismiss_official(self, keys):
        """Remember that staff took out these official periods."""
        self.ensure_one()
        self.dismissed_keys = sorted({*(self.dismissed_keys or ()), *keys})
