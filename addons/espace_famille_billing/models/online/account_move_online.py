"""What a family is asked online for places that wait: their price less its credits."""

from odoo import models
from odoo.exceptions import UserError

from ..core.amounts import to_decimal


class AccountMove(models.Model):
    _inherit = "account.move"

    def _espace_asked(self):
        """Return the euros left to pay of this draft once credits are used, as Decimal.

        Nothing is set aside: whoever needs the credit first has it. What is asked is
        found again each time, last when the money comes.
        """
        self.ensure_one()
        return max(to_decimal(self.amount_total) - self._espace_usable_credit(), 0)

    def _espace_usable_credit(self):
        """Return the euros that posting this draft would take from open credits."""
        self.ensure_one()
        accounts = self._espace_receivable_lines().account_id
        credits_sudo = self.espace_family_id._espace_open_lines("credit").sudo()
        usable = credits_sudo.filtered(lambda line: line.account_id in accounts)
        return sum(
            (-to_decimal(line.amount_residual) for line in usable), to_decimal(0)
        )

    def _espace_confirm_by_credit(self):
        """Post this draft, whose price is covered: its bookings are confirmed.

        :raise UserError: the credit was used meanwhile, or never was enough
        """
        self.ensure_one()
        if self.state != "draft" or self._espace_asked():
            raise UserError(
                self.env._(
                    "Your credit does not cover these bookings any more: pay the "
                    "amount shown."
                )
            )
        self._post(soft=False)
