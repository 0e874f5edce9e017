from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...domain.booking import SEAT_STATES

EXPECTED_STATES = (*SEAT_STATES, "waiting")
NAMES_SHOWN = 10


class SessionPlan(NamedTuple):
    """What opening the sessions does; the days of a past date are left alone.

    `missing`: (activity, date) to open; `removed`: sessions of days no longer open,
    never booked; `closed`: nobody comes any more; `kept`: children are expected there.
    """

    missing: list
    removed: models.BaseModel
    closed: models.BaseModel
    kept: models.BaseModel


class EspaceActivity(models.Model):
    """Opening the sessions of a school year, and again after a change."""

    _inherit = "espace.activity"

    def action_generate_sessions(self):
        """Open the sessions of the school year that runs now."""
        self.check_access("write")
        Year = self.env["espace.school.year"]
        plans = []
        for activity in self:
            company = activity.company_id
            today = company._espace_today()
            year = Year._year_of(company, today)
            if not year:
                raise ValidationError(
                    self.env._(
                        "No school year contains %s: create it first.",
                        company._espace_day_words(today, year=True),
                    )
                )
            plans.append(activity._plan_sessions(year.date_from, year.date_to))
        return self._action_generate(plans, self.action_open_sessions())

    @api.model
    def _action_generate(self, plans, action):
        """Carry out plans, say what was done and open `action`.

        Where children are still expected on a day that is no longer open, their
        sessions are named and shown instead: staff close them, or reopen the day.
        """
        for plan in plans:
            self._carry_out(plan)
        kept = self.env["espace.session"].union(*(plan.kept for plan in plans))
        if kept:
            action = self._action_kept(kept)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if kept else "success",
                "sticky": bool(kept),
                "title": self.env._("Sessions"),
                "message": self._generation_words(plans, kept),
                "next": action,
            },
        }

    @api.model
    def _action_kept(self, kept):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille.espace_session_action"
        )
        return {
            **action,
            "display_name": self.env._("Booked, on Days no longer Open"),
            "domain": [("id", "in", kept.ids)],
            "context": {},
            "views": [(False, "list"), (False, "form")],
        }

    @api.model
    def _generation_words(self, plans, kept):
        words = [
            self.env._(
                "%(opened)s opened, %(removed)s removed, %(closed)s closed.",
                opened=sum(len(plan.missing) for plan in plans),
                removed=sum(len(plan.removed) for plan in plans),
                closed=sum(len(plan.closed) for plan in plans),
            )
        ]
        if kept:
            names = kept[:NAMES_SHOWN].mapped("display_name")
            if len(kept) > NAMES_SHOWN:
                names.append(self.env._("%s more", len(kept) - NAMES_SHOWN))
            words.append(
                self.env._(
                    "Children are still expected on days that are no longer open: "
                    "%(sessions)s. Cancel their bookings with a closure, or open "
                    "those days again.",
                    sessions=", ".join(names),
                )
            )
        return " ".join(words)

    # === Tools === #

    def _generate_sessions(self, date_from, date_to):
        """Open the missing sessions between two dates, both included.

        Sessions of open days, those that staff created by hand and those of past
        days are left alone; see `SessionPlan` for those of days no longer open.

        :return: the new sessions
        """
        return self._carry_out(self._plan_sessions(date_from, date_to))

    @api.model
    def _carry_out(self, plan):
        plan.removed.unlink()
        plan.closed.write({"state": "closed"})
        return self.env["espace.session"].create(
            [
                {
                    "activity_id": activity.id,
                    "company_id": activity.company_id.id,
                    "date": day,
                    "capacity": activity.capacity,
                    "seats_limited": activity.seats_limited,
                    "generated": True,
                }
                for activity, day in plan.missing
            ]
        )

    def _plan_sessions(self, date_from, date_to, calendar=None):
        """Return the `SessionPlan` of these activities between two dates, included.

        :param calendar: `school_calendar.Calendar`, that of the company if None
        """
        Session = self.env["espace.session"]
        existing = Session.search(
            [
                ("activity_id", "in", self.ids),
                ("date", ">=", date_from),
                ("date", "<=", date_to),
            ]
        ).grouped("activity_id")
        missing, superfluous = [], Session
        for activity in self:
            sessions = existing.get(activity, Session)
            days = activity._open_days(date_from, date_to, calendar)
            known = set(sessions.mapped("date"))
            missing += [(activity, day) for day in sorted(days - known)]
            superfluous |= activity._superfluous(sessions, days)
        return SessionPlan(missing, *superfluous._by_bookings())

    def _superfluous(self, sessions, days):
        """Return the generated sessions to come that are not on one of the days."""
        self.ensure_one()
        today = self.company_id._espace_today()
        return sessions.filtered(
            lambda session: (
                session.generated
                and session.date >= today
                and session.date not in days
                and session.off_calendar != "kept"
            )
        )

    def _open_days(self, date_from, date_to, calendar=None):
        """Return the set of open days between two dates, both included."""
        self.ensure_one()
        if self.is_emergency:  # each strike opens its days
            return set()
        weekdays, kinds = self._weekdays(), self._open_kinds()
        calendar = calendar or self.company_id._espace_calendar()
        span = (date_to - date_from).days
        days = (fields.Date.add(date_from, days=n) for n in range(span + 1))
        return {
            day
            for day in days
            if day.weekday() in weekdays and calendar.day_kind(day) in kinds
        }


class EspaceSession(models.Model):
    _inherit = "espace.session"

    generated = fields.Boolean(
        "Opened with the Year",
        readonly=True,
        copy=False,
        help="Opened from the opening days of the activity. A session that staff "
        "created by hand stays when sessions are opened again.",
    )

    def _by_bookings(self):
        """Split into (never booked, nobody expected but open, still expected)."""
        counts = {}
        for session, state in self.env["espace.reservation"]._read_group(
            [("session_id", "in", self.ids)], ["session_id", "state"]
        ):
            counts.setdefault(session.id, set()).add(state)
        opened = self.filtered(lambda session: session.state == "open")
        kept = opened.filtered(lambda s: counts.get(s.id, set()) & {*EXPECTED_STATES})
        never = self.filtered(lambda session: session.id not in counts)
        return never, opened - kept - never, kept
