from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

MAX_DAYS = 62


class EspaceMealOrderWizard(models.TransientModel):
    """The order for the kitchen: meals to cook, of a day or of a week."""

    _name = "espace.meal.order.wizard"
    _description = "Order for the Kitchen"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    date_from = fields.Date(
        "From", required=True, default=lambda self: self._default_monday()
    )
    date_to = fields.Date(
        "To",
        required=True,
        compute="_compute_date_to",
        store=True,
        precompute=True,
        readonly=False,
    )
    activity_ids = fields.Many2many(
        "espace.activity",
        string="Activities",
        domain="[('company_id', '=', company_id)]",
        help="All those with meals, unless you choose.",
    )
    school_ids = fields.Many2many(
        "espace.school",
        string="Schools",
        domain="[('company_id', '=', company_id)]",
        help="All schools, unless you choose.",
    )

    @api.model
    def _default_monday(self):
        """Return the Monday to come, that of today on a Monday."""
        today = self.env.company._espace_today()
        return today + timedelta(days=-today.weekday() % 7)

    @api.depends("date_from")
    def _compute_date_to(self):
        for wizard in self:
            start = wizard.date_from
            if start and not (wizard.date_to and wizard.date_to >= start):
                wizard.date_to = start + timedelta(days=6 - start.weekday())

    def action_print(self):
        self.ensure_one()
        if self.date_to < self.date_from:
            raise UserError(self.env._("The order ends before it starts."))
        if (self.date_to - self.date_from).days >= MAX_DAYS:
            raise UserError(self.env._("Print %s days at most at a time.", MAX_DAYS))
        return self.env.ref("espace_famille.espace_meal_order_report").report_action(
            self, config=False
        )

    def _domain(self):
        """Return the domain of the meals of this order."""
        domain = (
            Domain("company_id", "=", self.company_id.id)
            & Domain("date", ">=", self.date_from)
            & Domain("date", "<=", self.date_to)
        )
        if self.activity_ids:
            domain &= Domain("activity_id", "in", self.activity_ids.ids)
        if self.school_ids:
            domain &= Domain("school_id", "in", self.school_ids.ids)
        return domain
