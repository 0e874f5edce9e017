"""Prices of many bookings at once, with what explains them."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from odoo import models

from ...domain import flat, pricing
from ...domain.wording import explain
from ..core.amounts import to_decimal
from ..core.errors import MissingPrice, NoTariff

LAST_DAY = date.max


class TariffPrice(NamedTuple):
    """A price in euros with all that explains it.

    `line` is an `espace.tariff.line`, empty where nothing is due; `qf` is None for a
    family whose quotient is unknown. `included` says in what a day is included that
    costs nothing more.
    """

    amount: Decimal
    unit_price: Decimal
    quantity: Decimal
    line: models.Model
    qf: Decimal | None
    event: str
    subject: str
    found: pricing.Price
    included: str = ""

    @property
    def explanation(self):
        """Say why, see `wording.explain`."""
        return self.included or explain(self.found, self.subject)


class Who(NamedTuple):
    """For whom a price is asked; see `pricing.Situation`."""

    qf: Decimal | None
    resident: bool
    sibling_rank: int
    pai: bool


class Payer(NamedTuple):
    """What of a family decides on its prices, as it is now."""

    company: models.Model
    resident: bool
    quotients: tuple  # of (first day, quotient), the latest first
    ranks: dict  # {id of a child: its rank, the eldest being 1}

    def qf(self, day):
        """Return the quotient that counts on `day`, None if unknown."""
        for start, value in self.quotients:
            if start <= day:
                return value
        return None


class Flat(NamedTuple):
    """Whose days of which options a family pays together, from when until when."""

    child: int
    options: tuple
    start: date
    end: date


class Pricer:
    """Finds many prices in few queries, of communes and families as they are now."""

    def __init__(self, env):
        self.env = env
        self._tariffs = {}  # of each commune
        self._quotients = {}  # of families, read together
        self._payers = {}  # by family
        self._sells = {}  # whether a commune has flat prices
        self._flats = {}  # of families, read together
        self._prices = {}  # by tariff and situation

    def price(self, product, child, family, date, event="planned", duration=None):
        """See `espace.tariff._price`."""
        payer = self._payer(family)
        rank = payer.ranks.get(child.id, 1)
        who = Who(payer.qf(date), payer.resident, rank, child.has_pai)
        if event not in pricing.AT_ONE_PRICE and self.is_included(
            product, child, family, date
        ):
            return self._free(who, event, flat.included_words(date))
        return self.price_of(payer.company, product, date, who, event, duration)

    def paid_before(self, child, family, date, event, words):
        """Return the price of a day that was paid with others, as `words` say."""
        payer = self._payer(family)
        rank = payer.ranks.get(child.id, 1)
        who = Who(payer.qf(date), payer.resident, rank, child.has_pai)
        return self._free(who, event, words)

    def price_of(self, company, product, date, who, event="planned", duration=None):
        """Return the `TariffPrice` of whoever is in that situation.

        :param int duration: minutes spent, None for the hours of the product
        :raise MissingPrice: no tariff, or no line of it, gives a price
        """
        if product.sudo().espace_activity_id.is_emergency:
            return self._free(who, event)
        tariff = self._tariff(company, date)
        key = (tariff.id, product._name, product.id, event, duration, who)
        if key not in self._prices:
            self._prices[key] = self._find(tariff, product, event, duration, who)
        return self._prices[key]

    def _free(self, who, event, included=""):
        """Return the price of what families owe nothing for, whatever the tariff says.

        The emergency service of a strike (article L133-4 of the Code de l'éducation),
        and what is `included` in something else.
        """
        nothing = Decimal(0)
        found = pricing.Price(nothing, nothing, Decimal(1), None, (), who.qf, event)
        return TariffPrice(
            amount=nothing,
            unit_price=nothing,
            quantity=found.quantity,
            line=self.env["espace.tariff.line"],
            qf=who.qf,
            event=event,
            subject="Accueil",
            found=found,
            included=included,
        )

    def _find(self, tariff, product, event, duration, who):
        if product._name == "product.template":
            product = product.product_variant_id
        situation = pricing.Situation(
            product=product.id,
            event=event,
            duration_minutes=duration,
            hours=to_decimal(product.espace_hours or 1),
            **who._asdict(),
        )
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
        return TariffPrice(
            amount=price.amount,
            unit_price=price.unit_price,
            quantity=price.quantity,
            line=self.env["espace.tariff.line"].browse(price.line and price.line.key),
            qf=price.qf,
            event=price.event,
            subject="Repas" if product.espace_includes_meal else "Accueil",
            found=price,
        )

    # === Tariffs === #

    def _tariff(self, company, day):
        """Return the tariff in force on `day`.

        :raise MissingPrice: there is none
        """
        if company.id not in self._tariffs:
            rulebook = self.env["espace.rulebook"]._of_company(company)
            self._tariffs[company.id] = [
                (tariff.date_from, tariff.date_to or LAST_DAY, tariff)
                for tariff in rulebook["espace.tariff"]
            ]
        tariffs = self._tariffs[company.id]
        for first, last, tariff in tariffs:
            if first <= day <= last:
                return tariff
        words = self.env._(
            "No tariff is in force on %s: enter one.", company._espace_day_words(day)
        )
        raise MissingPrice(words) if tariffs else NoTariff(words)

    # === Flat prices === #

    def is_included(self, product, child, family, day):
        """Tell whether a day of a child is paid with others, at a flat price."""
        company = family.company_id
        if company.id not in self._sells:
            rulebook = self.env["espace.rulebook"]
            self._sells[company.id] = rulebook._sells_flats(company)
        if not self._sells[company.id]:
            return False
        if family.id not in self._flats:
            self._read_flats(family)
        if product._name == "product.template":
            product = product.product_variant_id
        return any(
            one.child == child.id
            and one.start <= day <= one.end
            and product.id in one.options
            for one in self._flats[family.id]
        )

    def _read_flats(self, family):
        """Read the flat prices of a family and of those that were read with it."""
        family_ids = {family.id, *filter(None, family._prefetch_ids)}
        self._flats |= {family_id: [] for family_id in family_ids}
        for one in (
            self.env["espace.flat"]
            .sudo()
            .search([("family_id", "in", [*family_ids])], order="id")
        ):
            options = tuple(one.formula_id._options().ids)
            self._flats[one.family_id.id].append(
                Flat(one.child_id.id, options, one.date_from, one.date_to or LAST_DAY)
            )

    # === Families === #

    def qf(self, family, day):
        """Return the quotient that counts on `day`, None if unknown."""
        return self._payer(family).qf(day)

    def sibling_rank(self, child, family):
        """Return the child's rank in the paying family, the eldest being 1."""
        return self._payer(family).ranks.get(child.id, 1)

    def _payer(self, family):
        if family.id not in self._payers:
            if family.id not in self._quotients:
                self._read_quotients(family)
            children_sudo = family.sudo().child_ids.sorted(
                lambda sibling: (sibling.birth_date or LAST_DAY, sibling.id)
            )
            self._payers[family.id] = Payer(
                company=family.company_id,
                resident=family.residency == "resident",
                quotients=tuple(self._quotients[family.id]),
                ranks={child.id: rank for rank, child in enumerate(children_sudo, 1)},
            )
        return self._payers[family.id]

    def _read_quotients(self, family):
        """Read the quotients of a family and of those that were read with it."""
        family_ids = {family.id, *filter(None, family._prefetch_ids)}
        self._quotients |= {family_id: [] for family_id in family_ids}
        for income in (
            self.env["espace.family.income"]
            .sudo()
            .search_fetch(
                [("family_id", "in", [*family_ids])],
                ["family_id", "date_from", "value"],
                order="date_from desc, id",
            )
        ):
            self._quotients[income.family_id.id].append(
                (income.date_from, to_decimal(income.value))
            )
