from contextlib import nullcontext

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...domain.booking import ENDED_STATES, SEAT_STATES


class EspaceReservation(models.Model):
    """The gate: leaving a place, in time or not, by hand or because nobody paid."""

    _inherit = "espace.reservation"

    def _cancel(self, now=None, staff=False, reason=None, promote=True):
        """Cancel bookings, or take lines out of the cart.

        Places left go to those who wait. After the limit a place can only be left when
        somebody takes it, if the activity allows it.

        :param datetime now: naive UTC, the present if None
        :param bool staff: an agent cancels: limits do not bind
        :param bool promote: False leaves the places to nobody for now
        :raise UserError: the limit of one of them has passed; nothing is changed
        """
        now = now or fields.Datetime.now()
        drafts = self.filtered(lambda reservation: reservation.state == "draft")
        live = (self - drafts).filtered(lambda r: r.state not in ENDED_STATES)
        released = self.browse()
        if not staff:
            for reservation in live:
                if not reservation._cancellable(now):
                    raise UserError(reservation._too_late_to_cancel())
            released = live.filtered(lambda r: not r._in_time_to_cancel(now))
        with self.env.cr.savepoint() if released else nullcontext():
            drafts._discard()
            freed = (live - released).filtered(lambda r: r.state in SEAT_STATES)
            live._leave(now, reason)
            if promote:
                self._promote_waiting(freed.session_id - released.session_id, now)
            released._release(now)
        return live

    def _discard(self):
        """Delete lines of a cart, of which nothing else knows."""
        if self:
            with self.session_id._not_counting():
                self.sudo().unlink()

    def _leave(self, now, reason=None):
        """Cancel, whatever the limit."""
        self._by_the_gate().write(
            {
                "state": "cancelled",
                "cancelled_at": now,
                "cancel_reason": reason or self.env._("Cancelled by the family"),
                "hold_until": False,
            }
        )
        self._after_cancelling(now)

    def _cancellable(self, now):
        """Tell whether the family itself may still cancel."""
        self.ensure_one()
        return self._in_time_to_cancel(now) or self._released_late(now)

    def _in_time_to_cancel(self, now):
        """Tell whether the limit of cancelling is respected."""
        self.ensure_one()
        if self.state in ("draft", "waiting", "pending_payment"):
            return True
        if self.state in ENDED_STATES or self.attendance != "expected":
            return False
        session = self.session_id
        return not session._is_past(now) and session._in_time("cancel", now)

    def _too_late_to_cancel(self):
        """Say why it can no longer be cancelled and what to do."""
        self.ensure_one()
        company = self.company_id
        day = company._espace_day_words(self.date)
        words = company._espace_limit_words(self.session_id._limit("cancel"))
        if words:
            return self.env._(
                "%(booking)s on %(day)s could be cancelled until %(limit)s. "
                "If your child is absent, send us the proof.",
                booking=self.display_name,
                day=day,
                limit=words,
            )
        return self.env._(
            "%(booking)s on %(day)s cannot be cancelled. "
            "If your child is absent, send us the proof.",
            booking=self.display_name,
            day=day,
        )

    def _after_cancelling(self, now):
        """Hook: the seats have just been freed."""

    @api.model
    def _release_expired(self, now=None):
        """Free the seats of families that did not pay in time.

        Those who wait are asked once for all of them: a queue of a thousand is long.
        """
        now = now or fields.Datetime.now()
        expired = self.search(
            [("state", "=", "pending_payment"), ("hold_until", "<=", now)]
        )
        expired = expired._expirable(now)
        for family, reservations in expired.grouped("family_id").items():
            reservations = reservations.with_context(lang=family.lang)
            reason = reservations.env._("Not paid in time")
            reservations._cancel(now, reason=reason, promote=False)
            reservations._notify_expired(family)
        self._promote_waiting(expired.session_id, now)
        return expired

    def _expirable(self, now):
        """Hook: leave out those whose payment may still come.

        :param datetime now: naive UTC
        """
        return self
