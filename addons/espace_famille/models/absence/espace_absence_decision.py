import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...domain import absence as rules
from ..core.batch import one_by_one
from .espace_absence import OPEN_STATES
from .espace_absence_declaration import MAX_DAYS

_logger = logging.getLogger(__name__)


class EspaceAbsence(models.Model):
    """What becomes of an absence: accepted, refused, withdrawn; the days of carence."""

    _inherit = "espace.absence"

    def _excuse(self, bookings):
        """Excuse bookings; those of the days of carence stay due."""
        for activity, group in bookings.grouped("activity_id").items():
            days = self._carence_days(activity)
            due = group.filtered(lambda r, days=days: r.date in days)
            due._set_absence("absent_justified", due=True)
            (group - due)._set_absence("absent_justified")

    def _decided_for(self, booking, now):
        """Return what was decided of one booking, as values of it."""
        self.ensure_one()
        if self.state == "accepted":
            due = booking.date in self._carence_days(booking.activity_id)
            return {"attendance": "absent_justified", "absence_due": due}
        past = booking.date <= self.company_id._espace_today(now)
        refused = self.state == "refused" and past
        return {
            "attendance": "absent_unjustified" if refused else "expected",
            "absence_due": False,
        }

    def _carence_days(self, activity):
        """Return the days on which `activity` stays due during this absence."""
        policy = activity._absence_policy()
        if not policy.carence_days:
            return set()
        others = (
            self.sudo()
            .search(
                [
                    ("id", "!=", self.id),
                    ("child_id", "=", self.child_id.id),
                    ("family_id", "=", self.family_id.id),
                    ("state", "in", (*OPEN_STATES, "accepted")),
                    ("date_from", "<", self.date_from),
                    ("date_from", ">=", self.date_from - timedelta(days=MAX_DAYS)),
                ]
            )
            .filtered(lambda a: not a.activity_ids or activity in a.activity_ids)
        )
        first = min([self.date_from, *others.mapped("date_from")])
        service_days = (
            self.env["espace.session"]
            .sudo()
            .search_fetch(
                [
                    ("activity_id", "=", activity.id),
                    ("state", "=", "open"),
                    ("date", ">=", first),
                    ("date", "<=", self.date_to),
                ],
                ["date"],
            )
            .mapped("date")
        )
        spans = [rules.Span(a.date_from, a.date_to) for a in others]
        start = rules.first_day_of_run(self.date_from, spans, service_days)
        return rules.carence(policy, start, service_days)

    def _settle_state(self, state, now, by=None, refusal=False):
        self.sudo().write(
            {
                "state": state,
                "refusal": refusal,
                "decided_on": now,
                "decided_by": self.env.uid if by is None else by,
            }
        )

    def _accept(self, now=None):
        """Excuse the bookings concerned; those marked present stay as they are.

        :raise UserError: it is decided already, or a day is locked or invoiced
        """
        now = now or fields.Datetime.now()
        for absence in self:
            absence._check_state(*OPEN_STATES, "refused")
            bookings = absence._live()
            present = bookings.filtered(lambda r: r.attendance == "present")
            absence._excuse(bookings - present)
            absence._settle_state("accepted", now)
            absence._notify_accepted(present)

    def _refuse(self, refusal, now=None):
        """Refuse: past days are without excuse, the child is expected on the others.

        :param str refusal: the reason, as the family reads it
        :raise UserError: it is decided already, or a day is locked or invoiced
        """
        now = now or fields.Datetime.now()
        for absence in self:
            absence._check_state(*OPEN_STATES, "accepted")
            bookings = absence._live()
            if absence.state in OPEN_STATES:
                bookings -= bookings.filtered(absence._is_excused_at_once)
            absence._mark_unexcused(bookings, now)
            absence._settle_state("refused", now, refusal=refusal)
            absence._notify_refused()

    def _mark_unexcused(self, bookings, now):
        today = self.company_id._espace_today(now)
        past = bookings.filtered(lambda r: r.date <= today)
        past._set_absence("absent_unjustified")
        (bookings - past)._set_absence("expected")

    def _withdraw(self, now=None):
        """Take a declaration back: the child is expected again on the days to come.

        :raise UserError: the absence was refused, or has begun and was decided on
        """
        now = now or fields.Datetime.now()
        for absence in self:
            absence._check_state(*OPEN_STATES, "accepted")
            bookings = absence._live()
            today = absence.company_id._espace_today(now)
            to_come = bookings.filtered(lambda r, today=today: r.date > today)
            decided = (bookings - to_come).filtered(
                lambda r: r.attendance == "absent_justified"
            )
            if decided:
                raise UserError(
                    self.env._(
                        "The absence of %s was accepted and its day has come: contact "
                        "the town hall.",
                        absence.company_id._espace_day_words(decided[0].date),
                    )
                )
            to_come._set_absence("expected")
            absence._settle_state("withdrawn", now)

    @api.model
    def _cron_refuse_overdue(self):
        """Refuse the absences whose proof did not come; one failure stops nobody."""
        now = fields.Datetime.now()
        overdue = self.search(
            [("state", "=", "waiting_proof"), ("proof_deadline", "<", now)]
        )
        one_by_one(
            self.env,
            overdue,
            lambda absence: absence._refuse_overdue(now),
            _logger,
            "%s is left as it is",
        )

    def _refuse_overdue(self, now):
        self.ensure_one()
        if not self._live():
            # Its days were cancelled meanwhile: there is nothing to excuse.
            self._settle_state("withdrawn", now)
            return
        in_words = self._in_family_words()
        in_words._refuse(
            in_words.env._("The proof was not received by %s.", in_words.proof_words),
            now,
        )
