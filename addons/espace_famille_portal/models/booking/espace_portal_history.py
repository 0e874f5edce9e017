from datetime import timedelta
from itertools import groupby

from odoo import api, fields, models

# How far back a family reads who changed what.
SHOWN = timedelta(days=90)
MOST = 300

# What concerns the booking itself; who came, and when, stands elsewhere.
KINDS = ("booked", "state", "cancelled", "option")


class EspacePortalHistory(models.AbstractModel):
    """Who of the household booked or cancelled what, and when."""

    _name = "espace.portal.history"
    _description = "Portal: History of the Bookings"

    @api.model
    def _of_day(self, family, child, activity, day):
        """Return what happened to a day of a child, first things first.

        :return: list of words: “Booked by Camille on 3 January at 9:00”
        """
        events_sudo = self._events(
            family,
            [
                ("reservation_id.child_id", "=", child.id),
                ("reservation_id.activity_id", "=", activity.id),
                ("reservation_id.date", "=", day),
            ],
            order="id",
        )
        names = self._names(family, events_sudo)
        return [self._words(family, event, names) for event in events_sudo]

    @api.model
    def _recent(self, family, now=None):
        """Return what happened lately, last things first.

        :return: list of (day in words, list of (what, by whom and how))
        """
        now = now or fields.Datetime.now()
        company = family.company_id
        events_sudo = self._events(
            family, [("at", ">=", now - SHOWN)], order="id desc", limit=MOST
        )
        names = self._names(family, events_sudo)
        return [
            (
                company._espace_day_words(day, year=True),
                [
                    (
                        self._booking_words(event.reservation_id),
                        self._words(family, event, names, with_day=False),
                    )
                    for event in events
                ],
            )
            for day, events in groupby(
                events_sudo, key=lambda event: company._espace_local(event.at).date()
            )
        ]

    @api.model
    def _events(self, family, domain, **how):
        """Return the events of the family's own bookings, none of another household."""
        return (
            self.env["espace.reservation.event"]
            .sudo()
            .search(
                [
                    ("reservation_id.family_id", "=", family.id),
                    ("kind", "in", KINDS),
                    *domain,
                ],
                **how,
            )
        )

    @api.model
    def _names(self, family, events_sudo):
        """Return {user: who it is to the family}: guardians bear their first name.

        Who is a guardian no longer has none; agents and machines are the town hall.
        """
        persons_sudo = family.sudo().guardian_ids.person_id
        found = {}
        for user_sudo in events_sudo.user_id:
            person_sudo = user_sudo.partner_id
            if person_sudo in persons_sudo:
                found[user_sudo] = person_sudo.firstname or person_sudo.name
            elif user_sudo.share:
                found[user_sudo] = self.env._("a former guardian")
            else:
                found[user_sudo] = self.env._("the town hall")
        return found

    @api.model
    def _booking_words(self, reservation_sudo):
        company = reservation_sudo.company_id
        return ", ".join(
            [
                reservation_sudo.product_id.name,
                reservation_sudo.child_id.firstname,
                company._espace_day_words(reservation_sudo.date),
            ]
        )

    @api.model
    def _words(self, family, event, names, with_day=True):
        """Say an event: what, by whom, when."""
        company = family.company_id
        local = company._espace_local(event.at)
        values = {
            "what": self._what(event),
            "who": names[event.user_id],
            "day": company._espace_day_words(local.date()),
            "time": company._espace_time_words(local),
        }
        if with_day:
            return self.env._("%(what)s by %(who)s, %(day)s at %(time)s", **values)
        return self.env._("%(what)s by %(who)s at %(time)s", **values)

    @api.model
    def _what(self, event):
        if event.kind == "option":
            return self.env._("Changed (%s)", event.change)
        words = {
            "confirmed": self.env._("Booked"),
            "pending_payment": self.env._("Place kept for the payment"),
            "pending_approval": self.env._("Asked for"),
            "waiting": self.env._("Put on the waiting list"),
            "refused": self.env._("Refused"),
            "cancelled": self.env._("Cancelled"),
        }
        if event.new == "confirmed" and event.old == "pending_payment":
            return self.env._("Paid")
        if event.new == "confirmed" and event.old == "pending_approval":
            return self.env._("Accepted")
        if event.new == "cancelled" and event.old == "waiting":
            return self.env._("Left the waiting list")
        return words.get(event.new, event.new or "")
