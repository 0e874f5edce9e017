from dataclasses import dataclass, field
from datetime import date, timedelta

from odoo import api, fields, models
from odoo.tools.misc import format_date

from odoo.addons.espace_famille.domain.booking import ENDED_STATES

from ...domain import agenda
from ...domain.period import Span
from .agenda_preview import PreviewBuilder

KIND_COLUMNS = {
    "school": "on_school_days",
    "wednesday": "on_wednesdays",
    "holiday": "on_holidays",
}

# What is in the cart or booked needs no word: it is what was asked for.
KEPT = ("in_cart", "booked", "pending", "waiting")


@dataclass(slots=True)
class Offer:
    """What the children of a family may be booked for, from today on.

    `weekdays`: {(child id, product id): weekdays on which the service opens};
    `groups`: [(activity, products)] in the order of the commune; `horizon`: the last
    day of service known, None when there is none.
    """

    children: list
    weekdays: dict = field(default_factory=dict)
    groups: list = field(default_factory=list)
    kinds: list = field(default_factory=list)
    horizon: object = None

    def days_of(self, product, child_id=0):
        """Return the weekdays of an option for a child, or for any of them (0)."""
        return sorted(
            set().union(
                *(
                    days
                    for (one, product_id), days in self.weekdays.items()
                    if product_id == product.id and child_id in (0, one)
                )
            )
        )

    def takers(self, product):
        """Return the children who may have an option."""
        return [c for c in self.children if (c.id, product.id) in self.weekdays]


@dataclass(slots=True)
class Asked:
    """What a form asks for; nothing in it is trusted but what the family owns."""

    first: object = None
    last: object = None
    children: list = field(default_factory=list)  # ids, of the family
    choices: list = field(default_factory=list)
    kinds: list = field(default_factory=list)
    copy: str = ""  # week or month to copy, '' for a week to repeat
    source: object = None
    each: bool = False  # each child has its own week
    submitted: bool = False

    def pairs(self):
        """Return [(name, value)] of a form that asks the same."""
        found = [("from", self.first or ""), ("to", self.last or "")]
        found += [("child", child) for child in self.children]
        if self.copy:
            found += [("copy", self.copy), ("source", self.source or "")]
        else:
            found += [("want", str(choice)) for choice in self.choices]
            found += [("kind", kind) for kind in self.kinds]
        if self.each:
            found.append(("each", "1"))
        return [*found, ("asked", "1")]


