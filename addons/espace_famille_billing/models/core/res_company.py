from odoo import api, fields, models
from odoo.tools.misc import format_amount

ANALYTIC_PLAN = "espace_famille_billing.analytic_plan_services"
INCOME_TYPES = ("income", "income_other")


class ResCompany(models.Model):
    _inherit = "res.company"

    # Off by default: posting then writes a second record for each invoice line, about a
    # tenth more work, and every employee sees analytic accounts on entries.
    espace_analytic = fields.Boolean(
        "Analytic Accounting by Activity",
        help="Invoice lines carry the analytic account of their activity.",
    )

    # Bookings from this day on may cost something else than what was charged.
    espace_prices_from = fields.Date("Prices Changed from", readonly=True, copy=False)

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

    # === Prices === #

    def _espace_prices_changed(self, day):
        """Remember that prices changed for bookings there are, from a day on."""
        for company_sudo in self.sudo():
            since = company_sudo.espace_prices_from
            if since and since <= day:
                continue
            if self.env["espace.reservation"]._owes_from(company_sudo, day):
                company_sudo.espace_prices_from = day

    # === Accounts === #

    def _espace_find_account(self, types, codes=("",)):
        """Return the first account of these types whose code begins so, maybe none."""
        self.ensure_one()
        accounts_sudo = self.env["account.account"].sudo().with_company(self)
        own = [("company_ids", "in", self.ids), ("account_type", "in", types)]
        for code in codes:
            found = accounts_sudo.search([*own, ("code", "=like", f"{code}%")], limit=1)
            if found:
                return found
        return accounts_sudo.browse()

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

    # === Payment === #

    def _espace_pays_online(self, regie=None):
        """Tell whether families can pay on the portal of this commune.

        :param regie: ask for what this `espace.regie` collects; None: for anything
        """
        self.ensure_one()
        providers_sudo = self._espace_online_providers_sudo()
        if regie is None:
            return bool(providers_sudo)
        return bool(providers_sudo._espace_of_regie(regie))

    def _espace_online_providers_sudo(self):
        """Return the providers that the families of this commune may pay by."""
        self.ensure_one()
        providers_sudo = self.env["payment.provider"].sudo()
        return providers_sudo.search(self._espace_online_providers_domain())

    def _espace_online_providers_domain(self):
        """Return the domain of the providers that families may pay by."""
        self.ensure_one()
        return [
            *self.env["payment.provider"]._check_company_domain(self),
            ("state", "in", ("enabled", "test")),
            ("is_published", "=", True),
            ("code", "!=", "custom"),
        ]

    def _espace_amount_words(self, amount):
        """Write an amount (euros) as people do: “3,60 €”."""
        self.ensure_one()
        return format_amount(self.env, float(amount), self.currency_id)

    def _espace_deduction_words(self, amount):
        """Write what is taken off a sum (euros above 0), the sign first: “−4,80 €”."""
        self.ensure_one()
        return f"\N{MINUS SIGN}{self._espace_amount_words(amount)}"
