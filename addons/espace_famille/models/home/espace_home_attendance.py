"""The morning of an agent of the day: what is not finished, what to know, lists."""

from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain

from ...domain import attendance_events as rules
from .espace_home import Duty, Listed, Row, Section

PAGE = "espace_famille.espace_attendance_page_action"
EVENTS = "espace_famille.espace_attendance_event_action"
BOOKINGS = "espace_famille.espace_attendance_action"
CHILDREN = "espace_famille.espace_child_action"


class EspaceHome(models.AbstractModel):
    _inherit = "espace.home"

    @api.model
    def _subtitle_animation(self, place):
        return place.company.name

    @api.model
    def _button_page(self, place):
        return {
            "code": "page",
            "label": self.env._("Attendance and Evacuation"),
            "icon": "fa-check-square-o",
            "main": True,
        }

    @api.model
    def _open_page(self, _place, _key):
        return self.env["ir.actions.act_url"]._for_xml_id(PAGE)

    # === Not finished === #

    @api.model
    def _unfinished(self, place):
        """Return {session: children still expected} of days that are over.

        Those of this month and of the month before, which the next bills are about, as
        far as they are not locked.
        """
        return place.once("unfinished", lambda: self._find_unfinished(place))

    @api.model
    def _find_unfinished(self, place):
        Session = self.env["espace.session"]
        first = (place.today.replace(day=1) - timedelta(days=1)).replace(day=1)
        sessions = Session.search(
            self._mine(place)
            & Domain("date", ">=", first)
            & Domain("date", "<=", place.today)
            & Domain("attendance_locked", "=", False)
            & Session._over(),
            order="date",
        )
        return dict(
            self.env["espace.reservation"]._read_group(
                self._still_expected(sessions), ["session_id"], ["__count"]
            )
        )

    @api.model
    def _still_expected(self, sessions):
        return (
            Domain("session_id", "in", sessions.ids)
            & Domain("state", "=", "confirmed")
            & Domain("attendance", "=", "expected")
        )

    @api.model
    def _list_unmarked(self, place):
        sessions = self.env["espace.session"].union(*self._unfinished(place))
        return Listed(
            "espace.reservation",
            self._still_expected(sessions),
            BOOKINGS,
            {"search_default_group_session": 1},
        )

    @api.model
    def _duty_unmarked(self, place):
        found = self._unfinished(place)
        if not found:
            return None
        oldest = next(iter(found.keys()))
        if len(found) == 1:
            title = self.env._("Children still expected: %s", oldest.display_name)
        else:
            title = self.env._("Children still expected on %s days", len(found))
        return Duty(
            "unmarked",
            sum(found.values()),
            title,
            self.env._("Not finished: the bills of the month wait for it"),
            self.env._("Complete"),
            "now",
            "fa-list-ul",
        )

    # === Two answers, unknown children === #

    @api.model
    def _list_clashes(self, place):
        domain = (
            self._mine(place)
            & Domain("attendance_clash", "=", True)
            & Domain("state", "=", "confirmed")
        )
        return Listed("espace.reservation", domain, BOOKINGS)

    @api.model
    def _duty_clashes(self, place):
        listed = self._list_clashes(place)
        found = self.env[listed.model].search(listed.domain)
        return (
            Duty(
                "clashes",
                len(found),
                self.env._("Two answers for a child"),
                self.env._(
                    "Present for one agent, absent for another: %s",
                    self._some_names(found.child_id),
                ),
                self.env._("Decide"),
                "now",
                "fa-exclamation-triangle",
            )
            if found
            else None
        )

    @api.model
    def _list_unknown(self, place):
        domain = (
            self._mine(place)
            & Domain("result", "=", "aside")
            & Domain("kind", "=", rules.UNKNOWN)
        )
        return Listed("espace.attendance.event", domain, EVENTS)

    @api.model
    def _duty_unknown(self, place):
        listed = self._list_unknown(place)
        found = self.env[listed.model].search(listed.domain)
        names = ", ".join(f"“{one.words or '?'}”" for one in found[:3])
        return (
            Duty(
                "unknown",
                len(found),
                self.env._("Unknown children"),
                self.env._("%s: the family desk looks for the family", names),
                self.env._("See"),
                "",
                "fa-user-plus",
            )
            if found
            else None
        )

    # === To know today === #

    @api.model
    def _section_know(self, place):
        rows = [
            self._know_banned(place),
            self._know_pai(place),
            self._know_announced(place),
        ]
        rows = [row for row in rows if row]
        return rows and Section("know", self.env._("To Know Today"), rows, side=False)

    @api.model
    def _list_banned(self, place):
        return self._listed_children(self._banned_today(place))

    @api.model
    def _list_pai(self, place):
        return self._listed_children(self._pai_today(place))

    @api.model
    def _banned_today(self, place):
        bans = self.env["espace.pickup.ban"].search(
            self._mine(place)
            & (Domain("date_from", "=", False) | Domain("date_from", "<=", place.today))
            & (Domain("date_to", "=", False) | Domain("date_to", ">=", place.today))
        )
        return self._children_of_today(place, Domain("id", "in", bans.child_ids.ids))

    @api.model
    def _pai_today(self, place):
        return self._children_of_today(place, Domain("has_pai", "=", True))

    @api.model
    def _children_of_today(self, place, which):
        coming = self.env["espace.reservation"]._search(self._today_domain(place))
        domain = which & Domain("id", "in", coming.subselect("child_id"))
        return self.env["espace.child"].search(domain)

    @api.model
    def _know_banned(self, place):
        children = self._banned_today(place)
        return (
            Row(
                self.env._("Restricted exits: %s", len(children)),
                self.env._(
                    "%s: persons to whom not to hand them over",
                    self._some_names(children),
                ),
                icon="fa-hand-paper-o",
                strong=True,
                code="banned",
                link=self.env._("See"),
            )
            if children
            else None
        )

    @api.model
    def _know_pai(self, place):
        children = self._pai_today(place)
        return (
            Row(
                self.env._("Children with a care plan (PAI): %s", len(children)),
                self._some_names(children),
                icon="fa-medkit",
                strong=True,
                code="pai",
                link=self.env._("See"),
            )
            if children
            else None
        )

    @api.model
    def _listed_children(self, children):
        return Listed("espace.child", Domain("id", "in", children.ids), CHILDREN)

    @api.model
    def _list_announced(self, place):
        domain = (
            self._today_domain(place)
            & Domain("state", "=", "confirmed")
            & self._announced()
        )
        return Listed("espace.reservation", domain, BOOKINGS)

    @api.model
    def _know_announced(self, place):
        found = self.env["espace.reservation"].search(
            self._list_announced(place).domain
        )
        return (
            Row(
                self.env._("Absences announced by families: %s", len(found)),
                self._some_names(found.child_id),
                icon="fa-calendar-times-o",
                strong=True,
                code="announced",
                link=self.env._("See"),
            )
            if found
            else None
        )

    # === To print === #

    @api.model
    def _section_print(self, place):
        rows = [
            Row(
                self.env._("List: %s", session.activity_id.name),
                icon="fa-print",
                code="print",
                key=str(session.id),
                link="PDF",
            )
            for session in self._day_sessions(place, place.today)
        ]
        return rows and Section("print", self.env._("To Print"), rows)

    @api.model
    def _open_print(self, _place, key):
        session = self._record("espace.session", key)
        return self.env.ref("espace_famille.espace_session_list_report").report_action(
            session, config=False
        )
