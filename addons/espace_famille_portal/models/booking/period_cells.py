"""One cell of the Vue Période: its icon, its words, and what a press on it asks."""

from datetime import datetime, timedelta

from odoo.addons.espace_famille.domain.closure import closing

from ...domain import period

ICONS = {
    "available": "fa-plus",
    "in_cart": "fa-shopping-basket",
    "pending": "fa-hourglass-half",
    "booked": "fa-check",
    "waiting": "fa-list-ol",
    "full": "fa-ban",
    "too_late": "fa-clock-o",
    "not_open_yet": "fa-calendar-o",
    "other_option": "fa-exchange",
    "other_household": "fa-home",
    "not_enrolled": "fa-user-times",
    "blocked": "fa-lock",
}
CATEGORY_ICONS = {
    "canteen": "fa-cutlery",
    "childcare": "fa-sun-o",
    "leisure": "fa-futbol-o",
}
NOON = 12.0


def tint_of(product):
    """Return the tint of a service: that of its kind, childcare by the time of day."""
    category = product.espace_activity_id.category
    if category == "childcare":
        return "evening" if product.espace_time_from >= NOON else "morning"
    return category


def icon_of(product):
    """Return the icon of a service, childcare by the time of day."""
    tint = tint_of(product)
    return "fa-moon-o" if tint == "evening" else CATEGORY_ICONS.get(tint, "fa-sun-o")


# A limit that close before the day is said by its weekday alone.
NEAR_DAYS = 4

# Always explained in the legend.
USUAL = ("available", "in_cart", "pending", "booked", "full", "too_late")

# What is already ours may be taken back, if the gate says so.
OURS = ("pending", "booked", "waiting")


class Words:
    """What many cells say, each looked up once; lives for one page."""

    def __init__(self, company):
        self.company = company
        self._limits = {}
        self._prices = {}

    def limit(self, limit):
        if limit not in self._limits:
            self._limits[limit] = self.company._espace_limit_words(limit)
        return self._limits[limit]

    def hint(self, quote):
        """Say a limit in few signs: “lun. 17h”, or “29/12 12h” when it is far."""
        if quote.limit in (None, datetime.max, datetime.min):
            return ""
        key = ("hint", quote.limit, quote.date)
        if key not in self._limits:
            local = self.company._espace_local(quote.limit)
            midnight = (local.hour, local.minute) == (0, 0)
            day = local.date() - timedelta(days=midnight)
            near = (quote.date - day).days < NEAR_DAYS
            time = "24h" if midnight else self.company._espace_time_words(local)
            self._limits[key] = f"{self.day(day, 'EEE' if near else 'd/MM')} {time}"
        return self._limits[key]

    def price(self, quote):
        if quote.price is None:
            return ""
        if quote.price not in self._prices:
            self._prices[quote.price] = self.company._espace_amount_words(quote.price)
        return self._prices[quote.price]

    def day(self, day, pattern):
        return self.company._espace_day_text(day, pattern)

    def days(self, first, last):
        if first == last:
            return self.day(first, "EEE d MMM")
        return f"{self.day(first, 'd MMM')} – {self.day(last, 'd MMM')}"


