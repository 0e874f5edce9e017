"""What third parties pay to a régie: with a receipt, as what families pay."""

from odoo import models

from ..core.amounts import to_decimal


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _espace_third_party_balance(self, company):
        """Return what a third party owes, in euros; a credit is below zero."""
        groups = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [
                    ("partner_id", "child_of", self.commercial_partner_id.ids),
                    ("account_id.account_type", "=", "asset_receivable"),
                    ("parent_state", "=", "posted"),
                    ("company_id", "=", company.id),
                ],
                [],
                ["balance:sum"],
            )
        )
        return float(to_decimal(groups[0][0] or 0))
