"""From the quotes of a span to the columns, rows and cells of the Vue Période."""

from collections import defaultdict
from datetime import datetime, timedelta

from odoo.fields import Domain
from odoo.tools.i18n import format_list

from odoo.addons.espace_famille.domain.booking import ENDED_STATES, Item
from odoo.addons.espace_famille.models.booking.booking_facts import (
    BOOKING_FACTS,
    BookingFacts,
)

from ...domain import period
from .espace_portal_cart import item_of
from .espace_portal_offer import in_order
from .period_cells import CellBuilder, Words, icon_of, tint_of

# Closed from so many days on, it is seen as a gap between the weeks.
LONG = timedelta(days=4)
# Limits that near are said as what is left of the time.
NEAR = timedelta(hours=48)
ZERO_WIDTH_SPACE = "\u200b"


class GridBuilder:
    """Turns the quotes of a span into columns and rows; lives for one page."""

    def __init__(
        self,
        env,
        family,
        children,
        span,
        now,
        past,
        may_book,
        layout=None,
        mixed=(),
        shown=None,
    ):
        """Read the facts of a span.

        :param period.Span layout: of the page that shows the cells, if it is a larger
            one: it says which columns there are
        :param mixed: ids of the products whose days have several prices on that page
        :param shown: id of the child that a phone shows, or `period.ALL_CHILDREN`; the
            first one by itself
        """
        self.env = env
        self.period = env["espace.portal.period"]
        self.family = family
        self.company = family.company_id
        self.children = children
        self.span = span
        self.now = now
        self.may_book = may_book
        self.today = self.company._espace_today(now)
        self.words = Words(self.company)
        self._options = {}
        self.layout, self.mixed = layout, mixed
        self.stacked = shown == period.ALL_CHILDREN and len(children) > 1
        shown_one = children.filtered(lambda child: child.id == shown)
        self.shown_id = (shown_one or children[:1]).id
        self._read_products()
        self._read_facts()
        self._read_layout()
        self.folded = self._last_folded(past)

    # === Reading: a fixed number of queries === #

    def _read_products(self):
        rulebook = self.env["espace.rulebook"]._of_company(self.company)
        self.products = in_order(rulebook["product.product"])

    def _read_facts(self):
        """Read once what decides about these days, and about the whole cart."""
        bookings = self._read_bookings()
        drafts = self._read_cart(bookings)
        days = [self.span.start, self.span.end, *(item.date for item in self.cart)]
        self.facts = BookingFacts(
            self.env,
            self.family,
            self.children | drafts.child_id,
            self.products | drafts.product_id,
            (min(days), max(days)),
            self.now,
            bookings,
        )
        self.booked = {
            (r.child_id.id, r.product_id.id)
            for r in self.facts.reservations.values()
            if r.family_id == self.family and self.span.start <= r.date <= self.span.end
        }
        self.activity_names = {}
        self.days_of = defaultdict(list)
        for activity in self.products.espace_activity_id:
            self.activity_names[activity.id] = activity.name
        for activity_id, day in self.facts.sessions:
            if self.span.start <= day <= self.span.end:
                self.days_of[activity_id].append(day)

    def _read_layout(self):
        """Read on which days of the page each service is open."""
        self.layout_days = self.days_of
        if not self.layout:
            return
        self.layout_days = defaultdict(list)
        sessions = self.period._sessions(
            self.family, self.products.espace_activity_id, self.layout
        )
        for session in sessions:
            self.layout_days[session.activity_id.id].append(session.date)

    def change_cart(self, order):
        """Show from now on what a press on one cell has just changed."""
        item = Item(*order[1:])
        live = self.facts.live(item, self.facts.session(item))
        self.cart = [other for other in self.cart if other != item]
        if live.state == "draft" and live.product_id.id == item.product_id:
            self.cart.append(item)

    def _read_bookings(self):
        """Return what is live on the days shown, and all that is not paid or validated.

        On other days the cart alone matters, and a child has one booking a session.
        """
        unpaid = Domain("family_id", "=", self.family.id) & Domain(
            "state", "in", ("draft", "pending_payment")
        )
        shown = (
            Domain("child_id", "in", self.children.ids)
            & Domain("state", "not in", ENDED_STATES)
            & Domain("date", ">=", self.span.start)
            & Domain("date", "<=", self.span.end)
        )
        gate_sudo = self.env["espace.reservation"].sudo()
        return gate_sudo.search_fetch(
            unpaid | shown, (*BOOKING_FACTS, "hold_until"), order="date, id"
        )

    def _read_cart(self, bookings):
        mine = bookings.filtered(lambda booking: booking.family_id == self.family)
        drafts = mine.filtered(lambda booking: booking.state == "draft")
        held = mine.filtered(lambda booking: booking.state == "pending_payment")
        # As `HELD_FIRST` has it.
        self.held = tuple(
            held.sorted(lambda one: (one.hold_until or datetime.max, one.id)).ids
        )
        self.cart = [item_of(draft) for draft in drafts]
        return drafts

    def bookable_days(self):
        """Return the dates, of those quoted, on which the family may still book.

        For one child and one option at least: it is free, in the cart and not yet
        validated, or full with a waiting list to join. What is booked already is not.
        """
        return {
            item.date
            for item, quote in self.quotes.items()
            if quote.status in ("available", "in_cart") or quote.may_wait
        }

    def quote(self):
        """Ask the gate once, for the grid and for the rest of the cart."""
        self.offer = [
            (child, product)
            for child in self.children
            for product in self.products
            if self._offered(child, product)
        ]
        items = [
            Item(child.id, product.id, day)
            for child, product in self.offer
            for day in self.days_of[product.espace_activity_id.id]
            if not self.folded or day > self.folded
        ]
        asked = dict.fromkeys([*items, *self.cart])
        gate_sudo = self.env["espace.reservation"].sudo()
        quotes = gate_sudo._quote_gathered(self.facts, asked)
        self.quotes = dict(zip(asked, quotes, strict=True))
        self.cart_quotes = [self.quotes[item] for item in self.cart]
        for item in asked.keys() - set(items):
            del self.quotes[item]

    def _offered(self, child, product):
        activity = product.espace_activity_id
        if not self.days_of[activity.id]:
            return False
        if (child.id, product.id) in self.booked:
            return True
        if not activity.enrolment_required:
            # A child of another age or class need not see what it may not do.
            return not all(
                activity._enrolment_refusal(child, day)
                for day in (self.span.start, self.span.end)
            )
        return any(
            enrolment.state in ("approved", "pending")
            and enrolment.date_from <= self.span.end
            and enrolment.date_to >= self.span.start
            for enrolment in self.facts.enrolments.get((child.id, activity.id), ())
        )

    # === Grid === #

    def grid(self):
        self.quote()
        self.cells = CellBuilder(
            self.env,
            self.words,
            self.facts,
            self.quotes,
            self.children,
            self.products,
            self.may_book,
        )
        # Said above each column: looked up once.
        self._all_words = self.env._("All"), self.env._("None")
        columns = [self._column(child, product) for child, product in self.offer]
        for child in self.children:
            self._lay_out([c for c in columns if c.child_id == child.id])
        if self.stacked:
            self._stack([column for column in columns if not column.over])
        cart = self.env["espace.portal.cart"]._summarize(self.family, self.cart_quotes)
        return period.Grid(
            self.span,
            columns,
            self._rows(columns),
            cart,
            self.held,
            self.stacked,
            self._block(),
        )

    def _block(self):
        """Return the `Block` of the services shown, None if nothing keeps the family.

        The facts hold the answer already: no cell has to be asked for it.
        """
        reasons = {
            product.espace_activity_id: self.facts.family_block(
                product.espace_activity_id
            )
            for _child, product in self.offer
        }
        blocked = [activity for activity, reason in reasons.items() if reason]
        if not blocked:
            return None
        names = [self.activity_names[activity.id] for activity in blocked]
        return period.Block(format_list(self.env, names), reasons[blocked[0]])

    def _column(self, child, product):
        activity = product.espace_activity_id
        quotes = [
            self.quotes[child.id, product.id, day]
            for day in self.days_of[activity.id]
            if day >= self.today
        ]
        statuses = {quote.status for quote in quotes}
        hidden = not self.stacked and child.id != self.shown_id
        if product.id not in self._options:
            self._options[product.id] = self._option(product)
        column = period.Column(
            child_id=child.id,
            child_name=child.firstname,
            **self._options[product.id],
            classes=period.WIDE_ONLY if hidden else "",
            hidden=hidden,
        )
        if self.may_book:
            column.buttons = self._column_buttons(column, statuses)
        return column

    def _option(self, product):
        """Return what the columns of all the children say of an option."""
        activity = product.espace_activity_id
        return {
            "product_id": product.id,
            "activity_id": activity.id,
            "name": product.name,
            "icon": icon_of(product),
            "tint": tint_of(product),
            "hours": self._hours(product),
            "rule": activity.booking_rule_id.sentence or "",
        }

    def _lay_out(self, columns):
        """Say which columns lie over others, and which are stops of one service."""
        widths = period.columns_over(
            [set(self.layout_days[column.activity_id]) for column in columns]
        )
        stops = defaultdict(list)
        for column, width in zip(columns, widths, strict=True):
            column.over = width
            column.price = self._column_price(column)
            if not width:
                stops[column.activity_id].append(column)
        for activity_id, options in stops.items():
            if len(options) > 1 and not self.company.espace_stops_apart:
                self._name_stops(activity_id, options)

    def _stack(self, heads):
        """Give each service the same place on the lines of all the children."""
        places = {}
        for column in heads:
            column.again = column.product_id in places
            place = places.setdefault(column.product_id, len(places))
            column.classes = f"ef-c{place}"
        prices = {}
        for column in heads:
            prices.setdefault(column.product_id, set()).add(column.price)
        for column in heads:
            if len(prices[column.product_id]) > 1:
                # One head for several prices: each cell says its own.
                column.price = ""

    def _column_price(self, column):
        """Return the price of a column in words, '' where its days have several."""
        if column.product_id in self.mixed:
            return ""
        prices = {
            self.words.price(quote)
            for day in self.days_of[column.activity_id]
            for quote in [self.quotes.get((column.child_id, column.product_id, day))]
            if quote and quote.price is not None and not quote.late
        }
        return prices.pop() if len(prices) == 1 else ""

    def _name_stops(self, activity_id, options):
        """Name the options of one service by what they do not share."""
        service = self.activity_names[activity_id]
        ends = [column.hours.rpartition(ZERO_WIDTH_SPACE)[2] for column in options]
        by_end = all(ends) and len(set(ends)) == len(ends)
        for place, (column, end) in enumerate(zip(options, ends, strict=True)):
            column.stop = "middle"
            column.until = end if by_end else self._own_name(column.name, service)
            if place == 0:
                column.stop, column.service = "first", service
        options[-1].stop = "last"

    @staticmethod
    def _own_name(name, service):
        """Return the name of an option without that of its service before it."""
        rest = name.removeprefix(service).lstrip(" –-:,")
        return rest or name

    def _column_buttons(self, column, statuses):
        ids = column.child_id, column.product_id
        take, leave = self._all_names(column)
        free = "available" in statuses
        in_cart = "in_cart" in statuses
        return [
            period.ColumnButton(
                period.Order("all", *ids), self._all_words[0], take, free
            ),
            period.ColumnButton(
                period.Order("none", *ids),
                self._all_words[1],
                leave,
                in_cart and not free,
            ),
        ]

    def _hours(self, product):
        if not product.espace_time_to:
            return ""
        words = [
            self.company._espace_time_words(
                datetime.min + timedelta(minutes=round(hours * 60))
            )
            for hours in (product.espace_time_from, product.espace_time_to)
        ]
        return f"–{ZERO_WIDTH_SPACE}".join(words)

    def _all_names(self, column):
        """Name the buttons that take all the days shown, and that take them out."""
        names = {"option": column.name, "child": column.child_name}
        if self.span.view == "month":
            return (
                self.env._("%(option)s, %(child)s: add the whole month", **names),
                self.env._("%(option)s, %(child)s: take out the whole month", **names),
            )
        return (
            self.env._("%(option)s, %(child)s: add the whole week", **names),
            self.env._("%(option)s, %(child)s: take out the whole week", **names),
        )

    def _rows(self, columns):
        open_days = {
            quote.date for quote in self.quotes.values() if quote.status != "closed"
        }
        rows, closed, week, all_away = [], [], None, False
        if self.folded:
            rows.append(self._past_row(self.folded))
        for day in self.span.days():
            if self.folded and day <= self.folded:
                continue
            if day not in open_days:
                closed.append(day)
                continue
            before = "" if rows else self._closed_before(closed)
            rows += [] if before else self._closed_rows(closed)
            closed = []
            monday = day - timedelta(days=day.weekday())
            if monday != week:
                week = monday
                away, all_away = self._away(monday)
                row = self._week_row(monday, columns, away, all_away)
                row.before = before
                rows.append(row)
                if all_away:
                    rows.append(self._away_row(monday, away))
            if not all_away:
                rows.append(self._day_row(day, columns))
        return rows + self._closed_rows(closed)

    def _last_folded(self, past):
        """Return the last day that is folded away, None when nothing is."""
        if past or not self.span.start < self.today <= self.span.end:
            return None
        served = any(day < self.today for days in self.days_of.values() for day in days)
        return self.today - timedelta(days=1) if served else None

    def _past_row(self, until):
        return period.Row(
            "past",
            self.env._(
                "Days that are over: %s", self.words.days(self.span.start, until)
            ),
            self.span.start,
        )

    def _away(self, monday):
        """Return the children whose other household has them all week, and whether
        these are all that could come."""
        week = {monday + timedelta(days=n) for n in range(7)}
        statuses = defaultdict(set)
        for item, quote in self.quotes.items():
            if item.date in week and quote.status not in ("closed", "past"):
                statuses[item.child_id].add(quote.status)
        away = [
            child
            for child in self.children
            if statuses.get(child.id) == {"other_household"}
        ]
        return away, bool(away) and len(away) == len(statuses)

    def _away_row(self, monday, away):
        names = format_list(self.env, [child.firstname for child in away])
        several = len(self.family.child_ids) > 1
        words = self.period._away_words(names if several else "")
        return period.Row("away", words, monday)

    def _week_row(self, monday, columns, away, all_away):
        return period.Row(
            "week",
            self.env._("Week of %s", self.company._espace_date_words(monday)),
            monday,
            notes=self._week_notes(monday, columns),
            away=[]
            if all_away
            else [self.period._away_words(child.firstname) for child in away],
        )

    def _week_notes(self, monday, columns):
        """Say the limits that a whole week shares: “Cantine: until mardi 5 janvier”."""
        return [
            self._week_note(self.activity_names[activity], quotes[0].limit)
            for activity, quotes in self._quotes_of_week(monday, columns).items()
            if self._has_one_limit(quotes)
        ]

    def _week_note(self, activity, limit):
        """Return (a limit in words, whether it is near): then what is left of it."""
        left = limit - self.now
        if timedelta(0) < left <= NEAR:
            return (
                self.env._(
                    "%(activity)s: %(time)s left",
                    activity=activity,
                    time=self._time_words(left),
                ),
                True,
            )
        return (
            self.env._(
                "%(activity)s: until %(limit)s",
                activity=activity,
                limit=self.words.limit(limit),
            ),
            False,
        )

    def _time_words(self, left):
        """Say a duration in its two largest units: “1 day 19 h”, “2 h”, “40 min”."""
        minutes = int(left.total_seconds() // 60)
        if minutes < 60:
            return self.env._("%s min", minutes)
        days, hours = divmod(minutes // 60, 24)
        if not days:
            return self.env._("%s h", hours)
        return self.env._("%(days)s d %(hours)s h", days=days, hours=hours)

    def _has_one_limit(self, quotes):
        """Tell whether several days of one week close together, and may be booked."""
        return (
            len({quote.date for quote in quotes}) > 1
            and len({quote.limit for quote in quotes}) == 1
            and bool(self.words.limit(quotes[0].limit))
            and any(quote.status in ("available", "in_cart") for quote in quotes)
        )

    def _quotes_of_week(self, monday, columns):
        """Return {activity id: quotes} of the columns, without closed days."""
        week = [monday + timedelta(days=n) for n in range(7)]
        found = defaultdict(list)
        for column in columns:
            for day in week:
                quote = self.quotes.get((column.child_id, column.product_id, day))
                if quote and quote.status != "closed":
                    found[column.activity_id].append(quote)
        return found

    def _day_row(self, day, columns):
        row = period.Row(
            "day",
            self.company._espace_day_words(day),
            day,
            short=self.words.day(day, "d"),
            weekday=self.words.day(day, "EEE"),
            day_name=self.words.day(day, "EEEE d"),
            today=day == self.today,
        )
        row.cells = [self.cells.cell(column, day, row.label) for column in columns]
        return row

    def _closed_before(self, days):
        """Say what closes the first days shown, '' where it is more than one thing.

        It stands on the line of the first week, so that a phone shows the first cell
        without a gesture.
        """
        runs = [run for run in period.closed_runs(days, self._closed_label) if run[0]]
        if len(runs) != 1 or self.span.view != "month":
            return ""
        [(label, first, last)] = runs
        if first == last:
            return label
        return self.env._(
            "%(what)s until the %(day)s", what=label, day=self.words.day(last, "d")
        )

    def _closed_rows(self, days):
        holiday_around = self.company._espace_calendar().holiday_around
        rows = []
        for label, first, last in period.closed_runs(days, self._closed_label):
            holiday = holiday_around(first)
            in_holiday = holiday and holiday.name == label
            span = (holiday.date_from, holiday.date_to) if in_holiday else (first, last)
            if label:
                words = f"{label}, {self.words.days(*span)}"
                is_long = span[1] - span[0] >= LONG
                rows.append(period.Row("closed", words, first, long=is_long))
        return rows

    def _closed_label(self, day):
        """Name a closed day; plain weekends need no words."""
        closure = self._closure(day)
        if closure:
            return self.env["espace.closure"]._reason_words(closure.name)
        calendar = self.company._espace_calendar()
        holiday = calendar.holiday_around(day)
        if holiday:
            return holiday.name
        kind = calendar.day_kind(day)
        if kind == "weekend":
            return ""
        for known in calendar.periods:
            if known.date_from <= day <= known.date_to:
                return known.name
        return self.env._("No service")

    def _closure(self, day):
        """Return what closes a service that would be open on `day`, None if nothing."""
        found = (
            self.cells.closing(day, activity_id, child)
            for activity_id, days in self.days_of.items()
            if day in days
            for child in self.children
        )
        return next(filter(None, found), None)
