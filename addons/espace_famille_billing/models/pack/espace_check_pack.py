"""What must always be true of packs of days."""

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.espace_famille.models.core.espace_check import Invariant

from ..tariff.pricer import Pricer


class EspaceCheck(models.AbstractModel):
    _inherit = "espace.check"

    @api.model
    def _pack_invariants(self):
        return [
            Invariant(
                "pack_days",
                self.env._("No pack gives more days than it has."),
                self.env._("More days were taken from these packs than they have."),
            ),
            Invariant(
                "pack_uses",
                self.env._(
                    "What takes a day of a pack is a booking that is due, of its "
                    "child, family, options and dates."
                ),
                self.env._(
                    "These bookings hold days of packs that are not theirs: settle "
                    "them again."
                ),
            ),
            Invariant(
                "pack_owes",
                self.env._("A pack owes one price."),
                self.env._("These packs owe none, or several."),
            ),
        ]

    @api.model
    def _find_pack_days(self, companies):
        return self._select(
            "espace.pack",
            SQL(
                """
                SELECT pack.id FROM espace_pack pack
                WHERE company_id IN %s AND (
                    SELECT count(*) FROM espace_reservation WHERE pack_id = pack.id
                ) > pack.days
                """,
                tuple(companies.ids),
            ),
        )

    @api.model
    def _find_pack_uses(self, companies):
        bookings = (
            self.env["espace.reservation"]
            .sudo()
            .search([("company_id", "in", companies.ids), ("pack_id", "!=", False)])
        )
        pricer = Pricer(self.env)
        return bookings.filtered(lambda booking: not booking._uses_pack(pricer))

    @api.model
    def _find_pack_owes(self, companies):
        return self._select(
            "espace.pack",
            SQL(
                """
                SELECT pack.id FROM espace_pack pack
                WHERE company_id IN %s AND (
                    SELECT count(*) FROM espace_flat_due WHERE pack_id = pack.id
                ) != 1
                """,
                tuple(companies.ids),
            ),
        )
