from odoo import api, fields, models

from ...domain import supervision


class EspaceActivity(models.Model):
    """How many agents an activity has, and how many the law asks for."""

    _inherit = "espace.activity"

    declared = fields.Boolean(
        "Declared Leisure Centre",
        compute="_compute_declared",
        store=True,
        readonly=False,
        help="Declared to the State as accueil de loisirs: the law says how many "
        "adults it needs. A simple garderie or canteen has no rate.",
    )
    usual_staff = fields.Integer(
        "Usual Agents",
        help="How many look after the children on a usual day; another number for one "
        "day is entered on its session. 0: not planned here.",
    )
    staff_warning = fields.Char(compute="_compute_staff_warning")

    _usual_staff_positive = models.Constraint(
        "CHECK(usual_staff >= 0)", "The number of agents must not be negative."
    )

    @api.depends("category")
    def _compute_declared(self):
        for activity in self:
            activity.declared = activity.category == "leisure"

    @api.depends(
        "declared",
        "usual_staff",
        "capacity",
        "seats_limited",
        "on_holidays",
        "on_school_days",
        "on_wednesdays",
        "product_ids.espace_hours",
        "product_ids.espace_time_from",
        "product_ids.espace_time_to",
    )
    def _compute_staff_warning(self):
        """Say that the places are more than the usual agents may have."""
        for activity in self:
            activity.staff_warning = False
            if not (activity.usual_staff and activity.seats_limited):
                continue
            kinds = {activity._supervision(day) for day in activity._open_kinds()}
            for kind in sorted(kinds - {None}):
                rates = activity.company_id._espace_rates(kind)
                most = supervision.most(activity.usual_staff, rates)
                if activity.capacity > most.under_6:
                    activity.staff_warning = self.env._(
                        "With %(staff)s agent(s) at most %(young)s children under 6, "
                        "or %(older)s from 6 on: %(places)s places are open.",
                        staff=activity.usual_staff,
                        young=most.under_6,
                        older=most.from_6,
                        places=activity.capacity,
                    )
                    break

    def _supervision(self, day_kind):
        """Return which rates hold on such a day, a key of `supervision.LEGAL`."""
        self.ensure_one()
        return supervision.kind_of(
            self.declared, day_kind, self._longest_hours(), self.company_id.espace_pedt
        )

    def _longest_hours(self):
        """Return how long the longest option lasts, 0 if unknown."""
        self.ensure_one()
        return max(
            (
                max(one.espace_hours, one.espace_time_to - one.espace_time_from)
                for one in self.product_ids
            ),
            default=0,
        )
