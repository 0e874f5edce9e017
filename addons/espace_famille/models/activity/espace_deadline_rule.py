from datetime import datetime, timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ...domain import cutoff, wording
from ..core.espace_weekday_mixin import WEEKDAYS
from ..core.guards import CHECKED_LATER, allow, is_allowed

PREVIEW_DAYS = 10
PREVIEW_SPAN = 120


class EspaceDeadlineRule(models.Model):
    """Until when one may book or cancel (délai); the logic is in `domain.cutoff`."""

    _name = "espace.deadline.rule"
    _inherit = ["espace.rulebook.mixin"]
    _description = "Deadline Rule"
    _order = "sequence, name"
    _rulebook_also = ("line_ids", "sentence", "cancel_sentence")

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )

    # What is counted
    kind = fields.Selection(
        [
            ("offset", "Days before"),
            ("weekly", "Day of an earlier week"),
            ("monthly", "Day of an earlier month"),
            ("period", "Before the holiday period"),
            ("always", "Always"),
            ("never", "Never"),
        ],
        required=True,
        default="offset",
    )
    time = fields.Float(
        "Time of Day", default=12.0, help="Local hours; 24:00 is the end of the day."
    )
    inclusive = fields.Boolean(
        "Time Included",
        help="“jusqu'à 12h” (included) instead of “avant 12h” (strict).",
    )

    # Days before
    offset_count = fields.Integer("Number of Days", default=1)
    offset_calendar = fields.Selection(
        [
            ("all", "All days"),
            ("weekdays", "Monday to Friday"),
            ("working", "Working days (ouvrés)"),
            ("business", "Business days (ouvrables)"),
            ("school", "School days"),
            ("service", "Days the service is open"),
        ],
        "Days Counted",
        default="all",
    )
    offset_from = fields.Selection(
        [("time", "A time of the day"), ("slot_start", "The start of the service")],
        "Until",
        default="time",
    )

    # Day of an earlier week
    line_ids = fields.One2many(
        "espace.deadline.rule.line", "rule_id", string="Weekly Limits", copy=True
    )

    # Day of an earlier month
    month_day = fields.Integer("Day of the Month", default=20)
    months_back = fields.Integer(default=1)

    # Before the holiday period
    period_days = fields.Integer("Days before the Period", default=15)

    public_holiday_shift = fields.Boolean(
        "Move before Public Holidays",
        help="A limit that falls on a public holiday moves to the counted day before.",
    )

    # Wording
    sentence = fields.Char(
        "Shown to Families", compute="_compute_sentences", help="For a booking."
    )
    cancel_sentence = fields.Char("Shown for Cancelling", compute="_compute_sentences")
    preview_activity_id = fields.Many2one(
        "espace.activity",
        "Shown for",
        compute="_compute_preview_activity_id",
        readonly=False,
        help="The next limits are shown for the open days of this activity.",
    )
    preview = fields.Html("Next Limits", compute="_compute_preview", sanitize=False)

    _offset_count_positive = models.Constraint(
        "CHECK(offset_count >= 0)", "The number of days must not be negative."
    )
    _months_back_positive = models.Constraint(
        "CHECK(months_back >= 0)", "The number of months must not be negative."
    )
    _period_days_positive = models.Constraint(
        "CHECK(period_days >= 0)", "The number of days must not be negative."
    )
    _time_in_day = models.Constraint(
        "CHECK(time >= 0 AND time <= 24)", "The time must lie between 0:00 and 24:00."
    )

    @api.constrains(
        "kind",
        "time",
        "line_ids",
        "offset_count",
        "offset_calendar",
        "offset_from",
        "month_day",
        "months_back",
        "period_days",
    )
    def _check_rule(self):
        for rule in self:
            codes = cutoff.problems(rule._domain_rule())
            if codes:
                raise ValidationError(
                    self.env._(
                        "The rule “%(rule)s” cannot be met. %(problems)s",
                        rule=rule.name,
                        problems=" ".join(rule._problem_words(codes)),
                    )
                )
        self.env["espace.activity"].search(
            [("booking_rule_id", "in", self.ids)]
        )._check_bookable()

    @api.model
    def _problem_words(self, codes):
        """Say what to change for each code of `cutoff.problems`."""
        time = self.env._("The time must lie between 0:00 and 24:00.")
        words = {
            "time": time,
            "line_time": time,
            "no_line": self.env._("Enter at least one weekly limit."),
            "line_weekdays": self.env._("Tick at least one day on each weekly limit."),
            "weekday_twice": self.env._("Two weekly limits name the same weekday."),
            "line_after_service": self.env._(
                "A weekly limit comes after the service: go back one week."
            ),
            "month_day": self.env._("The day of the month must lie between 1 and 31."),
            "month_after_service": self.env._(
                "The day of the month comes after the service: go back one month."
            ),
            "too_far": self.env._(
                "The limit comes more than a year before the service: nobody could "
                "ever book."
            ),
        }
        other = self.env._("A number must not be negative.")
        return dict.fromkeys(words.get(code, other) for code in codes)

    @api.depends(lambda self: [*self._cutoff_fields(), "line_ids.weekdays"])
    def _compute_sentences(self):
        for rule in self:
            try:
                domain_rule = rule._domain_rule()
                rule.sentence = wording.describe(domain_rule)
                rule.cancel_sentence = wording.describe(domain_rule, purpose="cancel")
            except ValueError:  # being typed in
                rule.sentence = rule.cancel_sentence = False

    def _compute_preview_activity_id(self):
        """Take an activity that follows the rule, if there is one."""
        for rule in self:
            rule.preview_activity_id = self.env["espace.activity"].search(
                Domain("booking_rule_id", "in", rule._origin.ids)
                | Domain("cancel_rule_id", "in", rule._origin.ids)
                | Domain("late_rule_id", "in", rule._origin.ids),
                limit=1,
            )

    @api.depends(
        lambda self: [
            *self._cutoff_fields(),
            "line_ids.weekdays",
            "preview_activity_id",
        ]
    )
    def _compute_preview(self):
        today = self.env.company._espace_today()
        for rule in self:
            try:
                rule.preview = rule._preview(today)
            except (ValueError, ValidationError) as error:
                rule.preview = rule._preview_error(error)

    def _preview(self, today):
        """Return a table of the next service days and their limits."""
        codes = cutoff.problems(self._domain_rule())
        if codes:
            raise ValidationError(" ".join(self._problem_words(codes)))
        activity = self.preview_activity_id._origin
        counts = self.kind in ("offset", "period") and self.offset_calendar
        if counts == "service" and not activity:
            raise ValidationError(
                self.env._("Choose an activity: the days it is open are counted.")
            )
        company = self.company_id or self.env.company
        is_open = activity._open_on if activity else self._open_on_school_days
        span = (today + timedelta(days=n) for n in range(1, PREVIEW_SPAN))
        days = [day for day in span if is_open(day)][:PREVIEW_DAYS]
        if not days:
            raise ValidationError(
                self.env._("No service is open in the next months: check the calendar.")
            )
        words = {
            datetime.max: self.env._("No limit"),
            datetime.min: self.env._("Never"),
        }
        rows = Markup().join(
            Markup("<tr><td>%s</td><td>%s</td></tr>")
            % (
                company._espace_day_words(day),
                words.get(limit) or company._espace_limit_words(limit),
            )
            for day, limit in self._cutoffs(days, activity).items()
        )
        return Markup(
            '<table class="table table-sm"><thead><tr>'
            "<th>%s</th><th>%s</th></tr></thead><tbody>%s</tbody></table>"
        ) % (self.env._("Service on"), self.env._("Until"), rows)

    @api.model
    def _preview_error(self, error):
        return Markup('<div class="alert alert-warning" role="status">%s</div>') % error

    def _open_on_school_days(self, day):
        company = self.company_id or self.env.company
        return company._day_kind(day) == "school"

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        # Lines change together: the rule is checked once they all have.
        together = allow(self, CHECKED_LATER)
        rules = super(EspaceDeadlineRule, together).create(vals_list)
        return rules.with_env(self.env)

    def write(self, vals):
        return super(EspaceDeadlineRule, allow(self, CHECKED_LATER)).write(vals)

    # === Tools === #

    @api.model
    def _cutoff_fields(self):
        """Return the names of the fields that move a cutoff."""
        return [
            "kind",
            "time",
            "inclusive",
            "offset_count",
            "offset_calendar",
            "offset_from",
            "line_ids.cutoff_weekday",
            "line_ids.weeks_back",
            "line_ids.time",
            *(f"line_ids.{day}" for day in self.env["espace.weekday.mixin"]._days()),
            "month_day",
            "months_back",
            "period_days",
            "public_holiday_shift",
        ]

    def _domain_rule(self):
        """Return this rule as an immutable `cutoff.Rule`."""
        self.ensure_one()
        return cutoff.Rule(
            kind=self.kind,
            time=self.time,
            inclusive=self.inclusive,
            offset_count=self.offset_count,
            offset_calendar=self.offset_calendar or "all",
            offset_from=self.offset_from or "time",
            lines=tuple(line._domain_line() for line in self.line_ids),
            month_day=self.month_day,
            months_back=self.months_back,
            period_days=self.period_days,
            public_holiday_shift=self.public_holiday_shift,
        )

    def _cutoff(self, service_date, activity=None):
        """Return the limit for `service_date` as a naive UTC datetime.

        :param date service_date: day of the service, in the commune's calendar
        :param activity: `espace.activity`, for its opening days and its start
        :return: `datetime.max` when there is no limit, `datetime.min` when it is
            never allowed
        """
        return self._cutoffs([service_date], activity)[service_date]

    def _cutoffs(self, service_dates, activity=None):
        """Return {date: naive UTC datetime}; the rule is read once for all dates."""
        self.ensure_one()
        if self.kind == "always":
            return dict.fromkeys(service_dates, datetime.max)
        if self.kind == "never":
            return dict.fromkeys(service_dates, datetime.min)
        company = activity.company_id if activity else self.company_id
        rule = self._domain_rule()
        calendar = company._espace_calendar()
        slot_start = activity._slot_start() if activity else None
        is_open = activity._open_on if activity else None
        return {
            day: self._cutoff_utc(rule, day, calendar, slot_start, is_open, company)
            for day in service_dates
        }

    @api.model
    def _cutoff_utc(self, rule, day, calendar, slot_start, is_open, company):
        try:
            local = cutoff.cutoff_local(rule, day, calendar, slot_start, is_open)
        except cutoff.NoCutoff as error:
            raise ValidationError(
                self.env._(
                    "No day is counted before %(day)s: "
                    "check the calendar and the rule.",
                    day=company._espace_day_words(day, year=True),
                )
            ) from error
        return cutoff.to_utc(local, company.espace_tz)


class EspaceDeadlineRuleLine(models.Model):
    """For services on these days, the limit is that day of an earlier week."""

    _name = "espace.deadline.rule.line"
    _inherit = ["espace.weekday.mixin", "espace.rulebook.mixin"]
    _description = "Weekly Limit"
    _order = "rule_id, id"
    _rulebook_company = "rule_id.company_id"

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
        if not is_allowed(self.env, CHECKED_LATER):
            self.rule_id._check_rule()

    def unlink(self):
        rules = self.rule_id
        result = super().unlink()
        if not is_allowed(self.env, CHECKED_LATER):
            rules._check_rule()
        return result

    def _domain_line(self):
        return cutoff.WeeklyLine(
            weekdays=self._weekdays(),
            cutoff_weekday=int(self.cutoff_weekday),
            weeks_back=self.weeks_back,
            time=self.time,
        )
