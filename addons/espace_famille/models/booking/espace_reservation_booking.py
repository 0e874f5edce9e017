from odoo import api, fields, models

from ...domain.booking import Quote, beyond_places, split_siblings, status
from .booking_facts import BookingFacts

# Said of a session whoever asks: a month asks it for each child and each option.
ALIKE = ("available", "full", "too_late", "not_open_yet", "past")

# What may become another option without being asked for anew.
CHANGEABLE = ("pending_approval", "confirmed")


class EspaceReservation(models.Model):
    """The gate: what can be booked, the cart, taking the seats, another option.

    An item is (child, product.product, date), records or ids; nothing else of it is
    believed.
    """

    _inherit = "espace.reservation"

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
    def _gather(self, family, items, now, **how):
        """Read all that the items need in a fixed number of queries.

        :param how: see `BookingFacts`
        """
        return BookingFacts.of_items(self.env, family, items, now, **how)

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
        with sessions._not_counting():
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
        return self.search(self._cart_domain(family))

    @api.model
    def _cart_domain(self, family):
        return [("family_id", "=", family.id), ("state", "=", "draft")]

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
    def _book(self, family, items, now=None, staff=False, beyond=None, given=False):
        """Book all the items that can be; the others come back with their reason.

        Items may already be in the family's cart. Siblings asked for on the same
        session are taken together or not at all. Booking again what is booked changes
        nothing.

        :param items: iterable of (child, product.product, date), records or ids
        :param datetime now: naive UTC, the present if None
        :param bool staff: an agent books: limits and openings do not bind
        :param str beyond: an agent's reason to go beyond the places of full sessions
        :param bool given: the commune gives a place after the booking limit; the
            family asked in time, so that limits do not bind, and owes it at once
        :return: list of `Quote`: booked or pending with their `reservation_id`, or
            the reason for which nothing was booked
        """
        now = now or fields.Datetime.now()
        quotes = self._quote_cart(family, items, now, staff, given)
        if staff and beyond:
            quotes = beyond_places(quotes)
        taken = [quote for quote in quotes if quote.status == "available"]
        if not taken:
            return quotes
        reservations = self._take_seats(family, taken, now, staff, beyond, given)
        reservations._after_booking(now)
        done = dict(zip((quote.item for quote in taken), reservations, strict=True))
        return [
            self._as_booked(quote, done[quote.item]) if quote.item in done else quote
            for quote in quotes
        ]

    @api.model
    def _quote_cart(self, family, items, now, staff=False, given=False):
        """Quote items as if they were not in the cart, whole siblings only."""
        gathered = self._gather(family, items, now, given=given, as_new=True)
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
        if quote.status != "full":
            return quote
        waits = gathered.waits(quote.item, gathered.session(quote.item))
        return self._as_waiting(quote, waits) if waits else quote

    @api.model
    def _take_seats(self, family, quotes, now, staff, beyond, given):
        """Seat the reservations of these quotes, in their order."""
        reservations = self._records_of(family, quotes)
        exceeding = self.browse(
            reservation.id
            for reservation, quote in zip(reservations, quotes, strict=True)
            if quote.beyond
        )
        exceeding._by_the_gate().write({"beyond": True, "beyond_reason": beyond})
        states = {
            activity: group[0]._state_once_booked(now, staff, given)
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

    def _state_once_booked(self, now, staff=False, given=False):
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

    # === The gate: another option of a booked day (changer de formule) === #
    # The options of an activity share its places, so the booking keeps its seat and
    # its state: nobody can take the place in between, and nothing is lost where the
    # other option cannot be had. Both limits bind: the old option must still be
    # cancellable, the new one bookable.

    @api.model
    def _change_option(self, family, item, now=None):
        """Give a child the option of `item` instead of the one booked that day.

        :param item: (child, product.product, date), records or ids
        :param datetime now: naive UTC, the present if None
        :return: `Quote`: booked or pending with the new option, or the reason for
            which nothing was changed
        :raise AccessError: the child is not one of the family's
        """
        now = now or fields.Datetime.now()
        quote, booked = self._quote_change(family, item, now)
        if quote.status != "available" or not booked:
            return quote
        booked._by_the_gate().write(
            {"product_id": quote.product_id, "late": quote.late}
        )
        booked._after_changing_option(now)
        return self._as_booked(quote, booked)

    @api.model
    def _quote_change(self, family, item, now):
        """Quote an option as if the one booked that day had left its seat.

        :return: (`Quote`, the reservation to change, empty where there is none)
        """
        gathered = self._gather(family, [item], now)
        [item] = gathered.items
        session = gathered.session(item)
        booked = gathered.live(item, session)
        quote = self._quote_item(item, gathered, staff=False)
        if booked.state not in CHANGEABLE or booked.product_id.id == item.product_id:
            return quote, booked.browse()
        refusal = booked._change_refusal(now)
        if refusal:
            return quote._replace(status="blocked", reason=refusal), booked
        gathered.leave(booked)
        return self._quote_item(item, gathered, staff=False), booked

    def _change_refusal(self, now):
        """Say why the family cannot change this booking itself, '' if it can."""
        self.ensure_one()
        if not self._in_time_to_cancel(now):
            return self._too_late_to_cancel()
        if self.state == "confirmed" and self.activity_id.approval == "manual":
            return self.env._(
                "The town hall has approved %(booking)s: ask it to change the option.",
                booking=self.display_name,
            )
        return ""

    def _after_changing_option(self, now):
        """Hook: the option has just been changed."""
