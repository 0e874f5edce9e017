from collections import Counter

from odoo import api, fields, models

from odoo.addons.espace_famille.domain.booking import ENDED_STATES
from odoo.addons.espace_famille_billing.models.core.amounts import to_decimal

from ...domain import period

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
        classes = "d-none d-md-inline" if len(grid.children) > 1 else ""
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
