"""The morning of the kitchen: how many meals, which diets, what is to be sent."""

from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain

from ...domain import kitchen
from .espace_home import Duty, Listed, Row, Section

SCREEN = "espace_famille.espace_kitchen_action"
ORDERS = "espace_famille.espace_kitchen_order_action"
# Sheets shown, the last first.
MOST_SHEETS = 4
SIGNS = {
    "sent": "fa-check-circle",
    "waiting": "fa-clock-o",
    "refused": "fa-times-circle",
}


class EspaceHome(models.AbstractModel):
    _inherit = "espace.home"

    @api.model
    def _subtitle_kitchen(self, place):
        name = place.company.espace_caterer_name
        return f"{place.company.name} · {name}" if name else place.company.name

    @api.model
    def _button_kitchen(self, _place):
        return {
            "code": "kitchen",
            "label": self.env._("The Week"),
            "icon": "fa-cutlery",
            "main": True,
        }

    @api.model
    def _open_kitchen(self, _place, _key):
        return self.env["ir.actions.client"]._for_xml_id(SCREEN)

    @api.model
    def _monday(self, day):
        return day - timedelta(days=day.weekday())

    @api.model
    def _week_count(self, place, monday):
        """Return what is counted for the kitchen in a week, as it is now."""
        return place.once(
            ("meals", monday),
            lambda: self.env["espace.kitchen"]._count(place.company, monday),
        )

    # === What is to be sent === #

    @api.model
    def _list_kitchen_refused(self, place):
        domain = (
            self._mine(place)
            & Domain("letter_state", "=", "refused")
            & Domain("monday", ">=", self._monday(place.today))
        )
        return Listed("espace.kitchen.order", domain, ORDERS)

    @api.model
    def _duty_kitchen_refused(self, place):
        listed = self._list_kitchen_refused(place)
        found = self.env[listed.model].search(listed.domain)
        return (
            Duty(
                "kitchen_refused",
                len(found),
                self.env._("Orders that the caterer did not receive"),
                found[0].letter_reason or found[0].name,
                self.env._("Send Again"),
                "now",
                "fa-envelope-o",
            )
            if found
            else None
        )

    @api.model
    def _weeks(self, place):
        """Return [(Monday, last order, limits)] of this week and of the next."""
        Kitchen, Order = self.env["espace.kitchen"], self.env["espace.kitchen.order"]
        monday = self._monday(place.today)
        return [
            (
                day,
                Order._last(place.company, day),
                Kitchen._limits(place.company, day),
            )
            for day in (monday, monday + timedelta(days=7))
        ]

    @api.model
    def _duty_kitchen_order(self, place):
        """Say that a week whose limit has passed was not ordered."""
        for monday, last, limits in self._weeks(place):
            due = {
                day
                for day, limit in limits.items()
                if limit <= place.now and day >= place.today
            }
            if last or not due:
                continue
            counted = self._week_count(place, monday)
            meals = sum(n for portion, n in counted.meals.items() if portion.day in due)
            if meals:
                return Duty(
                    "kitchen_order",
                    meals,
                    self.env._("Meals not ordered yet"),
                    self.env._(
                        "Week %s: the limit of the families has passed",
                        monday.isocalendar().week,
                    ),
                    self.env._("Order Now")
                    if self.env["espace.kitchen"]._may_order()
                    else self.env._("See"),
                    "now",
                    "fa-cutlery",
                )
        return None

    @api.model
    def _open_kitchen_order(self, place, key):
        return self._open_kitchen(place, key)

    @api.model
    def _duty_kitchen_changes(self, place):
        """Count the meals that differ from the last sheet, of days to come."""
        monday = self._monday(place.today)
        last = self.env["espace.kitchen.order"]._last(place.company, monday)
        if not last:
            return None
        counted = self._week_count(place, monday)
        before = last._portions()
        days = {p.day for p in (*before, *counted.meals) if p.day >= place.today}
        found = kitchen.changes(before, counted.meals, days)
        return (
            Duty(
                "kitchen_changes",
                sum(abs(one.meals) for one in found),
                self.env._("Meals that changed since %s", last.name),
                self.env._("An addendum tells the caterer"),
                self.env._("See"),
                "soon",
                "fa-exchange",
            )
            if found
            else None
        )

    @api.model
    def _open_kitchen_changes(self, place, key):
        return self._open_kitchen(place, key)

    # === Meals of a day === #

    @api.model
    def _section_meals_today(self, place):
        words = place.company._espace_day_words(place.today)
        return self._meals_section(
            place, "meals_today", place.today, self.env._("Today, %s", words), False
        )

    @api.model
    def _section_meals_next(self, place):
        sessions = self.env["espace.session"].search(
            self._mine(place)
            & Domain("date", ">", place.today)
            & Domain("date", "<=", place.today + timedelta(days=21))
            & Domain("state", "=", "open")
            & Domain("activity_id.product_ids.espace_includes_meal", "=", True),
            order="date",
            limit=1,
        )
        if not sessions:
            return None
        words = place.company._espace_day_words(sessions.date)
        title = words[:1].upper() + words[1:]
        return self._meals_section(place, "meals_next", sessions.date, title, True)

    @api.model
    def _meals_section(self, place, code, day, title, side):
        counted = self._week_count(place, self._monday(day))
        sums = {
            kind: {p: count for p, count in order.items() if p.day == day}
            for kind, order in counted.by_kind()
        }
        total = sum(sums["meal"].values())
        schools = {portion.school for portion in sums["meal"]}
        rows = [
            self._school_row(day, school, sums["meal"])
            for school in sorted(schools, key=lambda one: (one is None, one or 0))
        ]
        baskets = sum(sums["basket"].values())
        if baskets:
            rows.append(
                Row(
                    self.env._("Own baskets (PAI)"),
                    self.env._("The kitchen does not cook for them"),
                    str(baskets),
                    "fa-medkit",
                    code="meals",
                    key=f"basket,{day.isoformat()}",
                )
            )
        announced = sum(sums["announced"].values())
        if announced:
            rows.append(
                Row(
                    self.env._("Announced absences"),
                    self.env._("Not cooked for"),
                    str(announced),
                    "fa-calendar-times-o",
                    code="meals",
                    key=f"announced,{day.isoformat()}",
                )
            )
        note = self.env._("meals: %s", total)
        return rows and Section(code, title, rows, note=note, side=side)

    @api.model
    def _school_row(self, day, school, meals):
        """Return the children of a school who eat, with their diets and the adults."""
        diets, children, adults = {}, 0, 0
        for portion, count in meals.items():
            if portion.school != school:
                continue
            if portion.age == kitchen.ADULT:
                adults += count
                continue
            children += count
            if portion.diet:
                diets[portion.diet] = diets.get(portion.diet, 0) + count
        words = [
            f"{count} {self.env['espace.diet'].browse(diet).name.lower()}"
            for diet, count in sorted(diets.items())
        ]
        if adults:
            words.append(self.env._("besides, adults: %s", adults))
        name = self.env["espace.school"].browse(school or []).name
        return Row(
            name or self.env._("Without a school"),
            ", ".join(words),
            str(children),
            "fa-cutlery",
            code="meals",
            key=f"meal,{day.isoformat()},{school or 0}",
        )

    @api.model
    def _open_meals(self, place, key):
        """Open the bookings that a row counted: “kind,day” or “meal,day,school”."""
        kind, text, school = (key.split(",") + ["", "", ""])[:3]
        Kitchen = self.env["espace.kitchen"]
        day = Kitchen._day(text)
        domain = (
            self._mine(place) & Domain("date", "=", day) & Kitchen._kind_domain(kind)
        )
        if school:
            own = int(school) if school.isdigit() else 0
            domain &= Domain("class_id.school_id", "=", own or False)
        return {
            **Kitchen.open_bookings(text, False, "", False),
            "domain": list(domain),
        }

    @api.model
    def _section_kitchen_sheets(self, place):
        orders = self.env["espace.kitchen.order"].search(
            self._mine(place), limit=MOST_SHEETS
        )
        states = dict(orders._fields["letter_state"]._description_selection(self.env))
        rows = [
            Row(
                order.title,
                ", ".join(
                    filter(None, [order.name, states.get(order.letter_state, "")])
                ),
                icon=SIGNS.get(order.letter_state, "fa-print"),
                code="sheet",
                key=str(order.id),
                link="PDF",
            )
            for order in orders
        ]
        return rows and Section("sheets", self.env._("Sheets Sent"), rows)

    @api.model
    def _open_sheet(self, _place, key):
        order = self._record("espace.kitchen.order", key)
        return {
            "type": "ir.actions.report",
            "report_type": "qweb-pdf",
            "report_name": "espace_famille.kitchen_order",
            "report_file": "espace_famille.kitchen_order",
            "context": {"active_ids": order.ids},
        }
