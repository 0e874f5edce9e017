from contextlib import nullcontext

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ...domain.booking import (
    ENDED_STATES,
    SEAT_STATES,
    TRANSITIONS,
    Quote,
    beyond_places,
    split_siblings,
    status,
)
from .booking_facts import BookingFacts
from .espace_session import COUNTS

# Said of a session whoever asks: a month asks it for each child and each option.
ALIKE = ("available", "full", "too_late", "not_open_yet", "past")

# What is recorded on the day, and by whom.
ATTENDANCE_FIELDS = {"attendance", "arrived_at", "left_at"}
ATTENDANCE_STAMP = {"attendance_at", "attendance_uid"}


class EspaceReservation(models.Model):
    """A child booked for an option on a day (réservation).

    Everybody books through `_quote`, `_book` and `_cancel`: what a browser posts names
    a child, a product and a date; deadline, seat and price are found again here.
    """

    _name = "espace.reservation"
    _description = "Booking"
    _order = "date, activity_id, child_id"
    _check_company_auto = True

    # Who
    child_id = fields.Many2one(
        "espace.child",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    family_id = fields.Many2one(
        "espace.family",
        "Paying Family",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    class_id = fields.Many2one(
        "espace.school.class",
        compute="_compute_class_id",
        store=True,
        precompute=True,
        help="Class of the child when it was booked.",
    )
    school_id = fields.Many2one(related="class_id.school_id")
    diet_id = fields.Many2one(related="child_id.diet_id")
    has_pai = fields.Boolean(related="child_id.has_pai")

    # What and when
    session_id = fields.Many2one(
        "espace.session",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    date = fields.Date(
        related="session_id.date", store=True, precompute=True, index=True
    )
    activity_id = fields.Many2one(
        related="session_id.activity_id", store=True, precompute=True
    )
    product_id = fields.Many2one(
        "product.product", "Option", required=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="session_id.company_id", store=True, precompute=True
    )

    # Life
    state = fields.Selection(
        [
            ("draft", "In the cart"),
            ("pending_payment", "Waiting for payment"),
            ("pending_approval", "Waiting for approval"),
            ("confirmed", "Confirmed"),
            ("waiting", "Waiting list"),
            ("refused", "Refused"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
    )
    origin = fields.Selection(
        [("booked", "Booked"), ("walk_in", "Came without booking")],
        default="booked",
        required=True,
    )
    late = fields.Boolean("Booked Late")
    beyond = fields.Boolean(
        "Beyond the Places", readonly=True, help="An exceptional seat, given by staff."
    )
    beyond_reason = fields.Char(
        "Reason of the Seat Beyond", readonly=True, groups="base.group_user"
    )
    booked_at = fields.Datetime("Booked on", readonly=True)
    hold_until = fields.Datetime("Seat Held until", readonly=True)
    cancelled_at = fields.Datetime("Cancelled on", readonly=True)
    cancel_reason = fields.Char()

    # Who came
    attendance = fields.Selection(
        [
            ("expected", "Expected"),
            ("present", "Present"),
            ("absent_unjustified", "Absent"),
            ("absent_justified", "Absent with proof"),
        ],
        default="expected",
        required=True,
    )

    _child_session_unique = models.UniqueIndex(
        "(child_id, session_id) WHERE state NOT IN ('cancelled', 'refused')",
        "This child is already booked on that day: reload the page.",
    )
    # An index more is paid at each booking: these find what no other index finds.
    _held_until = models.Index("(hold_until) WHERE state = 'pending_payment'")
    _waiting = models.Index("(session_id) WHERE state = 'waiting'")
    _to_approve = models.Index("(session_id) WHERE state = 'pending_approval'")

    # === Constraints and computes === #

    @api.constrains("product_id", "session_id")
    def _check_product(self):
        for reservation in self:
            if reservation.product_id.espace_activity_id != reservation.activity_id:
                raise ValidationError(
                    self.env._(
                        "%(product)s is not an option of %(activity)s.",
                        product=reservation.product_id.name,
                        activity=reservation.activity_id.name,
                    )
                )

    @api.constrains("child_id", "family_id")
    def _check_family(self):
        for reservation in self:
            family, child = reservation.family_id, reservation.child_id
            if family != child.family_id and family not in child.family_ids:
                raise ValidationError(
                    self.env._(
                        "%(child)s does not belong to %(family)s.",
                        child=reservation.child_id.name,
                        family=reservation.family_id.name,
                    )
                )

    @api.depends("child_id")
    def _compute_class_id(self):
        for reservation in self:
            reservation.class_id = reservation.child_id.class_id

    @api.depends("child_id.name", "product_id.name", "date")
    def _compute_display_name(self):
        # Parents read their bookings, not the products behind them.
        for reservation, known in zip(self, self.sudo(), strict=True):
            child, product = known.child_id, known.product_id
            reservation.display_name = f"{child.name} – {product.name}"

    # === CRUD === #

    def write(self, vals):
        if "state" in vals:
            self._check_transition(vals["state"])
        return super().write(vals)

    def _check_transition(self, state):
        for reservation in self:
            old = reservation.state
            if state != old and state not in TRANSITIONS[old]:
                labels = dict(self._fields["state"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "%(booking)s is “%(old)s” and cannot become “%(new)s”.",
                        booking=reservation.display_name,
                        old=labels[old],
                        new=labels[state],
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_only_cart(self):
        if self.filtered(lambda reservation: reservation.state != "draft"):
            raise UserError(
                self.env._("A booking is cancelled, not deleted: use “Cancel”.")
            )

    # === The gate: quote === #

    @api.model
    def _quote(self, family, items, now=None, staff=False):
        """Say for each item whether it can be booked, why not, and until when.

        :param family: the `espace.family` that asks
        :param items: iterable of (child, product.product, date), records or ids
        :param datetime now: naive UTC, the present if None
        :param bool staff: an agent asks: limits and openings do not bind
        :return: list of `Quote`, one per item and in their order
        :raise AccessError: an item names a child of another family
        """
        gathered = self._gather(family, items, now or fields.Datetime.now())
        return self._quote_gathered(gathered, gathered.items, staff)

    @api.model
    def _gather(self, family, items, now):
        """Read all that the items need in a fixed number of queries."""
        return BookingFacts.of_items(self.env, family, items, now)

    @api.model
    def _quote_gathered(self, gathered, items, staff=False):
        """Quote items about which all was read, see `_quote`.

        :param BookingFacts gathered: of the items' children, products and days
        """
        return [self._quote_item(item, gathered, staff) for item in items]

    @api.model
    def _quote_item(self, item, gathered, staff):
        session = gathered.session(item)
        of_child = gathered.child_facts(item, session)
        key = (session.id, of_child)
        if not staff and key in gathered.alike:
            return gathered.alike[key].of(item)
        facts = gathered.facts(session, of_child)
        quote = self._quote_facts(item, session, facts, gathered, staff)
        if not (staff or facts.state or facts.other_option) and quote.status in ALIKE:
            gathered.alike[key] = quote
        return quote

    @api.model
    def _quote_facts(self, item, session, facts, gathered, staff):
        verdict = status(facts, staff)
        live = gathered.live(item, session)
        in_time = bool(live) and live._in_time_to_cancel(gathered.now)
        release = bool(live) and not in_time and live._released_late(gathered.now)
        limit, cancel_limit = gathered.limits(session)
        return Quote(
            *item,
            status=verdict,
            reason=gathered.reason(verdict, item, session),
            warning=gathered.warning(item, session) if staff else "",
            limit=limit,
            cancel_limit=cancel_limit,
            cancellable=in_time or release,
            release=release,
            may_wait=verdict == "full" and gathered.may_wait(session),
            rank=live.waiting_rank if verdict == "waiting" else 0,
            late=not facts.in_time and (facts.late_allowed or staff),
            free_seats=facts.seats(staff),
            session_id=session.id,
            reservation_id=live.id if facts.state else None,
        )

    # === The gate: cart === #

    @api.model
    def _add_to_cart(self, family, items, now=None):
        """Put in the family's cart what can be booked; no seat is taken.

        :return: list of `Quote`; what went in has the status in_cart
        """
        gathered = self._gather(family, items, now or fields.Datetime.now())
        return self._add_gathered(gathered, gathered.items)

    @api.model
    def _add_gathered(self, gathered, items):
        """Do the same with items about which all was read; it knows the new lines."""
        quotes = self._quote_gathered(gathered, items)
        wanted, refused_keys = {}, set()
        for quote in quotes:
            key = (quote.child_id, quote.session_id)
            if quote.status == "available" and key not in wanted:
                wanted[key] = quote
            elif quote.status == "available":
                refused_keys.add(quote.item)
        sessions = self.env["espace.session"].browse(
            q.session_id for q in wanted.values()
        )
        # A line of a cart takes no seat: nothing is counted again.
        counts = [sessions._fields[name] for name in COUNTS]
        with self.env.protecting(counts, sessions):
            drafts = self._by_the_gate().create(
                [
                    self._prepare_reservation(gathered.family, quote)
                    for quote in wanted.values()
                ]
            )
        gathered.add(drafts)
        by_item = dict(
            zip((quote.item for quote in wanted.values()), drafts.ids, strict=True)
        )
        return [
            quote._replace(status="in_cart", reservation_id=by_item[quote.item])
            if quote.item in by_item
            else self._as_other_option(quote)
            if quote.item in refused_keys
            else quote
            for quote in quotes
        ]

    @api.model
    def _cart(self, family):
        """Return the reservations in the cart of `family`."""
        return self.search([("family_id", "=", family.id), ("state", "=", "draft")])

    @api.model
    def _prepare_reservation(self, family, quote):
        """Return the values of a reservation in the cart."""
        return {
            "child_id": quote.child_id,
            "family_id": family.id,
            "product_id": quote.product_id,
            "session_id": quote.session_id,
            "late": quote.late,
        }

    @api.model
    def _as_other_option(self, quote):
        return quote._replace(
            status="other_option",
            reason=self.env._("Choose a single option for this day."),
        )

    # === The gate: book === #

    @api.model
    def _book(self, family, items, now=None, staff=False, beyond=None):
        """Book all the items that can be; the others come back with their reason.

        Items may already be in the family's cart. Siblings asked for on the same
        session are taken together or not at all. Booking again what is booked changes
        nothing.

        :param items: iterable of (child, product.product, date), records or ids
        :param datetime now: naive UTC, the present if None
        :param bool staff: an agent books: limits and openings do not bind
        :param str beyond: an agent's reason to go beyond the places of full sessions
        :return: list of `Quote`: booked or pending with their `reservation_id`, or
            the reason for which nothing was booked
        """
        now = now or fields.Datetime.now()
        quotes = self._quote_cart(family, items, now, staff)
        if staff and beyond:
            quotes = beyond_places(quotes)
        taken = [quote for quote in quotes if quote.status == "available"]
        if not taken:
            return quotes
        reservations = self._take_seats(family, taken, now, staff, beyond)
        reservations._after_booking(now)
        done = dict(zip((quote.item for quote in taken), reservations, strict=True))
        return [
            self._as_booked(quote, done[quote.item]) if quote.item in done else quote
            for quote in quotes
        ]

    @api.model
    def _quote_cart(self, family, items, now, staff=False):
        """Quote items as if they were not in the cart, whole siblings only."""
        gathered = self._gather(family, items, now)
        gathered.as_new = True
        quotes, options = [], {}
        for item in dict.fromkeys(gathered.items):
            quote = self._quote_item(item, gathered, staff)
            if quote.status == "available":
                key = (quote.child_id, quote.session_id)
                if options.setdefault(key, quote.product_id) != quote.product_id:
                    quote = self._as_other_option(quote)
            quotes.append(quote)
        split = split_siblings(quotes)
        quotes = [
            self._as_split(quote, gathered)
            if quote.status == "available" and quote.session_id in split
            else quote
            for quote in quotes
        ]
        return [self._as_still_waiting(quote, gathered) for quote in quotes]

    @api.model
    def _as_split(self, quote, gathered):
        """Return a quote refused because the siblings do not all fit."""
        return quote._replace(
            status="full",
            reason=gathered.siblings_reason(quote),
            may_wait=gathered.may_wait(gathered.session(quote.item)),
        )

    @api.model
    def _as_still_waiting(self, quote, gathered):
        """Return a quote as waiting when it is full and the family waits already."""
        waits = gathered.waits(quote.item, gathered.session(quote.item))
        if quote.status != "full" or not waits:
            return quote
        return self._as_waiting(quote, waits)

    @api.model
    def _take_seats(self, family, quotes, now, staff=False, beyond=None):
        """Seat the reservations of these quotes, in their order."""
        reservations = self._records_of(family, quotes)
        exceeding = self.browse(
            reservation.id
            for reservation, quote in zip(reservations, quotes, strict=True)
            if quote.beyond
        )
        exceeding._by_the_gate().write({"beyond": True, "beyond_reason": beyond})
        states = {
            activity: group[0]._state_once_booked(now, staff)
            for activity, group in reservations.grouped("activity_id").items()
        }
        # All at once: the seats are counted, and the history written, in one go.
        for state, group in reservations.grouped(
            lambda reservation: states[reservation.activity_id]
        ).items():
            group._by_the_gate().write(group._seat_vals(state, now))
        # The database refuses one child too many here and now.
        reservations.session_id.flush_recordset()
        return reservations

    @api.model
    def _records_of(self, family, quotes):
        """Return what the family has in the cart or waits for, else new records.

        :return: one reservation per quote and in their order, with its option
        """
        known = {
            (reservation.child_id.id, reservation.session_id.id): reservation
            for reservation in self.search(
                [
                    ("family_id", "=", family.id),
                    ("state", "in", ("draft", "waiting")),
                    ("session_id", "in", [quote.session_id for quote in quotes]),
                ]
            )
        }
        created = iter(
            self._by_the_gate().create(
                [
                    self._prepare_reservation(family, quote)
                    for quote in quotes
                    if (quote.child_id, quote.session_id) not in known
                ]
            )
        )
        reservations = self.browse(
            (known.get((q.child_id, q.session_id)) or next(created)).id for q in quotes
        )
        for reservation, quote in zip(reservations._by_the_gate(), quotes, strict=True):
            if reservation.product_id.id != quote.product_id:
                reservation.product_id = quote.product_id
            if reservation.late != quote.late:
                reservation.late = quote.late
        return reservations

    def _seat_vals(self, state, now):
        """Return what is written of reservations that take their seats."""
        return {"state": state, "booked_at": now}

    def _state_once_booked(self, now, staff=False):
        """Return the state of a seat just taken; the same for a whole activity."""
        self.ensure_one()
        manual = self.activity_id.approval == "manual" and not staff
        return "pending_approval" if manual else "confirmed"

    def _after_booking(self, now):
        """Hook: the seats have just been taken."""

    @api.model
    def _as_booked(self, quote, reservation):
        booked = reservation.state == "confirmed"
        return quote._replace(
            status="booked" if booked else "pending",
            reservation_id=reservation.id,
        )

    # === The gate: cancel === #

    def _cancel(self, now=None, staff=False, reason=None):
        """Cancel bookings, or take lines out of the cart.

        Places left go to those who wait. After the limit a place can only be left when
        somebody takes it, if the activity allows it.

        :param datetime now: naive UTC, the present if None
        :param bool staff: an agent cancels: limits do not bind
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
            self._promote_waiting(freed.session_id - released.session_id, now)
            released._release(now)
        return live

    def _discard(self):
        """Delete lines of a cart, of which nothing else knows.

        `unlink` looks for what may hang on a record in four tables and forgets all that
        this transaction has read: it takes longer than the rest of a tap.
        """
        if not self:
            return
        self._unlink_only_cart()
        self.flush_recordset()
        for owners in (self.child_id, self.family_id, self.session_id):
            # By a recordset, the owners of all other reservations would go too.
            owners._fields["reservation_ids"]._invalidate_cache(self.env, owners.ids)
        self.env.cr.execute(
            SQL(
                "DELETE FROM espace_reservation WHERE id IN %s AND state = 'draft'",
                self._ids,
            )
        )
        self.invalidate_recordset(flush=False)

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
        """Free the seats of families that did not pay in time."""
        now = now or fields.Datetime.now()
        expired = self.search(
            [("state", "=", "pending_payment"), ("hold_until", "<=", now)]
        )
        expired = expired._expirable()
        for family, reservations in expired.grouped("family_id").items():
            reservations = reservations.with_context(lang=family.lang)
            reason = reservations.env._("Not paid in time")
            reservations._cancel(now, reason=reason)
            reservations._notify_expired(family)
        return expired

    def _expirable(self):
        """Hook: leave out those whose payment is on its way."""
        return self

    def _notify_expired(self, family):
        """Write to the family that its seats were freed."""
        family._notify_with(
            "espace_famille.mail_template_hold_expired", self[:1], {"places": self}
        )

    def _day_lines(self):
        """Return one line of words for each of these bookings, in their order."""
        return [
            f"{r.display_name}, {r.company_id._espace_day_words(r.date)}" for r in self
        ]

    # === Actions === #

    def action_confirm(self):
        """Approve bookings that wait for it."""
        self.check_access("write")
        pending = self.filtered(lambda r: r.state == "pending_approval")
        for reservation in pending._by_the_gate():
            reservation.state = reservation._state_once_approved()
        pending._after_booking(fields.Datetime.now())

    def _state_once_approved(self):
        return "confirmed"

    def action_refuse(self):
        self.check_access("write")
        now = fields.Datetime.now()
        freed = self.filtered(lambda r: r.state in SEAT_STATES).session_id
        self._by_the_gate().write({"state": "refused"})
        self._after_cancelling(now)
        self._promote_waiting(freed, now)

    def action_cancel(self):
        """Cancel as staff, whatever the limit."""
        self.check_access("write")
        self._cancel(staff=True, reason=self.env._("Cancelled by staff"))

    # === Tools === #

    @api.model
    def _coming_counts(self, field, records):
        """Return {record: number of seats held from today on}, grouped by `field`."""
        return dict(
            self._read_group(
                self._holding_seat()
                & Domain(field, "in", records.ids)
                & Domain("date", ">=", self.env.company._espace_today()),
                [field],
                ["__count"],
            )
        )

    @api.model
    def _holding_seat(self):
        """Return the domain of the reservations that hold a seat."""
        return Domain("state", "in", SEAT_STATES) & Domain("origin", "=", "booked")
