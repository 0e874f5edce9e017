from odoo import fields, models

from ...domain.booking import ENDED_STATES


class EspaceReservation(models.Model):
    """Bookings that a closure has cancelled, and the only way back."""

    _inherit = "espace.reservation"

    closure_id = fields.Many2one(
        "espace.closure",
        "Cancelled by the Closure",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        readonly=True,
    )
    closure_state_before = fields.Char("Status before the Closure", readonly=True)

    def _comes_back(self, vals):
        """Tell whether `vals` undo that a closure has cancelled this booking."""
        return (
            self.closure_id
            and vals.get("closure_id") is False
            and vals["state"] == self.closure_state_before
        )

    def _cancel_for(self, closure, now):
        """Cancel for a closure, whatever the limits, and remember what they were."""
        drafts = self.filtered(lambda r: r.state == "draft")
        live = (self - drafts).filtered(lambda r: r.state not in ENDED_STATES)
        for state, group in live.grouped("state").items():
            group.write({"closure_id": closure.id, "closure_state_before": state})
        # Families and staff read it later, whatever the language of who closes now.
        language = closure.company_id.partner_id.lang or closure.env.lang
        reason = closure.with_context(lang=language)._words()
        # A place that a closed day frees is given to nobody.
        (drafts | live)._cancel(now, staff=True, reason=reason, promote=False)
        return live

    def _restore(self):
        """Bring back what a closure had cancelled, as it was.

        The caller has left out those whose place or child is taken.

        :return: the bookings restored
        """
        # The money follows when they stand again.
        self._catch_up_with_absences()
        for state, group in self.grouped("closure_state_before").items():
            group.write(
                {
                    "state": state,
                    "cancelled_at": False,
                    "cancel_reason": False,
                    "closure_id": False,
                    "closure_state_before": False,
                }
            )
        # The database refuses one child too many here and now.
        self.session_id.flush_recordset(["booked_count"])
        self._after_restoring()
        return self

    def _after_restoring(self):
        """Hook: bookings that a closure had cancelled stand again."""
