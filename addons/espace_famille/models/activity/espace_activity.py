from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..core.espace_weekday_mixin import WEEKDAYS


class EspaceActivity(models.Model):
    """A service that children attend (activité): Cantine, Garderie du soir…"""

    _name = "espace.activity"
    _inherit = ["espace.weekday.mixin", "espace.rulebook.mixin"]
    _description = "Activity"
    _order = "sequence, name"
    _check_company_auto = True
    _rulebook_also = ("product_ids", "waiting_criterion_ids", "waiting_sentence")

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
    real_maximum = fields.Integer(
        help="How many children rooms and staff really allow, as the safety commission "
        "says. A pupil may be refused the canteen only when it is reached.",
    )
    legal_warning = fields.Text("What the Law Says", compute="_compute_legal_warning")

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

    # Waiting list
    waiting_list = fields.Boolean(
        help="Families may wait for a place of a full day; until the booking limit a "
        "freed place goes at once to the first of them."
    )
    waiting_criterion_ids = fields.One2many(
        "espace.waiting.criterion", "activity_id", "Order of the Waiting List"
    )
    waiting_sentence = fields.Char(
        "Waiting List, as Shown to Families", compute="_compute_waiting_sentence"
    )
    release_if_waiting = fields.Boolean(
        "Late Cancellation when Somebody Waits",
        help="After the cancellation limit a family may still cancel if a child of the "
        "waiting list takes the place at once; it is then due by that family.",
    )

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

    @api.depends("waiting_criterion_ids.criterion", "waiting_criterion_ids.sequence")
    @api.depends_context("lang")
    def _compute_waiting_sentence(self):
        words = {
            "sibling": self.env._("brothers and sisters of a child already booked"),
            "resident": self.env._("families of the commune"),
            "working": self.env._("parents who work"),
            "youngest": self.env._("the youngest"),
            "date": self.env._("date of the request"),
        }
        for activity in self:
            criteria = [*activity._waiting_criteria(), "date"]
            activity.waiting_sentence = self.env._(
                "Order of the waiting list: %s.",
                self.env._(", then ").join(words[c] for c in dict.fromkeys(criteria)),
            )

    @api.depends(
        "category",
        "seats_limited",
        "capacity",
        "real_maximum",
        "waiting_criterion_ids.criterion",
    )
    def _compute_legal_warning(self):
        for activity in self:
            activity.legal_warning = "\n".join(activity._legal_warnings()) or False

    def _legal_warnings(self):
        """Return in words what of a canteen a judge would not accept.

        The canteen is a right of every pupil (article L131-13 of the Code de
        l'éducation; CE 22 March 2021 n° 429361; TA Lyon 2010 on working parents).
        """
        self.ensure_one()
        if self.category != "canteen":
            return []
        warnings = []
        if "working" in self.waiting_criterion_ids.mapped("criterion"):
            warnings.append(
                self.env._(
                    "The waiting list prefers parents who work: the canteen is a right "
                    "of every pupil, and this order is discriminating. Take the "
                    "criterion out."
                )
            )
        if self.seats_limited and self.capacity < self.real_maximum:
            warnings.append(
                self.env._(
                    "%(places)s places, %(maximum)s children could be received: a "
                    "pupil may be refused the canteen only when the real maximum is "
                    "reached on that day. Raise the places.",
                    places=self.capacity,
                    maximum=self.real_maximum,
                )
            )
        return warnings

    @api.constrains("company_id")
    def _check_commune(self):
        self.company_id._espace_check_communes()

    @api.constrains("on_school_days", "on_wednesdays", "on_holidays", *WEEKDAYS)
    def _check_opening(self):
        for activity in self:
            if not activity._weekdays():
                raise ValidationError(
                    self.env._(
                        "Tick at least one day of the week on which %s is open.",
                        activity.name,
                    )
                )
            if not activity._open_kinds():
                raise ValidationError(
                    self.env._(
                        "Tick at least one kind of days on which %s is open.",
                        activity.name,
                    )
                )

    @api.constrains("booking_rule_id", *WEEKDAYS)
    def _check_bookable(self):
        """Refuse weekly limits that leave out every open day."""
        for activity in self:
            rule = activity.booking_rule_id
            named = {day for line in rule.line_ids for day in line._weekdays()}
            if rule.kind == "weekly" and not named & activity._weekdays():
                raise ValidationError(
                    self.env._(
                        "The rule “%(rule)s” names none of the days on which "
                        "%(activity)s is open: nobody could ever book.",
                        rule=rule.name,
                        activity=activity.name,
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
            ).write(
                {
                    "capacity": activity.capacity,
                    "seats_limited": activity.seats_limited,
                    "capacity_changed": False,
                }
            )

    # === Actions === #

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

    def _waiting_criteria(self):
        """Return the names of `domain.waiting.CRITERIA`, the weightiest first."""
        self.ensure_one()
        return tuple(self.waiting_criterion_ids.sorted("sequence").mapped("criterion"))

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


class EspaceWaitingCriterion(models.Model):
    """What counts, and in which order, on the waiting list of an activity."""

    _name = "espace.waiting.criterion"
    _inherit = ["espace.rulebook.mixin"]
    _description = "Criterion of a Waiting List"
    _order = "activity_id, sequence, id"

    activity_id = fields.Many2one(
        "espace.activity", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="activity_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    criterion = fields.Selection(
        [
            ("sibling", "Brother or sister already booked on that day"),
            ("resident", "Lives in the commune"),
            ("working", "Parents who work"),
            ("youngest", "Youngest first"),
            ("date", "Date of the request"),
        ],
        required=True,
    )

    _criterion_unique = models.UniqueIndex(
        "(activity_id, criterion)", "This criterion is already in the list."
    )
