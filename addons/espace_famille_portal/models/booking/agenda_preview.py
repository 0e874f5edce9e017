"""From the quotes of many dates to a page that is read at a glance."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from odoo.tools.i18n import format_list
from odoo.tools.misc import format_date

from odoo.addons.espace_famille.domain.booking import split_siblings

from ...domain import agenda
from .espace_portal_offer import in_order
from .period_cells import ICONS

# What is there already needs no booking, and is no refusal.
ALREADY = ("in_cart", "booked", "pending", "waiting")

# The reasons a parent can do something about come first.
ORDER = (
    "full",
    "not_open_yet",
    "other_option",
    "blocked",
    "not_enrolled",
    "too_late",
    "other_household",
    "closed",
    "past",
)
# Said one by one; beyond, the first and the last, and the list behind a click.
MAX_SERIES = 3


@dataclass(slots=True)
class Option:
    """One option of one child: its days with their price, and the total."""

    name: str
    count: str  # of days, and their price where it is one, in words
    days: list = field(default_factory=list)  # [(day, price, note)] in words
    total: str = ""


@dataclass(slots=True)
class ChildPart:
    child_id: int
    name: str
    options: list
    count: int
    total: str


@dataclass(slots=True)
class Entry:
    """Days of some options and children that share a fate, in few words."""

    what: str
    count: int
    words: str
    days: list = field(default_factory=list)  # each in words, where words are short


@dataclass(slots=True)
class Refusal:
    """Days that cannot be added, and why."""

    status: str
    label: str
    icon: str
    reason: str
    entries: list
    count: int = 0


@dataclass(slots=True)
class Preview:
    children: list
    refusals: list
    already: list
    count: int
    words: str
    wait_count: int
    wait_words: str
    split_days: str = ""


class PreviewBuilder:
    """Sorts the quotes of one family; lives for one page."""

    def __init__(self, env, family, quotes):
        self.env = env
        self.family = family.sudo()
        self.company = family.company_id
        self.gate = env["espace.reservation"]
        self.names = {child.id: child.firstname for child in self.family.child_ids}
        self.quotes = self._one_option_a_day(quotes)
        asked = {quote.product_id for quote in quotes}
        products_sudo = env["product.product"].sudo().browse(asked)
        self.products = {
            product.id: product.name for product in in_order(products_sudo)
        }

    def _one_option_a_day(self, quotes):
        """Refuse the second option of a child and day, as the cart will."""
        taken, found = set(), []
        for quote in quotes:
            if quote.status == "available":
                key = (quote.child_id, quote.session_id)
                if key in taken:
                    quote = self.gate._as_other_option(quote)
                taken.add(key)
            found.append(quote)
        return found

    def preview(self):
        free = [quote for quote in self.quotes if quote.status == "available"]
        already = [quote for quote in self.quotes if quote.status in ALREADY]
        refused = [
            quote
            for quote in self.quotes
            if quote.status not in (*ALREADY, "available")
        ]
        summary = self.env["espace.portal.cart"]._summarize(self.family, free)
        wait_count = sum(quote.may_wait for quote in refused)
        return Preview(
            children=self._children(free),
            refusals=self._refusals(refused),
            already=self._entries(already),
            count=len(free),
            words=summary.words,
            wait_count=wait_count,
            wait_words=self._count_words(wait_count),
            split_days=self._split_days(free),
        )

    # === What can be added === #

    def _children(self, quotes):
        by_child = _grouped(quotes, lambda quote: quote.child_id)
        return [
            self._child(child, name, by_child[child])
            for child, name in self.names.items()
            if child in by_child
        ]

    def _child(self, child_id, name, quotes):
        by_product = _grouped(quotes, lambda quote: quote.product_id)
        options = [
            self._option(by_product[product])
            for product in self.products
            if product in by_product
        ]
        return ChildPart(child_id, name, options, len(quotes), self._total(quotes))

    def _option(self, quotes):
        return Option(
            name=self.products[quotes[0].product_id],
            count=self._times_words(quotes),
            days=[
                (self._day(quote.date), self._price(quote), self._note(quote))
                for quote in quotes
            ],
            total=self._total(quotes),
        )

    def _times_words(self, quotes):
        """Say how many days there are, and what each costs: “8 days × €3.60”."""
        words = self._count_words(len(quotes))
        prices = {self._price(quote) for quote in quotes}
        each = prices.pop() if len(prices) == 1 else ""
        return f"{words} × {each}" if each else words

    def _note(self, quote):
        """Say what to know of a day: its late price, its last places."""
        if quote.late:
            return self.env._("late price")
        return self.env["espace.portal.period"]._few_words(quote)

    def _price(self, quote):
        if quote.price is None:
            return ""
        return self.company._espace_amount_words(quote.price)

    def _total(self, quotes):
        if all(quote.price is None for quote in quotes):
            return ""
        total = sum((quote.price or Decimal(0) for quote in quotes), Decimal(0))
        return self.company._espace_amount_words(total)

    def _split_days(self, quotes):
        """Say on which days there is a place for one child but not for all."""
        split = split_siblings(quotes)
        days = {quote.date for quote in quotes if quote.session_id in split}
        return self._days_words(days) if days else ""

    # === What cannot === #

    def _refusals(self, quotes):
        labels = self.env["espace.portal.period"]._status_labels()
        groups = _grouped(
            [quote._replace(reason=self._reason(quote)) for quote in quotes],
            lambda quote: (quote.status, quote.reason),
        )
        found = [
            Refusal(
                status=status,
                label=labels.get(status, ""),
                icon=ICONS.get(status, "fa-times-circle-o"),
                reason=reason,
                entries=self._entries(lines),
                count=len(lines),
            )
            for (status, reason), lines in groups.items()
        ]
        return sorted(found, key=lambda refusal: ORDER.index(refusal.status))

    def _reason(self, quote):
        """Say why not; a closed day of holidays is closed by these holidays."""
        if quote.status != "closed":
            return quote.reason
        calendar = self.company._espace_calendar()
        holiday = calendar.holiday_around(quote.date)
        if not holiday:
            holiday = next(
                (
                    known
                    for known in calendar.periods
                    if known.date_from <= quote.date <= known.date_to
                ),
                None,
            )
        # What an agent closed has words of its own, which say more.
        if holiday and not quote.session_id:
            return self.env._("Closed: %s.", holiday.name)
        return quote.reason

    def _entries(self, quotes):
        """Group quotes by who shares the same days: “Cantine – Nina, Tom”."""
        days = {
            key: tuple(sorted(quote.date for quote in lines))
            for key, lines in _grouped(
                quotes, lambda quote: (quote.product_id, quote.child_id)
            ).items()
        }
        by_product = defaultdict(list)
        for (product, child), dates in days.items():
            by_product[product, dates].append(self.names[child])
        return [
            Entry(
                what=f"{self.products[product]} – {', '.join(names)}",
                count=len(dates),
                words=self._days_words(dates),
                days=[self._day(day) for day in dates]
                if len(agenda.series(dates)) > MAX_SERIES
                else [],
            )
            for (product, dates), names in by_product.items()
        ]

    # === Words === #

    def _days_words(self, days):
        """Say dates in few words: “chaque mercredi du 6 janvier au 30 juin”."""
        found = agenda.series(days)
        if len(found) <= MAX_SERIES:
            words = [said for one in found for said in self._series_words(one)]
            return format_list(self.env, [word for _day, word in sorted(words)])
        return self.env._(
            "%(days)s %(span)s",
            days=self._count_words(len(set(days))),
            span=self.company._espace_span_words(min(days), max(days)),
        )

    def _count_words(self, count):
        if count == 1:
            return self.env._("1 day")
        return self.env._("%s days", count)

    def _series_words(self, one):
        """Return [(date from which it counts, words)]: two days are said apart."""
        days = one.days()
        if len(days) <= 2:
            return [(day, self._day(day)) for day in days]
        span = self.company._espace_span_words(one.first, one.last)
        if one.step == 1:
            return [(one.first, span)]
        return [
            (
                one.first,
                self.env._(
                    "each %(weekday)s %(span)s",
                    weekday=format_date(self.env, one.first, date_format="EEEE"),
                    span=span,
                ),
            )
        ]

    def _day(self, day):
        return self.company._espace_day_words(day)


def _grouped(quotes, key_of):
    """Return {key: quotes}, in the order of the quotes."""
    groups = defaultdict(list)
    for quote in quotes:
        groups[key_of(quote)].append(quote)
    return groups
