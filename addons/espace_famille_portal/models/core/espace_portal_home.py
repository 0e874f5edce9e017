from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.espace_famille.domain.booking import SEAT_STATES

NEXT_DAYS = 7
WARNED_DAYS = 10
SHOWN_NEWS = 3


class EspacePortalHome(models.AbstractModel):
    """The first page of a parent: what is due, what comes, what to book in time."""

    _name = "espace.portal.home"
    _description = "Portal: Home"

    @api.model
    def _read(self, family, now=None):
        now = now or fields.Datetime.now()
        owed = family._portal_owed()
        return {
            "cart": self.env["espace.portal.cart"]._summary(family, now),
            "hold": family._portal_hold(),
            "due": owed["owed"],
            "deducted": owed["deducted"],
            "next_days": self._next_days(family, now),
            "limits": self._limits(family, now),
            "proofs": self.env["espace.portal.absence"]._awaited(family),
            "news": self._news(family, now),
        }

    @api.model
    def _news(self, family, now):
        """Return [(id, title, alert or not, unread or not)] of the first news."""
        news_sudo = self.env["espace.news"]._for_family(family, now)[:SHOWN_NEWS]
        unread_sudo = news_sudo._unread(self.env.user)
        return [
            (one.id, one.name, one.kind in ("alert", "closure"), one in unread_sudo)
            for one in news_sudo
        ]

    # === The next days === #

    @api.model
    def _next_days(self, family, now):
        """Return [(child's first name, [(day in words, [(option, hours, state)])])]."""
        company = family.company_id
        today = company._espace_today(now)
        reservations_sudo = (
            self.env["espace.reservation"]
            .sudo()
            .search(
                [
                    ("family_id", "=", family.id),
                    ("state", "in", [*SEAT_STATES, "waiting"]),
                    ("date", ">=", today),
                    ("date", "<=", today + timedelta(days=NEXT_DAYS)),
                ]
            )
        )
        words = dict(
            reservations_sudo._fields["state"]._description_selection(self.env)
        )
        children = []
        for child in family.child_ids:
            own = reservations_sudo.filtered(lambda r, child=child: r.child_id == child)
            days = [
                (
                    company._espace_day_words(day),
                    [
                        (
                            r.product_id.name,
                            self._state_words(r, words),
                        )
                        for r in sorted(
                            of_day, key=lambda r: r.product_id.espace_time_from
                        )
                    ],
                )
                for day, of_day in sorted(own.grouped("date").items())
            ]
            children.append((child.firstname, days))
        return children

    @api.model
    def _state_words(self, reservation, words):
        """Say the state of a booking, with the rank of those that wait."""
        if reservation.state == "confirmed":
            return reservation.absence_words
        if reservation.state == "waiting":
            return self.env._("Waiting list, rank %s", reservation.waiting_rank)
        return words[reservation.state]

    # === Limits that approach === #

    @api.model
    def _limits(self, family, now):
        """Return the next limit of each activity that the family may still use.

        :return: list of dicts: activity, days and limit in words, first to come first
        """
        horizon = now + timedelta(days=WARNED_DAYS)
        sessions_sudo = (
            self.env["espace.session"]
            .sudo()
            .search(
                [
                    ("company_id", "=", family.company_id.id),
                    ("state", "=", "open"),
                    ("booking_cutoff", ">", now),
                    ("booking_cutoff", "<=", horizon),
                ],
                order="booking_cutoff, date",
            )
        )
        next_sessions = {}
        for session in sessions_sudo:
            group = next_sessions.setdefault(session.activity_id, session)
            if group[:1].booking_cutoff == session.booking_cutoff:
                next_sessions[session.activity_id] = group | session
        bookable = self._bookable(family, next_sessions, now)
        return [
            self._limit_words(activity, sessions)
            for activity, sessions in next_sessions.items()
            if activity.id in bookable
        ]

    @api.model
    def _bookable(self, family, next_sessions, now):
        """Return the activities where a child could still be booked."""
        items = [
            (child.id, product.id, session.date)
            for activity, sessions in next_sessions.items()
            for product in activity.product_ids.product_variant_ids
            for child in family.child_ids
            for session in sessions
        ]
        quotes = self.env["espace.reservation"].sudo()._quote(family, items, now)
        products_sudo = self.env["product.product"].sudo()
        return {
            products_sudo.browse(quote.product_id).espace_activity_id.id
            for quote in quotes
            if quote.status == "available"
        }

    @api.model
    def _limit_words(self, activity, sessions):
        company = activity.company_id
        return {
            "activity": activity.name,
            "words": self.env._(
                "%(days)s: book before %(limit)s",
                days=self._days_words(company, sessions.mapped("date")),
                limit=company._espace_limit_words(sessions[0].booking_cutoff),
            ),
            "date": min(sessions.mapped("date")).isoformat(),
        }

    @api.model
    def _days_words(self, company, days):
        first, last = min(days), max(days)
        if first != last and first.isocalendar()[:2] == last.isocalendar()[:2]:
            monday = first - timedelta(days=first.weekday())
            return self.env._("week of %s", company._espace_date_words(monday))
        return company._espace_span_words(first, last)
