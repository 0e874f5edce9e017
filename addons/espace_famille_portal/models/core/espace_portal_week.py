from odoo import api, models

from odoo.addons.espace_famille.domain import custody
from odoo.addons.espace_famille.domain.booking import SEAT_STATES

from ...domain import todo
from ..booking.period_cells import tint_of

# In which order the services of a day stand, and which fill it alone.
SLOTS = ("morning", "canteen", "evening")
ICONS = {
    "morning": "fa-sun-o",
    "canteen": "fa-cutlery",
    "evening": "fa-moon-o",
    "leisure": "fa-futbol-o",
}


class EspacePortalWeek(models.AbstractModel):
    """The next days of a family at a glance: who comes where."""

    _name = "espace.portal.week"
    _description = "Portal: Week at a Glance"

    @api.model
    def _read(self, facts, today):
        """Return what the table shows, as a dict.

        :param BookingFacts facts: of all the children, from today on
        """
        family, company = facts.family, facts.company
        booked = [
            booking
            for booking in facts.reservations.values()
            if booking.family_id == family
            and booking.state in (*SEAT_STATES, "waiting")
            and booking.date >= today
        ]
        days = todo.coming_days(today, {booking.date for booking in booked})
        shown = [booking for booking in booked if booking.date in days]
        tints = {tint_of(booking.product_id) for booking in shown}
        slots = [tint for tint in SLOTS if tint in tints]
        of_day = {}
        for booking in shown:
            of_day.setdefault((booking.child_id.id, booking.date), []).append(booking)
        rows = [
            {
                "name": child.firstname,
                "initial": child.firstname[:1],
                "cells": [
                    self._cell(
                        facts, child, day, of_day.get((child.id, day), ()), slots
                    )
                    for day in days
                ],
            }
            for child in family.child_ids
        ]
        return {
            "this_week": days[-1].isocalendar()[:2] == today.isocalendar()[:2],
            "days": [
                self._day(company, day, (day - today).days, day == days[0])
                for day in days
            ],
            "rows": rows,
            "elsewhere": any(c["elsewhere"] for row in rows for c in row["cells"]),
            "keys": self._keys(shown),
        }

    @api.model
    def _day(self, company, day, ahead, first):
        words = company._espace_day_words(day)
        name = company._espace_format_day(day, "EEE")
        if ahead == 1:
            name = self.env._("Tomorrow")
        elif not ahead:
            # “Aujourd’hui” is wider than a column of a phone: it is said, not shown.
            words = self.env._("Today, %s", words)
        return {
            "date": day.isoformat(),
            "name": name,
            "number": day.day,
            "words": words,
            "next": first and ahead <= 1,
        }

    @api.model
    def _cell(self, facts, child, day, bookings, slots):
        """Return the marks of a day: services booked, an empty place for the others.

        A service beside school, as a whole day of the leisure centre, stands alone.
        """
        marks = [self._mark(booking) for booking in bookings]
        marks.sort(key=lambda mark: mark["from"])
        if all(mark["tint"] in slots for mark in marks):
            by_tint = {}
            for mark in marks:
                by_tint.setdefault(mark["tint"], []).append(mark)
            marks = [
                mark for tint in slots for mark in by_tint.get(tint, [{"tint": ""}])
            ]
        default, arrangements = facts.arrangements[child.id]
        payer = custody.paying_household(
            day, default, arrangements, facts.holiday_around
        )
        return {
            "date": day.isoformat(),
            "marks": marks,
            "elsewhere": not bookings and payer != facts.family.id,
        }

    @api.model
    def _mark(self, booking):
        product = booking.product_id
        state = self._state_words(booking)
        return {
            "tint": tint_of(product),
            "icon": self._icon(booking),
            "from": product.espace_time_from,
            "words": f"{product.name} ({state})" if state else product.name,
            "state": state,
        }

    @api.model
    def _icon(self, booking):
        if booking.state == "waiting":
            return "fa-list-ol"
        if booking.state != "confirmed":
            return "fa-hourglass-half"
        if booking.absence_words:
            return "fa-user-times"
        return ICONS[tint_of(booking.product_id)]

    @api.model
    def _state_words(self, booking):
        """Say the state of a booking, "" for one that needs no word."""
        if booking.state == "confirmed":
            return booking.absence_words
        if booking.state == "waiting":
            return self.env._("Waiting list, rank %s", booking.waiting_rank)
        words = dict(booking._fields["state"]._description_selection(self.env))
        return words[booking.state]

    @api.model
    def _keys(self, bookings):
        """Return {icon: (tint, words)} of the signs shown, in their order."""
        keys = {}
        for booking in sorted(bookings, key=lambda b: b.product_id.espace_time_from):
            icon, tint = self._icon(booking), tint_of(booking.product_id)
            if icon == ICONS[tint]:
                words = booking.activity_id.name
            elif booking.state == "waiting":
                words = self.env._("Waiting list")
            else:
                words = self._state_words(booking)
            keys.setdefault(icon, (tint, words))
        return keys
