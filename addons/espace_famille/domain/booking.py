"""May this child be booked there on that day? (réservation)

The answer depends on facts alone: whoever gathers them, a portal page, an agent's
wizard or an import, gets the same status.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

SEAT_STATES = ("pending_payment", "pending_approval", "confirmed")
ENDED_STATES = ("cancelled", "refused")

# From a state to those it may become; the cart (draft) is deleted, not cancelled.
TRANSITIONS = {
    "draft": {"pending_payment", "pending_approval", "confirmed", "waiting"},
    "waiting": {
        "pending_payment",
        "pending_approval",
        "confirmed",
        "refused",
        "cancelled",
    },
    "pending_approval": {"pending_payment", "confirmed", "refused", "cancelled"},
    "pending_payment": {"confirmed", "cancelled"},
    "confirmed": {"cancelled"},
    "refused": set(),
    "cancelled": set(),
}

# How a live reservation of that very product shows in a cell.
STATUS_OF_STATE = {
    "draft": "in_cart",
    "pending_payment": "pending",
    "pending_approval": "pending",
    "confirmed": "booked",
    "waiting": "waiting",
}


class Item(NamedTuple):
    """What a parent asks for: ids of the child and the product, and a day."""

    child_id: int
    product_id: int
    date: date


class ChildFacts(NamedTuple):
    """What decides about one child on one day, see `Facts`."""

    state: str | None = None
    other_option: bool = False
    pays: bool = True
    enrolled: bool = True
    blocked: bool = False
    closed: bool = False  # the day is closed to this child


class Facts(NamedTuple):
    """All that decides about one item; times are naive UTC."""

    state: str | None = None  # of the child's live reservation of this product
    other_option: bool = False  # the child has another option of the activity that day
    open: bool = True  # there is an open session
    past: bool = False  # the day is over, or the service has begun
    pays: bool = True  # the family has the child on that day
    enrolled: bool = True
    blocked: bool = False  # account suspended, age or class, document lacking
    opened: bool = True  # bookings have opened
    in_time: bool = True
    late_allowed: bool = False
    free_seats: int | None = None  # None: unlimited
    kept_seats: int = 0  # of the free ones, kept for those who wait

    def of_child(self, child):
        """Return these facts of a session with the `ChildFacts` of one child."""
        return self._replace(
            state=child.state,
            other_option=child.other_option,
            open=self.open and not child.closed,
            pays=child.pays,
            enrolled=child.enrolled,
            blocked=child.blocked,
        )

    def seats(self, staff=False):
        """Return the places that may be taken, None when they are not limited."""
        if self.free_seats is None or staff:
            return self.free_seats
        return max(self.free_seats - self.kept_seats, 0)


class Quote(NamedTuple):
    """The answer for one item.

    `limit` and `cancel_limit` are naive UTC datetimes (`datetime.max`: no limit,
    `datetime.min`: never); `price` is in euros, None where nobody knows it.
    `may_wait`: the waiting list can be joined, `rank`: the place on it (from 1);
    `release`: it can only be cancelled because somebody waits for the place;
    `beyond`: it takes a seat beyond the places.
    """

    child_id: int
    product_id: int
    date: date
    status: str
    reason: str = ""
    warning: str = ""  # what agents should know although they may book
    limit: datetime | None = None
    cancel_limit: datetime | None = None
    cancellable: bool = False
    late: bool = False
    free_seats: int | None = None
    may_wait: bool = False
    rank: int = 0
    release: bool = False
    beyond: bool = False
    session_id: int | None = None
    reservation_id: int | None = None
    price: Decimal | None = None

    @property
    def item(self):
        return Item(self.child_id, self.product_id, self.date)

    # A month has hundreds of them: both are some times faster than `_replace`.

    def of(self, item):
        """Return the same answer for another item."""
        return self._make((*item, *self[len(item) :]))

    def at(self, price):
        """Return the same answer with a price in euros."""
        return self._make((*self[:-1], price))


def status(facts, staff=False):
    """Return the status of an item.

    Agents (`staff`) may book after the limit and before the opening, for the past too
    and without an enrolment; neither a closed day nor a full session yields to them
    here.
    """
    if facts.state:
        return STATUS_OF_STATE[facts.state]
    if not facts.open:
        return "closed"
    if facts.past and not staff:
        return "past"
    if not facts.pays:
        return "other_household"
    if facts.other_option:
        return "other_option"
    if not staff:
        refusal = _refusal_to_families(facts)
        if refusal:
            return refusal
    seats = facts.seats(staff)
    if seats is not None and seats <= 0:
        return "full"
    return "available"


def _refusal_to_families(facts):
    if not facts.enrolled:
        return "not_enrolled"
    if facts.blocked:
        return "blocked"
    if not facts.opened:
        return "not_open_yet"
    if not (facts.in_time or facts.late_allowed):
        return "too_late"
    return None


def split_siblings(quotes):
    """Return the ids of the sessions where the siblings do not all fit.

    Siblings asked for together are taken together or not at all: a session with fewer
    free seats than available items takes none of them.
    """
    wanted = {}
    for quote in quotes:
        if quote.status == "available" and quote.free_seats is not None:
            free, count = wanted.get(quote.session_id, (quote.free_seats, 0))
            wanted[quote.session_id] = (free, count + 1)
    return {session for session, (free, count) in wanted.items() if count > free}


def beyond_places(quotes):
    """Return the quotes with full ones available, marked where they exceed the places.

    The free places of a session are taken first; only what is left goes beyond.
    """
    free = {}
    found = []
    for quote in quotes:
        takes_seat = quote.status in ("available", "full", "waiting")
        if not takes_seat or quote.free_seats is None:
            found.append(quote)
            continue
        left = free.get(quote.session_id, quote.free_seats)
        free[quote.session_id] = left - 1
        found.append(quote._replace(status="available", reason="", beyond=left <= 0))
    return found
