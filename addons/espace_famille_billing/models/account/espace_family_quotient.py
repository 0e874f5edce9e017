from odoo import api, fields, models
from odoo.fields import Domain

from ...domain.quotient_validity import oldest_fresh
from ..core.groups import MONEY

MONTHS = [
    ("1", "January"),
    ("2", "February"),
    ("3", "March"),
    ("4", "April"),
    ("5", "May"),
    ("6", "June"),
    ("7", "July"),
    ("8", "August"),
    ("9", "September"),
    ("10", "October"),
    ("11", "November"),
    ("12", "December"),
]


class ResCompany(models.Model):
    """When families have to give their quotient again."""

    _inherit = "res.company"

    espace_qf_renewal = fields.Selection(
        [
            ("never", "Never"),
            ("months", "After a number of months"),
            ("yearly", "Once a year, on a date"),
        ],
        "Quotients Are Renewed",
        default="months",
        required=True,
    )
    espace_qf_months = fields.Integer("Months a Quotient Holds", default=12)
    espace_qf_day = fields.Integer("Day of the Renewal", default=1)
    espace_qf_month = fields.Selection(MONTHS, "Month of the Renewal", default="1")

    _espace_qf_months_positive = models.Constraint(
        "CHECK(espace_qf_months > 0 AND espace_qf_day BETWEEN 1 AND 31)",
        "Quotients hold for a month or more, and are renewed on a day from 1 to 31.",
    )

    def _espace_oldest_quotient(self):
        """Return the first day of quotients that are recent enough, None for all."""
        self.ensure_one()
        return oldest_fresh(
            self._espace_today(),
            self.espace_qf_renewal,
            self.espace_qf_months,
            int(self.espace_qf_month or 1),
            self.espace_qf_day,
        )


class EspaceFamily(models.Model):
    """Whose quotient is missing or too old."""

    _inherit = "espace.family"

    qf_from = fields.Date("QF since", compute="_compute_qf_state", groups=MONEY)
    qf_state = fields.Selection(
        [
            ("missing", "Missing"),
            ("to_renew", "To be renewed"),
            ("known", "Known"),
        ],
        "State of the QF",
        compute="_compute_qf_state",
        search="_search_qf_state",
        groups=MONEY,
        help="To be renewed: it still counts, but is older than the settings allow.",
    )

    qf_asked_for = fields.Date(
        "QF Asked for",
        readonly=True,
        copy=False,
        groups=MONEY,
        help="First day of the school year for which the family was last asked for it.",
    )

    @api.depends(
        "income_ids.date_from",
        "company_id.espace_qf_renewal",
        "company_id.espace_qf_months",
        "company_id.espace_qf_day",
        "company_id.espace_qf_month",
    )
    def _compute_qf_state(self):
        for family in self:
            company = family.company_id
            income = family.income_ids._in_force(company._espace_today())
            family.qf_from = income.date_from
            family.qf_state = self._qf_state(
                income.date_from, company._espace_oldest_quotient()
            )

    @api.model
    def _qf_state(self, since, oldest):
        if not since:
            return "missing"
        return "to_renew" if oldest and since < oldest else "known"

    @api.model
    def _search_qf_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        domains = []
        for company in self.env.companies:
            ids = {"known": [], "to_renew": []}
            oldest = company._espace_oldest_quotient()
            for family, since in self._quotients_in_force(company):
                ids[self._qf_state(since, oldest)].append(family.id)
            own = Domain("company_id", "=", company.id)
            if "missing" in value:
                some = [*ids["known"], *ids["to_renew"]]
                domains.append(own & Domain("id", "not in", some))
            domains += [Domain("id", "in", ids[state]) for state in ids.keys() & value]
        return Domain.OR(domains)

    @api.model
    def _quotients_in_force(self, company):
        """Return [(family, first day of its quotient)] of those that have one."""
        return (
            self.env["espace.family.income"]
            .sudo()
            ._read_group(
                [
                    ("company_id", "=", company.id),
                    ("date_from", "<=", company._espace_today()),
                ],
                ["family_id"],
                ["date_from:max"],
            )
        )

    def action_simulate_prices(self):
        """Show what this family pays."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille_billing.espace_price_simulation_action"
        )
        action["context"] = {
            "default_company_id": self.company_id.id,
            "default_family_id": self.id,
            "dialog_size": "extra-large",
        }
        return action
