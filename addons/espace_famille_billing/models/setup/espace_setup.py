from odoo import api, models

from odoo.addons.espace_famille.models.setup.espace_setup import Step
from odoo.addons.espace_famille.models.setup.espace_setup_ready import Finding

from ..core.errors import MissingPrice


class EspaceSetup(models.AbstractModel):
    """The steps of money: tariff, régie, payment online."""

    _inherit = "espace.setup"

    @api.model
    def _steps(self):
        return [
            *super()._steps(),
            Step("tariff", 60, self.env._("The tariffs"), 4),
            Step("regie", 70, self.env._("The régie"), 2),
            Step("payment", 100, self.env._("Payment online"), 5, optional=True),
        ]

    @api.model
    def _findings(self, company, now):
        return [*super()._findings(company, now), *self._price_findings(company)]

    @api.model
    def _menders(self):
        return super()._menders() | {"accounts"}

    @api.model
    def _seen_words(self, option, family, quote, company):
        """Say the price as well, as the family's calendar does."""
        child = self.env["espace.child"].browse(quote.child_id)
        try:
            price = self.env["espace.tariff"]._price(option, child, family, quote.date)
        except MissingPrice:
            return super()._seen_words(option, family, quote, company)
        return self.env._(
            "A parent sees %(option)s on %(day)s at %(price)s",
            option=option.name,
            day=company._espace_day_words(quote.date),
            price=company._espace_amount_words(price.amount),
        )

    @api.model
    def _price_findings(self, company):
        """Name prices that are zero, dearer than the meal costs, or not decided."""
        found = []
        for tariff in self._tariffs_to_come(company):
            free = tariff.line_ids.filtered(
                lambda line: line.kind == "fixed" and not line.amount
            )
            if free:
                names = ", ".join(dict.fromkeys(free.product_id.mapped("name")))
                found.append(
                    Finding(
                        "warning",
                        self.env._("Free of charge: %s", names),
                        self.env._("A price of 0.00 in “%s”.", tariff.name),
                        self.env._("See the Tariff"),
                        "tariff",
                    )
                )
            if tariff.cost_warning:
                found.append(
                    Finding(
                        "warning",
                        self.env._("A meal above its cost"),
                        tariff.cost_warning,
                        self.env._("See the Tariff"),
                        "tariff",
                    )
                )
        without = self.env["espace.activity"].search(
            [("company_id", "=", company.id), ("income_account_id", "=", False)]
        )
        if without:
            found.append(
                Finding(
                    "danger",
                    self.env._(
                        "Without an income account: %s",
                        ", ".join(without.mapped("name")),
                    ),
                    self.env._("Their invoices could not be posted."),
                    self.env._("Set Up the Accounts"),
                    "accounts",
                )
            )
        return found

    @api.model
    def _mend_accounts(self, _company):
        return self._dialog("espace.regie.wizard", self.env._("The régie"))
