"""Charges of months at a flat price, and of packs: of no booking."""

from odoo import fields, models


class EspaceCharge(models.Model):
    _inherit = "espace.charge"

    flat_due_id = fields.Many2one(
        "espace.flat.due",
        "Month of a Subscription, or Pack",
        index="btree_not_null",
        ondelete="restrict",
        readonly=True,
        copy=False,
    )

    _of_one = models.Constraint(
        "CHECK(num_nonnulls(reservation_id, flat_due_id) = 1)",
        "A charge is of a booking, or of a month at a flat price or a pack.",
    )

    def _owner(self):
        """Return what this is charged for: a booking, or a month or a pack."""
        return self.reservation_id or self.flat_due_id

    def _owners_charges(self):
        """Return all the charges of what these are charged for."""
        return self.reservation_id.charge_ids | self.flat_due_id.charge_ids

    def _same_owners(self):
        """Return the domain of the charges of what these are charged for."""
        domain = fields.Domain("reservation_id", "in", self.reservation_id.ids)
        dues = self.flat_due_id
        return domain | fields.Domain("flat_due_id", "in", dues.ids) if dues else domain
