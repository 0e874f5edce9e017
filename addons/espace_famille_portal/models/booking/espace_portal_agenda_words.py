from datetime import date, timedelta

from odoo import api, models
from odoo.tools.misc import format_date

from odoo.addons.espace_famille_billing.models.tariff.pricer import MissingPrice, Pricer

from ...domain import agenda

# What is in the cart or booked needs no word: it is what was asked for.
KEPT = ("in_cart", "booked", "pending", "waiting")


class EspacePortalAgenda(models.AbstractModel):
    """What the Vue Agenda says: what was added, what is missing, names of days."""

    _inherit = "espace.portal.agenda"

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
    def _option_prices(self, family, offer, asked, now):
        """Return {product id: words} of what an option costs these children.

        On the first of the days asked for; a child whose price nobody knows is left
        out, and of several prices the least is said as such.
        """
        company = family.company_id
        today = company._espace_today(now)
        day = max(asked.first or today, today)
        pricer = Pricer(self.env(su=True))
        found = {}
        for _activity, options in offer.groups:
            for option in options:
                amounts = set()
                for child in offer.takers(option):
                    try:
                        price = pricer.price(option, child, family.sudo(), day)
                    except MissingPrice:
                        continue
                    amounts.add(price.amount)
                if amounts:
                    words = company._espace_amount_words(min(amounts))
                    found[option.id] = (
                        words if len(amounts) == 1 else self.env._("from %s", words)
                    )
        return found

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
