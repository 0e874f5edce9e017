from odoo import fields, models

from ...domain import settlement
from ..core.groups import MONEY
from ..tariff.pricer import Pricer


class EspaceReservation(models.Model):
    """Days that are taken from packs, and given back to them."""

    _inherit = "espace.reservation"

    pack_id = fields.Many2one(
        "espace.pack",
        "Pack of Days",
        index="btree_not_null",
        ondelete="restrict",
        readonly=True,
        copy=False,
        groups=MONEY,
    )

    def _settle_packs(self):
        """Give back the days of packs that these use no more; take those they may.

        Whoever is charged first takes a day first, of bookings charged together the
        earliest; of the pack that ends first. What was charged before stays.
        """
        sells = self.env["espace.rulebook"]._sells_packs
        selling = {company for company in self.company_id if sells(company)}
        own = self.filtered(lambda booking: booking.company_id in selling)
        if not own:
            return
        pricer = Pricer(self.env)
        freed = own.filtered(
            lambda booking: booking.pack_id and not booking._uses_pack(pricer)
        )
        left = freed.pack_id
        left._lock()
        freed.pack_id = False
        asking = own.filtered(
            lambda booking: not booking.pack_id and booking._may_use_pack(pricer)
        )
        asking._take_packs()
        left.filtered(lambda pack: pack.state == "ended").due_ids._settle()

    def _take_packs(self):
        """Take a day each of what packs have left, the earliest first."""
        packs = self._packs_open()
        if not packs:
            return
        packs._lock()
        used, charged = packs._used(), self._charged()
        left = {pack: pack.days - used.get(pack.id, 0) for pack in packs}
        for booking in self.sorted(lambda booking: (booking.date, booking.id)):
            if charged.get(booking.id):
                continue
            for pack in packs:
                if left[pack] > 0 and pack._fits(
                    booking.child_id,
                    booking.family_id,
                    booking.product_id,
                    booking.date,
                ):
                    booking.pack_id = pack
                    left[pack] -= 1
                    break

    def _packs_open(self):
        """Return the packs, as superuser, that may have days left for these."""
        if not self:
            return self.env["espace.pack"].sudo()
        return (
            self.env["espace.pack"]
            .sudo()
            .search(
                [
                    ("state", "=", "in_force"),
                    ("child_id", "in", self.child_id.ids),
                    ("family_id", "in", self.family_id.ids),
                    ("date_to", ">=", min(self.mapped("date"))),
                    ("date_from", "<=", max(self.mapped("date"))),
                ],
                order="date_to, id",
            )
        )

    def _uses_pack(self, pricer):
        """Tell whether a booking still uses the day that it took."""
        self.ensure_one()
        pack = self.pack_id
        return (
            pack.state != "cancelled"
            and pack._fits(self.child_id, self.family_id, self.product_id, self.date)
            and self._may_use_pack(pricer)
        )

    def _may_use_pack(self, pricer):
        """Tell whether a booking is one that takes a day; a flat price goes before."""
        self.ensure_one()
        return (
            settlement.takes_a_day(self._settlement_facts())
            and not self.activity_id.is_emergency
            and not pricer.is_included(
                self.product_id, self.child_id, self.family_id, self.date
            )
        )
