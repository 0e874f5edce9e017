from odoo import api, models


class EspacePortalPayment(models.AbstractModel):
    """What the page says to a parent who comes back from the bank."""

    _name = "espace.portal.payment"
    _description = "Portal: Result of a Payment"

    @api.model
    def _result(self, family, move_sudo, route):
        """Say what the latest payment of held seats did.

        :param move_sudo: the family's invoice, empty once the seats were given back
        :param str route: where the payments of this invoice lead back to
        :return: (level of the message, the message), empty when nothing was tried
        """
        payments_sudo = self._payments(family, move_sudo, route)
        latest = payments_sudo[:1]
        received = payments_sudo.filtered(lambda tx: tx.state == "done")[:1]
        posted = move_sudo.state == "posted"
        if posted and received.payment_id:
            return "success", self.env._(
                "Your payment of %s was received: your bookings are confirmed.",
                self._amount(family, received),
            )
        if any(payment._espace_is_awaited() for payment in payments_sudo):
            return "info", self.env._(
                "Your payment is on its way: the bank has not confirmed it yet. No "
                "need to pay again."
            )
        if posted:
            return "success", self.env._("Your bookings are confirmed.")
        if latest.state == "done":
            return "warning", self._kept_words(family, move_sudo, latest)
        return self._unpaid_words(move_sudo, latest)

    @api.model
    def _invoices_result(self, moves_sudo):
        """Return (level, message) on invoices that a parent comes back from paying."""
        if not any(moves_sudo.mapped("amount_residual")):
            return "success", self.env._(
                "Thank you: your payment was received. Your receipt is below."
            )
        if any(moves_sudo.mapped("espace_payment_on_its_way")):
            return "info", self.env._(
                "Your payment is on its way: the bank has not confirmed it yet. No "
                "need to pay again."
            )
        latest = moves_sudo.transaction_ids.sorted("id")[-1:]
        if latest.state == "done" and latest.payment_id:
            company = moves_sudo.company_id
            return "success", self.env._(
                "Thank you: your payment of %s was received. Your receipt is below.",
                company._espace_amount_words(latest.amount),
            )
        return "warning", self.env._("The payment was not completed: nothing was paid.")

    @api.model
    def _payments(self, family, move_sudo, route):
        """Return the payments of an invoice, the latest first.

        Money that does not pay it is taken off the invoice, or outlives it: then the
        route says what it was meant for.
        """
        return (
            self.env["payment.transaction"]
            .sudo()
            .search(
                [
                    ("partner_id", "child_of", family.partner_id.id),
                    "|",
                    ("invoice_ids", "in", move_sudo.ids),
                    ("landing_route", "=", route),
                ],
                order="id desc",
            )
        )

    @api.model
    def _kept_words(self, family, move_sudo, payment_sudo):
        """Say where money went that confirmed no booking."""
        amount = self._amount(family, payment_sudo)
        if move_sudo:
            return self.env._(
                "Your payment of %s was received, but your places cost another amount "
                "by now: it stays on your account and is deducted. The places still "
                "wait for the rest.",
                amount,
            )
        return self.env._(
            "Your payment of %s arrived after the places were given back or changed: "
            "it stays on your account and will be deducted. Book again, or ask the "
            "town hall to refund it.",
            amount,
        )

    @api.model
    def _unpaid_words(self, move_sudo, latest_sudo):
        if not latest_sudo:
            return "", ""
        if not move_sudo:
            return "danger", self.env._(
                "These bookings were cancelled or not paid in time, and no payment "
                "reached us."
            )
        if latest_sudo.state == "draft":
            return "info", self.env._(
                "No payment has reached us yet. If you have just paid, reload this "
                "page in a moment before you pay again."
            )
        return "warning", self.env._("The payment was not completed: nothing was paid.")

    @api.model
    def _amount(self, family, payment_sudo):
        return family.company_id._espace_amount_words(payment_sudo.amount)
