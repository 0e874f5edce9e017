from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.regie.account_payment import REASONS

REASON_OF_MEANS = {
    "cheque": "unpaid_cheque",
    "direct_debit": "unpaid_debit",
    "card": "chargeback",
    "online": "chargeback",
}


class EspaceRejectionWizard(models.TransientModel):
    """A payment that the bank sends back, or that was entered by mistake."""

    _name = "espace.rejection.wizard"
    _description = "Rejected Payment"

    payment_id = fields.Many2one("account.payment", required=True, readonly=True)
    company_id = fields.Many2one(related="payment_id.company_id")
    currency_id = fields.Many2one(related="payment_id.currency_id")
    family_id = fields.Many2one(related="payment_id.espace_family_id")
    receipt_number = fields.Char(related="payment_id.espace_receipt_number")
    amount = fields.Monetary(related="payment_id.amount")
    reason = fields.Selection(
        REASONS,
        compute="_compute_reason",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
    )
    date = fields.Date(
        required=True, default=lambda self: self.env.company._espace_today()
    )
    note = fields.Char()
    fee_product_id = fields.Many2one(
        "product.product",
        "Fee",
        compute="_compute_fee",
        store=True,
        readonly=False,
        domain="[('type', '=', 'service')]",
    )
    fee = fields.Monetary(
        "Amount of the Fee", compute="_compute_fee", store=True, readonly=False
    )
    fee_decision = fields.Char(
        "Decision that Sets the Fee",
        compute="_compute_fee_decision",
        store=True,
        readonly=False,
        help="Of the council (délibération); it stands on the invoice.",
    )
    charge_fee = fields.Boolean(
        "Charge the Fee to the Family",
        compute="_compute_fee",
        store=True,
        readonly=False,
    )
    notify = fields.Boolean(
        "Notify the Family", compute="_compute_notify", store=True, readonly=False
    )

    @api.depends("payment_id")
    def _compute_reason(self):
        for wizard in self:
            means = wizard.payment_id.espace_means
            transaction_sudo = wizard.payment_id.sudo().payment_transaction_id
            if transaction_sudo and transaction_sudo._espace_is_debit():
                means = "direct_debit"
            wizard.reason = REASON_OF_MEANS.get(means, "mistake")

    @api.depends("payment_id", "reason")
    def _compute_fee(self):
        for wizard in self:
            product = wizard.company_id.espace_fee_product_id
            wizard.fee_product_id = product
            wizard.fee = product.with_company(wizard.company_id).lst_price
            wizard.charge_fee = wizard.fee > 0 and wizard.reason != "mistake"

    @api.depends("fee_product_id")
    def _compute_fee_decision(self):
        for wizard in self:
            wizard.fee_decision = wizard.fee_product_id.espace_fee_decision

    @api.depends("reason")
    def _compute_notify(self):
        for wizard in self:
            wizard.notify = wizard.reason != "mistake"

    def action_reject(self):
        """Reject, charge the fee, notify the family, and open the new movement."""
        self.ensure_one()
        vals = {"memo": self.note} if self.note else {}
        rejection = self.payment_id._espace_reject(self.reason, self.date, **vals)
        fee_move = self.env["account.move"]
        if self.charge_fee:
            self._check_fee()
            fee_move = rejection._espace_charge_fee(
                self.fee_product_id, self.fee, self.date, self.fee_decision
            )
        if self.notify:
            rejection._espace_notify_rejection(fee_move)
        return rejection._get_records_action()

    def _check_fee(self):
        if not self.fee_product_id or self.fee <= 0:
            raise UserError(
                self.env._("Choose the fee and its amount, or charge no fee.")
            )
