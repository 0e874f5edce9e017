from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import groupby

from odoo import api, fields, models
from odoo.tools.i18n import format_list
from odoo.tools.misc import format_date

from odoo.addons.espace_famille.domain.booking import Item

from ...domain import period
from .espace_portal_cart import item_of
from .espace_portal_offer import in_order
from .period_cells import icon_of, tint_of

# As many as a family has in a school year, and more.
MOST_UNDONE = 2000


@dataclass(slots=True)
class Line:
    """One day in the cart; `reason` says why it can no longer be kept."""

    reservation_id: int
    child: str
    option: str
    day: str
    short: str  # “lun. 7”
    price: str
    limit: str
    reason: str
    may_wait: bool
    late: bool


@dataclass(slots=True)
class Entry:
    """An option of one child: what its days cost, and its days month by month."""

    key: str
    option: str
    tint: str
    icon: str
    total: str
    same_price: bool  # no day has a price of its own
    months: list = field(default_factory=list)  # of (words, lines)

    def lines(self):
        return [line for _words, lines in self.months for line in lines]


@dataclass(slots=True)
class ChildPart:
    """What one child has in the cart."""

    child_id: int
    name: str
    initial: str
    rank: int  # among the brothers and sisters: its colour
    total: str
    entries: list

    @property
    def key(self):
        return f"cart_{self.child_id}"

    def lines(self):
        return [line for entry in self.entries for line in entry.lines()]


def entry_key(child_id, product_id):
    return f"cart_{child_id}_{product_id}"


