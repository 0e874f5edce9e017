from odoo import models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

from odoo.addons.espace_famille_billing.domain import flat as rule
from odoo.addons.espace_famille_billing.models.core.errors import MissingPrice
from odoo.addons.espace_famille_billing.models.tariff.pricer import Pricer

from ...domain.sent import read_day, read_id

# The months in which parents may begin or end, the present one first.
MONTHS_AHEAD = 12


class EspaceFamily(models.Model):
    """Months at a flat price, as the family's pages say them."""

    _inherit = "espace.family"

    # === The page === #

    def _portal_sells_flats(self):
        """Tell whether there is anything to read of flat prices, or of packs."""
        self.ensure_one()
        sells = self.env["espace.rulebook"]._sells_flats(self.company_id)
        flats = sells and (self._portal_formulas() or self.sudo().espace_flat_ids)
        return bool(flats) or self._portal_sells_packs()

    def _portal_formulas(self):
        return (
            self.env["espace.flat.formula"]
            .sudo()
            .search([("company_id", "=", self.company_id.id)])
        )

    def _portal_flats(self):
        """Return what the page shows: what the family has, and what is offered."""
        self.ensure_one()
        months = self._portal_flat_months()
        return {
            "own": [self._portal_flat(flat) for flat in self.sudo().espace_flat_ids],
            "offered": [
                self._portal_offer(formula, "flat")
                for formula in self._portal_formulas()
            ],
            "months": [(one.isoformat(), self._month_words(one)) for one in months],
        }

    def _portal_flat_months(self):
        today = self.company_id._espace_today()
        months = [rule.month_of(today)]
        while len(months) < MONTHS_AHEAD:
            months.append(rule.next_month(months[-1]))
        return months

    def _month_words(self, month):
        return format_date(self.env, month, date_format="MMMM y")

    def _portal_flat(self, flat_sudo):
        company, today = self.company_id, self.company_id._espace_today()
        day = company._espace_format_day
        words = company._espace_amount_words
        ended = bool(flat_sudo.date_to and flat_sudo.date_to < today)
        return {
            "id": flat_sudo.id,
            "name": flat_sudo.formula_id.name,
            "child": flat_sudo.child_id.name,
            "from": day(flat_sudo.date_from, "d MMMM y"),
            "to": flat_sudo.date_to and day(flat_sudo.date_to, "d MMMM y"),
            "ended": ended,
            "may_end": flat_sudo.formula_id.portal and not flat_sudo.date_to,
            "months": [
                {
                    "name": self._month_words(due.month),
                    "amount": words(due.charged_amount),
                    "why": due.explanation or "",
                }
                for due in flat_sudo.due_ids
            ],
        }

    def _portal_offer(self, formula_sudo, event):
        """Return what the page says of what may be had, see `_portal_offer_prices`."""
        words = self.company_id._espace_amount_words
        prices = self._portal_offer_prices(formula_sudo, event)
        return {
            "id": formula_sudo.id,
            "name": formula_sudo.name,
            "activity": formula_sudo.activity_id.name,
            "options": ", ".join(formula_sudo._options().mapped("name")),
            "rules": formula_sudo._rules_words(),
            "note": formula_sudo.note or "",
            "deliberation": formula_sudo.deliberation or "",
            "open": formula_sudo.portal,
            "children": [
                (child.id, child.firstname, price and words(price.amount))
                for child, price in prices
            ],
        }

    def _portal_offer_prices(self, formula_sudo, event):
        """Return [(child, its `TariffPrice` today, None if unknown)] of a formula.

        :param event: 'flat' for a whole month, 'pack' for a pack of days
        """
        pricer, today = Pricer(self.env), self.company_id._espace_today()
        family_sudo, found = self.sudo(), []
        for child in family_sudo.child_ids:
            try:
                price = pricer.price(
                    formula_sudo.product_id, child, family_sudo, today, event
                )
            except MissingPrice:
                price = None
            found.append((child, price))
        return found

    # === What parents change === #

    def _portal_subscribe(self, child_id, formula_id, month):
        """Begin a flat price for a child; return what to say.

        Nothing of it is believed: child, price and month are looked for among those
        that the page offers.

        :raise UserError: with the reason in words
        """
        self._portal_check_may_book()
        formula_sudo = self._portal_formulas().filtered(
            lambda formula: formula.portal and formula.id == read_id(formula_id)
        )
        child_sudo = self.sudo().child_ids.filtered(lambda c: c.id == read_id(child_id))
        first = self._portal_flat_month(month)
        if not formula_sudo or not child_sudo:
            raise UserError(
                self.env._("Choose a child and a flat price that the page offers.")
            )
        day = max(first, self.company_id._espace_today())
        flat_sudo = (
            self.env["espace.flat"]
            .sudo()
            .create(
                {
                    "formula_id": formula_sudo.id,
                    "family_id": self.id,
                    "child_id": child_sudo.id,
                    "date_from": day,
                    "by_parent": True,
                }
            )
        )
        return self.env._(
            "“%(flat)s” begins on %(day)s for %(child)s: the days included cost "
            "nothing more.",
            flat=flat_sudo.formula_id.name,
            day=self.company_id._espace_day_words(day, year=True),
            child=child_sudo.firstname,
        )

    def _portal_unsubscribe(self, flat_id, month):
        """End a flat price with the last day of a month; return what to say.

        :raise UserError: with the reason in words
        """
        self._portal_check_may_book()
        flat_sudo = self.sudo().espace_flat_ids.filtered(
            lambda flat: flat.id == read_id(flat_id) and flat.formula_id.portal
        )
        last = rule.last_day(self._portal_flat_month(month))
        if not flat_sudo:
            raise UserError(self.env._("This flat price is not yours to end."))
        if flat_sudo.date_to:
            raise UserError(
                self.env._(
                    "It ends on %s already: ask the commune to change that.",
                    self.company_id._espace_day_words(flat_sudo.date_to, year=True),
                )
            )
        if last < flat_sudo.date_from:
            raise UserError(
                self.env._(
                    "It begins on %s only: choose that month or a later one.",
                    self.company_id._espace_day_words(flat_sudo.date_from, year=True),
                )
            )
        flat_sudo.date_to = last
        return self.env._(
            "“%(flat)s” ends on %(day)s for %(child)s.",
            flat=flat_sudo.formula_id.name,
            day=self.company_id._espace_day_words(last, year=True),
            child=flat_sudo.child_id.firstname,
        )

    def _portal_flat_month(self, sent):
        """Return the first day of a month that the page offers.

        :raise UserError: it is none
        """
        month = read_day(sent)
        if month not in self._portal_flat_months():
            raise UserError(self.env._("Choose a month that the page offers."))
        return month
