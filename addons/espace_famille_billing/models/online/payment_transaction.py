from odoo import models


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _espace_is_awaited(self, now=None):
        """Tell whether the money of this payment may come, or came and is not booked.

        :param datetime now: naive UTC, the present if None
        """
        self.ensure_one()
        is_unbooked = self.state == "done" and not self.payment_id
        return is_unbooked or self.state in ("pending", "authorized")

    def _post_process(self):
        """Confirm held seats for their exact price only, and tell what else came.

        The price is paid by this money and, for the rest, by the family's open credits.
        Money for seats that were given back, or that with those credits does not make
        the price, stays on the family's account as a credit.
        """
        fresh = self.filtered(lambda tx: tx.state == "done" and not tx.payment_id)
        for transaction in fresh:
            transaction._espace_detach_other_amount()
        result = super()._post_process()
        for transaction in fresh:
            paid = transaction.invoice_ids.filtered(lambda move: move.state == "posted")
            paid._espace_use_credits()
            transaction._espace_notify_if_kept()
        return result

    def _espace_detach_other_amount(self):
        """Let the draft invoices wait for the payment of what they ask."""
        self.ensure_one()
        waiting = self.invoice_ids.filtered(
            lambda move: move.state == "draft" and move.espace_family_id
        )
        if waiting and not self._espace_fits(waiting):
            self.invoice_ids -= waiting

    def _espace_notify_if_kept(self):
        """Write to the family whose money paid no invoice."""
        self.ensure_one()
        partner = self.partner_id.commercial_partner_id
        family = (
            self.env["espace.family"]
            .sudo()
            .search([("partner_id", "=", partner.id)], limit=1)
        )
        if not family or not self.payment_id:
            return
        env = self.with_context(lang=family.lang).env
        if self.invoice_ids:
            self._espace_notify_what_is_left(family, env)
            return
        if family._espace_payment_move():
            subject = env._("Payment of another amount")
            body = env._(
                "Your payment is not what your places cost by now: it stays on your "
                "account and is deducted from the amount shown there. The places still "
                "wait for the rest: pay it in time, or ask the town hall for help."
            )
        else:
            subject = env._("Payment received too late")
            body = env._(
                "Your payment arrived after the places were given back: the amount "
                "stays on your account. Book again, or ask the town hall to refund it."
            )
        family._notify(subject, body)

    def _espace_notify_what_is_left(self, family, env):
        """Write to the family whose invoices were paid, in part or whole, meanwhile.

        :param env: an environment in the language of the family
        """
        left = self.payment_id._espace_kept()
        if not left:
            return
        family._notify(
            env._("Part of your payment stays on your account"),
            env._(
                "Your invoices were paid, in part or whole, before your payment "
                "arrived: %(left)s stays on your account and will be deducted, or ask "
                "the town hall to pay it back.",
                left=family.with_env(env).company_id._espace_amount_words(left),
            ),
        )
