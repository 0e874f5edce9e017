from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class EspaceActivity(models.Model):
    """A service that children attend (activité): Cantine, Garderie du soir…"""

    _name = "espace.activity"
    _inherit = ["espace.weekday.mixin"]
    _description = "Activity"
    _order = "sequence, name"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    code = fields.Char(help="Short code for lists and exports.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    category = fields.Selection(
        [
            ("canteen", "Canteen"),
            ("childcare", "Childcare"),
            ("leisure", "Leisure centre"),
        ],
        default="childcare",
        required=True,
    )
    description = fields.Text(help="Shown to families.", translate=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    product_ids = fields.One2many(
        "product.template", "espace_activity_id", string="Options"
    )

    # Opening: the weekdays of the mixin, on these kinds of days
    on_school_days = fields.Boolean("School Days", default=True)
    on_wednesdays = fields.Boolean("Wednesdays in Term")
    on_holidays = fields.Boolean("School Holidays")

    # Places
    seats_limited = fields.Boolean("Limited Places", default=True)
    capacity = fields.Integer("Places", default=50)

    # Deadlines
    booking_rule_id = fields.Many2one(
        "espace.deadline.rule", "Booking Limit", check_company=True
    )
    cancel_rule_id = fields.Many2one(
        "espace.deadline.rule", "Cancellation Limit", check_company=True
    )
    late_rule_id = fields.Many2one(
        "espace.deadline.rule",
        "Late Booking Limit",
        check_company=True,
        help="After the booking limit and until this one, families may still book, "
        "at the price of a late booking.",
    )
    booking_sentence = fields.Char(
        "Booking, as Shown to Families", related="booking_rule_id.sentence"
    )
    cancel_sentence = fields.Char(
        "Cancelling, as Shown to Families", related="cancel_rule_id.cancel_sentence"
    )
    late_sentence = fields.Char(
        "Late Booking, as Shown to Families", related="late_rule_id.sentence"
    )
    booking_opening = fields.Datetime(
        "Bookings Open on", help="Before this instant families cannot book yet."
    )

    # Enrolment and approval
    enrolment_required = fields.Boolean(default=True)
    approval = fields.Selection(
        [("automatic", "Automatic"), ("manual", "By staff")],
        "Approval of Bookings",
        default="automatic",
        required=True,
    )
    waiting_list = fields.Boolean()

    session_ids = fields.One2many("espace.session", "activity_id", "Sessions")
    session_count = fields.Integer(compute="_compute_session_count")

    # Dashboard
    today_session_id = fields.Many2one(
        "espace.session", "Session of Today", compute="_compute_near_sessions"
    )
    today_booked = fields.Integer("Booked Today", compute="_compute_near_sessions")
    next_session_id = fields.Many2one(
        "espace.session", compute="_compute_near_sessions"
    )
    next_date = fields.Date("Next Open Day", compute="_compute_near_sessions")
    next_booked = fields.Integer(
        "Booked on the Next Day", compute="_compute_near_sessions"
    )
    next_capacity = fields.Integer(
        "Places on the Next Day",
        compute="_compute_near_sessions",
        help="0 when they are not limited.",
    )

    _capacity_positive = models.Constraint(
        "CHECK(capacity >= 0)", "The number of places must not be negative."
    )

    @api.depends("session_ids")
    def _compute_session_count(self):
        counts = dict(
            self.env["espace.session"]._read_group(
                [("activity_id", "in", self.ids)], ["activity_id"], ["__count"]
            )
        )
        for activity in self:
            activity.session_count = counts.get(activity, 0)

    @api.depends(
        "session_ids.date",
        "session_ids.state",
        "session_ids.booked_count",
        "session_ids.capacity",
        "session_ids.seats_limited",
    )
    def _compute_near_sessions(self):
        Session = self.env["espace.session"]
        today = self.env.company._espace_today()
        opened = [("activity_id", "in", self.ids), ("state", "=", "open")]
        next_dates = dict(
            Session._read_group(
                [*opened, ("date", ">", today)], ["activity_id"], ["date:min"]
            )
        )
        sessions = {
            (session.activity_id, session.date): session
            for session in Session.search(
                [*opened, ("date", "in", [today, *next_dates.values()])]
            )
        }
        for activity in self:
            key = activity._origin
            current = sessions.get((key, today), Session)
            following = sessions.get((key, next_dates.get(key)), Session)
            activity.today_session_id = current
            activity.today_booked = current.booked_count
            activity.next_session_id = following
            activity.next_date = following.date
            activity.next_booked = following.booked_count
            activity.next_capacity = following.seats_limited and following.capacity

    @api.constrains("on_school_days", "on_wednesdays", "on_holidays")
    def _check_opening(self):
        for activity in self:
            if not activity._open_kinds():
                raise ValidationError(
                    self.env._(
                        "Tick at least one kind of days on which %s is open.",
                        activity.name,
                    )
                )

    # === CRUD === #

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"capacity", "seats_limited"}:
            self._apply_capacity()
        return result

    def _apply_capacity(self):
        """Give the new number of places to coming sessions nobody changed by hand."""
        for activity in self:
            self.env["espace.session"].search(
                [
                    ("activity_id", "=", activity.id),
                    ("date", ">=", activity.company_id._espace_today()),
                    ("capacity_changed", "=", False),
                ]
            ).with_context(espace_from_activity=True).write(
                {
                    "capacity": activity.capacity,
                    "seats_limited": activity.seats_limited,
                }
            )

    # === Actions === #

    def action_generate_sessions(self):
        """Open the sessions of the school year that runs now."""
        self.check_access("write")
        Year = self.env["espace.school.year"]
        for activity in self:
            company = activity.company_id
            today = company._espace_today()
            year = Year._year_of(company, today)
            if not year:
                raise ValidationError(
                    self.env._(
                        "No school year contains %s: create it first.",
                        company._espace_day_words(today, year=True),
                    )
                )
            activity._generate_sessions(year.date_from, year.date_to)
        return self.action_open_sessions()

    def action_open_sessions(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille.espace_session_action"
        )
        action["domain"] = [("activity_id", "in", self.ids)]
        if len(self) == 1:
            action["context"] = {
                "default_activity_id": self.id,
                "espace_show_places": True,
            }
        return action

    def action_open_today(self):
        """Open who is expected today."""
        self.ensure_one()
        return self._action_open_list(self.today_session_id)

    def action_open_tomorrow(self):
        """Open who is expected on the next day that this activity is open."""
        self.ensure_one()
        return self._action_open_list(self.next_session_id)

    def action_open_reservations(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille.espace_reservation_action"
        )
        action["display_name"] = self.display_name
        action["domain"] = [("activity_id", "=", self.id)]
        return action

    def _action_open_list(self, session):
        if session:
            return session.action_open_attendance()
        raise UserError(
            self.env._(
                "%s has no coming day: open its sessions from the school year.",
                self.name,
            )
        )

    # === Tools === #

    def _open_kinds(self):
        """Return the kinds of days (see `res.company._day_kind`) that are served."""
        self.ensure_one()
        kinds = {
            "school": self.on_school_days,
            "wednesday": self.on_wednesdays,
            "holiday": self.on_holidays,
        }
        return frozenset(kind for kind, served in kinds.items() if served)

    def _open_on(self, day):
        """Tell whether the activity is open on `day`, by its rules."""
        return (
            day.weekday() in self._weekdays()
            and self.company_id._day_kind(day) in self._open_kinds()
        )

    def _slot_start(self):
        """Return when the earliest option starts, in local hours, None if unknown."""
        self.ensure_one()
        starts = [p.espace_time_from for p in self.product_ids if p.espace_time_to]
        return min(starts, default=None)

    def _generate_sessions(self, date_from, date_to):
        """Create the missing sessions between two dates, both included.

        Existing sessions are left alone; those of days that are no longer open go
        when nobody was ever booked on them.

        :return: the new sessions
        """
        Session = self.env["espace.session"]
        vals_list = []
        for activity in self:
            existing = Session.search(
                [
                    ("activity_id", "=", activity.id),
                    ("date", ">=", date_from),
                    ("date", "<=", date_to),
                ]
            )
            days = activity._open_days(date_from, date_to)
            existing.filtered(
                lambda session, days=days: (
                    session.date not in days and not session.reservation_ids
                )
            ).unlink()
            known = set(existing.exists().mapped("date"))
            vals_list += [
                {
                    "activity_id": activity.id,
                    "date": day,
                    "capacity": activity.capacity,
                    "seats_limited": activity.seats_limited,
                }
                for day in sorted(days - known)
            ]
        return Session.create(vals_list)

    def _open_days(self, date_from, date_to):
        """Return the set of open days between two dates, both included."""
        self.ensure_one()
        weekdays, kinds = self._weekdays(), self._open_kinds()
        calendar = self.company_id._espace_calendar()
        span = (date_to - date_from).days
        days = (fields.Date.add(date_from, days=n) for n in range(span + 1))
        return {
            day
            for day in days
            if day.weekday() in weekdays and calendar.day_kind(day) in kinds
        }
