import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

from ..domain import calendar_loading, school_calendar, school_icalendar
from ..domain.calendar_loading import FORECAST, OFFICIAL
from ..models.calendar.espace_school_year import TERM_WEEKDAYS
from ..models.core.res_company import PUBLIC_HOLIDAY_REGIONS, SCHOOL_ZONES

SCHOOL_KINDS = ("holiday", "bridge")
YEAR_FIELDS = ("date_from", "date_to", "zone", "region", "week_pattern")


class EspaceCalendarWizard(models.TransientModel):
    """Load the official calendar of a school year, shown before it is done.

    Corrections of staff stay; what a zone has no official source for is said, and
    read from the ministry's file or entered by hand: never invented.
    """

    _name = "espace.calendar.wizard"
    _description = "Load a School Calendar"

    state = fields.Selection(
        [("draft", "To load"), ("done", "Loaded")], default="draft", required=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )

    # Which year
    year_id = fields.Many2one(
        "espace.school.year",
        "School Year",
        default=lambda self: self._default_year_id(),
        domain="[('company_id', '=', company_id)]",
        help="Leave empty to create the year.",
    )
    date_from = fields.Date(
        "First Day",
        compute="_compute_year_values",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    date_to = fields.Date(
        "Last Day",
        compute="_compute_year_values",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    zone = fields.Selection(
        SCHOOL_ZONES,
        compute="_compute_year_values",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    region = fields.Selection(
        PUBLIC_HOLIDAY_REGIONS,
        "Local Public Holidays",
        compute="_compute_year_values",
        store=True,
        readonly=False,
        precompute=True,
    )
    week_pattern = fields.Selection(
        [("4", "4 days"), ("4.5", "4 days and a half")],
        "School Week",
        compute="_compute_year_values",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )

    # From where
    source = fields.Selection(
        [
            ("official", "Official calendar, zones A, B and C"),
            ("file", "Calendar file of the ministry (.ics)"),
            ("forecast", "Forecast, before the decree"),
        ],
        default="official",
        required=True,
    )
    file = fields.Binary("Calendar File", attachment=False)
    file_name = fields.Char()

    # What it would do
    notice = fields.Text(compute="_compute_line_ids", store=True)
    has_error = fields.Boolean(compute="_compute_line_ids", store=True)
    line_ids = fields.One2many(
        "espace.calendar.wizard.line",
        "wizard_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    sessions_words = fields.Char("Sessions", compute="_compute_sessions_words")
    result = fields.Char(readonly=True)
    off_booked_words = fields.Char(related="year_id.off_booked_words")

    @api.model
    def _default_year_id(self):
        """Propose the current year if it is missing, else the next one."""
        company = self.env.company
        Year = self.env["espace.school.year"]
        current = Year._year_of(company, company._espace_today())
        return current and Year._year_of(company, current._next_dates()[0])

    @api.depends("year_id", "company_id")
    def _compute_year_values(self):
        for wizard in self:
            if wizard.year_id:
                wizard.update({name: wizard.year_id[name] for name in YEAR_FIELDS})
            else:
                wizard.update(wizard._new_year_values())

    def _new_year_values(self):
        company = self.company_id or self.env.company
        zone = company.espace_school_zone
        usual = school_calendar.usual_dates(company._espace_today(), zone)
        current = self.env["espace.school.year"]._latest_before(company, usual[1])
        date_from, date_to = current._next_dates() if current else usual
        return {
            "date_from": date_from,
            "date_to": date_to,
            "zone": current.zone or zone,
            "region": current.region
            or company.espace_public_holiday_region
            or school_calendar.REGIONS.get(zone, False),
            "week_pattern": current.week_pattern or "4",
        }

    @api.onchange("zone")
    def _onchange_zone(self):
        """An overseas zone has the public holidays of its territory."""
        if region := school_calendar.REGIONS.get(self.zone):
            self.region = region

    # === Preview === #

    @api.depends("year_id", "company_id", *YEAR_FIELDS, "source", "file")
    def _compute_line_ids(self):
        for wizard in self:
            if wizard.state == "done":
                continue
            try:
                steps, notice = wizard._steps()
                wizard.has_error = False
            except UserError as error:
                steps, notice = [], str(error)
                wizard.has_error = True
            wizard.notice = notice
            wizard.line_ids = [
                fields.Command.clear(),
                *(fields.Command.create(wizard._line_vals(step)) for step in steps),
            ]

    def _steps(self):
        """Return the steps of the loading and what is to be said about them.

        :return: (list of `calendar_loading.Step`, str)
        :raise UserError: the dates or the file cannot be used
        """
        self.ensure_one()
        self._check_dates()
        school, kinds, notices, unread = self._school_periods()
        public = school_calendar.public_holidays_between(
            self.date_from, self.date_to, self.region or None
        )
        steps = self.year_id._origin._plan_calendar(
            school_calendar.united(public, school),
            self._source(),
            ("public_holiday", *kinds),
            unread,
        )
        return steps, "\n".join(notices)

    def _check_dates(self):
        if not (self.date_from and self.date_to):
            raise UserError(self.env._("Enter the first and the last day of the year."))
        if self.date_from >= self.date_to:
            raise UserError(self.env._("A school year must end after it starts."))
        if fields.Date.add(self.date_from, months=18) < self.date_to:
            raise UserError(self.env._("A school year lasts 18 months at most."))

    def _source(self):
        autumn = self._first_autumn()
        is_guess = self.source == "forecast" and not school_calendar.is_decreed(autumn)
        return FORECAST if is_guess else OFFICIAL

    def _first_autumn(self):
        middle = self.date_from + (self.date_to - self.date_from) // 2
        return school_calendar.school_year_of(middle)

    def _school_periods(self):
        """Return (school holidays and bridges, the kinds known, notices, unread)."""
        if self.source == "file":
            return self._read_file()
        try:
            periods = school_calendar.school_holidays_between(
                self.zone,
                self.date_from,
                self.date_to,
                forecast=self.source == "forecast",
            )
        except school_calendar.SchoolCalendarUnknown:
            return [], (), [self._unknown_words()], ()
        notices = []
        if self._source() == FORECAST:
            notices.append(
                self.env._(
                    "There is no decree for this year yet: the school holidays below "
                    "are a forecast. Load the official calendar once it is known: "
                    "what you correct in the meantime stays."
                )
            )
        return periods, SCHOOL_KINDS, notices, ()

    def _unknown_words(self):
        """Say what is missing, and what to do about it."""
        if self.zone in school_calendar.ZONES:
            return self.env._(
                "No decree is known for this year: only the public holidays are "
                "loaded, the SCHOOL HOLIDAYS ARE MISSING. Read the calendar file of "
                "the ministry, take the forecast, or enter them by hand."
            )
        return self.env._(
            "There is no built-in school calendar for %(zone)s: only the public "
            "holidays are loaded, the SCHOOL HOLIDAYS ARE MISSING. Read the calendar "
            "file of the ministry (on education.gouv.fr, “Calendrier scolaire”, one "
            "file for each zone), or enter them by hand.",
            zone=dict(self._fields["zone"]._description_selection(self.env))[self.zone],
        )

    def _read_file(self):
        if not self.file:
            return (
                [],
                (),
                [
                    self.env._(
                        "Choose the calendar file of your zone: the ministry of "
                        "education publishes one for each zone (.ics), on "
                        "education.gouv.fr, “Calendrier scolaire”."
                    )
                ],
                (),
            )
        try:
            reading = school_icalendar.read(
                base64.b64decode(self.file),
                self.date_from,
                self.date_to,
                self.company_id.espace_tz,
                self.zone,
            )
        except school_icalendar.NotACalendar as error:
            raise UserError(
                self.env._(
                    "This file is not a calendar that can be read. Choose the "
                    "iCalendar file (.ics) of your zone."
                )
            ) from error
        except school_icalendar.NothingForThisYear as error:
            raise UserError(self._nothing_words(error.zones)) from error
        notices = self._unread_words(reading.unread)
        return list(reading.periods), SCHOOL_KINDS, notices, reading.unread

    def _nothing_words(self, zones):
        names = dict(self._fields["zone"]._description_selection(self.env))
        names |= {letter: letter for letter in school_calendar.ZONES}
        if zones:
            return self.env._(
                "This file is the calendar of zone %(zones)s: choose that of your "
                "zone, or correct the zone.",
                zones=", ".join(sorted(names.get(zone, zone) for zone in zones)),
            )
        return self.env._(
            "This calendar has no school holidays between %(start)s and %(end)s: "
            "choose a more recent file, or another year.",
            start=format_date(self.env, self.date_from),
            end=format_date(self.env, self.date_to),
        )

    def _unread_words(self, unread):
        public = {
            period.date_from
            for period in school_calendar.public_holidays_between(
                self.date_from, self.date_to, self.region or None
            )
        }
        names = [
            f"{event.name} ({self._dates_words(event.date_from, event.date_to)})"
            for event in unread
            if event.unclear
            or event.date_from != event.date_to
            or event.date_from not in public
        ]
        if not names:
            return []
        return [
            self.env._(
                "Not read in the file: %s. Enter as bridges those on which your "
                "schools are closed.",
                "; ".join(names),
            )
        ]

    @api.model
    def _dates_words(self, start, end):
        days = dict.fromkeys((start, end))
        return " – ".join(format_date(self.env, day) for day in days)

    @api.model
    def _line_vals(self, step):
        shown = step.official or step.recorded.period
        recorded = step.recorded and step.recorded.period
        return {
            "step": step.id,
            "action": step.action,
            "chosen": step.taken_by_default,
            "choosable": step.choosable,
            "apart": step.action == "offer",
            "kind": shown.kind,
            "name": recorded.name if recorded else shown.name,
            "date": shown.date_from,
            "recorded_words": recorded
            and self._dates_words(recorded.date_from, recorded.date_to),
            "official_words": step.official
            and self._dates_words(step.official.date_from, step.official.date_to),
        }

    # === Sessions === #

    @api.depends("line_ids.chosen", "week_pattern")
    def _compute_sessions_words(self):
        for wizard in self:
            try:
                wizard.sessions_words = wizard._say_sessions()
            except UserError:
                wizard.sessions_words = False

    def _say_sessions(self):
        """Say what opening the sessions would do with the calendar as it would be."""
        steps, _notice = self._steps()
        plan = (
            self.env["espace.activity"]
            .search([("company_id", "=", self.company_id.id)])
            ._plan_sessions(
                self.date_from, self.date_to, calendar=self._calendar_after(steps)
            )
        )
        words = self.env._(
            "%(missing)s to open, %(removed)s to remove.",
            missing=len(plan.missing),
            removed=len(plan.removed),
        )
        if plan.kept:
            words += " " + self.env._(
                "%s with bookings would no longer fall on an open day.",
                len(plan.kept),
            )
        return words

    def _calendar_after(self, steps):
        others = (
            self.env["espace.school.year"].search(
                [("company_id", "=", self.company_id.id)]
            )
            - self.year_id._origin
        )
        own_week = (
            self.date_from,
            self.date_to,
            TERM_WEEKDAYS[self.week_pattern or "4"],
        )
        return school_calendar.Calendar(
            (
                *(period._domain_period() for period in others.period_ids),
                *calendar_loading.outcome(steps, self._is_taken),
            ),
            weeks=(*others._school_weeks(), own_week),
        )

    def _is_taken(self, step):
        """Tell whether staff ticked a step; a line they did not see is not taken."""
        return step.id in self.line_ids.filtered("chosen").mapped("step")

    # === Actions === #

    def action_apply(self):
        """Create the year if need be, and load into it what is ticked."""
        self.ensure_one()
        steps, _notice = self._steps()
        year = self.year_id
        values = {name: self[name] for name in YEAR_FIELDS}
        if not year:
            year = year.create({"company_id": self.company_id.id, **values})
        else:
            year.write(values)
        done = year._load_calendar(steps, self._source(), self._is_taken)
        self.write({"state": "done", "year_id": year.id, "result": self._say(done)})
        return self._reopen()

    def _say(self, done):
        """Say what was done, from a Counter of actions."""
        return self.env._(
            "Periods added: %(added)s; updated: %(updated)s; removed: %(removed)s.",
            added=sum(done[name] for name in ("add", "dismissed", "conflict", "offer")),
            updated=done["update"] + done["confirm"] + done["keep"],
            removed=done["remove"],
        )

    def action_open_sessions(self):
        """Open the sessions of the year that was just loaded."""
        self.ensure_one()
        return self.year_id.action_generate_sessions()

    def action_decide_calendar(self):
        """Decide on what is booked on days that the calendar no longer opens."""
        self.ensure_one()
        return self.year_id.action_decide_calendar()

    def action_open_year(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "espace.school.year",
            "res_id": self.year_id.id,
            "view_mode": "form",
        }

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Load a School Calendar"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }


class EspaceCalendarWizardLine(models.TransientModel):
    """A period, and what loading the calendar would do to it."""

    _name = "espace.calendar.wizard.line"
    _description = "Line of Load a School Calendar"
    _order = "apart, date, id"

    wizard_id = fields.Many2one(
        "espace.calendar.wizard", required=True, index=True, ondelete="cascade"
    )
    step = fields.Char(required=True)
    action = fields.Selection(
        [
            ("add", "Added"),
            ("unchanged", "Unchanged"),
            ("update", "Changed by the decree"),
            ("confirm", "Forecast confirmed"),
            ("keep", "Yours, kept"),
            ("own", "Entered by staff"),
            ("dismissed", "Removed by staff"),
            ("offer", "Local, not on the State's list"),
            ("conflict", "Overlaps another period"),
            ("remove", "No longer official"),
        ],
        "What Happens",
    )
    chosen = fields.Boolean("Load")
    choosable = fields.Boolean()
    apart = fields.Boolean(help="A local day, to be ticked: shown below the others.")
    kind = fields.Selection(
        [
            ("holiday", "School holidays"),
            ("public_holiday", "Public holiday"),
            ("bridge", "Bridge"),
        ]
    )
    name = fields.Char("Period")
    date = fields.Date()
    recorded_words = fields.Char("In the Year")
    official_words = fields.Char("Official")
