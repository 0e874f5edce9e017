import logging
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models

from odoo.addons.espace_famille.domain.booking import SEAT_STATES
from odoo.addons.espace_famille.models.core.batch import one_by_one

from ...domain.reminders import (
    LOOKED_BACK,
    Cart,
    is_daytime,
    is_expected,
    is_forgotten,
    is_near,
)

_logger = logging.getLogger(__name__)

CHOICES = "/my/foyer#notifications"


@dataclass(frozen=True, slots=True)
class Limit:
    """The sessions of one activity that one booking limit decides about."""

    sessions: models.Model

    @property
    def key(self):
        first = self.sessions[0]
        return f"{first.activity_id.id}:{first.booking_cutoff:%Y%m%d%H%M}"

    @property
    def activity(self):
        return self.sessions[0].activity_id

    @property
    def days(self):
        return sorted(self.sessions.mapped("date"))


class Job(NamedTuple):
    """One e-mail to write: by which method, to which family, of what."""

    remind: Callable
    family: models.Model
    what: object

    def __str__(self):
        return str(self.family)

    def do(self, now):
        self.remind(self.family, self.what, now)


class EspaceBookingReminder(models.Model):
    """A family was reminded of its cart or of a limit: it is reminded once.

    Whom to write to is found with a number of queries that does not depend on the
    number of families; only those that are written to are looked at one by one.
    """

    _name = "espace.booking.reminder"
    _description = "Reminder to Book"
    _order = "sent_at desc, id desc"
    _log_access = False

    family_id = fields.Many2one("espace.family", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="family_id.company_id", store=True)
    kind = fields.Selection(
        [("cart", "Cart"), ("limit", "Limit")], required=True, readonly=True
    )
    key = fields.Char("Of What", required=True, readonly=True)
    sent_at = fields.Datetime("Sent on", required=True, readonly=True, index=True)

    _once = models.UniqueIndex(
        "(family_id, kind, key)", "The family was reminded of it already."
    )

    @api.model
    def _cron_remind(self, now=None):
        """Remind the families of all communes where it is day, one by one."""
        now = now or fields.Datetime.now()
        work = [
            job
            for company in self.env["res.company"].search([])
            if is_daytime(company._espace_local(now))
            for job in self.with_company(company)._to_remind(company, now)
        ]
        one_by_one(
            self.env, work, lambda job: job.do(now), _logger, "%s was not reminded"
        )

    @api.model
    def _to_remind(self, company, now):
        """Return what to do, as a list of `Job`."""
        work = []
        if company.espace_remind_cart:
            carts = self._forgotten_carts(company, now)
            work += [Job(self._remind_cart, *pair) for pair in carts.items()]
        if company.espace_remind_limits:
            limits = self._unused_limits(company, now)
            work += [Job(self._remind_limits, *pair) for pair in limits.items()]
        return work + self._to_push(company, now)

    @api.model
    def _readers(self, families, choice):
        """Return {family: guardians} who book on the portal and want these e-mails."""
        guardians = self.env["espace.guardian"].search(
            [
                ("family_id", "in", families.ids),
                ("family_id.active", "=", True),
                ("may_book", "=", True),
                (choice, "=", True),
                ("email_normalized", "!=", False),
                ("person_id.user_ids.active", "=", True),
            ]
        )
        return guardians.grouped("family_id")

    @api.model
    def _known(self, kind, families):
        """Return {(family id, key)} of what these families were reminded of."""
        return {
            (reminder.family_id.id, reminder.key)
            for reminder in self.search_fetch(
                [("kind", "=", kind), ("family_id", "in", families.ids)],
                ["family_id", "key"],
            )
        }

    @api.model
    def _send(self, family, kind, keys, words, guardians, now):
        """Write to a family, and remember of what."""
        self.create(
            [
                {"family_id": family.id, "kind": kind, "key": key, "sent_at": now}
                for key in keys
            ]
        )
        choices = f"{family.get_base_url()}{CHOICES}"
        family._mail_template(
            f"mail_template_reminder_{kind}",
            {**words, "choices": choices},
            guardians,
            headers={"List-Unsubscribe": f"<{choices}>"},
        )

    # === Forgotten carts === #

    @api.model
    def _forgotten_carts(self, company, now):
        """Return {family: its `Cart`} of those to be reminded."""
        lies_since = timedelta(hours=company.espace_remind_cart_hours)
        limit_within = timedelta(hours=company.espace_remind_cart_limit_hours)
        return self._carts_left(
            company, now, lies_since, limit_within, "cart", "notify_cart"
        )

    @api.model
    def _carts_left(self, company, now, lies_since, limit_within, kind, choice):
        """Return {family: its `Cart`} that were not told of, as guardians chose it.

        :param str kind: of the reminder
        :param str choice: the field of guardians who want it
        """
        forgotten = {
            family: cart
            for family, cart in self._carts(company, now).items()
            if is_forgotten(cart, now, lies_since, limit_within)
        }
        families = self.env["espace.family"].union(*forgotten)
        known = self._known(kind, families)
        readers = self._readers(families, choice)
        return {
            family: cart
            for family, cart in forgotten.items()
            if family in readers and (family.id, cart.key) not in known
        }

    @api.model
    def _carts(self, company, now):
        """Return {family: `Cart`} of all families with something to come in theirs."""
        groups = self.env["espace.reservation"]._read_group(
            [
                ("state", "=", "draft"),
                ("company_id", "=", company.id),
                ("date", ">=", company._espace_today(now)),
            ],
            ["family_id"],
            ["id:array_agg", "create_date:max", "session_id:recordset"],
        )
        return {
            family: Cart(
                tuple(ids),
                touched,
                tuple(filter(None, sessions.mapped("booking_cutoff"))),
            )
            for family, ids, touched, sessions in groups
        }

    @api.model
    def _remind_cart(self, family, cart, now):
        """Write what waits in the cart, if any of it can still be booked."""
        family = family._in_own_words()
        content = self.with_env(family.env).env["espace.portal.cart"]._read(family, now)
        if content["kept_count"]:
            guardians = self._readers(family, "notify_cart")[family]
            content["groups"] = [
                (part.name, self._cart_lines(part)) for part in content["groups"]
            ]
            self._send(family, "cart", [cart.key], content, guardians, now)

    @api.model
    def _cart_lines(self, part):
        """Return the `Line`s of a child of the cart: an e-mail shows each day."""
        return [
            line
            for entry in part.entries
            for _month, lines in entry.months
            for line in lines
        ]

    # === Limits that approach === #

    @api.model
    def _unused_limits(self, company, now):
        """Return {family: {`Limit`: children expected and not booked}}."""
        limits = self._near_limits(company, now, company.espace_remind_limit_days)
        return self._limits_left(limits, now, "limit", "notify_limits")

    @api.model
    def _limits_left(self, limits, now, kind, choice):
        """Return {family: {`Limit`: children}} that were not told of, see above.

        :param str kind: of the reminder
        :param str choice: the field of guardians who want it
        """
        expected = defaultdict(dict)
        enrolled = self._enrolled(limits)
        for limit in limits:
            for child in self._forgotten_children(limit, enrolled, now):
                for family in child.family_ids:
                    known = expected[family].get(limit, child.browse())
                    expected[family][limit] = known | child
        families = self.env["espace.family"].union(*expected)
        reminded = self._known(kind, families)
        readers = self._readers(families, choice)
        return {
            family: left
            for family, of_family in expected.items()
            if family in readers
            and (
                left := {
                    limit: children
                    for limit, children in of_family.items()
                    if (family.id, limit.key) not in reminded
                }
            )
        }

    @api.model
    def _near_limits(self, company, now, days):
        """Return the limits at most `days` days away, the first to come first."""
        sessions = self.env["espace.session"].search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "open"),
                ("booking_cutoff", ">", now),
                ("booking_cutoff", "<=", now + timedelta(days=days + 2)),
            ],
            order="booking_cutoff, date",
        )
        local_now = company._espace_local(now)
        return [
            Limit(group)
            for (_activity, cutoff), group in sessions.grouped(
                lambda session: (session.activity_id, session.booking_cutoff)
            ).items()
            if is_near(company._espace_local(cutoff), local_now, days)
        ]

    @api.model
    def _enrolled(self, limits):
        """Return [(activity, child, from, to)] approved for these activities."""
        activities = self.env["espace.activity"].union(
            *(one.activity for one in limits)
        )
        enrolments = self.env["espace.enrolment"].search_fetch(
            [
                ("activity_id", "in", activities.ids),
                ("state", "=", "approved"),
                ("child_id.active", "=", True),
            ],
            ["activity_id", "child_id", "date_from", "date_to"],
        )
        return [
            (one.activity_id, one.child_id, one.date_from, one.date_to)
            for one in enrolments
        ]

    @api.model
    def _forgotten_children(self, limit, enrolled, now):
        """Return the children expected on the days of a limit and booked on none."""
        first, last = limit.days[0], limit.days[-1]
        of_activity = {
            child
            for activity, child, date_from, date_to in enrolled
            if activity == limit.activity and date_from <= last and date_to >= first
        }
        booked = self._booked_lately(limit.activity, now)
        taken = self._booked_on(limit.sessions)
        children = self.env["espace.child"].union(
            *(
                child
                for child in of_activity | booked.keys()
                if child not in taken
                and is_expected(booked.get(child, ()), limit.days, child in of_activity)
            )
        )
        return children.filtered("active")

    @api.model
    def _booked_lately(self, activity, now):
        """Return {child: its days of that activity in the last weeks}."""
        today = activity.company_id._espace_today(now)
        groups = self.env["espace.reservation"]._read_group(
            [
                ("activity_id", "=", activity.id),
                ("state", "in", SEAT_STATES),
                ("date", ">=", today - LOOKED_BACK),
                ("date", "<", today),
            ],
            ["child_id"],
            ["date:array_agg"],
        )
        return dict(groups)

    @api.model
    def _booked_on(self, sessions):
        """Return the children with anything on these sessions, the cart included."""
        groups = self.env["espace.reservation"]._read_group(
            [
                ("session_id", "in", sessions.ids),
                ("state", "in", [*SEAT_STATES, "waiting", "draft"]),
            ],
            ["child_id"],
        )
        return {child for [child] in groups}

    @api.model
    def _remind_limits(self, family, limits, now):
        """Write which limits approach for which children, if they can be booked."""
        family = family._in_own_words()
        bookable = self._bookable(family, limits, now)
        if not bookable:
            return
        speaking = self.with_env(family.env)
        words = [
            {
                **speaking._limit_words(family.company_id, limit),
                "children": children.sorted().mapped("firstname"),
            }
            for limit, children in bookable.items()
        ]
        guardians = self._readers(family, "notify_limits")[family]
        keys = [limit.key for limit in bookable]
        self._send(family, "limit", keys, {"limits": words}, guardians, now)

    @api.model
    def _limit_words(self, company, limit):
        """Return what the e-mail says of a `Limit`, in the language of `self`."""
        home = self.env["espace.portal.home"]
        first, last = limit.days[0], limit.days[-1]
        return {
            "activity": limit.activity.with_env(self.env).name,
            "words": self.env._(
                "%(days)s: book before %(limit)s",
                days=home._span_words(company, first, last),
                limit=company._espace_limit_words(limit.sessions[0].booking_cutoff),
            ),
            "date": first.isoformat(),
        }

    @api.model
    def _bookable(self, family, limits, now):
        """Return {limit: children} of those who can be booked, as on the page."""
        asked = [
            (limit, child, session)
            for limit, children in limits.items()
            for child in children
            for session in limit.sessions
        ]
        items = [
            (child.id, product.id, session.date)
            for limit, child, session in asked
            for product in limit.activity.product_ids.product_variant_ids
        ]
        quotes = self.env["espace.reservation"]._quote(family, items, now)
        free = {(q.child_id, q.session_id) for q in quotes if q.status == "available"}
        bookable = {}
        for limit, child, session in asked:
            if (child.id, session.id) in free:
                bookable[limit] = bookable.get(limit, child.browse()) | child
        return bookable

    @api.autovacuum
    def _gc_old(self):
        """Forget reminders of days long gone."""
        old = fields.Datetime.now() - timedelta(days=400)
        self.search([("sent_at", "<", old)]).unlink()
