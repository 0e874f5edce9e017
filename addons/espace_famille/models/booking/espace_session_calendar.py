import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..core.batch import one_by_one
from .espace_session_generation import EXPECTED_STATES

_logger = logging.getLogger(__name__)


class EspaceSession(models.Model):
    """Days to come that the calendar no longer opens, though sessions were.

    The calendar is saved, whoever changes it and by whatever door: a public holiday is
    a fact, and a loading that stopped at each booked day would leave half a calendar.
    Nothing is booked on such a day from then on, until an agent closes it with notice
    (a closure) or keeps it open on purpose.
    """

    _inherit = "espace.session"

    off_calendar = fields.Selection(
        [("off", "No longer an open day"), ("kept", "Kept open on purpose")],
        "Calendar",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The calendar was changed after this session was opened.",
    )
    kept_by = fields.Many2one("res.users", "Kept Open by", readonly=True, copy=False)
    kept_on = fields.Datetime("Kept Open on", readonly=True, copy=False)
    kept_reason = fields.Char("Kept Open Because", readonly=True, copy=False)
    kept_words = fields.Char(compute="_compute_kept_words")

    @api.depends("off_calendar", "kept_by", "kept_on", "kept_reason")
    def _compute_kept_words(self):
        for session in self:
            kept = session.off_calendar == "kept"
            day = kept and session.company_id._espace_local(session.kept_on).date()
            session.kept_words = kept and self.env._(
                "Kept open on purpose by %(agent)s on %(day)s: %(reason)s",
                agent=session.sudo().kept_by.name,
                day=session.company_id._espace_day_words(day, year=True),
                reason=session.kept_reason,
            )

    @api.model
    def _review_calendar(self, companies):
        """Mark the coming sessions that the calendar no longer opens, and no others.

        Those that staff created by hand are open whatever the calendar says.
        """
        for company in companies:
            self._coming_generated(company)._mark_off_calendar()

    @api.model
    def _cron_review_calendar(self):
        """Mark what no change of a calendar has marked: it was off before, or changed
        by a door that tells nobody.
        """
        one_by_one(
            self.env,
            self.env["res.company"]._espace_communes(),
            self._review_calendar,
            _logger,
            "the sessions of %s were not compared with its calendar",
        )

    @api.model
    def _coming_generated(self, company):
        return self.search(
            [
                ("company_id", "=", company.id),
                ("date", ">=", company._espace_today()),
                ("state", "=", "open"),
                ("generated", "=", True),
            ]
        )

    def _not_open_days(self):
        """Return those of these sessions whose activity is not open on their day."""
        off = self.browse()
        for activity, own in self.grouped("activity_id").items():
            days = own.mapped("date")
            open_days = activity._open_days(min(days), max(days))
            off |= own.filtered(lambda s, days=open_days: s.date not in days)
        return off

    def _mark_off_calendar(self):
        off = self._not_open_days()
        back = (self - off).filtered("off_calendar")
        off.filtered(lambda s: not s.off_calendar).write({"off_calendar": "off"})
        back.write(
            {
                "off_calendar": False,
                "kept_by": False,
                "kept_on": False,
                "kept_reason": False,
            }
        )
        self.env["espace.reservation"]._promote_waiting(back)

    @api.model
    def _to_decide_domain(self):
        """Return the domain of the days off on which somebody is expected."""
        expected = self.env["espace.reservation"]._search(
            Domain("state", "in", EXPECTED_STATES)
            & Domain("attendance", "=", "expected")
            & Domain("session_id.off_calendar", "=", "off")
        )
        return (
            Domain("off_calendar", "=", "off")
            & Domain("state", "=", "open")
            & Domain("date", ">=", self.env.company._espace_today())
            & Domain("reservation_ids", "in", expected)
        )

    def _keep_open(self, reason, now):
        """Keep days open on purpose although the calendar says otherwise.

        :raise UserError: no reason is given
        """
        self.check_access("write")
        if not (reason or "").strip():
            raise UserError(
                self.env._("Write why these days stay open: it is kept with them.")
            )
        self.sudo().write(
            {
                "off_calendar": "kept",
                "kept_by": self.env.uid,
                "kept_on": now,
                "kept_reason": reason,
            }
        )
        self.env["espace.reservation"]._promote_waiting(self, now)

    def action_decide_calendar(self):
        """Open the dialog that closes these days with notice, or keeps them open."""
        return self.env["espace.calendar.decision"]._action_open(self)
