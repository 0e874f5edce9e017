from odoo import models


class EspaceCharge(models.Model):
    """Charges that are not invoiced and are replaced by others."""

    _inherit = "espace.charge"

    def _undo(self):
        """Undo these charges, none of which is invoiced; the old ones stay readable.

        :return: one new charge a booking, but for those that amount to nothing
        """
        undone = [
            charges
            for charges in self.grouped("reservation_id").values()
            if charges._total()
        ]
        undoing = self.create([charges._prepare_undoing() for charges in undone])
        for charge, charges in zip(undoing, undone, strict=True):
            charges.offset_charge_id = charge
        return undoing

    def _prepare_undoing(self):
        """Return the charge that undoes these, which are of one booking."""
        last = self.browse(max(self.ids)).with_prefetch(self._prefetch_ids)
        amount = -self._total()
        in_words = self.with_context(lang=last.family_id.lang)
        return {
            **last._about(),
            "quantity": 1 if amount > 0 else -1,
            "unit_price": float(abs(amount)),
            "amount": float(amount),
            "explanation": in_words.env._("Replaced: the price has changed"),
            "offset_charge_id": last.id,
            "state": "offset",
        }
