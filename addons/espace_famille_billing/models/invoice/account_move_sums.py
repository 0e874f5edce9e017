"""What became of the total of an invoice: deducted, paid, left to pay."""

from odoo import models

from ...domain import net
from ..core.amounts import to_decimal


class AccountMove(models.Model):
    _inherit = "account.move"

    def _espace_sums(self):
        """Return the `net.Sums` of these invoices of families.

        The same wherever they stand: page, bank, confirmation, e-mail. Of a draft it is
        what posting it now would deduct.
        """
        return net.add_up([net.Sums(), *(move._espace_own_sums() for move in self)])

    def _espace_own_sums(self):
        self.ensure_one()
        total = to_decimal(self.amount_total)
        if self.state == "draft":
            asked = self._espace_asked()
            return net.Sums(total, deducted=total - asked, left=asked)
        left = to_decimal(self.amount_residual)
        deducted = self._espace_deducted()
        return net.Sums(total, deducted, total - deducted - left, left)

    def _espace_deducted(self):
        """Return the euros of this invoice that credits settled, as Decimal.

        These are credit notes, and money that the family had on its account before the
        invoice was made.
        """
        self.ensure_one()
        partials = self.sudo()._espace_receivable_lines().matched_credit_ids
        return sum(
            (
                to_decimal(partial.amount)
                for partial in partials
                if partial.credit_move_id.move_id.move_type == "out_refund"
                or partial.credit_move_id.move_id.id < self.id
            ),
            to_decimal(0),
        )
