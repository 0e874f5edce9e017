from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


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
    state = fields.Selection(
        [("pending", "To approve"), ("approved", "Approved"), ("refused", "Refused")],
        default="approved",
        required=True,
    )

    _dates_ordered = models.Constraint(
        "CHECK(date_from <= date_to)", "An enrolment must not end before it starts."
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

    def action_approve(self):
        self.check_access("write")
        self.write({"state": "approved"})

    def action_refuse(self):
        self.check_access("write")
        self.write({"state": "refused"})

    @api.model
    def _periods(self, children, activities):
        """Return {(child id, activity id): [(from, to), …]} of approved enrolments."""
        periods = {}
        for enrolment in self.search_fetch(
            [
                ("child_id", "in", children.ids),
                ("activity_id", "in", activities.ids),
                ("state", "=", "approved"),
            ],
            ["child_id", "activity_id", "date_from", "date_to"],
        ):
            key = (enrolment.child_id.id, enrolment.activity_id.id)
            periods.setdefault(key, []).append((enrolment.date_from, enrolment.date_to))
        return periods
