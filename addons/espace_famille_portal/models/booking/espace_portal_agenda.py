from dataclasses import dataclass, field
from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.espace_famille.domain.booking import ENDED_STATES

from ...domain import agenda
from ...domain.period import Span
from ...domain.sent import read_day
from .agenda_preview import PreviewBuilder
from .period_cells import tint_of


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
        offer = self.env["espace.portal.offer"]._read(family, now)
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
            "prices": self._option_prices(family, offer, asked, now),
            "weekdays": self._weekday_names(),
            "kind_labels": self._kind_labels(),
            "tint_of": tint_of,
            "kids": self.env["espace.portal.period"]._kids(family.sudo().child_ids),
        }

    @api.model
    def _preview(self, family, items, now):
        quotes = self._gate()._quote(family, items, now)
        return PreviewBuilder(self.env, family, quotes).preview()

    # === What is asked for === #

    @api.model
    def _asked(self, family, form, offer, now):
        """Read a form; what it leaves out is what most families want."""
        submitted = form.get("asked") == "1"
        asked = Asked(
            first=read_day(form.get("from")),
            last=read_day(form.get("to")),
            children=[
                child.id
                for child in offer.children
                if str(child.id) in form.getlist("child")
            ],
            choices=agenda.read_choices(form.getlist("want")),
            kinds=[kind for kind in offer.kinds if kind in form.getlist("kind")],
            copy=form.get("copy") if form.get("copy") in ("week", "month") else "",
            source=read_day(form.get("source")),
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
        offer = self.env["espace.portal.offer"]._read(family, now)
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
    def _sessions_to_wait(self, family, form, now=None):
        """Return the sessions of a form that asks to wait where it is full."""
        none = self.env["espace.session"].sudo()
        if form.get("wait") != "1":
            return none
        now = now or fields.Datetime.now()
        offer = self.env["espace.portal.offer"]._read(family, now)
        asked = self._asked(family, form, offer, now)
        items, _problems = self._items(family, asked, offer, now)
        products_sudo = (
            self.env["product.product"]
            .sudo()
            .browse({product_id for _child_id, product_id, _day in items})
        )
        return none.search(
            [
                ("activity_id", "in", products_sudo.espace_activity_id.ids),
                ("date", "in", list({day for _child_id, _product_id, day in items})),
            ]
        )

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
