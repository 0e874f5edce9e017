from odoo import api, fields, models
from odoo.tools import SQL

from ...domain.regie import CESU_ALWAYS, CESU_NEVER, CESU_UNDER_6
from ..core.res_company import INCOME_TYPES

# Codes of the nomenclature M57, then of the general chart, the first found.
INCOME_CODES = {
    "canteen": ("7067", "706"),
    "childcare": ("7067", "706"),
    "leisure": ("70632", "7063", "706"),
}

# What a CESU pays, unless the commune says otherwise.
CESU = {
    "canteen": CESU_NEVER,
    "childcare": CESU_ALWAYS,
    "leisure": CESU_UNDER_6,
}


class EspaceActivity(models.Model):
    """When an activity is due, on which account and analytic account it is booked."""

    _inherit = "espace.activity"

    billing_mode = fields.Selection(
        [("booking", "At booking (R)"), ("consumption", "At consumption (C)")],
        "Payment",
        default="booking",
        required=True,
        help="R: due when booked. C: due once the day is past and marked.",
    )

    cost_per_user = fields.Float(
        "Cost per User",
        digits=(16, 2),
        help="What a meal costs the commune, after subsidies, divided by the users. No "
        "price of a school canteen may exceed it, surcharges included (article R531-53 "
        "of the Code de l'éducation): the tariff says where it does. 0: not entered.",
    )
    regie_id = fields.Many2one(
        "espace.regie",
        "Régie",
        compute="_compute_regie_id",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('company_id', '=', company_id)]",
        help="The cash office whose act lets it collect this; empty: no régie does.",
    )
    cesu = fields.Selection(
        [
            (CESU_ALWAYS, "Pays it"),
            (CESU_UNDER_6, "Pays it for children under 6"),
            (CESU_NEVER, "Does not pay it"),
        ],
        "CESU",
        compute="_compute_cesu",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        help="CESU préfinancés pay childcare before and after school, and the leisure "
        "centre of children under 6; never the canteen.",
    )

    income_account_id = fields.Many2one(
        "account.account",
        compute="_compute_income_account_id",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        domain=[("account_type", "in", INCOME_TYPES)],
        help="Its options are booked there unless they have an account of their own; "
        "M57: 7067 school services, 70632 leisure, 7066 social.",
    )
    analytic_account_id = fields.Many2one(
        "account.analytic.account",
        check_company=True,
        help="Where the settings want it, invoice lines of this activity carry it.",
    )

    @api.depends("company_id")
    def _compute_regie_id(self):
        """Propose the only régie of the commune."""
        for activity in self:
            company = activity.company_id
            if activity.regie_id.company_id != company or not activity.regie_id:
                activity.regie_id = company._espace_only_regie() if company else False

    @api.depends("category")
    def _compute_cesu(self):
        for activity in self:
            activity.cesu = CESU.get(activity.category, CESU_NEVER)

    @api.depends("category", "company_id")
    def _compute_income_account_id(self):
        for activity in self:
            activity.income_account_id = activity._default_income_account()

    def _default_income_account(self):
        """Return the account of the chart for activities of this kind, maybe none."""
        self.ensure_one()
        company = self.company_id
        if not company:
            return self.env["account.account"]
        found = company._espace_find_account(
            INCOME_TYPES, INCOME_CODES.get(self.category, ())
        )
        return found or company.income_account_id

    @api.model_create_multi
    def create(self, vals_list):
        activities = super().create(vals_list)
        activities.company_id._espace_give_reminder_levels()
        activities.filtered("company_id.espace_analytic")._open_analytic_accounts()
        return activities

    def write(self, vals):
        """Let a régie collect what waits of an activity that no régie collected."""
        waiting = self.browse()
        if vals.get("regie_id"):
            waiting = self.filtered(lambda activity: not activity.regie_id)
        result = super().write(vals)
        if waiting:
            self.env.flush_all()
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE espace_charge SET regie_id = %s
                    WHERE activity_id = ANY(%s) AND regie_id IS NULL
                    AND state = 'to_invoice'
                    """,
                    vals["regie_id"],
                    waiting.ids,
                )
            )
            self.env["espace.charge"].invalidate_model(["regie_id"])
        return result

    # === Analytic === #

    def _open_analytic_accounts(self):
        """Give each of these activities an analytic account, if it has none."""
        plan = self.env["res.company"]._espace_analytic_plan()
        for activity in self.sudo().filtered(lambda a: not a.analytic_account_id):
            activity.analytic_account_id = self.env["account.analytic.account"].create(
                {
                    "name": activity.name,
                    "code": activity.code,
                    "plan_id": plan.id,
                    "company_id": activity.company_id.id,
                }
            )

    def _analytic_distribution(self):
        """Return {analytic account: percent} of this activity's lines, or None."""
        self.ensure_one()
        account = self.analytic_account_id
        if account and self.company_id.espace_analytic:
            return {str(account.id): 100}
        return None
