from odoo import models
from odoo.exceptions import UserError

from ...domain.sent import read_id


class EspaceFamily(models.Model):
    """Packs of days (carnets), as the family's pages say them."""

    _inherit = "espace.family"

    # === The page === #

    def _portal_sells_packs(self):
        """Tell whether there is anything to read of packs."""
        self.ensure_one()
        sells = self.env["espace.rulebook"]._sells_packs(self.company_id)
        return sells and bool(self._portal_pack_formulas() or self._portal_own_packs())

    def _portal_pack_formulas(self):
        return (
            self.env["espace.pack.formula"]
            .sudo()
            .search([("company_id", "=", self.company_id.id)])
        )

    def _portal_own_packs(self):
        return self.sudo().espace_pack_ids.filtered(lambda p: p.state != "cancelled")

    def _portal_packs(self):
        """Return what the page shows: what the family has, and what is on sale."""
        self.ensure_one()
        return {
            "packs": [self._portal_pack(pack) for pack in self._portal_own_packs()],
            "pack_formulas": [
                self._portal_offer(formula, "pack")
                for formula in self._portal_pack_formulas()
            ],
        }

    def _portal_pack(self, pack_sudo):
        company = self.company_id
        day = company._espace_format_day
        return {
            "id": pack_sudo.id,
            "name": pack_sudo.formula_id.name,
            "child": pack_sudo.child_id.name,
            "from": day(pack_sudo.date_from, "d MMMM y"),
            "to": day(pack_sudo.date_to, "d MMMM y"),
            "ended": pack_sudo.state == "ended",
            "left": self.env._(
                "%(left)s of %(days)s days left",
                left=pack_sudo.left,
                days=pack_sudo.days,
            ),
            "used": [
                day(booking.date, "EEE d MMM")
                for booking in pack_sudo.reservation_ids.sorted("date")
            ],
            "amount": company._espace_amount_words(pack_sudo.charged_amount),
            "why": pack_sudo.due_ids.explanation or "",
        }

    # === What parents buy === #

    def _portal_buy_pack(self, child_id, formula_id, is_agreed):
        """Buy a pack for a child, today; return what to say.

        Nothing of it is believed: child and pack are looked for among those that the
        page offers, and the price is that of the tariff.

        :raise UserError: with the reason in words
        """
        self._portal_check_may_book()
        formula_sudo = self._portal_pack_formulas().filtered(
            lambda formula: formula.portal and formula.id == read_id(formula_id)
        )
        price = {
            child.id: price
            for child, price in self._portal_offer_prices(formula_sudo, "pack")
            if formula_sudo
        }.get(read_id(child_id))
        if not formula_sudo or not price:
            raise UserError(
                self.env._("Choose a child and a pack that the page offers.")
            )
        if not is_agreed:
            raise UserError(self.env._("Tick that you buy the pack at this price."))
        pack_sudo = (
            self.env["espace.pack"]
            .sudo()
            .create(
                {
                    "formula_id": formula_sudo.id,
                    "family_id": self.id,
                    "child_id": read_id(child_id),
                    "date_from": self.company_id._espace_today(),
                    "by_parent": True,
                }
            )
        )
        return self.env._(
            "You have bought “%(pack)s” for %(child)s: its invoice comes in a moment, "
            "and each day that you book from now on takes one.",
            pack=formula_sudo.name,
            child=pack_sudo.child_id.firstname,
        )
