"""What decides about the items of one family, read once in a few queries."""

from functools import cached_property

from odoo import fields
from odoo.exceptions import AccessError

from ...domain import custody
from ...domain.booking import ENDED_STATES, ChildFacts, Facts, Item
from ...domain.closure import closing
from ..papers.document_facts import DocumentFacts
from .session_facts import READ, SessionFacts

CLOSED = Facts(open=False)
ANYBODY = ChildFacts()

# What decides, of the fields of a booking.
BOOKING_FACTS = (
    "child_id",
    "family_id",
    "session_id",
    "activity_id",
    "product_id",
    "company_id",
    "date",
    "state",
    "late",
    "attendance",
    "absence_id",
    "absence_due",
)


class BookingFacts:
    """A snapshot of what decides about items of one family; look-ups are in memory."""

    def __init__(
        self,
        env,
        family,
        children,
        products,
        span,
        now,
        bookings=None,
        given=False,
        as_new=False,
        closures=None,
    ):
        """Read what decides about some children on some days.

        :param span: first and last local date, None when nothing is asked
        :param bookings: those of the children on these days that have not ended, with
            `BOOKING_FACTS`, if somebody has read them
        :param bool given: no limit binds, see `_book`
        :param bool as_new: what is in the cart, or waits, counts as asked for now
        :param closures: the `espace.closure` of these days, or more, if somebody has
            found them
        :raise AccessError: a child of another family
        """
        self.env = env
        self.family = family.sudo()
        self._family_id = family.id
        self.span = span
        self.now = now
        self.as_new = as_new
        rulebook = env["espace.rulebook"]._of_company(self.family.company_id)
        self._read_household(children.sudo())
        self.session_facts = SessionFacts(now, self.company._espace_local(now), given)
        self._read_offer(products.sudo(), span, closures)
        self._read_bookings(bookings)
        self.documents = DocumentFacts(
            env, self.family, self.children, rulebook["espace.document.type"]
        )
        self.family_block = self.family._booking_block(now)
        # What other addons keep about the same items.
        self.kept = {}
        # Quotes that brothers and sisters share: {(session id, ChildFacts): Quote}.
        self.alike = {}
        self._words = {}
        self._obstacles = {}
        self._payers = {}

    @classmethod
    def of_items(cls, env, family, items, now, **how):
        """Read what (child, product, date) items need; the ids are not trusted.

        :param how: `given` and `as_new`
        """
        items = [
            Item(_id(child), _id(product), fields.Date.to_date(day))
            for child, product, day in items
        ]
        days = [item.date for item in items]
        facts = cls(
            env,
            family,
            env["espace.child"].browse({item.child_id for item in items}),
            cls.existing(env, family, {item.product_id for item in items}),
            (min(days), max(days)) if days else None,
            now,
            **how,
        )
        facts.items = items
        return facts

    @staticmethod
    def existing(env, family, product_ids):
        """Return those of some products that exist, as superuser."""
        products_sudo = env["product.product"].sudo().browse(product_ids)
        rulebook = env["espace.rulebook"]._of_company(family.sudo().company_id)
        others_sudo = products_sudo - rulebook["product.product"]
        return (products_sudo - others_sudo) | others_sudo.exists()

    def _read_household(self, children):
        env = self.env
        self.company = self.family.company_id
        self.suspended = not self.family.active
        self.children = children
        self.child_of = {child.id: child for child in children}
        if children - self.family.child_ids:
            raise AccessError(
                env._("This child does not belong to your family account.")
            )
        self.arrangements = {
            child.id: (
                child.family_id.id,
                child.custody_ids._arrangements() if child.shared_custody else (),
            )
            for child in children
        }
        left = self.family.leaves_on
        self.leaves_on = {
            child.id: min(filter(None, (child.leaves_on, left)), default=None)
            for child in children
        }
        self.holiday_around = self.company._espace_calendar().holiday_around

    def _read_offer(self, products, span, closures):
        env = self.env
        self.activity_of = {
            product.id: product.espace_activity_id for product in products
        }
        self._activity_id_of = {
            product_id: activity.id for product_id, activity in self.activity_of.items()
        }
        self.activities = activities = products.espace_activity_id
        self.open_to_all = {a.id for a in activities if not a.enrolment_required}
        self.sessions = {}
        if activities and span:
            sessions = (
                env["espace.session"]
                .sudo()
                .search_fetch(
                    [
                        ("activity_id", "in", activities.ids),
                        ("company_id", "=", self.company.id),
                        ("date", ">=", span[0]),
                        ("date", "<=", span[1]),
                    ],
                    READ,
                    order="date, id",
                )
            )
            self.sessions = {
                (session.activity_id.id, session.date): session for session in sessions
            }
        self.closures = (
            env["espace.closure"].sudo()._scopes(self.company, *span, closures)
            if span
            else []
        )

    @cached_property
    def enrolments(self):
        """{(child id, activity id): [`EnrolledSpan`]}, read if one is asked for."""
        return (
            self.env["espace.enrolment"].sudo()._spans(self.children, self.activities)
        )

    def _read_bookings(self, reservations=None):
        gate = self.env["espace.reservation"].sudo()
        if reservations is None:
            reservations = gate.search_fetch(
                [
                    ("child_id", "in", self.children.ids),
                    ("session_id", "in", [s.id for s in self.sessions.values()]),
                    ("state", "not in", ENDED_STATES),
                ],
                BOOKING_FACTS,
                order="id",
            )
        self.reservations = {
            (booking.child_id.id, booking.session_id.id): booking
            for booking in reservations
        }
        self.no_session = self.env["espace.session"].sudo()
        self.none = gate

    # === What has changed since it was read: here and nowhere else === #

    def add(self, reservations):
        """Answer from now on with these lines of the cart."""
        for reservation in reservations:
            key = (reservation.child_id.id, reservation.session_id.id)
            self.reservations[key] = reservation

    def remove(self, reservation):
        """Answer from now on without this line of the cart."""
        del self.reservations[reservation.child_id.id, reservation.session_id.id]

    def leave(self, reservation):
        """Answer from now on as if this reservation had left its seat."""
        session = reservation.session_id
        del self.reservations[reservation.child_id.id, session.id]
        self.session_facts.free_a_seat(session)

    # === Look-ups === #

    def knows(self, item):
        """Tell whether all was read that decides about an item."""
        return (
            item.child_id in self.child_of
            and item.product_id in self.activity_of
            and self.span[0] <= item.date <= self.span[1]
        )

    def session(self, item):
        activity_id = self._activity_id_of.get(item.product_id)
        return self.sessions.get((activity_id, item.date), self.no_session)

    def live(self, item, session):
        """Return the family's live reservation of the child there, maybe empty."""
        live = self._live_of_any_family(item, session)
        theirs = live and live.family_id.id != self._family_id
        if not live or theirs or self._as_asked_now(live):
            return self.none
        return live

    def waits(self, item, session):
        """Return the family's reservation that waits for this very option, if any."""
        live = self._live_of_any_family(item, session)
        same = live.family_id == self.family and live.product_id.id == item.product_id
        return live if same and live.state == "waiting" else self.none

    def may_wait(self, session):
        """Tell whether a full session has a waiting list to join."""
        return session.activity_id.waiting_list and not session._is_past(self.now)

    def _live_of_any_family(self, item, session):
        return self.reservations.get((item.child_id, session.id), self.none)

    def _as_asked_now(self, live):
        """Tell whether a line of the cart, or who waits, counts as asked for now."""
        return self.as_new and live.state in ("draft", "waiting")

    def facts(self, session, of_child):
        """Return the `Facts` that decide about one item.

        :param ChildFacts of_child: those of its child on its day
        """
        if not session:
            return CLOSED
        return self.session_facts.facts(session).of_child(of_child)

    def child_facts(self, item, session):
        """Return the `ChildFacts` that decide about one item."""
        if not session:
            return ANYBODY
        state, other_option, theirs = self._taken(item, session)
        return ChildFacts(
            state=state,
            other_option=other_option,
            pays=not theirs and self._payer(item) == self._family_id,
            enrolled=self._enrolled(item),
            blocked=self.suspended or bool(self.obstacle(item)),
            closed=bool(self.closure(item) or self._has_left(item)),
        )

    def _taken(self, item, session):
        """Return (state of this very booking, another option is, a household's is)."""
        live = self.reservations.get((item.child_id, session.id))
        if not live:
            return None, False, False
        if live.family_id.id != self._family_id:
            return None, False, True
        if self._as_asked_now(live):
            return None, False, False
        if live.product_id.id == item.product_id:
            return live.state, False, False
        return None, True, False

    def _payer(self, item):
        """Return the id of the family that pays the child's day."""
        key = (item.child_id, item.date)
        if key not in self._payers:
            default, arrangements = self.arrangements[item.child_id]
            self._payers[key] = custody.paying_household(
                item.date, default, arrangements, self.holiday_around
            )
        return self._payers[key]

    def closure(self, item):
        """Return the `Scope` that keeps this child away on that day, None if none."""
        activity_id = self._activity_id_of.get(item.product_id)
        if not (self.closures and activity_id):
            return None
        child = self.child_of[item.child_id]
        return closing(
            self.closures, item.date, activity_id, child.school_id.id, child.class_id.id
        )

    def _has_left(self, item):
        """Return the last day of the child or the family, None before it is over."""
        last = self.leaves_on[item.child_id]
        return last if last and item.date > last else None

    def limits(self, session):
        """Return the limits of a session for booking and cancelling, None without."""
        if not session:
            return None, None
        return self.session_facts.limits(session)

    def _enrolled(self, item):
        activity_id = self._activity_id_of[item.product_id]
        return activity_id in self.open_to_all or any(
            span.state == "approved" and span.date_from <= item.date <= span.date_to
            for span in self.enrolments.get((item.child_id, activity_id), ())
        )

    def _enrolment_state(self, item, activity):
        """Return the state of the enrolment of that day, the best of them, or None."""
        states = {
            enrolment.state
            for enrolment in self.enrolments.get((item.child_id, activity.id), ())
            if enrolment.date_from <= item.date <= enrolment.date_to
        }
        return next(
            (s for s in ("approved", "pending", "refused") if s in states), None
        )

    def obstacle(self, item):
        """Say what keeps the child from that service on that day, '' if nothing does.

        It is the limits of an activity that asks for no enrolment (an enrolment has
        met them), then the documents that are lacking, then what keeps the family
        itself.
        """
        return self._obstacle(item)[1]

    def blocked_by(self, item):
        """Return what blocks: suspended, limits, papers or debt, '' if nothing does."""
        return "suspended" if self.suspended else self._obstacle(item)[0]

    def _obstacle(self, item):
        activity = self.activity_of[item.product_id]
        key = (item.child_id, activity.id, item.date)
        if key not in self._obstacles:
            child = self.child_of[item.child_id]
            found = []
            if activity.id in self.open_to_all:
                found.append(("limits", activity._enrolment_refusal(child, item.date)))
            if not any(words for _kind, words in found):
                found.append(
                    ("papers", self.documents.words(child, activity, item.date))
                )
            if not any(words for _kind, words in found):
                found.append(("debt", self.family_block(activity)))
            self._obstacles[key] = next((one for one in found if one[1]), ("", ""))
        return self._obstacles[key]

    def warning(self, item, session):
        """Say to an agent what would keep the family itself from booking."""
        return self.obstacle(item) if session else ""

    # === Words === #

    def reason(self, verdict, item, session):
        """Say in words why a cell cannot be booked, '' when it can."""
        write = getattr(self, f"_reason_{verdict}", None)
        return write(item, session) if write else ""

    def _reason_closed(self, item, session):
        if session.attendance_locked:
            return self.env._("The attendance of that day is locked.")
        closure = self.closure(item)
        if closure:
            return self.env["espace.closure"]._reason_words(closure.name)
        if session.off_calendar == "off":
            return self.env._(
                "The calendar of this day has changed: the town hall decides whether "
                "it stays open."
            )
        if last := self._has_left(item):
            return self.env._(
                "Departure after %s: nothing can be booked later.",
                self.company._espace_day_words(last, year=True),
            )
        return self.env._("Closed on that day.")

    def _reason_past(self, item, session):
        return self.env._("This day is over.")

    def _reason_other_household(self, item, session):
        return self.env._("On that day the other household has the child.")

    def _reason_other_option(self, item, session):
        live = self.live(item, session)
        return self.env._(
            "“%s” is already chosen for this day: take it out first.",
            live.product_id.name,
        )

    def _reason_not_enrolled(self, item, session):
        state = self._enrolment_state(item, session.activity_id)
        if state == "pending":
            return self.env._(
                "The enrolment in %s awaits approval by the town hall.",
                session.activity_id.name,
            )
        if state == "refused":
            return self.env._(
                "The enrolment in %s was refused: ask the town hall.",
                session.activity_id.name,
            )
        return self.env._(
            "Your child is not enrolled in %s: ask the town hall.",
            session.activity_id.name,
        )

    def _reason_blocked(self, item, session):
        if not self.suspended:
            return self.obstacle(item)
        return self.env._("Your account is suspended: contact the town hall.")

    def _reason_not_open_yet(self, item, session):
        return self.env._(
            "Bookings open on %s.",
            self.limit_words(session.booking_opening),
        )

    def _reason_too_late(self, item, session):
        words = self.limit_words(session._limit("booking"))
        if not words:
            return self.env._("Families cannot book this service themselves.")
        return self.env._("Too late: bookings closed on %s.", words)

    def _reason_full(self, item, session):
        if session.waiting_count and session.free_count:
            return self.env._(
                "The places left are kept for the %s children on the waiting list.",
                session.waiting_count,
            )
        if session.waiting_count:
            return self.env._(
                "No place left (%(places)s places, %(waiting)s on the waiting list).",
                places=session.capacity,
                waiting=session.waiting_count,
            )
        return self.env._("No place left (%s places).", session.capacity)

    def siblings_reason(self, quote):
        return self.env._(
            "Only %s place(s) left: brothers and sisters are booked together "
            "or not at all.",
            quote.free_seats,
        )

    def limit_words(self, limit):
        if limit not in self._words:
            self._words[limit] = self.company._espace_limit_words(limit)
        return self._words[limit]


def _id(record):
    """Return the id of a record, or the id itself."""
    return record if isinstance(record, int) else record.id
