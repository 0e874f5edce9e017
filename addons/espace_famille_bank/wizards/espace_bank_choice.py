from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.espace_famille_billing.models.core.amounts import to_cents, to_decimal

from ..domain import proposing
from ..models.espace_bank_line import KINDS

INCOMING = (
    proposing.TRANSFER,
    proposing.KNOWN,
    proposing.TAKINGS,
    proposing.REMITTANCE,
)


class EspaceBankChoice(models.TransientModel):
    """What a movement of the bank shows, chosen by hand."""

    _name = "espace.bank.choice"
    _description = "Point a Movement of the Bank"

    line_id = fields.Many2one("espace.bank.line", required=True, readonly=True)
    company_id = fields.Many2one(related="line_id.company_id")
    currency_id = fields.Many2one(related="line_id.currency_id")
    regie_id = fields.Many2one(related="line_id.regie_id")
    day = fields.Date(related="line_id.day")
    amount = fields.Monetary(related="line_id.amount")
    label = fields.Char(related="line_id.label")
    payer = fields.Char(related="line_id.payer")
    proposal_words = fields.Char(related="line_id.proposal_words")
    kind = fields.Selection(KINDS, required=True)
    family_id = fields.Many2one(
        "espace.family", domain="[('company_id', '=', company_id)]"
    )
    payer_id = fields.Many2one(related="family_id.partner_id")
    debt_ids = fields.Many2many(
        "account.move.line",
        string="Pays",
        compute="_compute_debt_ids",
        store=True,
        readonly=False,
        help="The oldest is paid first; what is left stays on the family's account.",
    )
    payment_ids = fields.Many2many("account.payment", string="Payments")
    payment_id = fields.Many2one("account.payment", "Payment Taken Back")
    remittance_ids = fields.Many2many("espace.remittance", string="Remittances")
    fee_journal_id = fields.Many2one(
        "account.journal",
        "Fee Kept of",
        help="The journal whose money the bank took the fee of.",
    )
    left = fields.Monetary("Difference", compute="_compute_left")

    @api.depends("family_id")
    def _compute_debt_ids(self):
        for choice in self:
            choice.debt_ids = choice._debts_proposed()

    def _debts_proposed(self):
        """Return what the family owes, the oldest first, as far as the money goes."""
        self.ensure_one()
        chosen = self.env["account.move.line"]
        left = to_cents(self.amount)
        if not self.family_id:
            return chosen
        proposal = self.line_id._proposals()[self.line_id]
        if proposal and proposal.family == self.family_id.id and proposal.debts:
            return chosen.browse(proposal.debts)
        for line in self.family_id._espace_open_lines("debit", self.regie_id):
            if left <= 0:
                break
            chosen |= line
            left -= to_cents(line.amount_residual)
        return chosen

    @api.depends("kind", "debt_ids", "payment_ids", "remittance_ids", "line_id")
    def _compute_left(self):
        for choice in self:
            if choice.kind == proposing.TRANSFER:
                shown = sum(choice.debt_ids.mapped("amount_residual"))
                left = max(choice.amount - shown, 0)
            elif choice.kind in (proposing.KNOWN, proposing.TAKINGS):
                left = choice.amount - sum(
                    choice.payment_ids.mapped("amount_company_currency_signed")
                )
            else:
                left = 0
            choice.left = choice.currency_id.round(left) if choice.currency_id else left

    # === Actions === #

    def action_point(self):
        """Point the movement as it was chosen; the server looks at everything again."""
        self.ensure_one()
        line = self.line_id
        line.check_access("read")
        if self.kind == proposing.REJECTION:
            return self._open_rejection()
        if self.kind == proposing.TRANSFER:
            self._receive()
        elif self.kind == proposing.REMITTANCE:
            line._point_remittance(self.remittance_ids)
        elif self.kind == proposing.FEES:
            line._point_fee(self.fee_journal_id)
        else:
            self._check_chosen(self.payment_ids)
            line._point_known(self.kind, self.payment_ids, self.fee_journal_id)
        line._propose_others()
        return {"type": "ir.actions.act_window_close"}

    def _receive(self):
        if not self.family_id:
            raise UserError(self.env._("Choose the family that pays."))
        left, parts = to_decimal(self.amount), {}
        for debt in self.debt_ids.sorted(lambda d: (d.date_maturity or d.date, d.id)):
            part = min(to_decimal(debt.amount_residual), left)
            if part > 0:
                parts[debt] = float(part)
                left -= part
        self.line_id._point_transfer(self.family_id, parts, float(left))

    def _check_chosen(self, payments):
        if not payments:
            raise UserError(self.env._("Choose the payments that the movement shows."))

    def _open_rejection(self):
        """Open the form of rejections, with this movement."""
        if not self.payment_id:
            raise UserError(self.env._("Choose the payment that the bank takes back."))
        return self.line_id._rejection_form(self.payment_id)
