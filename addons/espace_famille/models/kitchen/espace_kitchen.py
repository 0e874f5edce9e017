from datetime import date, timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...domain import kitchen
from ...domain.booking import SEAT_STATES
from ..absence.espace_absence import OPEN_STATES
from .meal_table import summed, table
from .meal_terms import ANNOUNCED, COMES, JOINS

ALL = (None, "", None)


class Counted(NamedTuple):
    """Meals of a week by portion: to cook, brought as baskets, not cooked for."""

    meals: kitchen.Order
    baskets: kitchen.Order
    announced: kitchen.Order

    def by_kind(self):
        return (
            ("meal", self.meals),
            ("basket", self.baskets),
            ("announced", self.announced),
        )


class EspaceKitchen(models.AbstractModel):
    """The kitchen's week: what is to cook now, what changed, who will really come."""

    _name = "espace.kitchen"
    _description = "The Kitchen's Week"

    # === Counting === #

    @api.model
    def _count(self, company, monday):
        """Count the meals of a week as they are booked now; return `Counted`.

        A child whose absence is announced is not cooked for, nor one who brings its
        own basket (PAI).
        """
        found = Counted({}, {}, {})
        rows = self.env.execute_query(self._counting(company, monday))
        for day, school, level, birth, diet, *numbers in rows:
            age = kitchen.age_of(level, birth, day)
            for (kind, order), meals in zip(found.by_kind(), numbers, strict=True):
                if meals:
                    # What is brought or not eaten has no diet to cook.
                    portion = kitchen.Portion(
                        day, school, age, diet if kind == "meal" else None
                    )
                    order[portion] = order.get(portion, 0) + meals
        found.meals.update(self._adults(company, found.meals))
        return found

    @api.model
    def _counting(self, company, monday):
        self.env["espace.reservation"].flush_model()
        self.env["espace.absence"].flush_model(["state"])
        self.env["espace.child"].flush_model(["birth_date", "diet_id", "has_pai"])
        self.env["espace.school.class"].flush_model(["level", "school_id"])
        self.env["product.template"].flush_model(["espace_includes_meal"])
        return SQL(
            """
            SELECT r.date, k.school_id, k.level,
                   CASE WHEN k.level IS NULL THEN c.birth_date END AS birth,
                   CASE WHEN c.has_pai THEN NULL ELSE c.diet_id END AS diet,
                   count(*) FILTER (WHERE NOT coalesce(c.has_pai, FALSE) AND %(comes)s),
                   count(*) FILTER (WHERE c.has_pai AND %(comes)s),
                   count(*) FILTER (WHERE %(announced)s)
              FROM espace_reservation r %(joins)s
             WHERE r.company_id = %(company)s
               AND r.date BETWEEN %(first)s AND %(last)s
               AND r.state IN %(states)s AND t.espace_includes_meal
          GROUP BY 1, 2, 3, 4, 5
            """,
            comes=COMES,
            announced=ANNOUNCED,
            joins=JOINS,
            company=company.id,
            first=monday,
            last=monday + timedelta(days=6),
            states=tuple(SEAT_STATES),
        )

    @api.model
    def _kind_domain(self, kind):
        """Return the domain of the bookings that `_count` counts as a kind.

        :param str kind: of `Counted.by_kind`; adults have no bookings
        """
        announced = Domain("attendance", "=", "expected") & Domain(
            "absence_id.state", "in", [*OPEN_STATES, "accepted"]
        )
        eats = Domain("state", "in", list(SEAT_STATES)) & Domain(
            "product_id.espace_includes_meal", "=", True
        )
        if kind == "announced":
            return eats & announced
        comes = Domain("attendance", "in", ["expected", "present"]) & ~announced
        return eats & comes & Domain("child_id.has_pai", "=", kind == "basket")

    @api.model
    def _adults(self, company, meals):
        """Return the portions of adults, on days on which children of theirs eat."""
        served = {(p.day, p.school) for p, count in meals.items() if count and p.school}
        schools = self.env["espace.school"].browse({school for _day, school in served})
        usual = {school.id: school.adult_meals for school in schools.sudo()}
        changed = {
            (one.date, one.school_id.id): one.meals
            for one in self.env["espace.kitchen.adults"]
            .sudo()
            .search(
                [
                    ("company_id", "=", company.id),
                    ("date", "in", list({day for day, _school in served})),
                ]
            )
        }
        numbers = {key: changed.get(key, usual[key[1]]) for key in served}
        return {
            kitchen.Portion(day, school, kitchen.ADULT, None): number
            for (day, school), number in numbers.items()
            if number
        }

    @api.model
    def _sessions(self, company, monday):
        """Return the open sessions with a meal of a week, as superuser."""
        return (
            self.env["espace.session"]
            .sudo()
            .search(
                [
                    ("company_id", "=", company.id),
                    ("date", ">=", monday),
                    ("date", "<=", monday + timedelta(days=6)),
                    ("state", "=", "open"),
                    ("activity_id.product_ids.espace_includes_meal", "=", True),
                ]
            )
        )

    @api.model
    def _limits(self, company, monday):
        """Return {day: the last of its limits to book, naive UTC}."""
        limits = {}
        for session in self._sessions(company, monday):
            if session.booking_cutoff:
                known = limits.get(session.date, session.booking_cutoff)
                limits[session.date] = max(known, session.booking_cutoff)
        return limits

    @api.model
    def _settled_days(self, company, monday, now):
        """Return the days whose limit to book has passed at `now` (naive UTC)."""
        limits = self._limits(company, monday)
        return {day for day, limit in limits.items() if limit <= now}

    # === Who will really come === #

    @api.model
    def _served(self, company, before):
        """Return the past days with meals as `kitchen.Served`, children only.

        A day on which nobody was pointed tells nothing and is left out.
        """
        self.env["espace.reservation"].flush_model()
        self.env["espace.absence"].flush_model(["state"])
        weeks = kitchen.HISTORY_WEEKS + kitchen.JUDGED_DAYS
        rows = self.env.execute_query(
            SQL(
                """
                SELECT r.date,
                       count(*) FILTER (WHERE r.origin = 'booked'),
                       count(*) FILTER (WHERE r.origin = 'booked'
                                        AND a.state = 'accepted'),
                       count(*) FILTER (WHERE r.attendance = 'present')
                  FROM espace_reservation r
                  JOIN product_product p ON p.id = r.product_id
                  JOIN product_template t ON t.id = p.product_tmpl_id
                  JOIN espace_child c ON c.id = r.child_id
             LEFT JOIN espace_absence a ON a.id = r.absence_id
                 WHERE r.company_id = %(company)s
                   AND r.date >= %(first)s AND r.date < %(before)s
                   AND r.state IN %(states)s AND t.espace_includes_meal
                   AND NOT coalesce(c.has_pai, FALSE)
              GROUP BY r.date
                HAVING count(*) FILTER (WHERE r.attendance = 'present') > 0
                """,
                company=company.id,
                first=before - timedelta(weeks=weeks),
                before=before,
                states=tuple(SEAT_STATES),
            )
        )
        return [kitchen.Served(*row) for row in rows]

    @api.model
    def _forecasts(self, company, counted, days):
        """Return {day to come: `kitchen.Forecast`}, where there is one."""
        today = company._espace_today()
        past = self._served(company, today)
        found = {}
        for day in (day for day in days if day >= today):
            cooked = sum(
                count
                for portion, count in counted.meals.items()
                if portion.day == day and portion.age != kitchen.ADULT
            )
            absent = sum(
                count
                for portion, count in counted.announced.items()
                if portion.day == day
            )
            found[day] = kitchen.forecast(past, day, cooked + absent, absent)
        return {day: said for day, said in found.items() if said}

    # === The screen === #

    @api.model
    def load_week(self, day=None):
        """Return what the screen shows of the week of a day (ISO date, today if None).

        :raise AccessError: the user is no agent
        """
        self._check_may_read()
        company = self.env.company
        now = fields.Datetime.now()
        today = company._espace_today(now)
        day = self._day(day) or today
        monday = day - timedelta(days=day.weekday())
        Order = self.env["espace.kitchen.order"]
        counted = self._count(company, monday)
        last = Order._last(company, monday)
        limits = self._limits(company, monday)
        before = last._portions() if last else None
        eaten = {p.day for _kind, order in counted.by_kind() for p in order}
        days = sorted(eaten | set(limits) | {p.day for p in before or ()})
        forecasts = self._forecasts(company, counted, days)
        changes = kitchen.changes(before, counted.meals, days) if last else []
        coming = [one for one in changes if one.portion.day >= today]
        shown = self._table_words(
            days, counted.meals, before, counted.baskets, counted.announced
        )
        return {
            "monday": monday.isoformat(),
            "week": monday.isocalendar().week,
            "words": self.env._(
                "From %(first)s to %(last)s",
                first=company._espace_day_words(days[0] if days else monday),
                last=company._espace_day_words(
                    days[-1] if days else monday + timedelta(days=4), year=True
                ),
            ),
            "earlier": (monday - timedelta(days=7)).isoformat(),
            "later": (monday + timedelta(days=7)).isoformat(),
            "days": [
                self._day_words(company, one, today, now, limits, forecasts)
                for one in days
            ],
            "groups": shown["groups"],
            "sums": shown["sums"],
            "last": last.name or False,
            "limit": self._first_open(company, limits, now),
            "changes": self._change_words(company, coming),
            "more": sum(one.meals for one in coming),
            "added": sum(max(one.meals, 0) for one in coming),
            "removed": -sum(min(one.meals, 0) for one in coming),
            "orders": [
                self._order_words(order) for order in self._orders(company, monday)
            ],
            "may_order": self._may_order() and bool(counted.meals or last),
            "caterer": {
                "name": company.espace_caterer_name or "",
                "email": company.espace_caterer_email or "",
                "phone": company.espace_caterer_phone or "",
            },
            "alone": company.espace_kitchen_alone,
            "next": self._next_words(company, monday + timedelta(days=7), now),
            "menus": self._menu_words(company, monday, days),
            "may_type": self.env["espace.menu"].has_access("write"),
        }

    @api.model
    def order_week(self, monday, last):
        """Order a week now: the first order, or an addendum.

        :param str monday: ISO date
        :param last: the number of the order that the screen showed, False for none
        :return: the number of the order
        :raise UserError: somebody else has ordered meanwhile, or nothing is new
        """
        self._check_may_order()
        company = self.env.company
        day = self._day(monday)
        if not day or day.weekday():
            raise UserError(self.env._("Choose a week first."))
        if day + timedelta(days=6) < company._espace_today():
            raise UserError(self.env._("This week is past: nothing is ordered for it."))
        Order = self.env["espace.kitchen.order"]
        known = Order._last(company, day)
        if (known.name or False) != (last or False):
            raise UserError(
                self.env._(
                    "%s was sent meanwhile: look at what is left to change.", known.name
                )
            )
        return Order._freeze(company, day).name

    @api.model
    def open_bookings(self, day, school, age, diet):
        """Return the action that shows who eats a portion; adults have no bookings."""
        self._check_may_read()
        domain = [
            ("date", "=", day),
            ("state", "in", list(SEAT_STATES)),
            ("product_id.espace_includes_meal", "=", True),
            ("class_id.school_id", "=", school or False),
            ("child_id.diet_id", "=", diet or False),
        ]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._(
                "Meals of %s", self.env.company._espace_day_words(self._day(day))
            ),
            "res_model": "espace.reservation",
            "views": [(False, "list"), (False, "form")],
            "domain": domain,
            "context": {"create": False},
        }

    @api.model
    def open_menus(self, monday):
        """Return the action that types the menus of a week (ISO date of its Monday)."""
        week = self.env["espace.menu.week"].create({"day": self._day(monday)})
        return week._screen()

    # === Rights === #

    @api.model
    def _check_may_read(self):
        self.env["espace.kitchen.order"].check_access("read")

    @api.model
    def _may_order(self):
        return self.env.user.has_group("espace_famille.group_manager")

    @api.model
    def _check_may_order(self):
        if not self._may_order():
            raise AccessError(self.env._("The family desk orders of the kitchen."))

    # === Words === #

    @api.model
    def _day(self, text):
        """Return a day that a screen sends, None if it is none."""
        try:
            return date.fromisoformat(text) if text else None
        except (TypeError, ValueError):
            raise UserError(self.env._("“%s” is no day.", text)) from None

    @api.model
    def _menu_words(self, company, monday, days):
        """Return what is served on the days of a week, with the 14 allergens."""
        menus = self.env["espace.menu"]._of_days(
            company, monday, monday + timedelta(days=6)
        )
        return [
            {
                "day": day.isoformat(),
                "words": company._espace_day_words(day),
                "note": day in menus and menus[day].note or "",
                "dishes": [
                    {"name": dish.name, "allergens": dish._allergen_words()}
                    for dish in (menus[day].dish_ids if day in menus else ())
                ],
            }
            for day in sorted({*days, *menus})
        ]

    @api.model
    def _orders(self, company, monday):
        return self.env["espace.kitchen.order"].search(
            [("company_id", "=", company.id), ("monday", "=", monday)]
        )

    @api.model
    def _day_words(self, company, day, today, now, limits, forecasts):
        limit = limits.get(day)
        said = forecasts.get(day)
        return {
            "day": day.isoformat(),
            "words": company._espace_day_text(day, "EEE d"),
            "long": company._espace_day_words(day),
            "past": day < today,
            "settled": bool(limit and limit <= now),
            "forecast": said
            and {
                "meals": said.meals,
                "words": self.env._(
                    "%(meals)s will come, give or take %(error)s (the booked count "
                    "was wrong by %(booked)s, on the last %(days)s days)",
                    meals=said.meals,
                    error=round(said.error, 1),
                    booked=round(said.booked_error, 1),
                    days=said.days,
                ),
            },
        }

    @api.model
    def _next_words(self, company, monday, now):
        """Say of the week that follows until when it changes and what is booked."""
        limits = self._limits(company, monday)
        if not limits:
            return False
        meals = sum(self._count(company, monday).meals.values())
        return {
            "day": monday.isoformat(),
            "week": monday.isocalendar().week,
            "limit": self._first_open(company, limits, now),
            "meals": meals,
        }

    @api.model
    def _first_open(self, company, limits, now):
        """Say the first of some limits that has not passed, '' if there is none."""
        still_open = [limit for limit in limits.values() if limit > now]
        return company._espace_limit_words(min(still_open)) if still_open else ""

    @api.model
    def _order_words(self, order):
        states = dict(order._fields["letter_state"]._description_selection(self.env))
        when = order.company_id._espace_limit_words(order.frozen_on)
        return {
            "id": order.id,
            "name": order.name,
            "title": order.title,
            "when": when,
            "by_itself": order.by_itself,
            "state": order.letter_state or "",
            "state_words": states.get(order.letter_state, ""),
            "sent_to": order.sent_to or "",
            "reason": order.letter_reason or "",
        }

    @api.model
    def _change_words(self, company, changes):
        """Say changes: [{"meals", "sign", "words", and the portion}]."""
        return [
            {
                "sign": self._sign(change.meals),
                "meals": change.meals,
                "day": change.portion.day.isoformat(),
                "day_words": company._espace_day_words(change.portion.day),
                "words": ", ".join(
                    (
                        self._group_name(change.portion[1:3]),
                        self._diet_name(change.portion.diet),
                    )
                ),
                "school": change.portion.school or False,
                "age": change.portion.age,
                "diet": change.portion.diet or False,
            }
            for change in changes
        ]

    @api.model
    def _sign(self, number):
        """Say a change with its sign; the minus is the typographic one."""
        return f"+{number}" if number > 0 else f"−{-number}" if number else ""

    @api.model
    def _group_name(self, key):
        """Say a (school, age)."""
        school_id, age = key[:2]
        school = self.env["espace.school"].browse(school_id or [])
        ages = dict(
            self.env["espace.kitchen.order.line"]
            ._fields["age"]
            ._description_selection(self.env)
        )
        name = school.name or self.env._("Without a school")
        return f"{name} – {ages[age]}"

    @api.model
    def _diet_name(self, diet_id):
        diet = self.env["espace.diet"].browse(diet_id or [])
        return diet.name or self.env._("Standard")

    @api.model
    def _table_words(self, days, meals, before, baskets, announced):
        """Return a week's table: {"days": dates, "groups": […], "sums": […]}.

        A row is {"name", "cells": [{"meals", "change", "sign"}], "total"}; a group has
        a row of sums and, beside "rows", what it is about.
        """
        rank = self.env["espace.kitchen.order"]._rank_of
        groups = table(days, meals, before, rank)
        sums = []
        if groups:
            total = summed(ALL, [group.sums for group in groups])
            sums.append(self._row_words(self.env._("Total to deliver"), total))
        for name, order in (
            (self.env._("Own baskets (PAI): do not cook"), baskets),
            (self.env._("Absences announced: not cooked for"), announced),
        ):
            rows = table(days, order, None, rank)
            if rows:
                row = summed(ALL, [group.sums for group in rows])
                words = self._row_words(name, row)
                sums.append({**words, "basket": order is baskets})
        return {
            "days": days,
            "groups": [
                {
                    **self._row_words(self._group_name(group.key), group.sums),
                    "rows": [
                        {
                            **self._row_words(self._diet_name(row.key[2]), row),
                            "diet": row.key[2] or False,
                        }
                        for row in group.rows
                    ],
                }
                for group in groups
            ],
            "sums": sums,
        }

    @api.model
    def _row_words(self, name, row):
        return {
            "name": name,
            "key": "-".join(str(part) for part in row.key),
            "cells": [
                {
                    "meals": cell.meals,
                    "change": cell.change,
                    "sign": self._sign(cell.change),
                }
                for cell in row.cells
            ],
            "total": row.total,
        }
