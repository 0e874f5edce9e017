"""Money that families pay in advance online."""

import logging

from odoo import fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from odoo.addons.espace_famille.models.core.batch import attempt

from ..core.amounts import to_decimal

_logger = logging.getLogger(__name__)


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    espace_top_up_regie_id = fields.Many2one(
        "espace.regie",
        "Paid in Advance To",
        readonly=True,
        index="btree_not_null",
        help="Whose prepaid account this pays into; no invoice asks for it.",
    )

    def _espace_check_top_up(self):
        """Refuse what the régie does not take in advance, or not by this provider.

        :raise ValidationError: with the reason in words
        """
        self.ensure_one()
        regie = self.espace_top_up_regie_id
        payer = self.partner_id.commercial_partner_id
        families = payer._espace_payer_families().filtered(
            lambda family: family.active and family.company_id == regie.company_id
        )
        if self.invoice_ids or not families:
            raise ValidationError(
                self.env._("Only a family of %s pays in advance there.", regie.name)
            )
        try:
            regie._check_top_up(to_decimal(self.amount))
        except UserError as error:
            raise ValidationError(str(error)) from error
        if not self.provider_id._espace_of_regie(regie):
            raise ValidationError(
                self.env._(
                    "%(regie)s cannot be paid by “%(provider)s”: choose another means "
                    "of payment.",
                    regie=regie.name,
                    provider=self.provider_id.name,
                )
            )

    def _espace_finish_top_up(self):
        """Note what the money that came is for, and send the receipt."""
        self.ensure_one()
        payment = self.payment_id
        if not payment:
            return
        payment._espace_mark_top_up()
        payment.espace_family_id._espace_confirm_covered(self.espace_top_up_regie_id)
        payment.espace_family_id._espace_tell_low()
        if payment.espace_receipt_number:
            attempt(
                self.env,
                lambda paid: paid._espace_send_receipt(),
                payment,
                _logger,
                "%s: receipt not sent",
            )


class EspaceFamily(models.Model):
    _inherit = "espace.family"

    def _espace_top_ups(self, *domain):
        """Return the payments in advance of this family online, the latest first."""
        self.ensure_one()
        own = Domain("espace_top_up_regie_id.company_id", "=", self.company_id.id)
        own &= Domain("partner_id", "child_of", self.partner_id.id)
        return (
            self.env["payment.transaction"]
            .sudo()
            .search(Domain.AND([own, *domain]), order="id desc")
        )

    def _espace_confirm_covered(self, regie):
        """Confirm the carts for which the credit is enough by now, as a payment would.

        In the order in which they are to be paid. One whose payment page is open waits
        for its answer, lest the same places be paid twice: its page offers the credit.

        :param regie: the `espace.regie` that the money came to
        """
        now = fields.Datetime.now()
        for move in self._espace_payment_moves():
            if (
                move.espace_regie_id == regie
                and not move.espace_payment_on_its_way
                and not move._espace_page_until(now)
                and not move._espace_asked()
            ):
                attempt(
                    self.env,
                    lambda one: one._espace_confirm_by_credit(),
                    move,
                    _logger,
                    "%s: not confirmed by the credit",
                )

    def _espace_top_ups_awaited(self):
        """Return those whose money may still come: none else is asked meanwhile."""
        at_bank = Domain("state", "in", ("pending", "authorized"))
        unbooked = Domain("state", "=", "done") & Domain("payment_id", "=", False)
        return self._espace_top_ups(at_bank | unbooked).filtered(
            lambda transaction: transaction._espace_is_awaited()
        )
