"""Prices of many bookings at once, with what explains them."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from odoo import models

from ...domain import pricing
from ...domain.wording import explain
from ..core.amounts import to_decimal
from ..core.errors import MissingPrice, NoTariff

LAST_DAY = date.max


class TariffPrice(NamedTuple):
    """A price in euros with all that explains it.

    `line` is an `espace.tariff.line`, empty where nothing is due; `qf` is None for a
    family whose quotient is unknown.
    """

    amount: Decimal
    unit_price: Decimal
    quantity: Decimal
    line: models.Model
    qf: Decimal | None
    event: str
    subject: str
    found: pricing.Price

    @property
    def explanation(self):
        """Say why, see `wording.explain`."""
        return explain(self.found, self.subject)


class Pricer:
    """Finds many prices in few queries: quotients and siblings are kept."""

    def __init__(self, env):
        self.env = env
        self._tariffs = {}
        self._in_force = {}
        self._prices = {}
        self._situations = {}
        self._same = {}
        self._incomes = {}
        self._quotients = {}
        self._ranks = {}

    def price(self, product, child, family, date, event="planned", duration=None):
        """See `espace.tariff._price`."""
        situation = self._situation(family, date)
        qf = situation[2]
        # Most days of a month have the same price.
        what = (product._name, product.id)
        key = (situation, child.id, what, event, duration)
        if key not in self._same:
            self._same[key] = self.price_of(
                family.company_id,
                product,
                date,
                event,
                duration,
                qf=qf,
                resident=family.residency == "resident",
                sibling_rank=self.sibling_rank(child, family),
                pai=child.has_pai,
            )
        return self._same[key]

    def _situation(self, family, date):
        """Return (family id, tariff id, quotient): days that share it cost the same.

        :raise MissingPrice: no tariff is in force
        """
        when = (family.id, date)
        if when not in self._situations:
            tariff = self._tariff(family.company_id, date)
            self._situations[when] = (family.id, tariff.id, self.qf(family, date))
        return self._situations[when]

    def price_of(self, company, product, date, event="planned", duration=None, **who):
        """Return the `TariffPrice` of whoever is in that situation.

        :param int duration: minutes spent, None for the hours of the product
        :param who: `qf`, `resident`, `sibling_rank` and `pai` of `pricing.Situation`
        :raise MissingPrice: no tariff, or no line of it, gives a price
        """
        if product._name == "product.template":
            product = product.product_variant_id
        tariff = self._tariff(company, date)
        situation = pricing.Situation(
            product=product.id,
            event=event,
            duration_minutes=duration,
            hours=to_decimal(product.espace_hours or 1),
            **who,
        )
        key = (tariff.id, situation)
        if key not in self._prices:
            self._prices[key] = self._find(situation, product, tariff)
        return self._prices[key]

    def _find(self, situation, product, tariff):
        try:
            price = pricing.price(tariff._grid(), situation)
        except pricing.NoPrice as error:
            raise MissingPrice(
                self.env._(
                    "The tariff “%(tariff)s” gives no price for %(product)s: "
                    "complete it.",
                    tariff=tariff.name,
                    product=product.name,
                )
            ) from error
        subject = "Repas" if product.espace_includes_meal else "Accueil"
        return TariffPrice(
            amount=price.amount,
            unit_price=price.unit_price,
            quantity=price.quantity,
            line=self.env["espace.tariff.line"].browse(price.line and price.line.key),
            qf=price.qf,
            event=price.event,
            subject=subject,
            found=price,
        )

    def _tariff(self, company, day):
        """Return the tariff in force on `day`."""
        key = (company.id, day)
        if key not in self._in_force:
            self._in_force[key] = self._find_tariff(company, day)
        return self._in_force[key]

    def _find_tariff(self, company, day):
        if company.id not in self._tariffs:
            rulebook = self.env["espace.rulebook"]._of_company(company)
            self._tariffs[company.id] = rulebook["espace.tariff"]
        tariff = self._tariffs[company.id]._in_force(day)
        if not tariff:
            raise self._no_tariff(company, day)
        return tariff

    def _no_tariff(self, company, day):
        words = self.env._(
            "No tariff is in force on %s: enter one.", company._espace_day_words(day)
        )
        missing = MissingPrice if self._tariffs[company.id] else NoTariff
        return missing(words)

    def qf(self, family, day):
        """Return the quotient that counts on `day`, None if unknown."""
        key = (family.id, day)
        if key not in self._quotients:
            self._quotients[key] = self._find_quotient(family, day)
        return self._quotients[key]

    def _find_quotient(self, family, day):
        if family.id not in self._incomes:
            self._read_incomes(family)
        return next(
            (value for start, value in self._incomes[family.id] if start <= day), None
        )

    def _read_incomes(self, family):
        """Read the quotients of a family and of those that were read with it."""
        family_ids = {family.id, *filter(None, family._prefetch_ids)}
        self._incomes |= {family_id: [] for family_id in family_ids}
        for income in (
            self.env["espace.family.income"]
            .sudo()
            .search_fetch(
                [("family_id", "in", [*family_ids])],
                ["family_id", "date_from", "value"],
                order="date_from desc, id",
            )
        ):
            self._incomes[income.family_id.id].append(
                (income.date_from, to_decimal(income.value))
            )

    def sibling_rank(self, child, family):
        """Return the child's rank in the paying family, the eldest being 1."""
        if family.id not in self._ranks:
            children = family.sudo().child_ids.sorted(
                lambda sibling: (sibling.birth_date or LAST_DAY, sibling.id)
            )
            self._ranks[family.id] = {
                sibling_id: rank for rank, sibling_id in enumerate(children.ids, 1)
            }
        return self._ranks[family.id].get(child.id, 1)
