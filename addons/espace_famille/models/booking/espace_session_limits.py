from datetime import datetime

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...domain.cutoff import is_in_time
from ...domain.limits import LIMITS, NEVER, NO_LIMIT, as_limit


class EspaceSession(models.Model):
    """From when and until when families book and cancel on a day."""

    _inherit = "espace.session"

    booking_opening = fields.Datetime(
        "Bookings Open on", compute="_compute_booking_opening", store=True
    )

    # Limits, naive UTC
    booking_cutoff = fields.Datetime(
        "Booking until", compute="_compute_booking_cutoff", store=True
    )
    cancel_cutoff = fields.Datetime(
        "Cancelling until", compute="_compute_cancel_cutoff", store=True
    )
    late_cutoff = fields.Datetime(
        "Late Booking until", compute="_compute_late_cutoff", store=True
    )
    booking_words = fields.Char("Families Book until", compute="_compute_words")
    cancel_words = fields.Char("Families Cancel until", compute="_compute_words")
    late_words = fields.Char("Families Book Late until", compute="_compute_words")
    booking_cutoff_override = fields.Datetime("Booking until, this Day only")
    cancel_cutoff_override = fields.Datetime("Cancelling until, this Day only")
    late_cutoff_override = fields.Datetime("Late Booking until, this Day only")

    # === Computes === #

    @api.depends(
        "date",
        "activity_id.booking_opening",
        "activity_id.opening_ids.date_from",
        "activity_id.opening_ids.date_to",
        "activity_id.opening_ids.opens_on",
    )
    def _compute_booking_opening(self):
        """Take the opening that covers the day, else that of the activity."""
        for activity, sessions in self.grouped("activity_id").items():
            openings = [
                (o.date_from, o.date_to, o.opens_on) for o in activity.opening_ids
            ]
            for session in sessions:
                own = (
                    opens_on
                    for start, end, opens_on in openings
                    if session.date and start <= session.date <= end
                )
                session.booking_opening = next(own, activity.booking_opening)

    @api.depends(lambda self: self._limit_dependencies("booking"))
    def _compute_booking_cutoff(self):
        self._compute_limit("booking")

    @api.depends(lambda self: self._limit_dependencies("cancel"))
    def _compute_cancel_cutoff(self):
        self._compute_limit("cancel")

    @api.depends(lambda self: self._limit_dependencies("late"))
    def _compute_late_cutoff(self):
        self._compute_limit("late")

    @api.model
    def _limit_dependencies(self, purpose):
        rule = f"activity_id.{purpose}_rule_id"
        rule_fields = self.env["espace.deadline.rule"]._cutoff_fields()
        return [
            "date",
            f"{purpose}_cutoff_override",
            *(f"{rule}.{name}" for name in rule_fields),
            "activity_id.product_ids.espace_time_from",
            "activity_id.product_ids.espace_time_to",
            *(f"activity_id.{name}" for name in self._opening_fields()),
            "company_id.espace_tz",
        ]

    @api.model
    def _opening_fields(self):
        """Return what opens an activity: limits count its days of service."""
        return [
            *self.env["espace.weekday.mixin"]._days(),
            "on_school_days",
            "on_wednesdays",
            "on_holidays",
        ]

    def _compute_limit(self, purpose):
        """Fill in `<purpose>_cutoff` from the rule, unless the day has its own.

        An activity without a booking or cancelling rule sets no limit; without a late
        rule nobody books late.
        """
        field, override = f"{purpose}_cutoff", f"{purpose}_cutoff_override"
        for activity, sessions in self.grouped("activity_id").items():
            rule = activity[f"{purpose}_rule_id"]
            days = [day for day in sessions.mapped("date") if day]
            limits = rule._cutoffs(days, activity) if rule and days else {}
            default = datetime.min if purpose == "late" else datetime.max
            for session in sessions:
                session[field] = session[override] or self._storable(
                    limits.get(session.date, default)
                )

    @api.constrains("date", *(f"{limit}_override" for limit in LIMITS))
    def _check_overrides(self):
        """Refuse a limit of its own that comes after the day of the service."""
        for session in self:
            company = session.company_id
            for name in LIMITS:
                limit = session[f"{name}_override"]
                if limit and company._espace_local(limit).date() > session.date:
                    raise ValidationError(
                        self.env._(
                            "%(session)s: the limit of %(limit)s comes after the "
                            "service. Enter an earlier one.",
                            session=session.display_name,
                            limit=company._espace_limit_words(limit),
                        )
                    )

    @api.model
    def _storable(self, limit):
        return min(max(limit, NEVER), NO_LIMIT)

    def _limit(self, purpose):
        """Return the limit for `purpose` with `datetime.max`/`min` for always/never."""
        return as_limit(self[f"{purpose}_cutoff"])

    @api.depends(*LIMITS)
    def _compute_words(self):
        for session in self:
            session.booking_words = session._limit_words("booking")
            session.cancel_words = session._limit_words("cancel")
            late = session._limit("late") != datetime.min
            session.late_words = late and session._limit_words("late")

    def _limit_words(self, purpose):
        """Say the limit for staff, with words for always and never."""
        self.ensure_one()
        limit = self._limit(purpose)
        if limit == datetime.max:
            return self.env._("No limit")
        if limit == datetime.min:
            return self.env._("Never")
        return self.company_id._espace_limit_words(limit)

    # === Tools === #

    def _in_time(self, purpose, now):
        """Tell whether `now` (UTC) respects the limit to book, cancel or book late."""
        rule = self.activity_id[f"{purpose}_rule_id"]
        return is_in_time(now, self._limit(purpose), rule.inclusive)

    @api.model
    def _recompute_limits(self, companies):
        """Find the limits of coming sessions again, after a change of calendar."""
        for company in companies:
            sessions = self.search(
                [
                    ("company_id", "=", company.id),
                    ("date", ">=", company._espace_today()),
                ]
            )
            for name in LIMITS:
                self.env.add_to_compute(self._fields[name], sessions)
