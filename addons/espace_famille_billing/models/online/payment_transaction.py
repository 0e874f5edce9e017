import logging
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.espace_famille.models.core.batch import attempt
from odoo.addons.payment.utils import singularize_reference_prefix

from ..core.amounts import to_decimal

_logger = logging.getLogger(__name__)


def is_local(route):
    """Tell whether a browser that is led to `route` stays on this site.

    Browsers read "\\\\" as "/" and skip what does not print.
    """
    route = route or "/"
    is_path = route.startswith("/") and not route.startswith(("//", "/\\"))
    return is_path and route.isprintable()


class PaymentTransaction(models.Model):
    """What families pay online, and what becomes of money that no place waits for."""

    _inherit = "payment.transaction"

    @api.model_create_multi
    def create(self, vals_list):
        transactions = super().create(vals_list)
        transactions._espace_check_invoices()
        for transaction in transactions.filtered("espace_top_up_regie_id"):
            transaction._espace_check_top_up()
        transactions.invoice_ids.espace_family_id._espace_take_turn()
        return transactions

    @api.model
    def _compute_reference_prefix(self, separator, **values):
        """Tell payments of one second apart, where no invoice has a number yet.

        Odoo names these by the second: of two families that pay in it, at the opening
        of the bookings, the second would be refused.
        """
        prefix = super()._compute_reference_prefix(separator, **values)
        return prefix or singularize_reference_prefix(f"tx-{secrets.token_hex(3)}")

    def _espace_check_invoices(self):
        """Refuse what holds up the invoices of families without paying them.

        :raise ValidationError: no money is asked, or the way back leads elsewhere
        """
        of_families = self.filtered(
            lambda tx: tx.invoice_ids.espace_family_id or tx.espace_top_up_regie_id
        )
        for transaction in of_families:
            if not transaction._espace_carries_money():
                raise ValidationError(
                    self.env._("The payment of an invoice has to bring money.")
                )
            if not is_local(transaction.landing_route):
                raise ValidationError(
                    self.env._("A payment leads back to the family's pages only.")
                )
            transaction._espace_check_regie()

    def _espace_check_regie(self):
        """Refuse money for two régies at once, or by the provider of another régie.

        :raise ValidationError: names the régies
        """
        self.ensure_one()
        regies = self.invoice_ids.espace_regie_id
        if len(regies) > 1:
            raise ValidationError(
                self.env._(
                    "These invoices are of several régies (%s), each with its own "
                    "account: pay those of one, then those of the other.",
                    ", ".join(regies.mapped("name")),
                )
            )
        if regies and not self.provider_id._espace_of_regie(regies):
            raise ValidationError(
                self.env._(
                    "%(regie)s cannot be paid by “%(provider)s”: choose another means "
                    "of payment.",
                    regie=regies.name,
                    provider=self.provider_id.name,
                )
            )

    def _espace_carries_money(self):
        """Tell whether this brings money, unlike the check of a card or a refund."""
        self.ensure_one()
        return self.operation not in ("validation", "refund") and self.amount > 0

    def _espace_page_until(self):
        """Return until when the page of this payment may tell its result, or None.

        None once it has told: what is pending at the bank is awaited longer.
        """
        self.ensure_one()
        if self.state != "draft" or not self._espace_carries_money():
            return None
        minutes = self.provider_id._espace_hold_minutes()
        return self.last_state_change + timedelta(minutes=minutes)

    def _espace_ask_bank(self):
        """Hook: ask the banks what became of these payments, where that is possible.

        Called before a family is asked for the same money again. Silence changes
        nothing, and nothing is raised.
        """

    def _espace_is_debit(self):
        """Hook: tell whether the money came by a direct debit, not by a card."""
        self.ensure_one()
        return False

    def _espace_take_back(self, reason, note):
        """Reject what a bank sent back after it had been paid, and tell the family.

        What it paid is due again. The régie is told by a note on the family's account.

        :param str reason: one of the `REASONS` of a rejection
        :param str note: where this is known from
        """
        self.ensure_one()
        payment = self.payment_id
        if not payment._espace_has_receipt() or payment.espace_rejected:
            return
        today = self.company_id._espace_today()
        rejection = payment._espace_reject(reason, max(today, payment.date), memo=note)
        rejection._espace_notify_rejection()
        regie = payment.espace_regie_id
        payment.espace_family_id.message_post(
            body=self.env._(
                "The bank sent back the online payment %(number)s of %(amount)s: what "
                "it had paid is due again. A fee, if the council set one, is charged "
                "by hand.",
                number=payment.espace_receipt_number,
                amount=self.company_id._espace_amount_words(payment.amount),
            ),
            subtype_xmlid="mail.mt_note",
            author_id=self.company_id.partner_id.id,
            partner_ids=(regie.regisseur_id | regie.deputy_ids).partner_id.ids,
        )

    def _espace_is_awaited(self, now=None):
        """Tell whether the money of this payment may come, or came and is not booked.

        The bank is awaited for the hours of the commune, no longer.

        :param datetime now: naive UTC, the present if None
        """
        self.ensure_one()
        if not self._espace_carries_money():
            return False
        is_unbooked = self.state == "done" and not self.payment_id
        is_with_bank = self.state in ("pending", "authorized")
        return is_unbooked or (is_with_bank and not self._espace_is_stale(now))

    def _espace_is_stale(self, now=None):
        """Tell whether the bank left this payment pending beyond the limit.

        :param datetime now: naive UTC, the present if None
        """
        self.ensure_one()
        now = now or fields.Datetime.now()
        limit = now - timedelta(hours=self.company_id.espace_pending_hours)
        return self.state == "pending" and self.last_state_change <= limit

    def _create_payment(self, **extra_create_values):
        """Date the money of families on the commune's wall clock.

        Just after midnight it is still yesterday in UTC, maybe the last day of a
        month that the régie has already closed.
        """
        today = self.provider_id.company_id._espace_today()
        return super()._create_payment(**{"date": today, **extra_create_values})

    def _post_process(self):
        """Confirm held seats for their exact price only, and say what else came.

        The price is paid by this money and, for the rest, by what the family is owed.
        Money for seats that were given back, or that with those credits does not make
        the price, stays on the family's account, and pays what else is due.
        """
        fresh = self.filtered(lambda tx: tx.state == "done" and not tx.payment_id)
        sent_on = fresh.filtered(lambda tx: tx._espace_detach_transmitted())
        for transaction in fresh:
            attempt(
                self.env,
                lambda families: families._espace_give_back(),
                transaction.invoice_ids.espace_family_id,
                _logger,
                "%s: no credit note made",
            )
            transaction._espace_detach_other_amount()
        result = super()._post_process()
        for transaction in fresh:
            paid = transaction.invoice_ids.filtered(lambda move: move.state == "posted")
            paid._espace_use_credits()
            transaction.payment_id.espace_family_id._espace_set_off()
            if transaction.espace_top_up_regie_id:
                transaction._espace_finish_top_up()
            else:
                transaction._espace_notify_if_kept(transaction in sent_on)
        return result

    def _espace_detach_transmitted(self):
        """Leave invoices alone that went to the accountant while the page was open.

        They are asked for there, by a title: what the family paid is kept for it.

        :return: the invoices, maybe none
        """
        self.ensure_one()
        transmitted = self.invoice_ids.filtered("espace_transmitted_on")
        if transmitted:
            self.invoice_ids -= transmitted
        return transmitted

    def _espace_detach_other_amount(self):
        """Let the draft invoices wait for the payment of what they ask."""
        self.ensure_one()
        waiting = self.invoice_ids.filtered(
            lambda move: move.state == "draft" and move.espace_family_id
        )
        if waiting and not self._espace_fits(waiting):
            self.invoice_ids -= waiting

    def _espace_fits(self, waiting):
        """Tell whether this money and open credits pay exactly what draft invoices ask.

        :param waiting: the drafts among the invoices of this transaction
        """
        self.ensure_one()
        asked = sum(
            (to_decimal(move.amount_residual) for move in self.invoice_ids),
            to_decimal(0),
        )
        # Drafts of one family would count the same credit twice: then none is counted.
        credit = waiting._espace_usable_credit() if len(waiting) == 1 else 0
        return asked - credit <= to_decimal(self.amount) <= asked

    def _espace_notify_if_kept(self, sent_on=False):
        """Write to the family whose money paid no invoice.

        :param bool sent_on: an invoice that it should have paid is with the accountant
        """
        self.ensure_one()
        partner = self.partner_id.commercial_partner_id
        family = (
            self.env["espace.family"]
            .sudo()
            .search([("partner_id", "=", partner.id)], limit=1)
        )
        if not family or not self.payment_id:
            return
        if self.invoice_ids or sent_on:
            if self.payment_id._espace_kept():
                family._notify_with(
                    "espace_famille_billing.mail_template_payment_left", self
                )
            return
        problem = "other_amount" if family._espace_payment_move() else "too_late"
        family._notify_with(
            f"espace_famille_billing.mail_template_payment_{problem}", self
        )

    def _espace_kept_words(self):
        """Say how much of this payment settled nothing."""
        left = self.payment_id._espace_kept() if self.payment_id else 0
        return self.company_id._espace_amount_words(left)