class EspacePortalCart(models.AbstractModel):
    """The lines of the cart: said child by child, taken out, taken up again."""

    _inherit = "espace.portal.cart"

    # === What stands in it === #

    @api.model
    def _by_child(self, family, cart_sudo, quotes):
        """Return the `ChildPart` of each child, in the family's order.

        :param quotes: {item: quote} of the cart
        """
        company = family.company_id
        initials = self.env["espace.portal.period"]._initials(family.child_ids)
        ranks = {child: place for place, child in enumerate(family.child_ids)}
        parts = []
        options = in_order(cart_sudo.product_id)
        places = {product: place for place, product in enumerate(options)}
        of_child = cart_sudo.grouped("child_id")
        for child in sorted(of_child, key=lambda c: (ranks.get(c, len(ranks)), c.id)):
            entries = [
                self._entry(company, group, quotes)
                for _product, group in sorted(
                    of_child[child].grouped("product_id").items(),
                    key=lambda pair: places[pair[0]],
                )
            ]
            parts.append(
                ChildPart(
                    child.id,
                    child.firstname,
                    initials.get(child.id, child.firstname[:1]),
                    ranks.get(child, 0) % 4 + 1,
                    self._sum_words(company, of_child[child], quotes),
                    entries,
                )
            )
        return parts

    @api.model
    def _entry(self, company, group, quotes):
        group = group.sorted("date")
        product = group.product_id
        prices = {quotes[item_of(reservation)].price for reservation in group}
        entry = Entry(
            entry_key(group.child_id.id, product.id),
            product.name,
            tint_of(product),
            icon_of(product),
            self._sum_words(company, group, quotes),
            len(prices) == 1,
        )
        for month, days in groupby(group, key=lambda r: r.date.replace(day=1)):
            lines = [self._line(one, quotes[item_of(one)]) for one in days]
            entry.months.append(
                (self._month_count(entry.tint, len(lines), month), lines)
            )
        return entry

    @api.model
    def _sum_words(self, company, reservations, quotes):
        """Say what these days cost together, those that cannot be booked left out."""
        found = [quotes[item_of(reservation)] for reservation in reservations]
        prices = [
            quote.price or Decimal(0) for quote in found if quote.status == "available"
        ]
        return company._espace_amount_words(sum(prices, Decimal(0))) if prices else ""

    @api.model
    def _month_count(self, tint, count, month):
        """Say how many days of a service there are: “4 repas en décembre”."""
        name = format_date(self.env, month, date_format="MMMM")
        if tint == "canteen":
            words = (
                self.env._("1 meal in %(month)s", month=name)
                if count == 1
                else self.env._("%(count)s meals in %(month)s", count=count, month=name)
            )
        elif tint == "morning":
            words = (
                self.env._("1 morning in %(month)s", month=name)
                if count == 1
                else self.env._(
                    "%(count)s mornings in %(month)s", count=count, month=name
                )
            )
        elif tint == "evening":
            words = (
                self.env._("1 evening in %(month)s", month=name)
                if count == 1
                else self.env._(
                    "%(count)s evenings in %(month)s", count=count, month=name
                )
            )
        else:
            words = (
                self.env._("1 day in %(month)s", month=name)
                if count == 1
                else self.env._("%(count)s days in %(month)s", count=count, month=name)
            )
        return words

    @api.model
    def _line(self, reservation, quote):
        company = reservation.company_id
        refused = quote.status != "available"
        return Line(
            reservation_id=reservation.id,
            child=reservation.child_id.firstname,
            option=reservation.product_id.name,
            day=company._espace_day_words(reservation.date),
            short=company._espace_format_day(reservation.date, "EEE d"),
            price=""
            if quote.price is None
            else company._espace_amount_words(quote.price),
            limit=self._limit_words(company, quote),
            reason=quote.reason if refused else "",
            may_wait=quote.may_wait,
            late=quote.late,
        )

    @api.model
    def _limit_words(self, company, quote):
        if quote.late:
            return self.env._("Late booking: late price")
        words = company._espace_limit_words(quote.limit)
        return self.env._("until %s", words) if words else ""

    @api.model
    def _first_limit_words(self, company, kept):
        """Say what closes first of a cart, '' where nothing does.

        :param kept: [(reservation, quote)] of what can be booked
        """
        limited = [
            (reservation, quote)
            for reservation, quote in kept
            if not quote.late and quote.limit not in (None, datetime.max, datetime.min)
        ]
        if not limited:
            return ""
        first = min(quote.limit for _reservation, quote in limited)
        closing = [
            reservation for reservation, quote in limited if quote.limit == first
        ]
        names = dict.fromkeys(one.activity_id.name for one in closing)
        days = [one.date for one in closing]
        return self.env._(
            "%(activities)s, %(days)s: until %(limit)s.",
            activities=format_list(self.env, list(names)),
            days=company._espace_span_words(min(days), max(days)),
            limit=company._espace_limit_words(first),
        )

    # === Taking out, and up again === #

    @api.model
    def _chosen(self, family, line):
        """Return the lines that a button names.

        :param str line: as posted: an id, “child_12” for those of a child, or “all”
        """
        return self._cart(family).filtered(
            lambda r: line in (str(r.id), f"child_{r.child_id.id}", "all")
        )

    @api.model
    def _take_out(self, family, line):
        """Take lines out of the cart.

        :param str line: see `_chosen`
        :return: (level of the message, the message)
        """
        lines_sudo = self._chosen(family, line)
        if not lines_sudo:
            return "warning", self.env._("This line was no longer in the cart.")
        count = len(lines_sudo)
        words = self._one_line_words(lines_sudo[:1])
        lines_sudo._cancel()
        if count == 1:
            return "success", self.env._("%s: taken out of the cart.", words)
        if line == "all":
            return "success", self.env._("%s bookings given up.", count)
        return "success", self.env._("%s bookings were taken out of the cart.", count)

    @api.model
    def _anchor(self, lines_sudo):
        """Return the id of the place on the page that these lines leave, if it is one.

        It is that of the option while other days of it stay, else that of the child.
        """
        if len(lines_sudo) != 1:
            return ""
        left_sudo = self._cart(lines_sudo.family_id) - lines_sudo
        of_child = left_sudo.filtered(lambda r: r.child_id == lines_sudo.child_id)
        if lines_sudo.product_id in of_child.product_id:
            return self._anchor_of(item_of(lines_sudo))
        return f"cart_{lines_sudo.child_id.id}" if of_child else ""

    @api.model
    def _anchor_of(self, item):
        return entry_key(item.child_id, item.product_id)

    @api.model
    def _one_line_words(self, reservation):
        """Name a line: “Cantine, Clara, lundi 4 janvier”."""
        return ", ".join(
            [
                reservation.product_id.name,
                reservation.child_id.firstname,
                reservation.company_id._espace_day_words(reservation.date),
            ]
        )

    @api.model
    def _remembered(self, family, lines_sudo, now=None):
        """Return what a session keeps of lines taken out, to take them up again."""
        now = now or fields.Datetime.now()
        return {
            "family": family.id,
            "until": (now + period.UNDO).isoformat(),
            "lines": [str(period.Order("add", *item_of(one))) for one in lines_sudo],
        }

    @api.model
    def _undoable(self, family, remembered, now=None):
        """Return the items that may still be taken up again, maybe none.

        :param remembered: of `_remembered`, as the session kept it
        """
        now = now or fields.Datetime.now()
        if not remembered or remembered.get("family") != family.id:
            return []
        if remembered.get("until", "") <= now.isoformat():
            return []
        orders = map(period.read_order, remembered.get("lines", ())[:MOST_UNDONE])
        return [Item(*order[1:]) for order in orders if order and order.day]

    @api.model
    def _take_up(self, family, items, now=None):
        """Put back in the cart what was taken out of it.

        :return: (level of the message, the message)
        """
        if not items:
            return "warning", self.env._(
                "It is too late to take these bookings up again: choose the days anew."
            )
        gate_sudo = self.env["espace.reservation"].sudo()
        quotes = gate_sudo._add_to_cart(family, items, now)
        back = [quote for quote in quotes if quote.status == "in_cart"]
        refused = [
            quote
            for quote in quotes
            if quote.status not in ("in_cart", "booked", "pending", "waiting")
        ]
        if not refused:
            return "success", self.env._(
                "Back in the cart: %s.", self._bookings_words(len(back))
            )
        return "warning", self.env._(
            "Back in the cart: %(back)s. No longer possible: %(refused)s (%(reason)s)",
            back=self._bookings_words(len(back)),
            refused=self._bookings_words(len(refused)),
            reason=refused[0].reason,
        )
