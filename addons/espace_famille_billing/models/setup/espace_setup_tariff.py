from datetime import date, timedelta
from decimal import Decimal

from odoo import api, models
from odoo.tools.misc import format_date

from odoo.addons.espace_famille.models.setup.espace_setup import Look

from ...domain import pricing
from ..core.amounts import to_decimal

# Events that some booking may lead to; a justified absence may cost nothing.
BILLED = ("planned", "late", "unplanned", "absence_unjustified")


class EspaceSetup(models.AbstractModel):
    """The tariff: each option has a price for each event and family, each day."""

    _inherit = "espace.setup"

    @api.model
    def _priced_options(self, company):
        return (
            self.env["espace.activity"]
            .search([("company_id", "=", company.id), ("is_emergency", "=", False)])
            .product_ids.product_variant_ids
        )

    @api.model
    def _days_to_price(self, company):
        """Return the first and the last day that families can book, None before."""
        year = self._setup_year(company)
        return year and (max(year.date_from, company._espace_today()), year.date_to)

    @api.model
    def _tariffs_to_come(self, company):
        days = self._days_to_price(company)
        if not days:
            return self.env["espace.tariff"]
        return self.env["espace.tariff"].search(
            [
                ("company_id", "=", company.id),
                ("date_from", "<=", days[1]),
                "|",
                ("date_to", "=", False),
                ("date_to", ">=", days[0]),
            ],
            order="date_from",
        )

    @api.model
    def _look_tariff(self, company):
        options, days = self._priced_options(company), self._days_to_price(company)
        if not options:
            return Look(False, self.env._("Waits for the activities."))
        if not days:
            return Look(False, self.env._("Waits for the school year."))
        button = self.env._("Fill the Table")
        tariffs = self._tariffs_to_come(company)
        if not tariffs:
            return Look(
                False,
                self.env._("No tariff: the usual three brackets are proposed."),
                button,
            )
        unpriced = self._first_day_without(tariffs, *days)
        if unpriced:
            words = self.env._("No price from %s on.", format_date(self.env, unpriced))
            return Look(False, words, button)
        for tariff in tariffs:
            missing = self._unpriced(tariff, options)
            if missing:
                return Look(
                    False,
                    self.env._(
                        "Without a price in “%(tariff)s”: %(options)s. Enter 0 "
                        "where it is free of charge.",
                        tariff=tariff.name,
                        options=", ".join(missing.mapped("name")),
                    ),
                    button,
                )
        words = self.env._(
            "A table from %s on, without a gap or a double",
            format_date(self.env, tariffs[0].date_from),
        )
        return Look(True, words, button)

    @api.model
    def _first_day_without(self, tariffs, first, last):
        """Return the first day that no tariff covers, None if there is none.

        :param tariffs: by their first days; no two of them are in force together
        """
        day = first
        for tariff in tariffs:
            if tariff.date_from > day:
                return day
            if not tariff.date_to:
                return None
            day = max(day, tariff.date_to + timedelta(days=1))
        return day if day <= last else None

    @api.model
    def _unpriced(self, tariff, options):
        """Return the options that cost nothing that is known, in some case.

        Each event is tried for families of the commune and from elsewhere, with and
        without PAI, at the start of each bracket and without a quotient.
        """
        grid = tariff._grid()
        return options.filtered(lambda option: not self._is_priced(grid, option))

    @api.model
    def _is_priced(self, grid, option):
        quotients = {None, Decimal(0)}
        for line in grid.lines:
            quotients.update(filter(None, (line.qf_min, line.qf_max)))
        hours = to_decimal(option.espace_hours or 1)
        for event in BILLED:
            for qf in quotients:
                for resident in (True, False):
                    for pai in (True, False):
                        situation = pricing.Situation(
                            option.id, event, qf, resident, 1, pai, hours=hours
                        )
                        try:
                            pricing.price(grid, situation)
                        except pricing.NoPrice:
                            return False
        return True

    @api.model
    def _open_tariff(self, company, _key):
        options = self._priced_options(company)
        tariffs = self._tariffs_to_come(company)
        unfit = [one for one in tariffs if self._unpriced(one, options)]
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("The tariffs"),
            "res_model": "espace.tariff",
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }
        if unfit or tariffs:
            days = self._days_to_price(company)
            ended = not unfit and self._first_day_without(tariffs, *days)
            if ended:
                return self._new_tariff(action, ended)
            return {**action, "res_id": (unfit or tariffs)[0].id}
        return self._new_tariff(action, None)

    @api.model
    def _new_tariff(self, action, day):
        """Propose the whole table: see `espace.tariff.default_get`.

        :param date day: the first one without a price; None: that of the year
        """
        context = {**action["context"], "espace_propose_prices": True}
        if isinstance(day, date):
            context["default_date_from"] = day
        return {**action, "context": context}
