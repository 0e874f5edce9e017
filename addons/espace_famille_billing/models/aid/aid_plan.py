"""Which third party pays what of charges that are about to be invoiced."""

from collections import defaultdict
from decimal import Decimal

from ...domain import aid as rule
from ..core.amounts import to_decimal


class AidPlan:
    """The decisions of some families, and what is used of their limits.

    What is planned counts as used, so that charges may be planned one after the other.
    """

    def __init__(self, env, families):
        self.env = env
        self.aids = (
            env["espace.aid"]
            .sudo()
            .search([("family_id", "in", families.ids)], order="sequence, id")
        )
        self.used = self.aids._used()

    def vals(self, charges):
        """Return the values of the charges by which third parties pay a part of these.

        Of each booking what these charges add up to is shared, if it asks for anything;
        limits are used up in the order of the days.
        """
        if not self.aids:
            return []
        own = charges.filtered(lambda c: not c.aid_id)
        bookings = own.grouped(lambda charge: charge._owner()).values()
        return [
            vals
            for asked in sorted(bookings, key=lambda c: (c[0].date, min(c.ids)))
            for vals in self._of_booking(asked)
        ]

    def paid(self, prices):
        """Return {booking: euros above 0} that third parties would pay of prices.

        :param prices: [(`espace.reservation`, Decimal)] of what is not booked yet
        """
        return {
            booking: sum(
                (part for _aid, part, _limited in self._parts(booking, booking, price)),
                Decimal(0),
            )
            for booking, price in sorted(prices, key=lambda p: (p[0].date, p[0].id))
        }

    def _of_booking(self, charges):
        total = charges._total()
        last = charges.filtered(lambda c: c.amount > 0).sorted("id")[-1:]
        for aid, part, limited in self._parts(last, last._owner(), total):
            yield last._prepare_aid(aid, -part, aid._words(total, part, limited))

    def _parts(self, about, booking, total):
        """Yield (decision, euros, whether its ceiling made it less) of a price.

        :param about: a record that says family, child, activity and date
        """
        rest = total
        for aid in self.aids if total > 0 else ():
            if not aid._covers(about):
                continue
            part, limited = self._part(aid, booking, total, rest)
            if part:
                rest -= part
                yield aid, part, limited

    def _part(self, aid, booking, total, rest):
        """Return what an aid pays, and whether one of its ceilings made it less."""
        used = self.used[aid.id]
        day, child = booking.date, booking.child_id.id
        # A month at a flat price counts as a booking: see `espace.aid._used`.
        is_due = booking._name == "espace.flat.due"
        number = -booking.id if is_due else booking.id
        buckets = [
            (rule.bucket(scope, day, child, number), limit, ceiling)
            for scope, limit, ceiling in aid._limits()
        ]
        share = to_decimal(aid._share())
        left = [limit - used[key] for key, limit, _ceiling in buckets]
        part = rule.granted(total, share, rest, left)
        free = [limit - used[key] for key, limit, ceiling in buckets if not ceiling]
        limited = part < rule.granted(total, share, rest, free)
        for key, _limit, _ceiling in buckets:
            used[key] += part
        return part, limited


def no_use():
    return defaultdict(Decimal)
