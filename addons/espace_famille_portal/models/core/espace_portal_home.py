from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools.i18n import format_list

from odoo.addons.espace_famille.domain.booking import ENDED_STATES, SEAT_STATES, Item
from odoo.addons.espace_famille.models.booking.booking_facts import BookingFacts
from odoo.addons.espace_famille_billing.models.account.espace_family import (
    HELD_FIRST,
    OF_LINES,
)
from odoo.addons.espace_famille_billing.models.core.amounts import to_decimal
from odoo.addons.espace_famille_billing.models.core.at_once import search_at_once

from ...domain import period, todo
from ...domain.reminders import LOOKED_BACK
from ...domain.todo import Task, Urgency

SHOWN_NEWS = 3
SHOWN_REQUESTS = 2


# How a task is drawn: a pictogram of the families' pages by the name of the task.
ICONS = {
    "due": "fa-file-text-o",
    "hold": "fa-credit-card",
    "lost": "fa-undo",
    "cart": "fa-shopping-basket",
    "limit": "fa-clock-o",
    "answer": "fa-comments-o",
    "proofs": "fa-paperclip",
    "free-days": "fa-calendar",
    "purse": "fa-google-wallet",
}


class Home:
    """All that the home says of one family, read once; lives for one page."""

    def __init__(self, env, family, now):
        self.env = env
        self.family = family
        self.company = family.company_id
        self.now = now
        self.today = self.company._espace_today(now)
        self.children = family.sudo().child_ids
        self.amount = self.company._espace_amount_words
        self._groups = None
        self._find()
        self._read_facts()

    def _find(self):
        """Find at once what waits for the family: of most of it there is nothing."""
        env, family = self.env, self.family.sudo()
        gate_sudo = env["espace.reservation"].sudo()
        lost = env["espace.portal.cart"]._lost_domain(family)
        charges = family._espace_waiting_domain()
        requests = env["espace.request"]._open_domain(family)
        absences = env["espace.portal.absence"]._awaited_domain(family)
        closures = env["espace.closure"]._applied_from(self.company, self.today)
        news = env["espace.news"]._published_in(self.company, self.now)
        providers = self.company._espace_online_providers_domain()
        asked = {
            "cart": ("espace.reservation", gate_sudo._cart_domain(family), None),
            "held": ("espace.reservation", family._espace_held_domain(), HELD_FIRST),
            "lost": ("espace.reservation", lost, None),
            "lines": ("account.move.line", family._espace_open_domain(), None),
            # Without one no sum of charges is below 0.
            "credits": ("espace.charge", [*charges, ("amount", "<", 0)], None),
            "requests": ("espace.request", requests, None),
            "absences": ("espace.absence", absences, "proof_deadline, id"),
            "closures": ("espace.closure", closures, None),
            "news": ("espace.news", news, None),
            "providers": ("payment.provider", providers, None),
        }
        on_its_way = family._espace_on_its_way_searches()
        self.found_sudo = search_at_once(
            env,
            {
                name: (env[model].sudo(), domain, order)
                for name, (model, domain, order) in asked.items()
            }
            | on_its_way,
        )
        self.is_on_its_way = any(self.found_sudo[name] for name in on_its_way)

    def _read_facts(self):
        """Read once what decides about the cart, the coming days and the next month."""
        rulebook = self.env["espace.rulebook"]._of_company(self.company)
        self.cart_sudo = self.found_sudo["cart"]
        next_month = self.today.replace(day=1) + relativedelta(months=2, days=-1)
        # What the cart holds is quoted too, however far away.
        last = max([next_month, *self.cart_sudo.mapped("date")])
        self.products_sudo = rulebook["product.product"]
        self.facts = BookingFacts(
            self.env,
            self.family,
            self.children | self.cart_sudo.child_id,
            self.products_sudo | self.cart_sudo.product_id,
            (self.today, last),
            self.now,
            as_new=True,
            closures=self.found_sudo["closures"],
        )

    # === Cart === #

    def cart(self):
        """Return the quotes of what is in the cart and can still be booked."""
        items = [
            Item(line.child_id.id, line.product_id.id, line.date)
            for line in self.cart_sudo
        ]
        gate_sudo = self.env["espace.reservation"].sudo()
        return [
            quote
            for quote in gate_sudo._quote_gathered(self.facts, items)
            if quote.status == "available"
        ]

    # === What could be booked === #

    def habits(self):
        """Return ({(child id, activity id): weekdays}, ids of the children known).

        See `todo.habit`. A child of whom nothing is known is asked about all services,
        another one about its own.
        """
        days_of = defaultdict(list)
        for child, activity, state, _origin, days in self._booked_days():
            if state in SEAT_STATES:
                days_of[child.id, activity.id] += days
        habits = {key: todo.habit(days) for key, days in days_of.items()}
        known = {child_id for child_id, _activity_id in habits}
        return habits, known

    def _booked_days(self):
        """Return [(child, activity, state, origin, dates)] of what has not ended."""
        if self._groups is None:
            self._groups = (
                self.env["espace.reservation"]
                .sudo()
                ._read_group(
                    [
                        ("family_id", "=", self.family.id),
                        ("state", "not in", ENDED_STATES),
                        ("date", ">=", self.today - LOOKED_BACK),
                    ],
                    ["child_id", "activity_id", "state", "origin"],
                    ["date:array_agg"],
                )
            )
        return self._groups

    def month_again(self):
        """Return `_month_again`, of what is read already."""
        this_month = period.Span.around("month", self.today)
        booked = []
        for month in (this_month, period.Span.around("month", this_month.next)):
            children_of = {}
            for child, activity, _state, origin, days in self._booked_days():
                if origin == "booked" and any(
                    month.start <= day <= month.end for day in days
                ):
                    children_of[activity] = children_of.get(activity, child) | child
            booked.append(children_of)
        return self.env["espace.portal.agenda"]._month_again(
            self.family, self.now, booked, self.facts.sessions.values()
        )

    def free(self):
        """Return {session: children} that could be booked, are expected and are not.

        The gate is asked once for each of an activity's options, until one is free.
        """
        gate_sudo = self.env["espace.reservation"].sudo()
        options = self.products_sudo.grouped("espace_activity_id")
        habits, known = self.habits()
        self.with_habits = bool(known)
        taken = self.facts.reservations
        found = defaultdict(list)
        for (activity_id, day), session in self.facts.sessions.items():
            limit = session.booking_cutoff
            if not limit or limit <= self.now or session.state != "open":
                continue
            for child in self.children:
                if (child.id, session.id) in taken:
                    continue
                nothing = frozenset() if child.id in known else None
                weekdays = habits.get((child.id, activity_id), nothing)
                if not todo.is_expected(weekdays, day):
                    continue
                if any(
                    gate_sudo._quote_item(
                        Item(child.id, product.id, day), self.facts, False
                    ).status
                    == "available"
                    for product in options.get(session.activity_id, ())
                ):
                    found[session].append(child)
        return found


