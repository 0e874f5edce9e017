"""What decides about the items of one family, read once in a few queries."""

from datetime import date

from odoo import fields
from odoo.exceptions import AccessError

from ..domain import custody
from ..domain.booking import ENDED_STATES, Facts, Item
from ..domain.cutoff import is_in_time

CLOSED = Facts(open=False)
ALWAYS = ((date.min, date.max),)


class BookingFacts:
    """What the items of one family need, read once; all lookups are in memory."""

    def __init__(self, env, family, items, now):
        self.env = env
        self.family = family.sudo()
        self.now = now
        self.ignore_cart = False
        self.items = [
            Item(_id(child), _id(product), fields.Date.to_date(day))
            for child, product, day in items
        ]
        self._read_household()
        self._read_offer()
        self._read_bookings()
        self._words = {}
        self._session_facts = {}
        self._limits = {}
        self._periods = {}

    def _read_household(self):
        env = self.env
        self.company = self.family.company_id
        self.suspended = not self.family.active
        self.children = (
            env["espace.child"].sudo().browse({item.child_id for item in self.items})
        )
        if self.children - self.family.child_ids:
            raise AccessError(
                env._("This child does not belong to your family account.")
            )
        self.arrangements = {
            child.id: (child.family_id.id, child.custody_ids._arrangements())
            for child in self.children
        }

    def _read_offer(self):
        env = self.env
        products = (
            env["product.product"]
            .sudo()
            .browse({item.product_id for item in self.items})
        )
        self.activity_of = {
            product.id: product.espace_activity_id for product in products.exists()
        }
        activities = products.exists().espace_activity_id
        days = [item.date for item in self.items]
        self.sessions = {}
        if activities and days:
            self.sessions = {
                (session.activity_id.id, session.date): session
                for session in env["espace.session"]
                .sudo()
                .search(
                    [
                        ("activity_id", "in", activities.ids),
                        ("company_id", "=", self.company.id),
                        ("date", ">=", min(days)),
                        ("date", "<=", max(days)),
                    ]
                )
            }
        self.enrolments = (
            env["espace.enrolment"].sudo()._periods(self.children, activities)
        )

    def _read_bookings(self):
        reservations = (
            self.env["espace.reservation"]
            .sudo()
            .search(
                [
                    ("child_id", "in", self.children.ids),
                    ("session_id", "in", [s.id for s in self.sessions.values()]),
                    ("state", "not in", ENDED_STATES),
                ]
            )
        )
        self.reservations = {
            (reservation.child_id.id, reservation.session_id.id): reservation
            for reservation in reservations
        }
        self.no_session = self.env["espace.session"].sudo()
        self.none = reservations.browse()

    def session(self, item):
        activity = self.activity_of.get(item.product_id)
        if not activity:
            return self.no_session
        return self.sessions.get((activity.id, item.date), self.no_session)

    def live(self, item, session):
        """Return the family's live reservation of the child there, maybe empty."""
        live = self._live_of_any_family(item, session)
        if not live or live.family_id != self.family:
            return self.none
        if self.ignore_cart and live.state == "draft":
            return self.none
        return live

    def _live_of_any_family(self, item, session):
        return self.reservations.get((item.child_id, session.id), self.none)

    def _other_household_booked(self, item, session):
        live = self._live_of_any_family(item, session)
        return bool(live) and live.family_id != self.family

    def facts(self, item, session):
        """Return the `Facts` that decide about one item."""
        if not session:
            return CLOSED
        live = self.live(item, session)
        same = bool(live) and live.product_id.id == item.product_id
        default, arrangements = self.arrangements[item.child_id]
        payer = custody.paying_household(item.date, default, arrangements)
        return Facts(
            state=live.state if same else None,
            other_option=bool(live) and not same,
            pays=payer == self.family.id
            and not self._other_household_booked(item, session),
            enrolled=self._enrolled(item, session),
            blocked=self.suspended,
            **self.session_facts(session),
        )

    def limits(self, session):
        """Return the limits of a session for booking and cancelling, None without."""
        if session.id not in self._limits:
            self._limits[session.id] = (
                (session._limit("booking"), session._limit("cancel"))
                if session
                else (None, None)
            )
        return self._limits[session.id]

    def session_facts(self, session):
        """Return the facts of a session, the same for all children."""
        if session.id not in self._session_facts:
            activity, now = session.activity_id, self.now
            opening = activity.booking_opening
            late_rule = activity.late_rule_id
            self._session_facts[session.id] = {
                "open": session.state == "open" and activity.active,
                "past": session._is_past(now),
                "opened": not opening or opening <= now,
                "in_time": is_in_time(
                    now,
                    self.limits(session)[0],
                    activity.booking_rule_id.inclusive,
                ),
                "late_allowed": bool(late_rule)
                and is_in_time(now, session._limit("late"), late_rule.inclusive),
                "free_seats": session.free_count if session.seats_limited else None,
            }
        return self._session_facts[session.id]

    def _enrolled(self, item, session):
        """Tell whether the child may book there, as far as its enrolments go."""
        key = (item.child_id, item.product_id)
        if key not in self._periods:
            activity = session.activity_id
            self._periods[key] = (
                self.enrolments.get((item.child_id, activity.id), ())
                if activity.enrolment_required
                else ALWAYS
            )
        return any(start <= item.date <= end for start, end in self._periods[key])

    # === Words === #

    def reason(self, verdict, item, session):
        """Say in words why a cell cannot be booked, '' when it can."""
        write = getattr(self, f"_reason_{verdict}", None)
        return write(item, session) if write else ""

    def _reason_closed(self, item, session):
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
        return self.env._(
            "Your child is not enrolled in %s: ask the town hall.",
            session.activity_id.name,
        )

    def _reason_blocked(self, item, session):
        return self.env._("Your account is suspended: contact the town hall.")

    def _reason_not_open_yet(self, item, session):
        return self.env._(
            "Bookings open on %s.",
            self.limit_words(session.activity_id.booking_opening),
        )

    def _reason_too_late(self, item, session):
        words = self.limit_words(session._limit("booking"))
        if not words:
            return self.env._("Families cannot book this service themselves.")
        return self.env._("Too late: bookings closed on %s.", words)

    def _reason_full(self, item, session):
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
