from odoo import api, fields, models

ANALYTIC_PLAN = "espace_famille_billing.analytic_plan_services"


class ResCompany(models.Model):
    """Analytic accounting by activity, for the communes that want it.

    It is off by default: posting then writes a second record for each invoice line,
    about a tenth more work, and every employee sees analytic accounts on entries, which
    is of no use to a commune that does not read them.
    """

    _inherit = "res.company"

    espace_analytic = fields.Boolean(
        "Analytic Accounting by Activity",
        help="Invoice lines carry the analytic account of their activity.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        companies.filtered("espace_analytic")._espace_setup_analytic()
        return companies

    def write(self, vals):
        result = super().write(vals)
        if vals.get("espace_analytic"):
            self._espace_setup_analytic()
        return result

    def _espace_setup_analytic(self):
        """Open an analytic account for each activity, and show them to employees."""
        self.env.ref("base.group_user").sudo()._apply_group(
            self.env.ref("analytic.group_analytic_accounting")
        )
        self.env["espace.activity"].sudo().search(
            [("company_id", "in", self.ids)]
        )._open_analytic_accounts()

    @api.model
    def _espace_analytic_plan(self):
        """Return the plan “Services”, made when it is needed first."""
        plan = self.env.ref(ANALYTIC_PLAN, raise_if_not_found=False)
        if not plan:
            plan = (
                self.env["account.analytic.plan"]
                .sudo()
                .create({"name": self.env._("Services")})
            )
            self.env["ir.model.data"].sudo()._update_xmlids(
                [{"xml_id": ANALYTIC_PLAN, "record": plan, "noupdate": True}]
            )
        return plan
