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

        Of several that wait, the one to pay first has the credit, so that none is
        counted twice; see `_espace_counted_before`. What is posted before it is paid
        takes it all the same: what is asked is found again each time, last when the
        money comes.
        """
        self.ensure_one()
        return max(to_decimal(self.amount_total) - self._espace_usable_credit(), 0)

    def _espace_usable_credit(self):
        """Return the euros of credits that posting this draft would use, as Decimal.

        What the family owes already takes them first, then what it pays before this.
        """
        self.ensure_one()
        family = self.espace_family_id
        if not family._espace_may_have_credit():
            return Decimal(0)
        accounts = self._espace_receivable_lines().account_id
        elsewhere = family._espace_open_lines("credit").filtered(
            lambda line: line.account_id not in accounts
        )
        lost = sum(to_decimal(line.amount_residual) for line in elsewhere.sudo())
        asked = [(self._espace_regie_key(), to_decimal(self.amount_total))]
        of_family = family._espace_net().without(self._espace_counted_before())
        return max(of_family.usable(asked) + lost, Decimal(0))

    def _espace_counted_before(self):
        """Return what of the credits those that are paid before this draft count on.

        :return: [(régie, euros)], as `net.Net.without` takes them
        """
        waiting = self.espace_family_id._espace_payment_moves()
        return (waiting - self)._espace_counted(self)

    def _espace_counted(self, before=None):
        """Return what of the credits these waiting drafts count on, in their order.

        First those whose payment is on its way: the bank was asked for the rest. What
        else waits has its turn as it is to be paid, until `before` has it.
        """
        on_its_way = self.filtered("espace_payment_on_its_way")
        to_pay = self - on_its_way
        if before and before.espace_payment_on_its_way:
            # Of two at the bank, the one that asked first.
            on_its_way = on_its_way.filtered(
                lambda move: move._espace_asked_at() < before._espace_asked_at()
            )
            to_pay = self.browse()
        elif before:
            order = before.espace_family_id._espace_payment_moves().ids
            place = order.index(before.id) if before.id in order else len(order)
            to_pay = to_pay.filtered(lambda move: order.index(move.id) < place)
        return [
            *((m._espace_regie_key(), m._espace_left_to_credits()) for m in on_its_way),
            *((m._espace_regie_key(), to_decimal(m.amount_total)) for m in to_pay),
        ]

    def _espace_awaited(self):
        """Return the transactions whose money may come for this document."""
        return self.sudo().transaction_ids.filtered(
            lambda transaction: transaction._espace_is_awaited()
        )

    def _espace_asked_at(self):
        """Return the id of the first of these transactions: the order of asking."""
        return min(self._espace_awaited().ids)

    def _espace_left_to_credits(self):
        """Return the euros of this draft that its awaited payment does not bring."""
        self.ensure_one()
        coming = max(to_decimal(tx.amount) for tx in self._espace_awaited())
        return max(to_decimal(self.amount_total) - coming, Decimal(0))

    def _espace_why_offline(self, asked):
        """Say why what this document asks cannot be paid online, "" if it can.

        :param Decimal asked: the euros that are left to pay
        """
        self.ensure_one()
        return self.espace_family_id._espace_why_offline(self.espace_regie_id, asked)

    def _espace_page_until(self, now):
        """Return until when the answer of an open payment page may come, or None.

        :param datetime now: naive UTC
        :return: the latest of them, naive UTC
        """
        limits = [tx._espace_page_until() for tx in self.sudo().transaction_ids]
        return max((limit for limit in limits if limit and limit > now), default=None)

    def _espace_confirm_by_credit(self):
        """Post this draft, which asks for nothing online: its bookings are confirmed.

        Credits cover its price, or what they leave of it is too little for a payment
        online: then that is due as what is not paid online.

        :raise UserError: the credit was used meanwhile, or never was enough
        """
        self.ensure_one()
        self.espace_family_id._espace_give_back()
        asked = self._espace_asked()
        if self.state != "draft" or (asked and not self._espace_why_offline(asked)):
            raise UserError(
                self.env._(
                    "Your credit does not cover these bookings any more: pay the "
                    "amount shown."
                )
            )
        self._post(soft=False)
