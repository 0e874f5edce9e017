from base64 import b64decode

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.core.amounts import to_decimal


class EspaceRefundLine(models.TransientModel):
    _name = "espace.refund.wizard.line"
    _inherit = "espace.open.line.mixin"
    _description = "Refund: Open Credit"

    wizard_id = fields.Many2one(
        "espace.refund.wizard", required=True, ondelete="cascade"
    )


class EspaceRefundWizard(models.TransientModel):
    """The Régie pays back what a family is owed (remboursement)."""

    _name = "espace.refund.wizard"
    _inherit = ["espace.open.lines.mixin", "espace.regie.form.mixin"]
    _description = "Refund of a Credit"

    line_ids = fields.One2many(
        "espace.refund.wizard.line",
        "wizard_id",
        "Credits",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    debt = fields.Monetary("Still Owed", compute="_compute_open_amount")
    not_invoiced = fields.Monetary(compute="_compute_open_amount")
    held = fields.Monetary(
        compute="_compute_open_amount",
        help="What carts that wait for their payment count on.",
    )
    purse = fields.Boolean(related="regie_id.purse")
    proof = fields.Char(
        help="The number of the receipt that the family signed, or of the order of the "
        "transfer."
    )
    proof_file = fields.Binary("Scan of the Proof", attachment=False)
    proof_file_name = fields.Char()

    def _side(self):
        return "credit"

    @api.depends("family_id", "move_ids", "regie_id")
    def _compute_line_ids(self):
        for wizard in self:
            wizard.line_ids = wizard._open_commands()

    @api.depends("family_id", "regie_id")
    def _compute_open_amount(self):
        super()._compute_open_amount()
        for wizard in self:
            family, regie = wizard.family_id._origin, wizard._regie()
            wizard.debt = family._espace_open_amount("debit", regie) if family else 0
            wizard.not_invoiced = family._espace_credit_not_invoiced() if family else 0
            wizard.held = 0
            if family and regie:
                most = family._espace_refundable(regie)
                wizard.held = float(to_decimal(wizard.open_amount) - most)

    def _proposed_journal(self, journals):
        return journals.filtered(lambda journal: journal.espace_means == "transfer")[
            :1
        ] or super()._proposed_journal(journals)

    def action_refund(self):
        """Pay back, once however often this form is sent, and open the payment."""
        self.ensure_one()
        self.env["account.payment"]._espace_check_regie_role()
        payment = self._once("account.payment", self._refund)
        return payment._get_records_action()

    def _refund(self):
        payment = self.env["account.payment"]._espace_register(
            self.family_id,
            self.journal_id,
            self._parts(),
            self.date,
            **self._payment_vals(),
        )
        if self.proof_file:
            payment.sudo().message_post(
                body=self.env._("Proof of the refund"),
                attachments=[
                    (
                        self.proof_file_name or self.env._("Proof"),
                        b64decode(self.proof_file),
                    )
                ],
                author_id=self.env.user.partner_id.id,
            )
        return payment

    def _payment_vals(self):
        proof = (self.proof or "").strip()
        if self.purse and not (proof or self.proof_file):
            raise UserError(
                self.env._(
                    "Enter what proves the refund: the receipt that the family signed, "
                    "or the order of the transfer; or add a scan of it."
                )
            )
        return {**super()._payment_vals(), "espace_proof": proof or False}

    def _too_much(self, amount, open_amount):
        return self.env._(
            "The family is owed %(open)s: %(amount)s cannot be paid back.",
            open=open_amount,
            amount=amount,
        )
