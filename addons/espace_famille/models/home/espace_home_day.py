"""What of the days a home shows: today live, what fills, until when one books."""

from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain

from ...domain import attendance as rules
from ...domain.booking import SEAT_STATES
from ..absence.espace_absence import OPEN_STATES
from .espace_home import Row, Section

LIVE_ABSENCES = (*OPEN_STATES, "accepted")
# Of how many open days one sees how full they are, and how far ahead they are sought.
FILL_DAYS, AHEAD = 5, timedelta(days=21)
# Limits are shown until the end of tomorrow, and so many waiting lists.
MOST_LIMITS, MOST_WAITING = 6, 5
ICONS = {"canteen": "fa-cutlery", "leisure": "fa-futbol-o"}
NOON = 12


class EspaceHome(models.AbstractModel):
    _inherit = "espace.home"

    # === Sessions === #

    @api.model
    def _day_sessions(self, place, day):
        """Return the open sessions of a local date, in the order of their hours."""
        open_on = (
            self._mine(place) & Domain("date", "=", day) & Domain("state", "=", "open")
        )
        sessions = place.once(
            ("sessions", day), lambda: self.env["espace.session"].search(open_on)
        )
        return sessions.sorted(lambda s: (self._hours(s), s.activity_id.sequence))

    @api.model
    def _hours(self, session):
        """Return when a session begins and ends, in local hours; (0, 0): all day."""
        options = session.activity_id.product_ids.filtered("espace_time_to")
        return (
            min(options.mapped("espace_time_from"), default=0),
            max(options.mapped("espace_time_to"), default=0),
        )

    @api.model
    def _hours_words(self, session):
        first, last = self._hours(session)
        if not last:
            return ""
        text = self.env["espace.setup"]._hour_text
        return f"{text(first)} – {text(last)}"

    @api.model
    def _session_icon(self, session):
        begins = self._hours(session)[0]
        return ICONS.get(
            session.activity_id.category,
            "fa-sun-o" if begins < NOON else "fa-moon-o",
        )

    @api.model
    def _section_today(self, place):
        """Return the sessions of today as they are this minute.

        Its rows: {"id", "name", "icon", "hours", "state", "state_words", "present",
        "absent", "expected", "words", "button", "main"}.
        """
        sessions = self._day_sessions(place, place.today)
        counts, options, announced = self._day_counts(sessions)
        local = place.company._espace_local(place.now)
        hour = rules.to_hours(local)
        return Section(
            "today",
            self.env._("Today"),
            [
                self._session_row(
                    session,
                    hour,
                    counts.get(session.id, {}),
                    options.get(session.id, {}),
                    announced.get(session.id, 0),
                )
                for session in sessions
            ],
            note=self.env._("live"),
            kind="sessions",
            side=False,
        )

    @api.model
    def _day_counts(self, sessions):
        """Return of sessions the children by attendance and by option, and announced.

        An absence that was announced is not expected any more.
        """
        Reservation = self.env["espace.reservation"]
        mine = Domain("session_id", "in", sessions.ids) & Domain(
            "state", "=", "confirmed"
        )
        counts, options, announced = {}, {}, {}
        for session, option, attendance, count in Reservation._read_group(
            mine, ["session_id", "product_id", "attendance"], ["__count"]
        ):
            of_day = counts.setdefault(session.id, {})
            kind = attendance.partition("_")[0]
            of_day[kind] = of_day.get(kind, 0) + count
            by_option = options.setdefault(session.id, {})
            by_option[option] = by_option.get(option, 0) + count
        for session, count in Reservation._read_group(
            mine & self._announced(), ["session_id"], ["__count"]
        ):
            announced[session.id] = count
        return counts, options, announced

    @api.model
    def _announced(self):
        """Return the domain of bookings of which nobody has come, as was announced."""
        return Domain("attendance", "=", "expected") & Domain(
            "absence_id.state", "in", LIVE_ABSENCES
        )

    @api.model
    def _session_row(self, session, hour, counts, options, announced):
        present, absent = counts.get("present", 0), counts.get("absent", 0) + announced
        expected = counts.get("expected", 0) - announced
        state, words = self._session_state(session, hour, expected)
        details = [self._hours_words(session)]
        if announced:
            details.append(self._number(announced, "announced"))
        elif len(options) > 1:
            details.append(
                ", ".join(
                    f"{option.name} {options[option]}"
                    for option in sorted(options, key=lambda o: o.espace_time_to)
                )
            )
        numbers = [
            self._number(count, kind)
            for count, kind in (
                (present, "present"),
                (absent, "absent"),
                (expected, "expected"),
            )
            if count
        ]
        return {
            "id": session.id,
            "name": session.activity_id.name,
            "icon": self._session_icon(session),
            "hours": " · ".join(filter(None, details)),
            "state": state,
            "state_words": words,
            "present": present,
            "absent": absent,
            "expected": expected,
            "words": ", ".join(numbers) or self.env._("nobody booked"),
            "marks": state in ("running", "coming", "open"),
        }

    @api.model
    def _number(self, count, kind):
        """Say how many are present, absent, expected, or announced absent."""
        if kind == "present":
            many, one = self.env._("%s present", count), self.env._("1 present")
        elif kind == "absent":
            many, one = self.env._("%s absent", count), self.env._("1 absent")
        elif kind == "announced":
            many = self.env._("%s announced absences", count)
            one = self.env._("1 announced absence")
        else:
            many, one = self.env._("%s expected", count), self.env._("1 expected")
        return one if count == 1 else many

    @api.model
    def _session_state(self, session, hour, expected):
        """Return where a session of today is, and how that is said."""
        first, last = self._hours(session)
        if session.attendance_locked:
            return "locked", self.env._("Attendance locked")
        if last and hour >= last:
            if expected:
                return "open", self.env._("Not finished")
            return "open", self.env._("Ended")
        if hour >= first:
            return "running", self.env._("In progress")
        return "coming", self.env._("To come")

    @api.model
    def _open_session(self, _place, key):
        return self._record("espace.session", key).action_open_attendance()

    # === Tomorrow === #

    @api.model
    def _next_day(self, place):
        """Return the next local date with an open session, None in holidays."""
        session = self.env["espace.session"].search(
            self._mine(place)
            & Domain("date", ">", place.today)
            & Domain("date", "<=", place.today + AHEAD)
            & Domain("state", "=", "open"),
            order="date",
            limit=1,
        )
        return session.date or None

    @api.model
    def _section_tomorrow(self, place):
        day = self._next_day(place)
        if not day:
            return None
        words = place.company._espace_day_words(day)
        if day == place.today + timedelta(days=1):
            words = self.env._("Tomorrow, %s", words)
        diets = self._diet_words(place, day)
        return Section(
            "tomorrow",
            words[:1].upper() + words[1:],
            [
                Row(
                    session.activity_id.name,
                    diets.get(session.activity_id.id, ""),
                    str(session.booked_count),
                    self._session_icon(session),
                    code="session",
                    key=str(session.id),
                )
                for session in self._day_sessions(place, day)
            ],
        )

    @api.model
    def _diet_words(self, place, day):
        """Say per activity what of a day's meals is special: “5 no pork, 1 basket”."""
        said = {}
        for activity, diet, meals, baskets in self.env["espace.meal.count"]._read_group(
            self._mine(place) & Domain("date", "=", day),
            ["activity_id", "diet_id"],
            ["meal_count:sum", "pai_count:sum"],
        ):
            words, own = said.get(activity.id, ([], 0))
            if diet and meals:
                words = [*words, f"{meals} {diet.name.lower()}"]
            said[activity.id] = (words, own + baskets)
        return {
            activity: ", ".join(
                [*words, *([self.env._("own baskets (PAI): %s", own)] if own else [])]
            )
            for activity, (words, own) in said.items()
        }

    # === Limits, places, waiting lists === #

    @api.model
    def _coming_limits(self, place):
        """Return the sessions whose limit to book is today or tomorrow, in order."""
        company = place.company
        coming = (
            self._mine(place)
            & Domain("booking_cutoff", ">", place.now)
            & Domain("booking_cutoff", "<", place.now + timedelta(days=3))
            & Domain("state", "=", "open")
        )
        sessions = place.once(
            "limits",
            lambda: self.env["espace.session"].search(
                coming, order="booking_cutoff, date"
            ),
        )
        last = place.today + timedelta(days=1)
        return sessions.filtered(
            lambda s: company._espace_local(s.booking_cutoff).date() <= last
        )

    @api.model
    def _section_limits(self, place):
        """Return until when families book, with the carts that nobody has validated.

        Its rows: `Row`, whose value is the hour.
        """
        sessions = self._coming_limits(place)
        carts = dict(
            self.env["espace.reservation"]._read_group(
                Domain("session_id", "in", sessions.ids)
                & Domain("state", "=", "draft"),
                ["session_id"],
                ["family_id:count_distinct"],
            )
        )
        groups = sessions.grouped(lambda s: (s.booking_cutoff, s.activity_id))
        rows = [
            self._limit_row(place, limit, activity, days, carts)
            for (limit, activity), days in list(groups.items())[:MOST_LIMITS]
        ]
        return rows and Section("limits", self.env._("Limits That Approach"), rows)

    @api.model
    def _limit_row(self, place, limit, activity, sessions, carts):
        company = place.company
        local = company._espace_local(limit)
        days = company._espace_span_words(
            min(sessions.mapped("date")), max(sessions.mapped("date"))
        )
        title = (
            self.env._(
                "Today: %(activity)s, %(days)s", activity=activity.name, days=days
            )
            if local.date() == place.today
            else self.env._(
                "Tomorrow: %(activity)s, %(days)s", activity=activity.name, days=days
            )
        )
        words = [self.env._("%s booked", sum(sessions.mapped("booked_count")))]
        waiting = sum(carts.get(session, 0) for session in sessions)
        if waiting:
            words.append(self.env._("carts not validated: %s", waiting))
        return Row(
            title,
            " · ".join(words),
            company._espace_time_words(local),
            code="carts" if waiting else "",
            key=",".join(map(str, sessions.ids)) if waiting else "",
            link=self.env._("Carts") if waiting else "",
        )

    @api.model
    def _open_carts(self, place, key):
        """Open what families have in their carts for days whose limit approaches."""
        ids = [int(one) for one in key.split(",") if one.isdigit()]
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille.espace_reservation_action"
        )
        domain = self._mine(place) & Domain("session_id", "in", ids)
        return {
            **action,
            "domain": list(domain & Domain("state", "=", "draft")),
            "context": {"create": False, "search_default_group_family": 1},
        }

    @api.model
    def _section_fill(self, place):
        """Return how full the next open days are.

        Its one row: {"days": [words], "activities": [{"name", "cells": [None or
        {"id", "booked", "words", "full", "percent"}]}]}.
        """
        sessions = self.env["espace.session"].search_fetch(
            self._mine(place)
            & Domain("date", ">", place.today)
            & Domain("date", "<=", place.today + AHEAD)
            & Domain("state", "=", "open"),
            ["activity_id", "date", "booked_count", "capacity", "seats_limited"],
            order="date",
        )
        days = sorted(set(sessions.mapped("date")))[:FILL_DAYS]
        if not days:
            return None
        sessions = sessions.filtered(lambda s: s.date in days)
        known = {(s.activity_id, s.date): s for s in sessions}
        rows = {
            "days": [place.company._espace_day_text(day, "EEE d") for day in days],
            "activities": [
                {
                    "name": activity.name,
                    "cells": [
                        self._fill_cell(place, known.get((activity, day)))
                        for day in days
                    ],
                }
                for activity in sessions.activity_id.sorted("sequence")
            ],
        }
        return Section(
            "fill",
            self.env._("Filling"),
            [rows],
            note=self.env._("places taken"),
            kind="fill",
        )

    @api.model
    def _fill_cell(self, place, session):
        if not session:
            return None
        booked, capacity = session.booked_count, session.capacity
        full = session.seats_limited and booked >= capacity
        if full:
            words = self.env._("full")
        elif session.seats_limited:
            words = self.env._("of %s", capacity)
        else:
            words = self.env._("no limit")
        return {
            "id": session.id,
            "booked": booked,
            "words": words,
            "full": full,
            "day": place.company._espace_day_words(session.date),
            "percent": min(100, round(100 * booked / capacity)) if capacity else 0,
        }

    @api.model
    def _list_waiting_lists(self, place, ids=None):
        domain = self._mine(place) & Domain("state", "=", "waiting")
        if ids is not None:
            domain &= Domain("session_id", "in", ids)
        return domain

    @api.model
    def _section_waiting(self, place):
        sessions = self.env["espace.session"].search(
            self._mine(place)
            & Domain("date", ">=", place.today)
            & Domain("waiting_count", ">", 0),
            order="date",
        )
        if not sessions:
            return None
        total = sum(sessions.mapped("waiting_count"))
        rows = [
            Row(
                f"{session.activity_id.name}, "
                f"{place.company._espace_day_words(session.date)}",
                self.env._("free places: %s", session.free_count)
                if session.free_count
                else self.env._("no place is free"),
                str(session.waiting_count),
                "fa-hourglass-half",
                code="waiting_day",
                key=str(session.id),
                link=self.env._("See the Order"),
            )
            for session in sessions[:MOST_WAITING]
        ]
        note = self.env._("1 child") if total == 1 else self.env._("%s children", total)
        return Section("waiting", self.env._("Waiting Lists"), rows, note=note)

    @api.model
    def _open_waiting_day(self, place, key):
        session = self._record("espace.session", key)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille.espace_waiting_action"
        )
        return {
            **action,
            "domain": list(self._list_waiting_lists(place, session.ids)),
            "context": {"create": False},
        }

    # === Announced absences === #

    @api.model
    def _today_domain(self, place):
        return (
            self._mine(place)
            & Domain("date", "=", place.today)
            & Domain("state", "in", list(SEAT_STATES))
        )
