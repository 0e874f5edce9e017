from collections import Counter
from datetime import UTC, datetime

from odoo import SUPERUSER_ID as ROOT
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...domain import waiting
from ...domain.booking import SEAT_STATES


class EspaceReservation(models.Model):
    """The waiting list (liste d'attente): joining it, its order, a place that frees.

    Until the booking limit a freed place goes at once to the first who waits;
    afterwards staff decide, unless the activity accepts late cancellations for those
    who wait.
    """

    _inherit = "espace.reservation"

    waiting_since = fields.Datetime(readonly=True)
    waiting_rank = fields.Integer(
        "Rank", compute="_compute_waiting_rank", compute_sudo=True
    )
    promoted_at = fields.Datetime(
        "Place Given on",
        readonly=True,
        help="When a place of the waiting list was given.",
    )

    @api.depends("state", "session_id.waiting_count", "session_id.booked_count")
    def _compute_waiting_rank(self):
        waits = self.filtered(lambda reservation: reservation.state == "waiting")
        ranks = {
            reservation: rank
            for queue in self._waiting_queues(waits.session_id).values()
            for rank, reservation in enumerate(queue, 1)
        }
        for reservation in self:
            reservation.waiting_rank = ranks.get(reservation._origin, 0)

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        """Let lists be sorted by rank, which no column holds: by session, then rank."""
        if field_name != "waiting_rank":
            return super()._order_field_to_sql(
                alias, field_name, direction, nulls, query
            )
        sessions_sudo = (
            self.env["espace.session"].sudo().search([("waiting_count", ">", 0)])
        )
        queues = self._waiting_queues(sessions_sudo)
        ordered = [
            line.id
            for session_sudo in sessions_sudo
            for line in queues.get(session_sudo, ())
        ]
        return SQL(
            "ARRAY_POSITION(%s::int[], %s) %s %s",
            ordered,
            SQL.identifier(alias, "id"),
            direction,
            nulls,
        )

    # === The gate: join === #

    @api.model
    def _join_waiting(self, family, items, now=None, staff=False):
        """Put on the waiting list what is full; nothing else is changed.

        :param items: iterable of (child, product.product, date), records or ids
        Those who join in the same second stand in the order they came: `waiting_since`
        is exact, and whoever takes the turn of these sessions (`in_turn`) is told the
        rank it keeps.

        :param datetime now: naive UTC, the present if None
        :return: list of `Quote`: `waiting` with their rank; `available` where a place
            is free after all; the others with the reason why not
        """
        since = now or datetime.now(UTC).replace(tzinfo=None)
        now = since.replace(microsecond=0)
        quotes = self._quote_cart(family, items, now, staff)
        wanted = [quote for quote in quotes if quote.may_wait]
        reservations = self._records_of(family, wanted)
        reservations._by_the_gate().write({"state": "waiting", "waiting_since": since})
        by_item = dict(zip((q.item for q in wanted), reservations, strict=True))
        return [
            self._as_waiting(quote, by_item[quote.item])
            if quote.item in by_item
            else quote
            for quote in quotes
        ]

    @api.model
    def _as_waiting(self, quote, reservation):
        return quote._replace(
            status="waiting",
            reason="",
            may_wait=False,
            cancellable=True,
            reservation_id=reservation.id,
            rank=reservation.waiting_rank,
        )

    # === Order === #

    @api.model
    def _waiting_queues(self, sessions):
        """Return {session: reservations that wait, the first to be served first}."""
        waits_sudo = self.sudo().search_fetch(
            [("session_id", "in", sessions.ids), ("state", "=", "waiting")],
            ["session_id", "family_id", "child_id", "waiting_since"],
        )
        seated = set(
            self.sudo()._read_group(
                [
                    ("session_id", "in", waits_sudo.session_id.ids),
                    ("family_id", "in", waits_sudo.family_id.ids),
                    ("state", "in", SEAT_STATES),
                ],
                ["session_id", "family_id"],
            )
        )
        queues = {}
        for session, lines_sudo in waits_sudo.grouped("session_id").items():
            by_key = {line.id: line for line in lines_sudo}
            queue = waiting.ranked(
                (line._candidate(seated) for line in lines_sudo),
                session.activity_id._waiting_criteria(),
            )
            queues[session] = lines_sudo.browse(by_key[c.key].id for c in queue)
        return queues

    def _candidate(self, seated):
        """Return this reservation as a `waiting.Candidate`.

        :param set seated: (session, family) where the family has a place already
        """
        self.ensure_one()
        return waiting.Candidate(
            key=self.id,
            group=self.family_id.id,
            since=self.waiting_since or self.create_date,
            sibling=(self.session_id, self.family_id) in seated,
            resident=self.family_id.residency == "resident",
            working=self.family_id.parents_work,
            birth_date=self.child_id.birth_date or None,
        )

    # === A place frees === #

    @api.model
    def _promote_waiting(self, sessions, now=None, given=False):
        """Give the free places of these sessions to those who wait, in their order.

        :param datetime now: naive UTC, the present if None
        :param bool given: the commune gives places after the booking limit; they are
            then due at once
        :return: the reservations that were given a place
        """
        now = now or fields.Datetime.now()
        sessions_sudo = sessions.sudo().filtered(
            lambda session: (
                session.waiting_count
                and session.state == "open"
                and not session._is_past(now)
                and (given or session._in_time("booking", now))
            )
        )
        gate = self._as_commune()
        queues = gate._waiting_queues(sessions_sudo)
        willing = gate._still_bookable(queues.values(), now, given)
        chosen = gate.browse(
            reservation.id
            for session, queue in queues.items()
            for reservation in (queue & willing)._served(session)
        )
        for family, lines in chosen.grouped("family_id").items():
            lines._take_given_places(family, now, given)
        return chosen

    @api.model
    def _as_commune(self):
        """Act with all rights and in the name of the commune, not of the parent.

        One family's cancellation gives another a place: neither must learn who.
        """
        return self.sudo() if self.env.user._is_internal() else self.with_user(ROOT)

    @api.model
    def _still_bookable(self, queues, now, given):
        """Return those who wait and may still come, if there is a place for them."""
        waits = self.browse(line.id for queue in queues for line in queue)
        found = self.browse()
        for family, lines in waits.grouped("family_id").items():
            items = lines.mapped(self._item_of)
            quotes = self._quote_cart(family, items, now, given=given)
            able = {q.item for q in quotes if q.status in ("available", "waiting")}
            found |= lines.filtered(lambda r, able=able: self._item_of(r) in able)
        return found

    def _served(self, session):
        """Return which of this queue of one session get its free places."""
        candidates = [line._candidate(()) for line in self]
        free = session.free_count if session.seats_limited else None
        return self.browse(c.key for c in waiting.served(candidates, free))

    def _take_given_places(self, family, now, given):
        """Book what one family waited for, and notify it."""
        lines = self.with_context(lang=family.lang)
        lines.promoted_at = now
        lines._book(family, lines.mapped(self._item_of), now, given=given)
        lines._notify_promoted(family)

    @api.model
    def _item_of(self, reservation):
        return (
            reservation.child_id.id,
            reservation.product_id.id,
            reservation.date,
        )

    # === Late cancellation for those who wait === #

    def _released_late(self, now):
        """Tell whether the family may leave this place late, to those who wait."""
        self.ensure_one()
        return self.attendance == "expected" and self._releasable(now)

    def _releasable(self, now):
        """Tell whether somebody waits for this place, which may then be left late."""
        self.ensure_one()
        session = self.session_id
        return (
            self.state in SEAT_STATES
            and self.activity_id.release_if_waiting
            and session.waiting_count > 0
            and not session._is_past(now)
        )

    def _release(self, now):
        """Give the places just left after the limit to those who wait.

        :raise UserError: nobody could take one of them
        """
        promoted = self._promote_waiting(self.session_id, now, given=True)
        taken = Counter(promoted.mapped("session_id.id"))
        for session, left in self.grouped("session_id").items():
            if taken[session.id] < len(left):
                raise UserError(
                    self.env._(
                        "Nobody on the waiting list can take the place of "
                        "%(booking)s on %(day)s: it is kept.",
                        booking=left[:1].display_name,
                        day=session.company_id._espace_day_words(session.date),
                    )
                )

    # === Words === #

    def _notify_promoted(self, family):
        """Write to the family which places it was given, and until when to pay."""
        family._notify_with(
            "espace_famille.mail_template_place_given",
            self[:1],
            {"places": self.sorted("date")},
        )

    def _pay_until_words(self):
        """Say until when to pay for the first of these places, '' if there is none."""
        unpaid = self.filtered(lambda line: line.state == "pending_payment")
        until = min(filter(None, unpaid.mapped("hold_until")), default=None)
        return self.company_id[:1]._espace_limit_words(until) if until else ""

    # === Actions === #

    def action_give_place(self):
        """Give a place to a child that waits, whatever its rank; as staff."""
        self.check_access("write")
        waits = self.filtered(lambda line: line.state == "waiting")
        now = fields.Datetime.now()
        for family, lines in waits.grouped("family_id").items():
            items = lines.mapped(self._item_of)
            quotes = lines._book(family, items, now, staff=True, given=True)
            refused = [quote for quote in quotes if quote.status == "waiting"]
            if refused and len(self) == 1:
                return self._action_book_beyond()
            if refused or any(q.status not in ("booked", "pending") for q in quotes):
                raise UserError(self._not_given_words(quotes))
            lines._by_the_gate().promoted_at = now
            lines.with_context(lang=family.lang)._notify_promoted(family)
        return True

    @api.model
    def _not_given_words(self, quotes):
        quote = next(q for q in quotes if q.status not in ("booked", "pending"))
        reservation = self.browse(quote.reservation_id)
        return self.env._(
            "%(booking)s, %(day)s: no place was given. %(reason)s",
            booking=reservation.display_name or "",
            day=self.env.company._espace_day_words(quote.date),
            reason=quote.reason or self.env._("No place is free on that day."),
        )

    def _action_book_beyond(self):
        """Open the wizard with which staff book beyond the places, with a reason."""
        self.ensure_one()
        action = self.family_id.action_book()
        action["context"] = {
            "default_family_id": self.family_id.id,
            "default_child_ids": self.child_id.ids,
            "default_product_id": self.product_id.id,
            "default_date_from": self.date,
            "default_date_to": self.date,
            "default_when_full": "beyond",
        }
        return action