class EspacePortalAgenda(models.AbstractModel):
    """The Vue Agenda of a family: a week to repeat over a range, or days to copy.

    The page only finds which days are asked for. Whether they can be booked, and at
    which price, is the answer of the gate: one `_quote` for a preview, and
    `_add_to_cart` when it is accepted.
    """

    _name = "espace.portal.agenda"
    _description = "Portal: Agenda View"

    # === Page === #

    @api.model
    def _page(self, family, form, preview=False, now=None):
        """Return what the page shows.

        :param form: multi-valued dict, as the browser sent it
        :param bool preview: the dates are asked for, not only the form
        :return: dict of offer, asked, problems and preview
        """
        now = now or fields.Datetime.now()
        offer = self._offer(family, now)
        asked = self._asked(family, form, offer, now)
        items, problems = [], []
        if preview:
            items, problems = self._items(family, asked, offer, now)
        return {
            "offer": offer,
            "asked": asked,
            "presets": self._presets(family, offer, now),
            "problems": problems,
            "preview": self._preview(family, items, now) if items else None,
            "what": self._what_words(family, asked) if items else "",
            "weekdays": self._weekday_names(),
            "kind_labels": self._kind_labels(),
        }

    @api.model
    def _preview(self, family, items, now):
        quotes = self._gate()._quote(family, items, now)
        return PreviewBuilder(self.env, family, quotes).preview()

    # === What may be asked for === #

    @api.model
    def _offer(self, family, now):
        """Return the `Offer` of a family: a fixed number of queries."""
        today = family.company_id._espace_today(now)
        children = family.sudo().child_ids
        products = self._products(family)
        activities = products.espace_activity_id
        opened = self._opened(family, activities, today)
        horizon = max((max(days) for days in opened.values()), default=None)
        offer = Offer(children=list(children), horizon=horizon)
        if not horizon:
            return offer
        enrolments = self.env["espace.enrolment"].sudo()._periods(children, activities)
        for activity, options in products.grouped("espace_activity_id").items():
            weekdays = frozenset(day.weekday() for day in opened.get(activity, ()))
            takers = [
                child
                for child in children
                if weekdays
                and self._may_come(child, activity, enrolments, today, horizon)
            ]
            for child in takers:
                for option in options:
                    offer.weekdays[child.id, option.id] = weekdays
            if takers:
                offer.groups.append((activity, list(options)))
        offer.kinds = self._useful_kinds([activity for activity, _ in offer.groups])
        return offer

    @api.model
    def _products(self, family):
        """Return the options of the commune, as superuser and in its order."""
        products = (
            self.env["product.product"]
            .sudo()
            .search(
                [
                    ("espace_activity_id.company_id", "=", family.company_id.id),
                    ("espace_activity_id.active", "=", True),
                ]
            )
        )
        return self._in_order(products)

    @api.model
    def _in_order(self, products):
        """Sort options as the commune does, then by their hours."""
        return products.sorted(
            lambda product: (
                product.espace_activity_id.sequence,
                product.espace_activity_id.name,
                product.espace_time_from,
                product.espace_time_to,
                product.name,
            )
        )

    @api.model
    def _opened(self, family, activities, today):
        """Return {activity: dates} of the services from today on."""
        return dict(
            self.env["espace.session"]
            .sudo()
            ._read_group(
                [
                    ("activity_id", "in", activities.ids),
                    ("company_id", "=", family.company_id.id),
                    ("state", "=", "open"),
                    ("date", ">=", today),
                    ("date", "<=", today + agenda.REACH),
                ],
                ["activity_id"],
                ["date:array_agg"],
            )
        )

    @api.model
    def _may_come(self, child, activity, enrolments, first, last):
        """Tell whether an activity is one for this child between two dates."""
        if not activity.enrolment_required:
            return not all(
                activity._enrolment_refusal(child, day) for day in (first, last)
            )
        return any(
            start <= last and end >= first
            for start, end in enrolments.get((child.id, activity.id), ())
        )

    @api.model
    def _useful_kinds(self, activities):
        """Return the kinds of days to choose among: none where weekdays say enough."""
        kinds = [
            kind
            for kind, column in KIND_COLUMNS.items()
            if any(activity[column] for activity in activities)
        ]
        return kinds if "holiday" in kinds and len(kinds) > 1 else []

    # === What is asked for === #

    @api.model
    def _asked(self, family, form, offer, now):
        """Read a form; what it leaves out is what most families want."""
        submitted = form.get("asked") == "1"
        asked = Asked(
            first=agenda.read_date(form.get("from")),
            last=agenda.read_date(form.get("to")),
            children=[
                child.id
                for child in offer.children
                if str(child.id) in form.getlist("child")
            ],
            choices=agenda.read_choices(form.getlist("want")),
            kinds=[kind for kind in offer.kinds if kind in form.getlist("kind")],
            copy=form.get("copy") if form.get("copy") in ("week", "month") else "",
            source=agenda.read_date(form.get("source")),
            each=form.get("each") == "1",
            submitted=submitted,
        )
        if not submitted:
            asked.children = asked.children or [child.id for child in offer.children]
            asked.kinds = asked.kinds or offer.kinds
        self._fill_range(family, asked, form, offer, now)
        if asked.each:
            self._give_each_child_its_week(asked, offer)
        return asked

    @api.model
    def _fill_range(self, family, asked, form, offer, now):
        """Fill in the range: a preset that was pressed, or the usual one."""
        if asked.copy and not asked.submitted:
            self._fill_copy(family, asked, offer, now)
        presets = {
            key: days for key, _label, *days in self._presets(family, offer, now)
        }
        preset = form.get("preset")
        if preset not in presets and (asked.submitted or asked.first or asked.last):
            return
        asked.first, asked.last = presets.get(preset) or next(
            iter(presets.values()), (None, None)
        )

    @api.model
    def _fill_copy(self, family, asked, offer, now):
        """Propose to copy this week until the holidays, or this month to the next."""
        company = family.company_id
        today = company._espace_today(now)
        asked.source = asked.source or today
        start = max(
            agenda.source_span(asked.copy, asked.source).end, today
        ) + timedelta(days=1)
        if asked.first or asked.last or not offer.horizon or offer.horizon < start:
            return
        last = Span.around("month", start).end
        if asked.copy == "week":
            last = self._before_holidays(company, start, offer.horizon)
        asked.first, asked.last = start, last

    @api.model
    def _give_each_child_its_week(self, asked, offer):
        """Turn the boxes of all the children into boxes of each."""
        asked.choices = list(
            dict.fromkeys(
                agenda.Choice(child.id, choice.product_id, choice.weekday)
                for choice in asked.choices
                for child in offer.children
                if choice.child_id == child.id
                or (choice.child_id == 0 and child.id in asked.children)
            )
        )
        asked.children = [child.id for child in offer.children]

    @api.model
    def _presets(self, family, offer, now):
        """Return [(key, label, first day, last day)] of the usual ranges."""
        company = family.company_id
        today = company._espace_today(now)
        if not offer.horizon or offer.horizon <= today:
            return []
        tomorrow = today + timedelta(days=1)
        this_month = Span.around("month", tomorrow)
        next_month = Span.around("month", this_month.next)
        year_end = min(offer.horizon, tomorrow + timedelta(days=agenda.MAX_DAYS - 1))
        presets = [
            (
                "holidays",
                self.env._("Until the next holidays"),
                tomorrow,
                self._before_holidays(company, tomorrow, year_end),
            ),
            ("this_month", self._month_words(tomorrow), tomorrow, this_month.end),
            (
                "next_month",
                self._month_words(next_month.start),
                next_month.start,
                next_month.end,
            ),
            (
                "year",
                self.env._("Until the end of the school year"),
                tomorrow,
                year_end,
            ),
        ]
        # The last weeks of a year: several names would mean the same days.
        return list({preset[2:]: preset for preset in reversed(presets)}.values())[::-1]

    @api.model
    def _before_holidays(self, company, first, last):
        """Return the day before the holidays that follow the days of school."""
        holiday_around = company._espace_calendar().holiday_around
        in_term = False
        for day in agenda.days_of(first, last):
            if not holiday_around(day):
                in_term = True
            elif in_term:
                return day - timedelta(days=1)
        return last

    # === Which dates === #

    @api.model
    def _items(self, family, asked, offer, now):
        """Find which dates a form asks for.

        :return: (items, problems): [(child id, product id, date)], and what keeps
            from finding them as [(id of the field, what to do)]
        """
        today = family.company_id._espace_today(now)
        problems = []
        days = []
        try:
            days = agenda.days_of(*agenda.checked_range(asked.first, asked.last, today))
        except agenda.RangeRefused as refused:
            problems.append(("agenda_from", self._range_problem(refused.code)))
        problems += self._choice_problems(asked, offer)
        if problems:
            return [], problems
        items = (
            self._copied(family, asked, days)
            if asked.copy
            else self._planned(family, asked, offer, days)
        )
        return items, [] if items else [self._nothing_problem(family, asked)]

    @api.model
    def _planned(self, family, asked, offer, days):
        return agenda.planned(
            asked.choices,
            offer.weekdays,
            days,
            asked.children,
            set(asked.kinds) if offer.kinds else None,
            family.company_id._espace_calendar().day_kind,
        )

    @api.model
    def _copied(self, family, asked, days):
        """Return what the family booked in the source, on the days to fill."""
        source = agenda.source_span(asked.copy, asked.source)
        booked = self._gate().search_fetch(
            [
                ("family_id", "=", family.id),
                ("child_id", "in", asked.children),
                ("date", ">=", source.start),
                ("date", "<=", source.end),
                ("state", "not in", ENDED_STATES),
                ("origin", "=", "booked"),
            ],
            ["child_id", "product_id", "activity_id", "date"],
        )
        copied = self._copied_days(family, asked, source, booked.activity_id, days)
        by_day = booked.grouped(lambda r: (r.activity_id, r.date))
        return [
            (reservation.child_id.id, reservation.product_id.id, day)
            for activity in booked.activity_id
            for day, repeated in copied[activity].items()
            for reservation in by_day.get((activity, repeated), ())
        ]

    @api.model
    def _copied_days(self, family, asked, source, activities, days):
        """Return {activity: {day: day of the source that it repeats}}."""
        if asked.copy == "week":
            copied = agenda.copied_week(source.start, days)
            return {activity: copied for activity in activities}
        sessions = self.env["espace.portal.period"]._sessions(
            family, activities, source
        )
        return {
            activity: agenda.copied_month(
                source,
                [s.date for s in sessions if s.activity_id == activity],
                days,
            )
            for activity in activities
        }

    # === Adding === #

    @api.model
    def _add(self, family, form, now=None):
        """Put in the cart what a form asks for, and wait where it is full if asked to.

        :return: (level of the message, the message, problems of the form)
        """
        now = now or fields.Datetime.now()
        offer = self._offer(family, now)
        asked = self._asked(family, form, offer, now)
        items, problems = self._items(family, asked, offer, now)
        if problems:
            return "danger", problems[0][1], problems
        before = set(self._gate()._cart(family).ids)
        quotes = self._gate()._add_to_cart(family, items, now)
        added = [
            quote
            for quote in quotes
            if quote.status == "in_cart" and quote.reservation_id not in before
        ]
        waiting = self._wait(family, quotes, now) if form.get("wait") == "1" else []
        if not (added or waiting):
            return "warning", self._not_added_words(), []
        return "success", self._added_words(family, quotes, added, waiting), []

    @api.model
    def _wait(self, family, quotes, now):
        """Join the waiting list of what is full; return the quotes that wait."""
        full = [quote.item for quote in quotes if quote.may_wait]
        if not full:
            return []
        quotes = self._gate()._join_waiting(family, full, now)
        return [quote for quote in quotes if quote.status == "waiting"]

    @api.model
    def _gate(self):
        return self.env["espace.reservation"].sudo()

    # === Words === #

    @api.model
    def _added_words(self, family, quotes, added, waiting):
        """Say what went into the cart, what waits, and what could not be taken."""
        cart = self.env["espace.portal.cart"]
        words = []
        if added:
            summary = cart._summarize(family, added)
            words.append(self.env._("Added to the cart: %s.", summary.words))
        if waiting:
            words.append(
                self.env._(
                    "On the waiting list: %s. If a place frees, it is given to you and "
                    "we write to you.",
                    cart._bookings_words(len(waiting)),
                )
            )
        left_out = sum(quote.status not in KEPT for quote in quotes) - len(waiting)
        if left_out:
            words.append(
                self.env._(
                    "Not possible, and left out: %s.", cart._bookings_words(left_out)
                )
            )
        if added:
            words.append(self.env._("Do not forget to validate your cart."))
        return " ".join(words)

    @api.model
    def _not_added_words(self):
        return self.env._(
            "Nothing was added: what you ask for is in your cart or booked already, or "
            "cannot be booked. Choose other days."
        )

    @api.model
    def _range_problem(self, code):
        return {
            "missing": self.env._("Enter the first and the last day."),
            "reversed": self.env._(
                "The last day comes before the first: correct one of them."
            ),
            "over": self.env._("These days are over: choose days from today on."),
            "too_long": self.env._(
                "Choose one school year at most: 366 days from the first to the last."
            ),
            "too_far": self.env._(
                "These days are too far away: choose days of this school year or the "
                "next."
            ),
        }[code]

    @api.model
    def _choice_problems(self, asked, offer):
        """Return what is missing, as [(id of the field, what to do)]."""
        problems = []
        if not asked.children:
            problems.append(
                ("agenda_children", self.env._("Choose at least one child."))
            )
        if asked.copy:
            if not asked.source:
                problems.append(
                    ("agenda_source", self.env._("Enter a day of the week to copy."))
                )
            return problems
        if not asked.choices:
            problems.append(
                (
                    "agenda_week",
                    self.env._("Tick at least one day of the week of one service."),
                )
            )
        if offer.kinds and not asked.kinds:
            problems.append(
                ("agenda_kinds", self.env._("Choose at least one kind of days."))
            )
        return problems

    @api.model
    def _nothing_problem(self, family, asked):
        """Say why a complete form asks for no date at all."""
        if not asked.copy:
            return (
                "agenda_week",
                self.env._(
                    "Between these dates there is none of the days you ticked: choose "
                    "other dates or other days."
                ),
            )
        source = agenda.source_span(asked.copy, asked.source)
        return (
            "agenda_source",
            self.env._(
                "There is nothing to copy: your family has no booking %(span)s, or "
                "none whose day of the week falls between the dates to fill in. Choose "
                "another week, or tick the days yourself.",
                span=family.company_id._espace_span_words(source.start, source.end),
            ),
        )

    @api.model
    def _what_words(self, family, asked):
        """Say in words what is about to be added: the rule of a copy, the range."""
        company = family.company_id
        words = {"span": company._espace_span_words(asked.first, asked.last)}
        if asked.copy == "week":
            source = agenda.source_span("week", asked.source)
            return self.env._(
                "Copy of the week of %(week)s %(span)s: each day repeats the same day "
                "of that week.",
                week=company._espace_date_words(source.start),
                **words,
            )
        if asked.copy == "month":
            return self.env._(
                "Copy of %(month)s %(span)s: the second Tuesday repeats the second "
                "Tuesday, and so on; a day without its like, or on which the service "
                "was closed, repeats the nearest one.",
                month=format_date(self.env, asked.source, date_format="MMMM y"),
                **words,
            )
        return self.env._("The week you ticked, %(span)s.", **words)

    @api.model
    def _month_words(self, day):
        words = format_date(self.env, day, date_format="MMMM")
        return words[:1].upper() + words[1:]

    @api.model
    def _weekday_names(self):
        """Return [(name, short name)] of the days of the week, Monday first."""
        monday = date(2027, 1, 4)
        return [
            tuple(
                format_date(self.env, monday + timedelta(days=n), date_format=pattern)
                for pattern in ("EEEE", "EEE")
            )
            for n in range(7)
        ]

    @api.model
    def _kind_labels(self):
        return {
            "school": self.env._("School days"),
            "wednesday": self.env._("Wednesdays in term"),
            "holiday": self.env._("School holidays"),
        }