class EspacePortalHome(models.AbstractModel):
    """The first page of a parent: what is to do, what comes, what the commune says."""

    _name = "espace.portal.home"
    _description = "Portal: Home"

    @api.model
    def _read(self, family, partner, may_book=True, now=None):
        """Return what the page shows, as a dict.

        :param partner: the `res.partner` of the parent, for what is new to them
        :param bool may_book: whoever only looks is not asked to book or to validate
        """
        now = now or fields.Datetime.now()
        home = Home(self.env, family, now)
        requests_sudo = home.found_sudo["requests"]
        written = requests_sudo._last_messages() if requests_sudo else {}
        new_sudo = requests_sudo._new_to(partner)
        tasks = [
            *self._money(home),
            *self._purse(home),
            *self._seats(home),
            *(self._to_book(home) if may_book else ()),
            *self._answers(home, {r: at for r, at in written.items() if r in new_sudo}),
            *self._proofs(home),
        ]
        shown, folded = todo.fold(todo.in_order(tasks))
        return {
            "count": len(tasks),
            "shown": shown,
            "folded": folded,
            "icons": ICONS,
            "today": home.company._espace_day_words(home.today),
            "week": self.env["espace.portal.week"]._read(home.facts, home.today),
            "requests": [
                {**one_sudo._row(at), "new": one_sudo in new_sudo}
                for one_sudo, at in list(written.items())[:SHOWN_REQUESTS]
            ],
            "news": self._news(home),
            "cart_count": len(home.cart_sudo),
            "new_answers": len(new_sudo),
        }

    # === Money === #

    @api.model
    def _money(self, home):
        """Return what is owed: what is late, then what is not."""
        found_sudo = home.found_sudo
        lines_sudo = found_sudo["lines"]
        lines_sudo.fetch(OF_LINES)
        lines_sudo = lines_sudo._espace_oldest_first()
        # What waits to be given back is gathered where there is something.
        waiting_sudo = None if found_sudo["credits"] else found_sudo["credits"]
        of_family = home.family._espace_net(lines_sudo, waiting_sudo)
        if not of_family.owed:
            return []
        left = {
            line: to_decimal(line.amount_residual) - of_family.parts.get(line.id, 0)
            for line in lines_sudo
            if line.amount_residual > 0
            and not (home.is_on_its_way and line.move_id.espace_payment_on_its_way)
        }
        groups = {Urgency.OVERDUE: {}, Urgency.DUE: {}}
        for line, amount in left.items():
            due = line.date_maturity or line.date
            if amount:
                groups[todo.invoice_urgency(due, home.today)][line] = amount
        return [
            self._debt(home, urgency, debts)
            for urgency, debts in groups.items()
            if debts
        ]

    @api.model
    def _debt(self, home, urgency, debts):
        """Return the task that pays these debts: {`account.move.line`: euros left}."""
        lines_sudo = self.env["account.move.line"].sudo().union(*debts)
        moves_sudo = lines_sudo.move_id
        first = min(line.date_maturity or line.date for line in lines_sudo)
        amount = home.amount(sum(debts.values(), Decimal(0)))
        late = urgency is Urgency.OVERDUE
        one = moves_sudo if len(moves_sudo) == 1 else None
        is_invoice = one and one.move_type == "out_invoice"
        if late:
            title = self._late_words(len(moves_sudo))
            days = (home.today - first).days
            words = (
                self.env._("%s since yesterday", amount)
                if days == 1
                else self.env._(
                    "%(amount)s for %(days)s days", amount=amount, days=days
                )
            )
        else:
            title = self._due_words(len(moves_sudo))
            words = self.env._(
                "%(amount)s, before %(day)s",
                amount=amount,
                day=home.company._espace_day_words(first),
            )
        payable = home.found_sudo["providers"] and not any(
            moves_sudo.mapped("espace_transmitted_on")
        )
        return Task(
            urgency,
            "due",
            title,
            words,
            self.env._("Pay") if payable else self.env._("See"),
            f"/my/factures/{one.id}" if is_invoice else "/my/factures",
            fields.Datetime.to_datetime(first),
        )

    @api.model
    def _late_words(self, count):
        if count == 1:
            return self.env._("Overdue invoice")
        return self.env._("%s overdue invoices", count)

    @api.model
    def _due_words(self, count):
        if count == 1:
            return self.env._("Invoice to pay")
        return self.env._("%s invoices to pay", count)

    @api.model
    def _purse(self, home):
        """Return that little is left of what the family paid in advance."""
        family = home.family
        if not family.sudo().purse_since or not family._espace_low_purses()[family]:
            return []
        return [
            Task(
                Urgency.LOW,
                "purse",
                self.env._("Prepaid account"),
                self.env._("%s left", family._espace_low_words()),
                self.env._("Pay in advance"),
                "/my/porte-monnaie",
            )
        ]

    @api.model
    def _seats(self, home):
        """Return the payment that was interrupted: seats are held until it is made."""
        held_sudo = home.found_sudo["held"]
        hold = held_sudo and home.family._portal_hold(held_sudo)
        if not hold or hold["on_its_way"]:
            return []
        limits = [r.hold_until for r in hold["reservations"] if r.hold_until]
        return [
            Task(
                Urgency.UNPAID_SEATS,
                "hold",
                self.env._("Payment to resume"),
                hold["title"],
                self.env._("Resume"),
                "/my/panier/paiement",
                min(limits, default=None),
            )
        ]

    @api.model
    def _lost_seats(self, home):
        """Return the seats that nobody paid in time, if some could be taken again."""
        quotes = self.env["espace.portal.cart"]._lost_quotes(
            home.family, home.now, home.found_sudo["lost"]
        )
        count = sum(quote.status == "available" for quote in quotes.values())
        if not count:
            return []
        words = self.env["espace.portal.cart"]._bookings_words(count)
        return [
            Task(
                Urgency.UNPAID_SEATS,
                "lost",
                self.env._("Your places were not kept"),
                self.env._("%s to put back in the cart", words),
                self.env._("See"),
                "/my/panier",
            )
        ]

    # === Bookings === #

    @api.model
    def _to_book(self, home):
        cart = self._cart(home)
        near, later = self._limits(home)
        return [*self._lost_seats(home), *cart, *near, *later]

    @api.model
    def _cart(self, home):
        quotes = home.cart()
        if not quotes:
            return []
        limits = [quote.limit for quote in quotes if quote.limit]
        first = min(limits, default=None)
        summary = self.env["espace.portal.cart"]._summarize(home.family, quotes)
        urgency = todo.cart_urgency(limits, home.now)
        words = summary.words
        if first:
            words = f"{words} · {self._until_words(home, first)}"
        return [
            Task(
                urgency,
                "cart",
                self.env._("Cart to validate"),
                words,
                self.env._("Validate"),
                "/my/panier",
                first,
            )
        ]

    @api.model
    def _limits(self, home):
        """Return (limits that are near, the days of a month that are free)."""
        free = home.free()
        near, later = {}, {}
        for session, children in free.items():
            urgency = todo.limit_urgency(session.booking_cutoff, home.now)
            if urgency:
                key = (urgency, session.activity_id, session.booking_cutoff)
                near.setdefault(key, []).append((session, children))
            else:
                later.setdefault(session.date, []).append(session.activity_id)
        tasks = [
            self._near_limit(home, urgency, activity, limit, group)
            for (urgency, activity, limit), group in near.items()
        ]
        return tasks, self._free_days(home, later)

    @api.model
    def _near_limit(self, home, urgency, activity, limit, group):
        company = home.company
        days = sorted(session.date for session, _children in group)
        children = (
            self.env["espace.child"]
            .sudo()
            .union(*(child for _session, own in group for child in own))
        )
        names = format_list(self.env, children.mapped("firstname"))
        chosen = f"&child={children.id}" if len(children) == 1 else ""
        return Task(
            urgency,
            "limit",
            self.env._(
                "%(activity)s, %(days)s",
                activity=activity.name,
                days=self._days_words(company, home.today, days),
            ),
            self.env._(
                "%(children)s: %(until)s",
                children=names,
                until=self._until_words(home, limit),
            ),
            self.env._("Add"),
            f"/my/reservations?date={days[0].isoformat()}{chosen}",
            limit,
        )

    @api.model
    def _free_days(self, home, later):
        """Propose the days of the next month that may be as this one, else of the
        first month that has plenty of them.
        """
        again = home.with_habits and home.month_again()
        span = (
            period.Span.around("month", again["start"])
            if again
            else period.opening_span("month", home.today, later)
        )
        days = sorted(day for day in later if span.start <= day <= span.end)
        if not days:
            return []
        month = home.company._espace_format_day(span.start, "MMMM")
        count = len(days)
        title = (
            self.env._("1 day to book in %s", month)
            if count == 1
            else self.env._(
                "%(count)s days to book in %(month)s", count=count, month=month
            )
        )
        if again:
            words = self.env._("As in %s?", again["source"])
            url = again["url"]
        else:
            words = self._until_words(home, self._next_limit(home, days[0]))
            url = f"/my/reservations?date={days[0].isoformat()}"
        return [
            Task(Urgency.FREE_DAYS, "free-days", title, words, self.env._("See"), url)
        ]

    @api.model
    def _next_limit(self, home, day):
        """Return the first limit of a day that has not passed."""
        return min(
            session.booking_cutoff
            for session in home.facts.sessions.values()
            if session.date == day
            and session.booking_cutoff
            and session.booking_cutoff > home.now
        )

    @api.model
    def _until_words(self, home, limit):
        """Say a limit as what is left of the time when it is near, else as a day."""
        hours, minutes = todo.time_left(limit, home.now)
        if limit - home.now > todo.NEAR:
            return self.env._("before %s", home.company._espace_limit_words(limit))
        if hours >= 2:
            return self.env._("%s h left", hours)
        if hours:
            return self.env._(
                "%(hours)s h %(minutes)s min left", hours=hours, minutes=minutes
            )
        return self.env._("%s min left", minutes)

    @api.model
    def _days_words(self, company, today, days):
        first, last = days[0], days[-1]
        if first == last == today + timedelta(days=1):
            return self.env._("tomorrow")
        return self._span_words(company, first, last)

    @api.model
    def _span_words(self, company, first, last):
        """Say days that one limit decides about: by their week, where it is one."""
        if first != last and first.isocalendar()[:2] == last.isocalendar()[:2]:
            monday = first - timedelta(days=first.weekday())
            return self.env._("week of %s", company._espace_date_words(monday))
        return company._espace_span_words(first, last)

    # === Messages === #

    @api.model
    def _answers(self, home, new_requests):
        """Return the answers of the commune that the parent has not read yet."""
        return [
            Task(
                Urgency.ANSWER,
                "answer",
                one_sudo.name,
                self.env._(
                    "Answer of the town hall, %s",
                    home.company._espace_limit_words(written),
                ),
                self.env._("Read"),
                f"/my/demandes/{one_sudo.id}",
                written,
            )
            for one_sudo, written in new_requests.items()
        ]

    @api.model
    def _proofs(self, home):
        return [
            Task(
                Urgency.PROOF,
                "proofs",
                self.env._("Proof of absence to send"),
                self.env._("%(absence)s: before %(limit)s", absence=what, limit=limit),
                self.env._("Send"),
                "/my/absences",
                deadline,
            )
            for what, limit, deadline in self.env["espace.portal.absence"]._awaited(
                home.found_sudo["absences"]
            )
        ]

    @api.model
    def _news(self, home):
        """Return [(id, title, alert or not, unread or not, day)] of the first news."""
        published_sudo = home.found_sudo["news"]
        if not published_sudo:
            return []
        news_sudo = self.env["espace.news"]._for_family(
            home.family, home.now, published_sudo
        )[:SHOWN_NEWS]
        unread_sudo = news_sudo._unread(self.env.user)
        company = home.company
        return [
            (
                one.id,
                one.name,
                one.kind in ("alert", "closure"),
                one in unread_sudo,
                company._espace_day_words(company._espace_local(one.publish_at).date()),
            )
            for one in news_sudo
        ]
