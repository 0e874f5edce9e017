from dataclasses import dataclass

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...domain.booking import ENDED_STATES, SEAT_STATES
from .espace_closure import MAX_NAMED


@dataclass
class Plan:
    """What a closure would do, found before anything is changed."""

    sessions: models.Model  # to be closed
    bookings: models.Model  # to be cancelled
    drafts: models.Model  # to be taken out of the carts
    present: models.Model  # left alone: the child was there
    problems: list  # in words; one of them forbids the closure

    @property
    def families(self):
        return self.bookings.family_id

    def is_empty(self):
        return not (self.sessions or self.bookings or self.drafts)


class EspaceClosure(models.Model):
    """What a closure would change, doing it, and undoing it."""

    _inherit = "espace.closure"

    # === Plan === #

    def _plan(self, now=None):
        """Find what the closure would change; see `Plan`.

        Reads as superuser: a problem may come from money that the agent does not see.
        """
        self.ensure_one()
        now = now or fields.Datetime.now()
        scope = self._scope()
        sessions_sudo = self.env["espace.session"].sudo().search(self._session_domain())
        bookings_sudo = self._bookings(sessions_sudo)
        drafts_sudo = bookings_sudo.filtered(lambda r: r.state == "draft")
        present_sudo = bookings_sudo.filtered(lambda r: r.attendance == "present")
        bookings_sudo -= drafts_sudo | present_sudo
        to_close_sudo = sessions_sudo.filtered(lambda session: session.state == "open")
        plan = Plan(
            sessions=to_close_sudo if scope.is_whole else to_close_sudo.browse(),
            bookings=bookings_sudo,
            drafts=drafts_sudo,
            present=present_sudo,
            problems=[],
        )
        locked = (plan.sessions | bookings_sudo.session_id).filtered(
            "attendance_locked"
        )
        plan.problems += [
            self.env._(
                "The attendance of %s is locked: this day can no longer be closed.",
                session.display_name,
            )
            for session in locked[:MAX_NAMED]
        ]
        plan.problems += self._problems(plan, now)
        plan.problems += self._emergency_problems()
        if plan.is_empty() and not self.opens_emergency:
            plan.problems.append(
                self.env._(
                    "Nothing is open or booked on these days for these activities and "
                    "children: there is nothing to close."
                )
            )
        return plan

    def _session_domain(self):
        domain = [
            ("company_id", "=", self.company_id.id),
            ("date", ">=", self.date_from),
            ("date", "<=", self.date_to),
        ]
        if self.activity_ids:
            domain.append(("activity_id", "in", self.activity_ids.ids))
        if spared := self._spared():
            domain.append(("activity_id", "not in", list(spared)))
        return domain

    def _bookings(self, sessions):
        """Return the live bookings of the children who would stay away."""
        domain = [
            ("session_id", "in", sessions.ids),
            ("state", "not in", ENDED_STATES),
        ]
        if not self.is_whole:
            domain += [
                "|",
                ("child_id.class_id", "in", self.class_ids.ids),
                ("child_id.school_id", "in", self.school_ids.ids),
            ]
        return self.env["espace.reservation"].sudo().search(domain)

    def _problems(self, plan, now):
        """Hook: return in words what forbids to apply this plan."""
        return []

    # === Apply === #

    def _apply(self, now=None):
        """Close, cancel, waive and notify, all or nothing.

        :raise UserError: what forbids it, naming the day; nothing is changed
        """
        self.ensure_one()
        now = now or fields.Datetime.now()
        self._check_state("draft")
        plan = self._plan(now)
        if plan.problems:
            raise UserError("\n".join(plan.problems))
        # Closed first: a place that is freed on a closed day is nobody's.
        plan.sessions.write({"state": "closed"})
        bookings = plan.bookings._cancel_for(self, now)
        # Where only some classes stay away, others wait for the places they leave.
        bookings._promote_waiting(bookings.session_id, now)
        plan.drafts._cancel(now, staff=True, promote=False)
        self.sudo().write(
            {
                "state": "done",
                "applied_on": now,
                "applied_by": self.env.uid,
                "session_ids": [fields.Command.set(plan.sessions.ids)],
                "cancelled_count": len(bookings),
            }
        )
        self._open_emergency()
        self.sudo().notified_count = self._notify_closed(bookings)

    def _check_state(self, state):
        labels = dict(self._fields["state"]._description_selection(self.env))
        if self.state != state:
            raise UserError(
                self.env._(
                    "The closure “%(closure)s” is already “%(state)s”.",
                    closure=self.name,
                    state=labels[self.state],
                )
            )

    # === Undo === #

    def _undo(self, now=None):
        """Reopen what it closed and bring back what it cancelled, as far as can be.

        What cannot come back (place taken, child booked again, payment not made) is
        listed in `not_restored`; it stays cancelled.

        :raise UserError: the attendance of a day is locked since; nothing is changed
        """
        self.ensure_one()
        now = now or fields.Datetime.now()
        self._check_state("done")
        problems = self._undo_problems()
        if problems:
            raise UserError("\n".join(problems))
        cancelled_sudo = self.sudo().reservation_ids.filtered(
            lambda r: r.state == "cancelled"
        )
        self.sudo().write(
            {"state": "undone", "undone_on": now, "undone_by": self.env.uid}
        )
        cancelled_sudo -= self._hand_over(cancelled_sudo)
        left = self._not_restorable(cancelled_sudo)
        restored_sudo = cancelled_sudo.filtered(lambda r: r not in left)._restore()
        # Who could not come back leaves a place to those who wait again.
        restored_sudo._promote_waiting(cancelled_sudo.session_id, now)
        self.sudo().not_restored = "\n".join(
            f"{line}: {reason}"
            for line, reason in zip(
                self._booking_lines(cancelled_sudo.browse(r.id for r in left)),
                left.values(),
                strict=True,
            )
        )
        ended_sudo = self._close_emergency(now)
        self._notify_reopened(cancelled_sudo, restored_sudo, ended_sudo)

    def _undo_problems(self):
        """Hook: return in words what forbids to undo."""
        sessions_sudo = self.sudo().reservation_ids.session_id
        sessions_sudo |= self.sudo().emergency_session_ids
        locked_sudo = sessions_sudo.filtered("attendance_locked")
        return [
            self.env._(
                "The attendance of %s is locked: the closure can no longer be undone.",
                session.display_name,
            )
            for session in locked_sudo[:MAX_NAMED]
        ]

    def _undo_remarks(self, bookings):
        """Hook: return in words what else undoing does to these bookings."""
        return []

    def _restored_words(self, bookings=None):
        """Hook: say to a family what else comes of bookings that stand again.

        A preview gives none and shows all of them.
        """
        return ""

    def _hand_over(self, cancelled):
        """Leave to the other closures what they close too; reopen the rest.

        :return: the bookings that stay cancelled, now for the other closures
        """
        sessions_sudo = self.sudo().session_ids
        others_sudo = self.sudo().search(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "=", "done"),
                ("date_from", "<=", self.date_to),
                ("date_to", ">=", self.date_from),
            ]
        )
        kept = cancelled.browse()
        for other_sudo in others_sudo:
            scope = other_sudo._scope()
            if scope.is_whole:
                closed_sudo = sessions_sudo.filtered(
                    lambda s, scope=scope: scope.closes(s.date, s.activity_id.id)
                )
                other_sudo.session_ids |= closed_sudo
                sessions_sudo -= closed_sudo
            also = (cancelled - kept).filtered(
                lambda r, scope=scope: (
                    scope.closes(r.date, r.activity_id.id)
                    and scope.concerns(
                        r.child_id.school_id.id or None, r.child_id.class_id.id or None
                    )
                )
            )
            also.write({"closure_id": other_sudo.id})
            kept |= also
        sessions_sudo.filtered(lambda s: s.state == "closed").write({"state": "open"})
        return kept

    def _not_restorable(self, bookings):
        """Return {booking: why it cannot come back, in words}."""
        taken = self._booked_again(bookings)
        free, left = {}, {}
        for booking in bookings.sorted(lambda r: (r.booked_at or r.create_date, r.id)):
            session, before = booking.session_id, booking.closure_state_before
            reason = ""
            if before == "pending_payment":
                reason = self.env._("the payment had not been completed")
            elif (booking.child_id.id, session.id) in taken:
                reason = self.env._("the child was booked again meanwhile")
            elif session.state != "open":
                reason = self.env._("the session is closed for another reason")
            elif before in SEAT_STATES and session.seats_limited:
                seats = free.setdefault(
                    session.id,
                    session.capacity - session.booked_count + session.beyond_count,
                )
                # A seat beyond the places takes none of them.
                if booking.origin == "booked" and not booking.beyond:
                    if seats <= 0:
                        reason = self.env._("the place was taken meanwhile")
                    free[session.id] -= 1
            if reason:
                left[booking] = reason
        return left

    @api.model
    def _booked_again(self, bookings):
        """Return {(child id, session id)} of what was booked since."""
        live = (
            self.env["espace.reservation"]
            .sudo()
            .search_fetch(
                [
                    ("session_id", "in", bookings.session_id.ids),
                    ("child_id", "in", bookings.child_id.ids),
                    ("state", "not in", ENDED_STATES),
                ],
                ["child_id", "session_id"],
            )
        )
        return {(r.child_id.id, r.session_id.id) for r in live}
