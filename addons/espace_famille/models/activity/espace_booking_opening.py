from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ...domain.limits import NEVER


class EspaceBookingOpening(models.Model):
    """From when families may book certain days of activities (ouverture).

    Where its dates cover a session, it wins over the opening of the activity: the
    summer opens on a day of its own.
    """

    _name = "espace.booking.opening"
    _description = "Opening of Bookings"
    _order = "opens_on desc, date_from, id"
    _check_company_auto = True

    name = fields.Char(
        required=True, compute="_compute_name", store=True, readonly=False
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    activity_ids = fields.Many2many(
        "espace.activity",
        relation="espace_booking_opening_activity_rel",
        column1="opening_id",
        column2="activity_id",
        string="Activities",
        required=True,
        check_company=True,
    )
    period_id = fields.Many2one(
        "espace.calendar.period",
        "Holiday Period",
        domain="[('kind', '=', 'holiday'), ('company_id', '=', company_id)]",
        check_company=True,
        help="Its dates are those of the services; they follow the calendar.",
    )
    date_from = fields.Date(
        "Services from",
        compute="_compute_dates",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    date_to = fields.Date(
        "Services to",
        compute="_compute_dates",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    opens_on = fields.Datetime(
        "Bookings Open on",
        required=True,
        help="Before this instant families cannot book these days yet.",
    )
    warning = fields.Char(compute="_compute_warning")

    _dates_ordered = models.Constraint(
        "CHECK(date_from <= date_to)",
        "The last day of the services must not come before the first.",
    )

    @api.depends("period_id")
    def _compute_name(self):
        for opening in self:
            opening.name = opening.name or opening.period_id.name

    @api.depends("period_id.date_from", "period_id.date_to")
    def _compute_dates(self):
        for opening in self:
            period = opening.period_id
            opening.date_from = period.date_from or opening.date_from
            opening.date_to = period.date_to or opening.date_to

    @api.depends("activity_ids", "date_from", "date_to", "opens_on")
    def _compute_warning(self):
        for opening in self:
            late = opening._closed_before_opening()
            opening.warning = bool(late) and self.env._(
                "Sessions that close before their bookings open: %(count)s, the first "
                "%(session)s. Open earlier, or change the limit.",
                count=len(late),
                session=late[0].display_name,
            )

    def _closed_before_opening(self):
        """Return the sessions that families could never book, in order."""
        Session = self.env["espace.session"]
        if not (self.opens_on and self.date_from and self.date_to):
            return Session
        return Session.search(
            Domain("activity_id", "in", self.activity_ids.ids)
            & Domain("date", ">=", self.date_from)
            & Domain("date", "<=", self.date_to)
            & Domain("booking_cutoff", "<=", self.opens_on)
            & Domain("booking_cutoff", ">", NEVER)
        )

    @api.constrains("activity_ids")
    def _check_activities(self):
        for opening in self:
            if not opening.activity_ids:
                raise ValidationError(
                    self.env._("Choose the activities that “%s” opens.", opening.name)
                )

    @api.constrains("activity_ids", "period_id", "date_from", "date_to")
    def _check_overlap(self):
        for opening in self:
            other = self.search(
                Domain("id", "!=", opening.id)
                & Domain("activity_ids", "in", opening.activity_ids.ids)
                & Domain("date_from", "<=", opening.date_to)
                & Domain("date_to", ">=", opening.date_from),
                limit=1,
            )
            if other:
                activities = opening.activity_ids & other.activity_ids
                raise ValidationError(
                    self.env._(
                        "“%(opening)s” and “%(other)s” open the same days of "
                        "%(activities)s: change the dates of one of them.",
                        opening=opening.name,
                        other=other.name,
                        activities=", ".join(activities.mapped("name")),
                    )
                )


class EspaceActivity(models.Model):
    _inherit = "espace.activity"

    opening_ids = fields.Many2many(
        "espace.booking.opening",
        relation="espace_booking_opening_activity_rel",
        column1="activity_id",
        column2="opening_id",
        string="Openings of their Own",
        help="Days whose bookings open on another day, as those of the summer.",
    )

    @api.constrains("opening_ids")
    def _check_openings(self):
        """An opening may be added from the activity too."""
        self.opening_ids._check_overlap()
