from collections import Counter

from odoo import api, fields, models

from odoo.addons.espace_famille.domain import custody
from odoo.addons.espace_famille.domain.booking import (
    ENDED_STATES,
    SEAT_STATES,
    Item,
)
from odoo.addons.espace_famille_billing.models.core.amounts import to_decimal

from ...domain import period
from ...domain.agenda import days_of

# What an order may take or leave.
HELD_STATES = ("draft", "waiting", *SEAT_STATES)

# From how many places left on they are worth a word.
FEW_PLACES = 5


class EspacePortalPeriod(models.AbstractModel):
    """Shortcuts of the Vue Période: a whole day, all the children, another option."""

    _inherit = "espace.portal.period"

    # === A whole day === #

    @api.model
    def _row_buttons(self, grid):
        """Return {date: `RowButton`} of the days of a grid, as its cells stand."""
        # A phone shows one child of several: it must not take days it does not show.
        several = len(grid.children) > 1 and not grid.stacked
        classes = period.WIDE_ONLY if several else ""
        # Said on each day: looked up once.
        take = self.env._("%s: add the whole day")
        leave = self.env._("%s: take out the whole day")
        return {
            row.date: self._row_button(row, classes, take, leave)
            for row in grid.rows
            if row.kind == "day"
        }

    @api.model
    def _row_button(self, row, classes, take, leave):
        statuses = {cell.status for cell in row.cells if cell.order}
        if "available" in statuses:
            order = period.Order("day", 0, 0, row.date)
            name = take % row.label
        elif "in_cart" in statuses:
            order = period.Order("noday", 0, 0, row.date)
            name = leave % row.label
        else:
            return period.RowButton(row.date, classes=classes)
        return period.RowButton(
            row.date, str(order), name, "available" not in statuses, classes
        )

    @api.model
    def _perform_row(self, family, order, children, span, now=None):
        """Take or leave a whole day for these children.

        Of several options of one service, each child gets the one that it has most
        often on the days shown, else the first.

        :return: (level of the message, the message)
        """
        day = family.company_id._espace_day_words(order.day)
        if order.action == "noday":
            return self._leave_day(family, order, children, day, now)
        quotes = self._gate()._add_to_cart(
            family, self._row_items(family, order, children, span, now), now
        )
        added = [quote for quote in quotes if quote.status == "in_cart"]
        if not added:
            return "warning", self.env._("%s: nothing can be added.", day)
        return "success", self.env._(
            "%(day)s: %(count)s in the cart.", day=day, count=len(added)
        )

    @api.model
    def _leave_day(self, family, order, children, day, now):
        drafts = self._gate().search(
            [
                ("family_id", "=", family.id),
                ("child_id", "in", children.ids),
                ("state", "=", "draft"),
                ("date", "=", order.day),
            ]
        )
        count = len(drafts)
        drafts._cancel(now)
        return "success", self.env._(
            "%(day)s: %(count)s taken out of the cart.", day=day, count=count
        )

    @api.model
    def _row_items(self, family, order, children, span, now):
        """Return the items of a day that can be booked, one option a service."""
        products = self.env["espace.portal.offer"]._products(family)
        asked = [
            (child.id, product.id, order.day)
            for child in children
            for product in products
        ]
        usual = self._usual_options(family, children, span)
        chosen = {}
        for quote in self._gate()._quote(family, asked, now):
            key = (quote.child_id, quote.session_id)
            if quote.status == "available":
                best = chosen.setdefault(key, quote)
                if usual[quote.child_id, quote.product_id] > usual[best.item[:2]]:
                    chosen[key] = quote
        return [quote.item for quote in chosen.values()]

    @api.model
    def _usual_options(self, family, children, span):
        """Count how often each child has each option: {(child id, product id): n}."""
        groups = self._gate()._read_group(
            [
                ("family_id", "=", family.id),
                ("child_id", "in", children.ids),
                ("state", "not in", ENDED_STATES),
                ("date", ">=", span.start),
                ("date", "<=", span.end),
            ],
            ["child_id", "product_id"],
            ["__count"],
        )
        return Counter(
            {(child.id, product.id): count for child, product, count in groups}
        )

    # === The same for all the children === #

    @api.model
    def _perform_together(self, family, order, span, children, now=None):
        """Do for all these children what a button asks for one.

        Only the cart is shared: cancelling and waiting stay with the child pressed.

        :return: (level of the message, the message)
        """
        if order.action not in period.SHARED_ACTIONS:
            return self._perform(family, order, span, now)
        answers = [
            self._perform(family, order._replace(child_id=child.id), span, now)
            for child in self._takers(family, order, children)
        ]
        levels = {level for level, _message in answers}
        worst = next(one for one in ("danger", "warning", "success") if one in levels)
        level = "warning" if len(levels) > 1 else worst
        return level, " ".join(message for _level, message in answers)

    @api.model
    def _takers(self, family, order, children):
        """Return the child pressed, then the others who may have its option."""
        offer = self.env["espace.portal.offer"]._read(family, fields.Datetime.now())
        others = children.filtered(
            lambda child: (
                child.id != order.child_id
                and (child.id, order.product_id) in offer.weekdays
            )
        )
        return children.browse(order.child_id) | others

    # === Another option of a booked day === #

    @api.model
    def _change_booked(self, family, order, booked, now):
        """Change the option of a booking; its seat is kept whatever happens."""
        old, before = booked.product_id.name, booked.charged_amount
        item = (order.child_id, order.product_id, order.day)
        quote = self._gate()._change_option(family, item, now)
        words = self._words(family, order)
        if quote.status not in ("booked", "pending"):
            return self._not_needed_or_refused(words, quote)
        message = self.env._(
            "%(booking)s: chosen instead of “%(old)s”.", booking=words, old=old
        )
        difference = to_decimal(booked.charged_amount) - to_decimal(before)
        return "success", " ".join(
            filter(None, [message, self._difference_words(family, difference)])
        )

    @api.model
    def _difference_words(self, family, difference):
        amount = family.company_id._espace_amount_words(abs(difference))
        if difference > 0:
            return self.env._("The difference of %s will be invoiced.", amount)
        if difference < 0:
            return self.env._(
                "The difference of %s will be deducted from your next invoice.", amount
            )
        return ""

    # === Children === #

    @api.model
    def _initials(self, children):
        """Return {child id: its initial}; those who share one have two letters."""
        first = Counter(child.firstname[:1] for child in children)
        return {
            child.id: child.firstname[: 1 if first[child.firstname[:1]] == 1 else 2]
            for child in children
        }

    @api.model
    def _kids(self, children):
        """Return {child id: (its initial, the rank of its colour)}."""
        initials = self._initials(children)
        return {
            child.id: (initials[child.id], place % 4 + 1)
            for place, child in enumerate(children)
        }

    # === Undo === #

    @api.model
    def _held(self, family, span):
        """Return what the family has chosen or booked on these days.

        :return: {(child id, day, activity id): (product id, state)}
        """
        reservations_sudo = self._gate().search_fetch(
            [
                ("family_id", "=", family.id),
                ("state", "in", HELD_STATES),
                ("date", ">=", span.start),
                ("date", "<=", span.end),
            ],
            ["child_id", "date", "activity_id", "product_id", "state"],
        )
        return {
            (r.child_id.id, r.date, r.activity_id.id): (r.product_id.id, r.state)
            for r in reservations_sudo
        }

    @api.model
    def _undoing(self, before, after):
        """Return the orders that take back what has changed in the cart.

        A booking that was cancelled is booked again, see `_perform_rebook`; a place on
        a waiting list is left again.

        :param before: of `_held`
        :param after: of `_held`
        :return: list of `period.Order`
        """
        orders = []
        for key in before.keys() | after.keys():
            child_id, day, _activity_id = key
            old, old_state = before.get(key, (0, ""))
            new, new_state = after.get(key, (0, ""))
            if (old, old_state) == (new, new_state):
                continue
            if old and new:
                # An option instead of another one; a state alone changes elsewhere.
                if old != new:
                    orders.append(period.Order("swap", child_id, old, day))
            elif old and old_state != "waiting":
                action = "rebook" if old_state in SEAT_STATES else "add"
                orders.append(period.Order(action, child_id, old, day))
            elif new:
                action = "remove" if new_state == "draft" else "cancel"
                orders.append(period.Order(action, child_id, new, day))
        return sorted(orders, key=lambda order: (order.day, order.child_id))

    @api.model
    def _perform_rebook(self, family, order, span, now):
        """Book again at once what was cancelled a moment ago, as it was.

        The gate decides as for any booking; where another family has the place by now,
        or the price is another one, nothing is booked and the reason is said.
        """
        now = now or fields.Datetime.now()
        words = self._words(family, order)
        item = Item(*order[1:])
        left = self._gate().search(
            [
                ("family_id", "=", family.id),
                ("child_id", "=", item.child_id),
                ("product_id", "=", item.product_id),
                ("date", "=", item.date),
                ("state", "=", "cancelled"),
                ("closure_id", "=", False),
                ("cancelled_at", ">=", now - period.UNDO),
            ],
            order="cancelled_at desc, id desc",
            limit=1,
        )
        if not left:
            return "warning", self.env._(
                "%s: it is too late to take this back, choose the day anew.", words
            )
        [quote] = self._gate()._quote(family, [item], now)
        if quote.status == "available" and not self._same_price(left, quote):
            return "warning", self.env._(
                "%(booking)s: it would now cost %(price)s, nothing was booked. Choose "
                "the day anew if you want it.",
                booking=words,
                price=self._price_words(family, quote),
            )
        [quote] = self._gate()._book(family, [item], now)
        if quote.status == "booked":
            return "success", self.env._("%s: booked again.", words)
        if quote.status != "pending":
            return self._not_needed_or_refused(words, quote)
        booked = self._gate().browse(quote.reservation_id)
        if booked.state == "pending_payment":
            return "success", self.env._("%s: kept again, to be paid.", words)
        return "success", self.env._("%s: asked for again.", words)

    @api.model
    def _same_price(self, left, quote):
        """Tell whether a booking costs again what its cancellation gave back.

        What is charged later only costs what the tariff says then, either way.
        """
        last = left.charge_ids.filtered(lambda c: not c.aid_id).sorted("id")[-1:]
        if quote.price is None or not last or last.amount >= 0:
            return True
        return -to_decimal(last.amount) == quote.price

    # === The other parent's days === #

    @api.model
    def _away(self, family, children, first, last):
        """Return {child id: dates} of the days on which the other household pays.

        A child with one household is in it with no date.

        :param date first, last: both included
        """
        around = family.company_id._espace_calendar().holiday_around
        away = {}
        for child in children.sudo():
            lines = child.custody_ids if child.shared_custody else child.custody_ids[:0]
            runs = lines and custody.runs(
                first, last, child.family_id.id, lines._arrangements(), around
            )
            away[child.id] = {
                day
                for start, end, household in runs
                if household != family.id
                for day in days_of(start, end)
            }
        return away

    @api.model
    def _away_words(self, name="", week=True):
        """Say where a child is instead of “nothing is booked”.

        :param str name: of the child, where several are spoken of
        """
        if week and name:
            return self.env._("%s: week at the other parent’s", name)
        if week:
            return self.env._("Week at the other parent’s")
        if name:
            return self.env._("%s: at the other parent’s", name)
        return self.env._("At the other parent’s")

    # === Places left === #

    @api.model
    def _is_few(self, quote):
        return (
            quote.status in ("available", "in_cart")
            and quote.free_seats is not None
            and 0 < quote.free_seats <= FEW_PLACES
        )

    @api.model
    def _few_words(self, quote):
        """Say how few places are left, '' where there are enough."""
        if not self._is_few(quote):
            return ""
        if quote.free_seats == 1:
            return self.env._("only 1 place left")
        return self.env._("only %s places left", quote.free_seats)
