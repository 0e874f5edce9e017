"""What a family may pay online: its debts, and places that wait, less its credits."""

from decimal import Decimal

from odoo import models
from odoo.exceptions import UserError, ValidationError

from ..core.amounts import to_decimal


class AccountMove(models.Model):
    _inherit = "account.move"

    def _has_to_be_paid(self):
        """Let families pay although a transaction without money hangs on the invoice.

        Odoo waits for its result for ever. What went to the public accountant is not
        paid here any more.
        """
        if self.sudo().espace_transmitted_on:
            return False
        if super()._has_to_be_paid():
            return True
        hanging = self.espace_family_id and self.sudo().transaction_ids.filtered(
            lambda tx: tx.state in ("pending", "authorized")
        )
        return bool(
            hanging
            and not any(tx._espace_carries_money() for tx in hanging)
            and self.state == "posted"
            and self.move_type == "out_invoice"
            and self.payment_state in ("not_paid", "in_payment", "partial")
            and self.amount_residual > 0
        )

    def _espace_check_payment(self, amount):
        """Refuse what a browser wants to pay for these invoices, unless it fits.

        :param amount: euros, as the browser sends them
        :raise ValidationError: it is no sum above 0, or more than is due
        """
        is_number = isinstance(amount, int | float) and not isinstance(amount, bool)
        due = sum((move._espace_due_online() for move in self), Decimal(0))
        # Written so that what is not a number (NaN) is refused too.
        if not (is_number and 0 < amount < 10**9 and 0 < to_decimal(amount) <= due):
            raise ValidationError(
                self.env._(
                    "This amount cannot be paid: choose one above zero that is not "
                    "more than what is due."
                )
            )

    def _espace_due_online(self):
        """Return the euros that may be paid online for this now, as Decimal."""
        self.ensure_one()
        if self.espace_payment_on_its_way:
            return Decimal(0)
        if self.state == "draft":
            states = self.espace_reservation_ids.mapped("state")
            return Decimal("pending_payment" in states and self._espace_asked())
        return to_decimal(self.amount_residual if self._has_to_be_paid() else 0)

    def _espace_asked(self):
        """Return the euros left to pay of this draft once credits are used, as Decimal.

        Nothing is set aside: whoever needs the credit first has it. What is asked is
        found again each time, last when the money comes.
        """
        self.ensure_one()
        return max(to_decimal(self.amount_total) - self._espace_usable_credit(), 0)

    def _espace_usable_credit(self):
        """Return the euros of credits that posting this draft would use, as Decimal.

        What the family owes already takes them first.
        """
        self.ensure_one()
        family = self.espace_family_id
        accounts = self._espace_receivable_lines().account_id
        elsewhere = family._espace_open_lines("credit").filtered(
            lambda line: line.account_id not in accounts
        )
        lost = sum(to_decimal(line.amount_residual) for line in elsewhere.sudo())
        asked = [(self._espace_regie_key(), to_decimal(self.amount_total))]
        return max(family._espace_net().usable(asked) + lost, Decimal(0))

    def _espace_confirm_by_credit(self):
        """Post this draft, whose price is covered: its bookings are confirmed.

        :raise UserError: the credit was used meanwhile, or never was enough
        """
        self.ensure_one()
        self.espace_family_id._espace_give_back()
        if self.state != "draft" or self._espace_asked():
            raise UserError(
                self.env._(
                    "Your credit does not cover these bookings any more: pay the "
                    "amount shown."
                )
            )
        self._post(soft=False)
