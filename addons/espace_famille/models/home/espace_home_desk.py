"""The morning of the family desk: what waits for an answer, the most urgent first."""

from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain

from .espace_home import Duty, Listed
from .espace_home_attendance import EVENTS

# As the filter of the documents says.
ENDING = timedelta(days=30)


class EspaceHome(models.AbstractModel):
    _inherit = "espace.home"

    @api.model
    def _subtitle_manager(self, place):
        mine = self._mine(place)
        return self.env._(
            "%(commune)s · %(families)s families, %(children)s children",
            commune=place.company.name,
            families=self.env["espace.family"].search_count(mine),
            children=self.env["espace.child"].search_count(mine),
        )

    @api.model
    def _button_write(self, _place):
        return {
            "code": "write",
            "label": self.env._("Write to Families"),
            "icon": "fa-envelope-o",
            "main": False,
        }

    @api.model
    def _open_write(self, _place, _key):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille.espace_family_message_action"
        )
        return {**action, "views": [(False, "form")], "target": "current"}

    @api.model
    def _button_closures(self, _place):
        return {
            "code": "closures",
            "label": self.env._("Closure, Strike…"),
            "icon": "fa-calendar-times-o",
            "main": False,
        }

    @api.model
    def _open_closures(self, _place, _key):
        return self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille.espace_closure_action"
        )

    # === Families who wait for a yes === #

    @api.model
    def _list_enrolments(self, place):
        return Listed(
            "espace.enrolment",
            self._mine(place) & Domain("state", "=", "pending"),
            "espace_famille.espace_enrolment_pending_action",
        )

    @api.model
    def _duty_enrolments(self, place):
        listed = self._list_enrolments(place)
        groups = dict(
            self.env[listed.model]._read_group(
                listed.domain, ["activity_id"], ["__count"]
            )
        )
        if not groups:
            return None
        company = place.company
        limits = [
            company._espace_local(session.booking_cutoff)
            for session in self._coming_limits(place)
            if session.activity_id in groups
        ]
        tonight = [one for one in limits if one.date() == place.today]
        if tonight:
            title = self.env._(
                "Enrolments to accept before %s", company._espace_time_words(tonight[0])
            )
            words = self.env._("Without it these children cannot be booked any more")
        else:
            title = self.env._("Enrolments to accept")
            words = ", ".join(activity.name for activity in groups)
        return Duty(
            "enrolments",
            sum(groups.values()),
            title,
            words,
            self.env._("Accept"),
            "now" if tonight else "",
            "fa-clock-o",
        )

    @api.model
    def _list_approvals(self, place):
        domain = self._mine(place) & Domain("state", "=", "pending_approval")
        return Listed(
            "espace.reservation", domain, "espace_famille.espace_reservation_action"
        )

    @api.model
    def _duty_approvals(self, place):
        listed = self._list_approvals(place)
        [(count, first)] = self.env[listed.model]._read_group(
            listed.domain, [], ["__count", "date:min"]
        )
        if not count:
            return None
        soon = first <= place.today + timedelta(days=1)
        return Duty(
            "approvals",
            count,
            self.env._("Bookings to accept"),
            self.env._("The first is for %s", place.company._espace_day_words(first)),
            self.env._("Accept"),
            "now" if soon else "soon",
            "fa-check",
        )

    # === Attendance === #

    @api.model
    def _list_unfinished(self, place):
        sessions = self.env["espace.session"].union(*self._unfinished(place))
        return Listed(
            "espace.session",
            Domain("id", "in", sessions.ids),
            "espace_famille.espace_session_to_mark_action",
        )

    @api.model
    def _duty_unfinished(self, place):
        found = self._unfinished(place)
        if not found:
            return None
        oldest = next(iter(found.keys()))
        words = self.env._(
            "%(session)s: children still expected: %(count)s",
            session=oldest.display_name,
            count=found[oldest],
        )
        return Duty(
            "unfinished",
            len(found),
            self.env._("Sessions not finished"),
            words,
            self.env._("Open Them"),
            "now",
            "fa-list-ul",
        )

    @api.model
    def _list_unlocking(self, place):
        domain = (
            self._mine(place)
            & Domain("attendance_locked", "=", True)
            & Domain("unlock_words", "!=", False)
        )
        return Listed(
            "espace.session", domain, "espace_famille.espace_session_locking_action"
        )

    @api.model
    def _duty_unlocking(self, place):
        listed = self._list_unlocking(place)
        found = self.env[listed.model].search(listed.domain)
        return (
            Duty(
                "unlocking",
                len(found),
                self.env._("Days to unlock"),
                f"{found[0].display_name} · {found[0].unlock_words}",
                self.env._("See"),
                "now",
                "fa-unlock-alt",
            )
            if found
            else None
        )

    @api.model
    def _list_gestures(self, place):
        domain = self._mine(place) & Domain("result", "=", "aside")
        return Listed("espace.attendance.event", domain, EVENTS)

    @api.model
    def _duty_gestures(self, place):
        count = self._count(self._list_gestures(place))
        return (
            Duty(
                "gestures",
                count,
                self.env._("Marks of agents to look at"),
                self.env._("Sent after the lock, or of children whom no list knew"),
                self.env._("Decide"),
                "soon",
                "fa-tablet",
            )
            if count
            else None
        )

    # === Absences and papers === #

    @api.model
    def _list_absences(self, place):
        domain = self._mine(place) & Domain("state", "in", ["declared", "to_check"])
        return Listed("espace.absence", domain, "espace_famille.espace_absence_action")

    @api.model
    def _duty_absences(self, place):
        listed = self._list_absences(place)
        groups = dict(
            self.env[listed.model]._read_group(listed.domain, ["state"], ["__count"])
        )
        if not groups:
            return None
        proofs = groups.get("to_check", 0)
        return Duty(
            "absences",
            sum(groups.values()),
            self.env._("Absences to judge"),
            self.env._("With a proof that was received: %s", proofs),
            self.env._("Judge"),
            "soon",
            "fa-calendar-times-o",
        )

    @api.model
    def _list_documents(self, place):
        domain = self._mine(place) & Domain("decision", "=", "to_check")
        return Listed(
            "espace.document", domain, "espace_famille.espace_document_check_action"
        )

    @api.model
    def _duty_documents(self, place):
        count = self._count(self._list_documents(place))
        return (
            Duty(
                "documents",
                count,
                self.env._("Documents to check"),
                self.env._("Sent by the families"),
                self.env._("Check"),
                "soon",
                "fa-file-text-o",
            )
            if count
            else None
        )

    @api.model
    def _list_documents_ending(self, place):
        domain = (
            self._mine(place)
            & Domain("expires_on", ">=", place.today)
            & Domain("expires_on", "<=", place.today + ENDING)
            & Domain("decision", "!=", "refused")
        )
        return Listed(
            "espace.document", domain, "espace_famille.espace_document_ending_action"
        )

    @api.model
    def _duty_documents_ending(self, place):
        listed = self._list_documents_ending(place)
        groups = self.env[listed.model]._read_group(
            listed.domain, ["type_id"], ["__count"]
        )
        words = ", ".join(f"{kind.name} {count}" for kind, count in groups[:3])
        return (
            Duty(
                "documents_ending",
                sum(count for _kind, count in groups),
                self.env._("Documents that end within 30 days"),
                self.env._("%s; families are reminded by themselves", words),
                self.env._("See"),
                "",
                "fa-hourglass-end",
            )
            if groups
            else None
        )
