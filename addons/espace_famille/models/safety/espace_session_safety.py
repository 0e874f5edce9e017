from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...domain import supervision
from ...domain.booking import SEAT_STATES


class EspaceSession(models.Model):
    """The agents of a day, and whether they are enough for its children."""

    _inherit = "espace.session"

    staff_planned = fields.Integer(
        "Agents this Day",
        help="0: as usual for the activity.",
        aggregator=False,
    )
    staff_count = fields.Integer("Agents", compute="_compute_staff")
    staff_needed = fields.Integer(
        "Agents Needed",
        compute="_compute_staff",
        help="By the age of the children who are booked, 0 where the law sets no rate.",
    )
    staff_short = fields.Boolean(
        "Too Few Agents", compute="_compute_staff", search="_search_staff_short"
    )
    staff_words = fields.Char("Supervision", compute="_compute_staff")

    _staff_planned_positive = models.Constraint(
        "CHECK(staff_planned >= 0)", "The number of agents must not be negative."
    )

    @api.depends(
        "staff_planned",
        "activity_id.usual_staff",
        "activity_id.declared",
        "reservation_ids.state",
        "reservation_ids.attendance",
        "reservation_ids.child_id.birth_date",
    )
    @api.depends_context("lang")
    def _compute_staff(self):
        counts = self._age_counts()
        for session in self:
            count = counts.get(session._origin.id, supervision.Count())
            needed = session._staff_for(count)
            session.staff_count = session._staff()
            session.staff_needed = needed or 0
            session.staff_short = bool(needed) and session.staff_count < needed
            session.staff_words = session._staff_sentence(count, needed)

    def _staff(self):
        """Return how many agents are planned, 0 if nobody said."""
        self.ensure_one()
        return self.staff_planned or self.activity_id.usual_staff

    def _staff_for(self, count):
        """Return how many agents these children need, None where there is no rate.

        :param supervision.Count count: of the children
        """
        self.ensure_one()
        if not self.date:
            return None
        company = self.company_id
        kind = self.activity_id._supervision(company._day_kind(self.date))
        if not kind:
            return None
        return supervision.needed(count, company._espace_rates(kind))

    def _staff_sentence(self, count, needed):
        """Say whether the agents are enough, False where nothing is to be said."""
        if not needed:
            return False
        words = {
            "staff": self._staff(),
            "needed": needed,
            "young": count.under_6,
            "older": count.from_6,
        }
        if not words["staff"]:
            return self.env._(
                "%(young)s children under 6 and %(older)s from 6 on: %(needed)s "
                "agent(s) needed, none planned.",
                **words,
            )
        if words["staff"] < needed:
            return self.env._(
                "%(young)s children under 6 and %(older)s from 6 on: %(needed)s "
                "agent(s) needed, %(staff)s planned.",
                **words,
            )
        return self.env._(
            "%(staff)s agent(s) planned, %(needed)s needed (%(young)s children under "
            "6, %(older)s from 6 on).",
            **words,
        )

    def _age_counts(self):
        """Return {session id: `supervision.Count`} of the children who hold a seat.

        Who was marked absent is not there; who came without booking is.
        """
        if not self._origin.ids:
            return {}
        self.env["espace.reservation"].flush_model(
            ["session_id", "state", "attendance", "child_id", "date", "class_id"]
        )
        self.env["espace.child"].flush_model(["birth_date", "level"])
        self.env["espace.school.class"].flush_model(["level"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT r.session_id, c.birth_date, coalesce(c.level, k.level), r.date,
                       count(*)
                  FROM espace_reservation r
                  JOIN espace_child c ON c.id = r.child_id
             LEFT JOIN espace_school_class k ON k.id = r.class_id
                 WHERE r.session_id = ANY(%(sessions)s) AND r.state = ANY(%(states)s)
                   AND r.attendance NOT LIKE %(absent)s
              GROUP BY 1, 2, 3, 4
                """,
                sessions=self._origin.ids,
                states=list(SEAT_STATES),
                absent=r"absent\_%",
            )
        )
        counts = {}
        for session, birth, level, day, number in rows:
            young = supervision.is_under_6(birth, level, day)
            known = counts.get(session, supervision.Count())
            counts[session] = known.plus(
                supervision.Count(number * young, number * (not young))
            )
        return counts

    @api.model
    def _search_staff_short(self, operator, value):
        """Find the days to come, today with them, that have too few agents."""
        if operator != "in":
            return NotImplemented
        coming = self.search(
            [
                ("date", ">=", self.env.company._espace_today()),
                ("state", "=", "open"),
                ("activity_id.declared", "=", True),
                "|",
                ("booked_count", ">", 0),
                ("walk_in_count", ">", 0),
            ]
        )
        short = Domain("id", "in", coming.filtered("staff_short").ids)
        found = Domain.FALSE
        if True in value:
            found |= short
        if False in value:
            found |= ~short
        return found
