from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

from odoo.addons.espace_famille.domain.booking import ENDED_STATES, Item
from odoo.addons.espace_famille.models.booking.booking_facts import BookingFacts
from odoo.addons.espace_famille.models.booking.espace_reservation_booking import (
    CHANGEABLE,
)

from ...domain import period
from .period_cells import ICONS, OURS, USUAL
from .period_grid import GridBuilder

# Services are planned by school years: what opens later is found then.
LOOKED_AHEAD = timedelta(days=366)


class EspacePortalPeriod(models.AbstractModel):
    """The Vue Période of a family: what it shows and what its buttons do.

    Every answer comes from the gate (`espace.reservation`): one `_quote` for the whole
    page, so that a month costs the same number of queries whatever its length.
    """

    _name = "espace.portal.period"
    _description = "Portal: Period View"

    # === Orders === #

    @api.model
    def _press(self, family, order, span, children, together, facts=None):
        """Do what a button asks for: of a day, of all the children, or of one.

        :param children: those shown
        :param bool together: a press counts for all the children, shown or not
        :param facts: see `_perform`, as for the answer
        """
        if order.action in period.ROW_ACTIONS:
            return self._perform_row(family, order, children, span)
        if together:
            return self._perform_together(family, order, span, family.child_ids)
        return self._perform(family, order, span, facts=facts)

    @api.model
    def _perform(self, family, order, span, now=None, facts=None):
        """Do what a button asks for.

        :param period.Order order: as read from the request; nothing in it is trusted
        :param BookingFacts facts: of that day, if they were read; see `CART_ACTIONS`
        :return: (level of the message: success, warning or danger; the message)
        :raise AccessError: the child is not one of the family's
        :raise UserError: refused by a limit; nothing was changed
        """
        if facts and facts.knows(Item(*order[1:])):
            perform = {"add": self._perform_add, "remove": self._perform_remove}
            return perform[order.action](family, order, span, now, facts)
        return getattr(self, f"_perform_{order.action}")(family, order, span, now)

    @api.model
    def _perform_add(self, family, order, span, now, facts=None):
        item = Item(order.child_id, order.product_id, order.day)
        facts = facts or self._gate()._gather(
            family, [item], now or fields.Datetime.now()
        )
        [quote] = self._gate()._add_gathered(facts, [item])
        words = self._words(family, order)
        if quote.status == "in_cart":
            price = self._price_words(family, quote)
            if price:
                return "success", self.env._(
                    "%(booking)s: added to the cart, %(price)s.",
                    booking=words,
                    price=price,
                )
            return "success", self.env._("%s: added to the cart.", words)
        return self._not_needed_or_refused(words, quote)

    @api.model
    def _price_words(self, family, quote):
        if quote.price is None:
            return ""
        return family.company_id._espace_amount_words(quote.price)

    @api.model
    def _not_needed_or_refused(self, words, quote):
        """Say that it is booked already, or why it cannot be."""
        if quote.status in OURS:
            return "success", self.env._("%s: already booked.", words)
        return "danger", self.env._(
            "%(booking)s: not possible. %(reason)s", booking=words, reason=quote.reason
        )

    @api.model
    def _perform_remove(self, family, order, span, now, facts=None):
        words = self._words(family, order)
        line = self._line(family, order, facts)
        if facts and line:
            facts.remove(line)
        line._cancel(now)
        return "success", self.env._("%s: taken out of the cart.", words)

    @api.model
    def _line(self, family, order, facts=None):
        """Return the line of the cart that an order is about, maybe empty."""
        if facts:
            item = Item(*order[1:])
            live = facts.live(item, facts.session(item))
        else:
            live = self._live(family, order)
        return live.filtered(
            lambda r: r.state == "draft" and r.product_id.id == order.product_id
        )

    @api.model
    def _perform_swap(self, family, order, span, now):
        """Put this option in the cart instead of the other one of that day."""
        activity = self._option(family, order).espace_activity_id
        others = self._live(family, order, activity).filtered(
            lambda r: r.product_id.id != order.product_id
        )
        booked = others.filtered(lambda r: r.state in CHANGEABLE)
        if booked:
            return self._change_booked(family, order, booked, now)
        others = others.filtered(lambda r: r.state == "draft")
        with self.env.cr.savepoint():
            others._cancel(now)
            level, message = self._perform_add(family, order, span, now)
            if level == "danger":
                # Neither option is lost when the new one cannot be had.
                raise UserError(message)
        return level, message

    @api.model
    def _perform_wait(self, family, order, span, now):
        """Join the waiting list of a full day, or take a place that has just freed."""
        item = (order.child_id, order.product_id, order.day)
        [quote] = self._gate()._join_waiting(family, [item], now)
        words = self._words(family, order)
        if quote.status == "waiting":
            return "success", self._waiting_words(words, quote)
        if quote.status == "available":
            return self._perform_add(family, order, span, now)
        return self._not_needed_or_refused(words, quote)

    @api.model
    def _waiting_words(self, words, quote):
        return self.env._(
            "%(booking)s: on the waiting list, rank %(rank)s. If a place frees, it is "
            "given to you and we write to you.",
            booking=words,
            rank=quote.rank,
        )

    @api.model
    def _perform_cancel(self, family, order, span, now):
        live = self._live(family, order).filtered(lambda r: r.state != "draft")
        words = self._words(family, order)
        if not live:
            return "warning", self.env._("%s: there was nothing to cancel.", words)
        given_back = self._given_back_words(family, live)
        live._cancel(now)
        return "success", " ".join(
            filter(None, [self.env._("%s: cancelled.", words), given_back])
        )

    @api.model
    def _given_back_words(self, family, reservations):
        """Say what a cancellation in time gives back, '' where nothing was charged."""
        amount = sum(reservations.mapped("charged_amount"))
        if amount <= 0:
            return ""
        return self.env._(
            "%s will be deducted from your next invoice.",
            family.company_id._espace_amount_words(amount),
        )

    @api.model
    def _perform_all(self, family, order, span, now):
        quotes = self._gate()._add_to_cart(
            family, self._column_items(family, order, span, now), now
        )
        added = [quote for quote in quotes if quote.status == "in_cart"]
        words = self._words(family, order)
        if not added:
            return "warning", self.env._("%s: no day can be added.", words)
        return "success", self.env._(
            "%(booking)s: %(count)s days in the cart.", booking=words, count=len(added)
        )

    @api.model
    def _perform_none(self, family, order, span, now):
        drafts = self._live(family, order, span=span).filtered(
            lambda r: r.state == "draft"
        )
        count = len(drafts)
        drafts._cancel(now)
        return "success", self.env._(
            "%(booking)s: %(count)s days taken out of the cart.",
            booking=self._words(family, order),
            count=count,
        )

    @api.model
    def _gate(self):
        return self.env["espace.reservation"].sudo()

    @api.model
    def _live(self, family, order, activity=None, span=None):
        """Return the family's live reservations that an order is about."""
        what = (
            ("activity_id", "=", activity.id)
            if activity
            else ("product_id", "=", order.product_id)
        )
        when = (
            [("date", ">=", span.start), ("date", "<=", span.end)]
            if span
            else [("date", "=", order.day)]
        )
        return self._gate().search_fetch(
            [
                ("family_id", "=", family.id),
                ("child_id", "=", order.child_id),
                ("state", "not in", ENDED_STATES),
                what,
                *when,
            ],
            order="date, id",
        )

    @api.model
    def _column_items(self, family, order, span, now):
        today = family.company_id._espace_today(now)
        activity = self._option(family, order).espace_activity_id
        sessions = self._sessions(family, activity, span)
        return [
            (order.child_id, order.product_id, session.date)
            for session in sessions
            if session.date >= today
        ]

    @api.model
    def _sessions(self, family, activities, span):
        return (
            self.env["espace.session"]
            .sudo()
            .search(
                [
                    ("activity_id", "in", activities.ids),
                    ("company_id", "=", family.company_id.id),
                    ("date", ">=", span.start),
                    ("date", "<=", span.end),
                ]
            )
        )

    @api.model
    def _words(self, family, order):
        """Say what an order is about: “Cantine, Clara, lundi 4 janvier”."""
        child_sudo = family.sudo().child_ids.filtered(lambda c: c.id == order.child_id)
        product = self._option(family, order)
        day = order.day and family.company_id._espace_day_words(order.day)
        return ", ".join(filter(None, [product.name, child_sudo.firstname, day]))

    @api.model
    def _option(self, family, order):
        """Return the service of the commune that an order names, empty for all else.

        The name of what is no service of the family's commune is not said.
        """
        return BookingFacts.existing(self.env, family, [order.product_id]).filtered(
            lambda product: product.espace_activity_id.company_id == family.company_id
        )

    # === Words of the page === #

    @api.model
    def _span_words(self, span):
        """Say which days are shown: “Janvier 2027”, “4 janv. – 10 janv. 2027”."""
        if span.view == "month":
            words = format_date(self.env, span.start, date_format="MMMM y")
            return words[:1].upper() + words[1:]
        first = format_date(self.env, span.start, date_format="d MMM")
        return f"{first} – {format_date(self.env, span.end, date_format='d MMM y')}"

    @api.model
    def _legend(self, grid):
        """Return [(status, icon, word)]: the usual statuses and those of the grid."""
        shown = {cell.status for cell in grid.cells()} | set(USUAL)
        labels = self._status_labels()
        return [
            (status, ICONS[status], labels[status])
            for status in ICONS
            if status in shown
        ]

    @api.model
    def _rules(self, grid):
        """Return [(activity, limit to book, to cancel, order of waiting)] in words."""
        activities_sudo = (
            self.env["espace.activity"]
            .sudo()
            .browse(dict.fromkeys(column.activity_id for column in grid.columns))
        )
        return [
            (
                activity.name,
                activity.booking_rule_id.sentence,
                activity.cancel_rule_id.cancel_sentence,
                activity.waiting_list and activity.waiting_sentence,
            )
            for activity in activities_sudo
        ]

    @api.model
    def _status_labels(self):
        """Return the word for each status of a cell."""
        return {
            "available": self.env._("Free"),
            "in_cart": self.env._("In the cart"),
            "pending": self.env._("Pending"),
            "booked": self.env._("Booked"),
            "waiting": self.env._("Waiting list"),
            "full": self.env._("Full"),
            "too_late": self.env._("Too late"),
            "not_open_yet": self.env._("Not open yet"),
            "other_option": self.env._("Other choice"),
            "other_household": self.env._("Other household"),
            "not_enrolled": self.env._("Not enrolled"),
            "blocked": self.env._("Not possible"),
            "closed": self.env._("Closed"),
            "past": self.env._("Over"),
        }

    # === Grid === #

    @api.model
    def _grid(self, family, children, span, now=None, past=False, may_book=True):
        """Return the `period.Grid` of some children of a family.

        :param bool past: show days that are over too
        :param bool may_book: the user may change something
        """
        return self._builder(family, children, span, now, past, may_book).grid()

    @api.model
    def _opening_grid(self, family, children, view, now=None, **options):
        """Return the `period.Grid` that the page opens on by itself.

        See `period.opening_span`. The present month or week is read first: what
        follows is asked for, in a fixed number of queries, only when too few of its
        days can still be booked.
        """
        now = now or fields.Datetime.now()
        today = family.company_id._espace_today(now)
        present = period.Span.around(view, today)
        builder = self._builder(family, children, present, now, **options)
        grid, bookable = builder.grid(), builder.bookable_days()
        if len(bookable) >= period.PLENTY[view]:
            return grid
        following = period.Span(view, present.next, present.end + LOOKED_AHEAD)
        builder = self._builder(family, children, following, now)
        builder.quote()
        span = period.opening_span(view, today, bookable | builder.bookable_days())
        if span == present:
            return grid
        return self._builder(family, children, span, now, **options).grid()

    @api.model
    def _builder(
        self,
        family,
        children,
        span,
        now=None,
        past=False,
        may_book=True,
        layout=None,
        mixed=(),
        shown=None,
    ):
        """Return a `GridBuilder` that has read all that `_grid` shows."""
        now = now or fields.Datetime.now()
        return GridBuilder(
            self.env,
            family.sudo(),
            children.sudo(),
            span,
            now,
            past,
            may_book,
            layout,
            mixed,
            shown,
        )
