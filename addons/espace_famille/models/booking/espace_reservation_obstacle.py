from odoo import api, fields, models

from ...domain import waiting
from ...domain.booking import status

# Who reads why a family is not given a place: it may be for a debt.
OFFICE = "espace_famille.group_manager,espace_famille.group_finance"


class EspaceReservation(models.Model):
    """Why a child that waits is not given a place: said to agents, family by family."""

    _inherit = "espace.reservation"

    waiting_obstacle = fields.Selection(
        [
            ("ready", "The next place is theirs"),
            ("no_place", "No place"),
            ("siblings", "Brothers and sisters"),
            ("late", "Limit over"),
            ("debt", "Debt"),
            ("papers", "Papers lacking"),
            ("limits", "Age or class"),
            ("not_enrolled", "Not enrolled"),
            ("suspended", "Account suspended"),
            ("other_household", "Other household"),
            ("other_option", "Other option"),
            ("closed", "Closed"),
            ("past", "Over"),
            ("not_open_yet", "Not open yet"),
        ],
        "What Keeps Them",
        compute="_compute_waiting_obstacle",
        compute_sudo=True,
        groups=OFFICE,
    )
    waiting_reason = fields.Char(
        "Why no Place Yet",
        compute="_compute_waiting_obstacle",
        compute_sudo=True,
        groups=OFFICE,
    )

    @api.depends("state", "session_id.booked_count", "session_id.waiting_count")
    @api.depends_context("lang")
    def _compute_waiting_obstacle(self):
        now = fields.Datetime.now()
        waits = self.filtered(lambda line: line.state == "waiting" and line._origin)
        found = waits._obstacles(now)
        for line in self:
            line.waiting_obstacle, line.waiting_reason = found.get(
                line._origin.id, (False, False)
            )

    def _obstacles(self, now):
        """Return {id: (one of `waiting_obstacle`, the reason in words)} of those here.

        :param datetime now: naive UTC
        """
        wanted = dict.fromkeys(self.mapped(lambda r: (r.session_id, r.family_id)), 0)
        for session, family, count in self._read_group(
            [("session_id", "in", self.session_id.ids), ("state", "=", "waiting")],
            ["session_id", "family_id"],
            ["__count"],
        ):
            wanted[session, family] = count
        found = {}
        for family, lines in self.grouped("family_id").items():
            items = lines.mapped(self._item_of)
            # As a place would be given: asked for now, and no limit binds.
            gathered = self._gather(family, items, now, given=True, as_new=True)
            for line, item in zip(lines, gathered.items, strict=True):
                found[line.id] = line._obstacle_of(
                    gathered, item, wanted[line.session_id, family], now
                )
        return found

    def _obstacle_of(self, gathered, item, wanted, now):
        session = gathered.session(item)
        facts = gathered.facts(session, gathered.child_facts(item, session))
        verdict = status(facts)
        blocked_by = gathered.blocked_by(item) if verdict == "blocked" else ""
        in_time = bool(session) and session._in_time("booking", now)
        kind = waiting.obstacle(verdict, facts.free_seats, wanted, blocked_by, in_time)
        return kind or "ready", self._obstacle_words(kind, verdict, gathered, item)

    def _obstacle_words(self, kind, verdict, gathered, item):
        session = gathered.session(item)
        if kind == "no_place":
            return self.env._("No place is free on that day.")
        if kind == "siblings":
            return self.env._(
                "%(free)s place(s) left for several brothers and sisters: they come "
                "together or not at all.",
                free=session.free_count,
            )
        if kind == "late":
            return self.env._(
                "The booking limit is over: places are no longer given by themselves, "
                "give one by hand."
            )
        if not kind:
            return self.env._("Nothing: the next place that frees is for them.")
        return gathered.reason(verdict, item, session)
