from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.espace_famille.models.core.espace_thread import unfollowed
from odoo.addons.espace_famille.models.core.guards import allow

from ..core.guards import STATING

REASONS = [
    ("unpaid_cheque", "Cheque without cover"),
    ("irregular_cheque", "Cheque not valid (signature, date, stopped)"),
    ("unpaid_debit", "Direct debit refused by the bank"),
    ("chargeback", "Card payment contested"),
    ("mistake", "Entered by mistake"),
    ("other", "Other reason"),
]


class AccountPayment(models.Model):
    """Money of families: received, rejected by a bank, or paid back.

    What was received has a numbered receipt (quittance): given once, without a gap,
    never taken back.
    """

    _inherit = "account.payment"

    espace_family_id = fields.Many2one(
        "espace.family",
        "Family Account",
        compute="_compute_espace_family_id",
        store=True,
        index="btree_not_null",
    )
    espace_regie_id = fields.Many2one(related="journal_id.espace_regie_id", store=True)
    espace_means = fields.Selection(related="journal_id.espace_means", store=True)
    espace_kind = fields.Selection(
        [
            ("receipt", "Payment received"),
            ("rejection", "Rejected"),
            ("refund", "Paid back"),
        ],
        "Movement",
        compute="_compute_espace_kind",
        store=True,
    )
    espace_reverses_id = fields.Many2one(
        "account.payment",
        "Rejected Payment",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The payment that this one takes back.",
    )
    espace_rejection_ids = fields.One2many(
        "account.payment", "espace_reverses_id", "Rejections"
    )
    espace_rejected = fields.Boolean(
        "Is Rejected", compute="_compute_espace_rejected", store=True
    )
    espace_reason = fields.Selection(REASONS, "Reason", readonly=True, copy=False)
    espace_receipt_number = fields.Char(
        "Receipt No.", readonly=True, copy=False, index="btree_not_null"
    )
    espace_cheque_number = fields.Char("Cheque No.", copy=False)
    espace_cheque_bank = fields.Char("Bank of the Cheque", copy=False)
    espace_balance_after = fields.Monetary(
        "Left to Pay Then",
        currency_field="company_currency_id",
        readonly=True,
        copy=False,
        help="What the family's account asked for once the receipt was given; "
        "below zero: a credit.",
    )

    _espace_of_regie = models.Index(
        "(espace_regie_id, date) WHERE espace_regie_id IS NOT NULL"
    )

    _espace_receipt_unique = models.UniqueIndex(
        "(espace_regie_id, espace_receipt_number) "
        "WHERE espace_receipt_number IS NOT NULL",
        "Another payment has that number of receipt: try again.",
    )
    _espace_rejected_once = models.UniqueIndex(
        "(espace_reverses_id) WHERE espace_reverses_id IS NOT NULL",
        "This payment is rejected already.",
    )

    def message_post(self, **kwargs):
        """Who gives a receipt to a family does not follow what it is told later."""
        payments = unfollowed(self) if self.espace_family_id else self
        message = super(AccountPayment, payments).message_post(**kwargs)
        return message.with_env(self.env)

    @api.depends("partner_id.commercial_partner_id")
    def _compute_espace_family_id(self):
        families_sudo = (
            self.env["espace.family"]
            .sudo()
            .with_context(active_test=False)
            .search([("partner_id", "in", self.partner_id.commercial_partner_id.ids)])
        )
        for payment in self:
            if payment.espace_receipt_number and payment.espace_family_id:
                payment.espace_family_id = payment.espace_family_id
                continue
            payment.espace_family_id = families_sudo.filtered(
                lambda family, payment=payment: (
                    family.partner_id == payment.partner_id.commercial_partner_id
                    and family.company_id == payment.company_id
                )
            )[:1]

    @api.depends("espace_family_id", "partner_id", "payment_type", "espace_reverses_id")
    def _compute_espace_kind(self):
        """Say what the money of families, and of who pays for them, is."""
        others = self.filtered(lambda payment: not payment.espace_family_id)
        paying = others.partner_id._espace_pays_for_families()
        for payment in self:
            if not payment.espace_family_id and payment.partner_id not in paying:
                payment.espace_kind = False
            elif payment.payment_type == "inbound":
                payment.espace_kind = "receipt"
            else:
                payment.espace_kind = (
                    "rejection" if payment.espace_reverses_id else "refund"
                )

    @api.depends("espace_rejection_ids")
    def _compute_espace_rejected(self):
        for payment in self:
            payment.espace_rejected = bool(payment.espace_rejection_ids)

    # === Receipts === #

    def _espace_give_receipts(self):
        """Number the receipts of these posted payments that families made."""
        for payment in self.sorted("id"):
            if payment._espace_has_receipt() and not payment.espace_receipt_number:
                regie_sudo = payment.espace_regie_id.sudo()
                allow(payment, STATING).write(
                    {
                        "espace_receipt_number": regie_sudo._next_number(
                            regie_sudo.receipt_sequence_id, payment.date
                        ),
                        "espace_balance_after": payment._espace_payer_balance(),
                    }
                )

    def _espace_payer_balance(self):
        """Return what who paid this, a family or a third party, owes now, in euros."""
        self.ensure_one()
        if self.espace_family_id:
            return self.espace_family_id._espace_balance()
        return self.partner_id._espace_third_party_balance(self.company_id)

    def action_espace_number(self):
        """Number what was received before the journal belonged to a régie.

        :raise UserError: one of these is not of a family, or is not posted
        """
        self._espace_check_regie_role()
        self.check_access("read")
        payments_sudo = self.sudo().filtered(lambda p: not p.espace_receipt_number)
        for payment in payments_sudo:
            if not payment._espace_has_receipt() or payment.move_id.state != "posted":
                raise UserError(
                    self.env._(
                        "%s is not a posted payment of a family: no receipt is given "
                        "for it. Take it out of the journals of the régie.",
                        payment.display_name,
                    )
                )
        for payment in payments_sudo.sorted(lambda payment: (payment.date, payment.id)):
            payment._espace_give_receipts()

    def _espace_has_receipt(self):
        self.ensure_one()
        return self.espace_kind == "receipt" and bool(self.espace_regie_id)

    def _espace_is_fact(self):
        """Tell whether this is money that went through the hands of a régie."""
        self.ensure_one()
        return bool(self.espace_regie_id and self.espace_kind)


class AccountMove(models.Model):
    _inherit = "account.move"

    def _espace_check_collected(self):
        """Let a régie receive what its act allows, from those who collect for it.

        What a bank has taken already is booked: code does that as superuser.

        :raise UserError: with the reason in words
        """
        if self.env.su:
            return
        for payment_sudo in self.sudo().origin_payment_id:
            if not payment_sudo._espace_is_fact():
                continue
            regie = payment_sudo.espace_regie_id.with_env(self.env)
            regie._check_may_collect(payment_sudo.date)
            if payment_sudo.espace_kind == "receipt":
                means = payment_sudo.espace_means
                regie._check_takes(means)
                regie._check_below_ceilings(means, payment_sudo.amount)
