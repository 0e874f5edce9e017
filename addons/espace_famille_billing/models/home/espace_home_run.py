"""The run of the last month, as the régie sees it in the morning: is it ready?"""

from odoo import api, models
from odoo.fields import Domain
from odoo.tools.misc import format_date

from odoo.addons.espace_famille.models.home.espace_home import (
    Duty,
    Listed,
    Row,
    Section,
)

from ...domain import invoicing


class EspaceHome(models.AbstractModel):
    _inherit = "espace.home"

    # === What blocks it === #

    @api.model
    def _blocking(self, place):
        """Return {session: children expected} of days paid once they were marked."""
        return {
            session: count
            for session, count in self._unfinished(place).items()
            if session.activity_id.billing_mode == "consumption"
        }

    @api.model
    def _list_blocking(self, place):
        sessions = self.env["espace.session"].union(*self._blocking(place))
        return Listed(
            "espace.session",
            Domain("id", "in", sessions.ids),
            "espace_famille.espace_session_to_mark_action",
        )

    @api.model
    def _duty_blocking(self, place):
        found = self._blocking(place)
        if not found:
            return None
        oldest = next(iter(found))
        return Duty(
            "blocking",
            len(found),
            self.env._("Sessions that block the run"),
            self.env._(
                "%s: agents have to finish it before it is invoiced",
                oldest.display_name,
            ),
            self.env._("See"),
            "now",
            "fa-list-ul",
        )

    # === The last month === #

    @api.model
    def _run_of(self, place):
        """Return the run of the last month, maybe none."""
        first, last = invoicing.previous_month(place.today)
        return self.env["espace.billing.run"].search(
            self._mine(place)
            & Domain("date_from", "<=", last)
            & Domain("date_to", ">=", first)
            & Domain("state", "!=", "cancelled")
            & Domain("kind", "=", "regular"),
            limit=1,
        )

    @api.model
    def _sessions_of_run(self, place):
        first, last = invoicing.previous_month(place.today)
        return (
            self._mine(place)
            & Domain("date", ">=", first)
            & Domain("date", "<=", last)
            & (Domain("booked_count", ">", 0) | Domain("walk_in_count", ">", 0))
        )

    @api.model
    def _list_run_unlocked(self, place):
        domain = self._sessions_of_run(place) & Domain("attendance_locked", "=", False)
        return Listed(
            "espace.session", domain, "espace_famille.espace_session_locking_action"
        )

    @api.model
    def _section_run(self, place):
        """Return how far the run of the last month is."""
        first, _last = invoicing.previous_month(place.today)
        month = format_date(self.env, first, date_format="MMMM")
        run = self._run_of(place)
        groups = dict(
            self.env["espace.session"]._read_group(
                self._sessions_of_run(place), ["attendance_locked"], ["__count"]
            )
        )
        left, total = groups.get(False, 0), sum(groups.values())
        states = dict(run._fields["state"]._description_selection(self.env))
        rows = [
            Row(
                self.env._(
                    "%(locked)s sessions of %(total)s locked",
                    locked=total - left,
                    total=total,
                ),
                value=str(left) if left else "",
                icon="fa-exclamation-circle" if left else "fa-check-circle",
                strong=bool(left),
                code="run_unlocked" if left else "",
            ),
            Row(
                states[run.state] if run else self.env._("Not prepared yet"),
                icon="fa-check-circle" if run else "fa-circle-o",
                code="run",
                link=self.env._("Open It") if run else self.env._("Prepare"),
            ),
        ]
        return Section("run", self.env._("Run of %s", month), rows)

    @api.model
    def _open_run(self, place, _key):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille_billing.espace_billing_run_action"
        )
        return {
            **action,
            "views": [(False, "form")],
            "res_id": self._run_of(place).id,
        }