class CellBuilder:
    """Turns the quotes of one family into cells; lives for one page."""

    def __init__(self, env, words, facts, quotes, children, products, may_book):
        """Say the quotes of these children and products.

        :param BookingFacts facts: those that the quotes rest on
        :param dict quotes: {item: quote}
        :param bool may_book: the user may change something
        """
        self.env = env
        self.period = env["espace.portal.period"]
        self.words = words
        self.facts = facts
        self.quotes = quotes
        self.children = children
        self.products = products
        self.may_book = may_book
        self.status_words = self.period._status_labels()
        self._name_words = env._("%(what)s: %(state)s")
        self._until_words = env._("until %s")

    def cell(self, column, day, day_words):
        quote = self.quotes.get((column.child_id, column.product_id, day))
        cell = period.Cell(
            column.child_id,
            column.product_id,
            day,
            classes=column.classes,
            tint=column.tint,
            stop=column.stop,
            over=column.over,
        )
        if column.over:
            cell.over_icon, cell.over_name = column.icon, column.name
            cell.hours = column.hours
        status = cell.status = quote.status if quote else "closed"
        cell.icon = ICONS.get(status, "")
        cell.label = self.status_words.get(status, "")
        bookable = status in ("available", "in_cart")
        if quote and status == "closed":
            self._say_closure(cell, column)
        if quote:
            swap = status == "other_option" and self._may_swap(quote)
            cell.price = self.words.price(quote)
            if status == "waiting":
                cell.hint = self.env._("rank %s", quote.rank)
            if quote.may_wait and self.may_book:
                cell.hint = self.env._("waiting list")
            if bookable:
                cell.hint = self.env._("late") if quote.late else self.words.hint(quote)
                cell.late = quote.late
                if column.over or cell.price != column.price or quote.late:
                    cell.price_shown = cell.price
                cell.few = self._few(quote)
            if status == "other_option" and not swap:
                cell.icon = "fa-minus"
            cell.order = self._order(quote, swap)
            cell.name = self._name(cell, quote, column, day_words, swap)
            if cell.order.startswith("cancel"):
                cell.question = self._question(quote, column, day_words)
            elif status in OURS and not cell.order:
                cell.sheet = period.sheet_url(quote.item)
            if status == "past":
                # An empty cell for the eye; its name still says what it is.
                cell.label = ""
        return cell

    def closing(self, day, activity_id, child):
        """Return the `Scope` that keeps a child away from a service, None if none."""
        if not self.facts.closures:
            return None
        return closing(
            self.facts.closures, day, activity_id, child.school_id.id, child.class_id.id
        )

    def _say_closure(self, cell, column):
        """Show in a closed cell what closes it, if that is known."""
        child = self.children.browse(cell.child_id)
        closure = self.closing(cell.date, column.activity_id, child)
        if closure:
            cell.icon = "fa-times-circle-o"
            cell.label = self.env["espace.closure"]._reason_words(closure.name)

    def _order(self, quote, swap):
        """Return what the button of a cell asks for, '' when there is none."""
        action = ""
        if quote.status == "available":
            action = "add"
        elif quote.status == "in_cart":
            action = "remove"
        elif quote.may_wait:
            action = "wait"
        elif swap:
            action = "swap"
        elif quote.status in OURS and quote.cancellable:
            action = "cancel"
        if not action or not self.may_book:
            return ""
        return str(period.Order(action, *quote.item))

    def _few(self, quote):
        """Say in few signs how few places are left, '' where there are enough."""
        if not self.period._is_few(quote):
            return ""
        return self.env._("%s left", quote.free_seats)

    def _may_change(self, quote, booked):
        """Tell whether a booked option may become the one that is quoted."""
        activity_sudo = self.env["product.product"].sudo().browse(quote.product_id)
        return (
            booked.status == "booked"
            and booked.cancellable
            and not booked.release
            and (quote.late or quote.limit is None or quote.limit > self.facts.now)
            and activity_sudo.espace_activity_id.approval == "automatic"
        )

    def _may_swap(self, quote):
        """Tell whether the day's other option is in the cart, or may be changed."""
        # What keeps the child or the family from booking refuses a change too.
        if self.facts.suspended or self.facts.obstacle(quote.item):
            return False
        return any(
            other.status == "in_cart" or self._may_change(quote, other)
            for product in self.products
            for other in [self.quotes.get((quote.child_id, product.id, quote.date))]
            if other and other.session_id == quote.session_id
        )

    def _name(self, cell, quote, column, day_words, swap):
        return self._name_words % {
            "what": f"{column.name}, {column.child_name}, {day_words}",
            "state": ", ".join(filter(None, self._state_words(cell, quote, swap))),
        }

    def _state_words(self, cell, quote, swap):
        """Yield what there is to say about a cell: state, price, limit, reason."""
        if quote.status in ("available", "in_cart"):
            yield cell.label
            yield quote.late and self.env._("late price")
            yield cell.price
            if self.words.limit(quote.limit) and not quote.late:
                yield self._until_words % self.words.limit(quote.limit)
            yield self.period._few_words(quote)
        elif quote.status in OURS:
            yield cell.label
            yield quote.rank and self.env._("rank %s", quote.rank)
            yield cell.price
            yield self._cancel_words(quote)
        elif swap:
            yield cell.label
            yield cell.price
            yield self.env._("choose it instead")
        elif quote.status == "past":
            yield cell.label
        else:
            words = quote.reason or cell.label
            yield words.rstrip(".") if quote.may_wait else words
            yield quote.may_wait and self.env._("join the waiting list")

    def _cancel_words(self, quote):
        if not quote.cancellable:
            return self.env._("can no longer be cancelled")
        if quote.release:
            return self.env._("can be left to a family that waits")
        if quote.status == "waiting":
            return self.env._("press to leave the list")
        words = self.words.limit(quote.cancel_limit)
        if quote.status == "booked" and words:
            return self.env._("can be cancelled until %s", words)
        return self.env._("can be cancelled")

    def _question(self, quote, column, day_words):
        if quote.status == "waiting":
            return self.env._(
                "Leave the waiting list of %(option)s for %(child)s on %(day)s?",
                option=column.name,
                child=column.child_name,
                day=day_words,
            )
        if quote.release:
            return self.env._(
                "The limit has passed, but families are waiting: leave the place of "
                "%(child)s in %(option)s on %(day)s to the first of them?",
                option=column.name,
                child=column.child_name,
                day=day_words,
            )
        return self.env._(
            "Cancel %(option)s for %(child)s on %(day)s?",
            option=column.name,
            child=column.child_name,
            day=day_words,
        )
