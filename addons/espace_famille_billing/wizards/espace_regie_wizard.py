from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

# The nomenclature of communes, proposed first; the addon that holds it may be missing.
M57 = "fr_m57"


class EspaceRegieWizard(models.TransientModel):
    """Sets up the régie: chart of accounts, journals, who collects and how much."""

    _name = "espace.regie.wizard"
    _description = "Set Up the Régie"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    may_choose_chart = fields.Boolean(compute="_compute_may_choose_chart")
    chart = fields.Selection(
        selection="_charts",
        string="Chart of Accounts",
        help="M57 is that of communes. It is chosen once: not after the first entry.",
    )
    name = fields.Char("Name of the Régie", required=True)
    regisseur_id = fields.Many2one(
        "res.users",
        "Régisseur",
        required=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Whom the decree of the mayor names.",
    )
    cash_ceiling = fields.Monetary(
        required=True, default=1200, help="Cash that the act lets the régisseur hold."
    )
    decision = fields.Char("Act of Creation")
    decision_date = fields.Date("Date of the Act")

    @api.model
    def _charts(self):
        """Return the charts of accounts of France that can be installed from here."""
        charts = self.env["account.chart.template"].sudo()._get_chart_template_mapping()
        return [
            (code, chart["name"])
            for code, chart in charts.items()
            if code == M57 or code == "fr"
        ]

    @api.model
    def default_get(self, fields):
        """Begin with the régie that there is, and with M57 where nothing is booked."""
        values = super().default_get(fields)
        company = self.env.company
        regie = company._espace_only_regie()
        if regie:
            values.update(
                name=regie.name,
                regisseur_id=regie.regisseur_id.id or self.env.user.id,
                cash_ceiling=regie.cash_ceiling or values.get("cash_ceiling"),
                decision=regie.decision,
                decision_date=regie.decision_date,
            )
        else:
            values["name"] = self.env._("Régie of the school services")
        codes = [code for code, _name in self._charts()]
        may_choose = self._chart_is_open(company)
        if may_choose and M57 in codes:
            values["chart"] = M57
        elif company.chart_template in codes:
            values["chart"] = company.chart_template
        return {name: value for name, value in values.items() if name in fields}

    @api.model
    def _chart_is_open(self, company):
        return (
            self.env.user.has_group("base.group_system")
            and not company.sudo().root_id._existing_accounting()
        )

    @api.depends("company_id")
    def _compute_may_choose_chart(self):
        for wizard in self:
            wizard.may_choose_chart = self._chart_is_open(wizard.company_id)

    def action_apply(self):
        """Load the chart if need be, make what is missing, and name who collects.

        :raise UserError: there is no chart of accounts, and none was chosen
        """
        self.ensure_one()
        if not self.env.user.has_group("espace_famille.group_admin"):
            raise AccessError(self.env._("Only administrators set up the régie."))
        values = {
            "name": self.name,
            "regisseur_id": self.regisseur_id.id,
            "cash_ceiling": self.cash_ceiling,
            "decision": self.decision,
            "decision_date": self.decision_date,
        }
        company_id = self.company_id.id
        # Loading a chart may install its addon: what was read before is of no use then.
        env = self._load_chart()
        company = env["res.company"].browse(company_id)
        regie = company._espace_setup_regie()
        ceiling = {}
        if 0 < regie.total_ceiling < values["cash_ceiling"]:
            ceiling["total_ceiling"] = values["cash_ceiling"]
        regie.write({**values, **ceiling})
        return {"type": "ir.actions.act_window_close"}

    def _load_chart(self):
        """Load the chart that was chosen; return the environment to go on with."""
        company = self.company_id
        if not self.chart and not company.chart_template:
            raise UserError(self.env._("Choose a chart of accounts."))
        if self.chart and self.chart != company.chart_template:
            if not self._chart_is_open(company):
                raise UserError(
                    self.env._(
                        "The chart of accounts no longer changes: there are entries, "
                        "or you are not the administrator of Odoo."
                    )
                )
            templates_sudo = self.env["account.chart.template"].sudo()
            templates_sudo.try_loading(self.chart, company=company)
        return self.env()
