"""Payments in advance, and what proves that one was paid back."""

from odoo import fields, models

from odoo.addons.espace_famille.models.core.guards import allow

from ..core.guards import STATING


class AccountPayment(models.Model):
    _inherit = "account.payment"

    espace_top_up = fields.Boolean(
        "Paid in Advance",
        readonly=True,
        copy=False,
        help="For the prepaid account of the family, not for an invoice.",
    )
    espace_proof = fields.Char(
        "Proof of the Refund",
        readonly=True,
        copy=False,
        help="The receipt that the family signed, or the order of the transfer.",
    )

    def _espace_mark_top_up(self):
        """Note that these were paid in advance, and by whom for the first time."""
        stated = allow(self, STATING)
        stated.write({"espace_top_up": True})
        new_sudo = self.espace_family_id.sudo().filtered(lambda f: not f.purse_since)
        new_sudo.write({"purse_since": fields.Datetime.now()})
