from datetime import date
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..core.espace_thread import OFFICE


class EnrolledSpan(NamedTuple):
    """The local dates of an enrolment, both included, and its state."""

    date_from: date
    date_to: date
    state: str


class EspaceEnrolment(models.Model):
    """The right of a child to book an activity (inscription) between two dates."""

    _name = "espace.enrolment"
    _description = "Enrolment"
    _order = "date_from desc, child_id"
    _check_company_auto = True

    child_id = fields.Many2one(
        "espace.child",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    class_id = fields.Many2one(related="child_id.class_id")
    activity_id = fields.Many2one(
        "espace.activity",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(related="activity_id.company_id", store=True)
    date_from = fields.Date("From", required=True)
    date_to = fields.Date("To", required=True)

    # Decision
    state = fields.Selection(
        [("pending", "To approve"), ("approved", "Approved"), ("refused", "Refused")],
        compute="_compute_state",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
    )
    refusal_reason = fields.Char(
        "Reason of the Refusal", readonly=True, groups=f"base.group_portal,{OFFICE}"
    )
    exception = fields.Boolean(
        help="The child may come although the limits of age or class say no."
    )
    exception_reason = fields.Char(
        "Reason of the Exception", groups=f"base.group_portal,{OFFICE}"
    )
    limits_warning = fields.Char(
        "Outside the Limits", compute="_compute_limits_warning"
    )

    _dates_ordered = models.Constraint(
        "CHECK(date_from <= date_to)", "An enrolment must not end before it starts."
    )

    @api.depends("activity_id")
    def _compute_state(self):
        """Follow the activity until the enrolment exists; then agents decide."""
        for enrolment in self:
            if not (enrolment.state and enrolment._origin):
                manual = enrolment.activity_id.enrolment_approval == "manual"
                enrolment.state = "pending" if manual else "approved"

    @api.depends("child_id", "activity_id", "date_from", "date_to")
    def _compute_limits_warning(self):
        for enrolment in self:
            enrolment.limits_warning = enrolment._limits_refusal()

    @api.depends("child_id.name", "activity_id.name")
    def _compute_display_name(self):
        for enrolment, known_sudo in zip(self, self.sudo(), strict=True):
            enrolment.display_name = (
                f"{known_sudo.child_id.name} – {known_sudo.activity_id.name}"
            )

    @api.constrains("child_id", "activity_id", "date_from", "date_to", "state")
    def _check_overlap(self):
        for enrolment in self.filtered(lambda e: e.state != "refused"):
            if self.search_count(
                Domain("id", "!=", enrolment.id)
                & Domain("child_id", "=", enrolment.child_id.id)
                & Domain("activity_id", "=", enrolment.activity_id.id)
                & Domain("state", "!=", "refused")
                & Domain("date_from", "<=", enrolment.date_to)
                & Domain("date_to", ">=", enrolment.date_from),
                limit=1,
            ):
                raise ValidationError(
                    self.env._(
                        "%(child)s is already enrolled in %(activity)s on these dates.",
                        child=enrolment.child_id.name,
                        activity=enrolment.activity_id.name,
                    )
                )

    @api.constrains(
        "child_id", "activity_id", "date_from", "date_to", "state", "exception"
    )
    def _check_limits(self):
        for enrolment in self:
            if enrolment.state == "refused" or enrolment.exception:
                continue
            if refusal := enrolment._limits_refusal():
                raise ValidationError(
                    self.env._(
                        "%s To enrol the child all the same, tick the exception and "
                        "write its reason.",
                        refusal,
                    )
                )

    @api.constrains("exception", "exception_reason")
    def _check_exception_reason(self):
        for enrolment in self:
            if enrolment.exception and not (enrolment.exception_reason or "").strip():
                raise ValidationError(
                    self.env._(
                        "Write why %(child)s may come to %(activity)s outside its "
                        "limits.",
                        child=enrolment.child_id.name,
                        activity=enrolment.activity_id.name,
                    )
                )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        enrolments = super().create(vals_list)
        enrolments.filtered("exception")._log_exception()
        return enrolments

    def write(self, vals):
        before = self.filtered("exception")
        result = super().write(vals)
        if vals.get("exception_reason") or vals.get("exception"):
            again = before if vals.get("exception_reason") else self.browse()
            (again | (self - before)).filtered("exception")._log_exception()
        return result

    def _erase_words(self):
        """Erase what was written about these enrolments; an exception remains one."""
        self.write({"refusal_reason": False})
        self.filtered("exception").write({"exception_reason": "–"})

    def _log_exception(self):
        """Record with the child who made the exception, when and why."""
        for enrolment in self:
            enrolment.child_id.sudo()._message_log(
                author_id=self.env.user.partner_id.id,
                body=self.env._(
                    "Enrolled in %(activity)s outside its limits: %(reason)s",
                    activity=enrolment.activity_id.name,
                    reason=enrolment.exception_reason,
                ),
            )

    # === Actions === #

    def action_approve(self):
        """Approve these enrolments and notify the families of those that waited."""
        self.check_access("write")
        waiting = self.filtered(lambda enrolment: enrolment.state != "approved")
        waiting.write({"state": "approved", "refusal_reason": False})
        for enrolment in waiting:
            enrolment._notify_approved()

    def action_refuse(self):
        """Ask why, then refuse these enrolments."""
        self.check_access("write")
        return self.env["espace.refusal.wizard"]._action_open(self)

    def _refuse(self, reason):
        """Refuse these enrolments and notify the families why.

        Bookings already made stay: agents cancel them if the child must not come.

        :raise UserError: no reason is given
        """
        self.check_access("write")
        if not (reason or "").strip():
            raise UserError(self.env._("Write the reason: the family reads it."))
        refused = self.filtered(lambda enrolment: enrolment.state != "refused")
        refused.write({"state": "refused", "refusal_reason": reason})
        for enrolment in refused:
            enrolment._notify_refused()

    def _notify_approved(self):
        self._notify("accepted")

    def _notify_refused(self):
        self._notify("refused")

    def _notify(self, name):
        """Write to each household of the child."""
        for family in self.child_id.family_ids:
            family._notify_with(f"espace_famille.mail_template_enrolment_{name}", self)

    # === Tools === #

    def _limits_refusal(self):
        """Say why the child is outside the limits of the activity, '' if it is not."""
        self.ensure_one()
        if not (self.child_id and self.activity_id and self.date_from):
            return ""
        return self.activity_id._enrolment_refusal(
            self.child_id, self.date_from, self.date_to or self.date_from
        )

    @api.model
    def _spans(self, children, activities):
        """Return {(child id, activity id): [`EnrolledSpan`]}, refused ones too."""
        spans = {}
        for enrolment in self.search_fetch(
            [
                ("child_id", "in", children.ids),
                ("activity_id", "in", activities.ids),
            ],
            ["child_id", "activity_id", "date_from", "date_to", "state"],
            order="date_from desc, id",
        ):
            key = (enrolment.child_id.id, enrolment.activity_id.id)
            spans.setdefault(key, []).append(
                EnrolledSpan(enrolment.date_from, enrolment.date_to, enrolment.state)
            )
        return spans

    @api.model
    def _admitted_on(self, children):
        """Return {child id: first day of its first approved enrolment}.

        Whoever is in no enrolment is admitted since it is known.
        """
        first = dict(
            self._read_group(
                [("child_id", "in", children.ids), ("state", "=", "approved")],
                ["child_id"],
                ["date_from:min"],
            )
        )
        return {
            child.id: first.get(child) or child.create_date.date() for child in children
        }

    @api.model
    def _periods(self, children, activities, states=("approved",)):
        """Return {(child id, activity id): [(from, to), …]} of enrolments."""
        spans = self._spans(children, activities)
        found = {
            key: [(e.date_from, e.date_to) for e in enrolments if e.state in states]
            for key, enrolments in spans.items()
        }
        return {key: periods for key, periods in found.items() if periods}
