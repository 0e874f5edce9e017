from datetime import timedelta

from odoo import api, fields, models

from ..notice.espace_booking_reminder import Job

# What is told of a limit that comes in a day: once, whatever was sent by e-mail.
WITHIN = timedelta(hours=24)
NEVER = timedelta.max


class EspaceBookingReminder(models.Model):
    """Devices are told of limits as e-mails are written, by choices of their own."""

    _inherit = "espace.booking.reminder"

    kind = fields.Selection(
        selection_add=[
            ("push_cart", "Cart, on Devices"),
            ("push_limit", "Limit, on Devices"),
        ],
        ondelete={"push_cart": "cascade", "push_limit": "cascade"},
    )

    @api.model
    def _to_push(self, company, now):
        """Return what to tell on devices, as a list of `Job`."""
        device_sudo = self.env["mail.push.device"].sudo()
        if not device_sudo.search_count([("espace_of_family", "=", True)], limit=1):
            return []
        carts = self._carts_left(company, now, NEVER, WITHIN, "push_cart", "push_limit")
        limits = [
            limit
            for limit in self._near_limits(company, now, 1)
            if limit.sessions[0].booking_cutoff <= now + WITHIN
        ]
        left = self._limits_left(limits, now, "push_limit", "push_limit")
        return [Job(self._push_cart, *pair) for pair in carts.items()] + [
            Job(self._push_limits, *pair) for pair in left.items()
        ]

    @api.model
    def _push_cart(self, family, cart, now):
        family = family._in_own_words()
        first = min(limit for limit in cart.limits if limit > now)
        text = family.env._(
            "Your cart is not validated: the first limit is %s.",
            family.company_id._espace_limit_words(first),
        )
        self._told(family, "push_cart", [cart.key], now)
        family.env["espace.push"]._tell(family, "limit", text, "/my/panier", now, first)

    @api.model
    def _push_limits(self, family, limits, now):
        family = family._in_own_words()
        bookable = self._bookable(family, limits, now)
        if not bookable:
            return
        self._told(family, "push_limit", [limit.key for limit in bookable], now)
        for limit, children in bookable.items():
            cutoff = limit.sessions[0].booking_cutoff
            text = family.env._(
                "%(children)s: nothing is booked, %(activity)s. Limit: %(limit)s.",
                children=", ".join(children.sorted().mapped("firstname")),
                activity=limit.activity.with_env(family.env).name,
                limit=family.company_id._espace_limit_words(cutoff),
            )
            family.env["espace.push"]._tell(
                family,
                "limit",
                text,
                f"/my/reservations?date={limit.days[0].isoformat()}",
                now,
                cutoff,
            )

    @api.model
    def _told(self, family, kind, keys, now):
        self.create(
            [
                {"family_id": family.id, "kind": kind, "key": key, "sent_at": now}
                for key in keys
            ]
        )
