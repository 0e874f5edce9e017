"""Cheques and direct debits that the bank sends back, and entries by mistake."""

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.espace_famille.models.core.espace_thread import unfollowed
from odoo.addons.espace_famille.models.core.guards import allow

from ..core.guards import STATING


class AccountPayment(models.Model):
    _inherit = "account.payment"

    def _espace_check_rejectable(self):
        """Refuse what cannot be rejected: not received, not posted, rejected already.

        :raise UserError: with the reason in words
        """
        self.ensure_one()
        if not self._espace_has_receipt() or not self.espace_receipt_number:
            raise UserError(
                self.env._("Only a payment that a family made can be rejected.")
            )
        if self.espace_rejected:
            raise UserError(
                self.env._(
                    "The payment %(number)s was rejected already, on %(day)s.",
                    number=self.espace_receipt_number,
                    day=self.company_id._espace_day_words(
                        self.espace_rejection_ids[0].date, year=True
                    ),
                )
            )

    def _espace_reject(self, reason, date, **vals):
        """Take back a payment: what it paid is due again; its receipt stays a fact.

        :param str reason: one of `REASONS`
        :param date date: the day on which the bank took the money back, local
        :return: the posted `account.payment` that takes it back
        :raise UserError: not possible, or twice
        """
        self.ensure_one()
        self._espace_check_regie_role()
        self._espace_check_rejectable()
        self._espace_check_journal(self.journal_id, date)
        if date < self.date:
            raise UserError(
                self.env._("A payment is not rejected before the day it was made.")
            )
        received = allow(self, STATING)._seek_for_lines()[1]
        received.remove_move_reconcile()
        rejection = allow(unfollowed(self), STATING).create(
            {
                "payment_type": "outbound",
                "partner_type": "customer",
                "partner_id": self.partner_id.id,
                "journal_id": self.journal_id.id,
                "currency_id": self.currency_id.id,
                "amount": self.amount,
                "date": date,
                "espace_reverses_id": self.id,
                "espace_reason": reason,
                "espace_cheque_number": self.espace_cheque_number,
                "espace_cheque_bank": self.espace_cheque_bank,
                "destination_account_id": received[:1].account_id.id,
                **vals,
            }
        )
        rejection.action_post()
        (received + rejection._seek_for_lines()[1]).reconcile()
        return allow(rejection, STATING, False)

    def _espace_charge_fee(self, product, amount, date, decision=None):
        """Invoice the family what the bank takes for this rejection.

        :param product: the `product.product` of the fee
        :param float amount: in euros
        :param str decision: of the council that sets the fee, that of the product if
            None
        :return: the posted invoice
        :raise UserError: no decision sets it
        """
        self.ensure_one()
        decision = (decision or product.espace_fee_decision or "").strip()
        if not decision:
            raise UserError(
                self.env._("Name the decision of the council that sets this fee.")
            )
        family = self.espace_family_id
        if not family:
            raise UserError(self.env._("A fee is asked of families alone."))
        move = (
            self.env["account.move"]
            .with_company(family.company_id)
            .create(
                {
                    "move_type": "out_invoice",
                    "company_id": family.company_id.id,
                    "partner_id": family.partner_id.id,
                    "espace_family_id": family.id,
                    "espace_regie_id": self.espace_regie_id.id,
                    "invoice_user_id": False,
                    "invoice_date": date,
                    "invoice_payment_term_id": False,
                    "invoice_date_due": date,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "product_id": product.id,
                                "name": "\n".join(
                                    (self._espace_fee_words(product), decision)
                                ),
                                "quantity": 1,
                                "price_unit": amount,
                                "tax_ids": [Command.clear()],
                                "espace_fee_payment_id": self.id,
                            }
                        )
                    ],
                }
            )
        )
        move.action_post()
        return move

    def _espace_fee_words(self, product):
        """Say on the invoice what the fee is for, in the words of the family."""
        rejected = self.with_context(lang=self.espace_family_id.lang).espace_reverses_id
        return rejected.env._(
            "%(product)s – payment %(number)s of %(amount)s",
            product=product.with_env(rejected.env).name,
            number=rejected.espace_receipt_number,
            amount=rejected.company_id._espace_amount_words(rejected.amount),
        )

    def _espace_notify_rejection(self, fee_move=None):
        """Write to the family that its payment did not go through.

        :param fee_move: the invoice of the fee, if any
        """
        self.ensure_one()
        if not self.espace_family_id:
            # Third parties are written to by who wrote to them before.
            return
        # The Régie does not change families: it writes to them in the commune's name.
        self.espace_family_id.sudo()._notify_with(
            "espace_famille_billing.mail_template_payment_rejected",
            self,
            {"fee": fee_move},
        )

    def _espace_reason_words(self):
        words = dict(self._fields["espace_reason"]._description_selection(self.env))
        return words.get(self.espace_reason, "").lower()


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    espace_fee_payment_id = fields.Many2one(
        "account.payment",
        "Fee of the Rejection",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The rejected payment whose bank fee this line charges.",
    )
