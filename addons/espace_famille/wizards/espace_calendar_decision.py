from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class EspaceCalendarDecision(models.TransientModel):
    """Days that the calendar no longer opens, and who is booked on them.

    They are closed and cancelled with notice, or kept open on purpose.
    """

    _name = "espace.calendar.decision"
    _description = "Booked on Days no longer Open"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    session_ids = fields.Many2many(
        "espace.session",
        string="Sessions",
        domain="[('off_calendar', '=', 'off'), ('company_id', '=', company_id)]",
    )
    booking_count = fields.Integer("Bookings", compute="_compute_counts")
    family_count = fields.Integer("Families to Notify", compute="_compute_counts")
    choice = fields.Selection(
        [
            ("close", "Close, cancel and notify the families"),
            ("keep", "Keep open on purpose"),
        ],
        "What Becomes of These Days",
        default="close",
        required=True,
    )
    reason = fields.Char(
        help="Families read it when the days are closed; kept with the sessions when "
        "they stay open."
    )
    message = fields.Text("Message to Families")

    @api.depends("session_ids")
    def _compute_counts(self):
        for decision in self:
            bookings_sudo = decision.session_ids.sudo().reservation_ids.filtered(
                lambda r: r.state not in ("draft", "cancelled", "refused")
            )
            decision.booking_count = len(bookings_sudo)
            decision.family_count = len(bookings_sudo.family_id)

    @api.model
    def _action_open(self, sessions=None):
        """Return the action that asks about these days, all that wait if None."""
        Session = self.env["espace.session"]
        waiting = Session.search(Session._to_decide_domain())
        sessions = sessions.filtered("off_calendar") if sessions else waiting
        if not sessions:
            raise UserError(
                self.env._("Nobody is booked on a day that the calendar closes.")
            )
        decision = self.create(
            {
                "company_id": sessions.company_id[:1].id,
                "session_ids": [Command.set(sessions.ids)],
                "reason": self._proposed_reason(sessions),
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Booked on Days no longer Open"),
            "res_model": self._name,
            "res_id": decision.id,
            "view_mode": "form",
            "target": "new",
        }

    @api.model
    def _proposed_reason(self, sessions):
        """Return the names of the holidays on these days, as families read them."""
        days = sessions.mapped("date")
        periods = self.env["espace.calendar.period"].search(
            [
                ("company_id", "in", sessions.company_id.ids),
                ("date_from", "<=", max(days)),
                ("date_to", ">=", min(days)),
            ]
        )
        names = (
            period.name
            for period in periods
            if any(period.date_from <= day <= period.date_to for day in days)
        )
        return ", ".join(dict.fromkeys(names))

    def action_confirm(self):
        """Close the days with notice, or keep them open.

        :raise UserError: no reason is given, or what forbids to close a day
        """
        self.ensure_one()
        self.session_ids.check_access("write")
        # Others are closed and opened as ever: nothing is to be decided there.
        self.session_ids = self.session_ids.filtered("off_calendar")
        if not self.session_ids:
            raise UserError(self.env._("Choose the days that you decide on."))
        now = fields.Datetime.now()
        if self.choice == "keep":
            self.session_ids._keep_open(self.reason, now)
        else:
            self._close(now)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _close(self, now):
        if not (self.reason or "").strip():
            raise UserError(self.env._("Write the reason: the families read it."))
        for first, last, activities in self._runs():
            closure = self.env["espace.closure"].create(
                {
                    "name": self.reason,
                    "kind": "bridge",
                    "company_id": self.company_id.id,
                    "date_from": first,
                    "date_to": last,
                    "activity_ids": [Command.set(activities.ids)],
                    "message": self.message,
                }
            )
            closure._apply(now)

    def _runs(self):
        """Yield (first day, last day, activities) of what is closed together.

        Days of the same activities without a session of theirs in between are one
        closure, so that a family gets one message.
        """
        of_day = {
            day: sessions.activity_id
            for day, sessions in sorted(self.session_ids.grouped("date").items())
        }
        others = self.env["espace.session"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("date", ">=", min(of_day)),
                ("date", "<=", max(of_day)),
                ("id", "not in", self.session_ids.ids),
                ("state", "=", "open"),
            ]
        )
        runs = []
        for day, activities in of_day.items():
            if runs:
                first, last, same = runs[-1]
                between = others.filtered(
                    lambda s, last=last, day=day, same=same: (
                        last < s.date < day + timedelta(days=1)
                        and s.activity_id in same
                    )
                )
                if same == activities and not between:
                    runs[-1] = (first, day, same)
                    continue
            runs.append((day, day, activities))
        return runs
