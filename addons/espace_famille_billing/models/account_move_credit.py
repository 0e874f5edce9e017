"""How the credits of families are used: credit notes and money that paid nothing."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class AccountMove(models.Model):
    _inherit = "account.move"

    espace_run_id = fields.Many2one(
        "espace.billing.run",
        "Billing Run",
        index="btree_not_null",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    espace_debit_date = fields.Date(
        "Debited on",
        copy=False,
        help="The day on which the bank of the family is asked for the amount.",
    )

    # === Automatic use === #

    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._espace_use_credits()
        return posted

    def _espace_use_credits(self):
        """Reconcile these with the open credits, or the debts, of their families.

        An invoice takes the oldest credits first, a credit note the invoice that it
        corrects, then the oldest ones. What exceeds stays open, to the cent. An
        invoice whose online payment has come waits for that very payment.
        """
        moves = self.sudo().filtered(
            lambda move: (
                move.espace_family_id
                and move.move_type in ("out_invoice", "out_refund")
                and not move.espace_payment_on_its_way
            )
        )
        if not moves:
            return
        families = moves.espace_family_id
        refunds = moves.filtered(lambda move: move.move_type == "out_refund")
        invoices = moves - refunds
        credit_lines = families._espace_open_credits() if invoices else None
        for family, own in invoices.grouped("espace_family_id").items():
            partner = family.partner_id
            credits_ = credit_lines.filtered(
                lambda line, partner=partner: (
                    line.partner_id.commercial_partner_id == partner
                    and not line.reconciled
                )
            )
            _match(own._espace_receivable_lines(), credits_)
        for refund in refunds:
            own = refund._espace_receivable_lines()
            _match(refund.reversed_entry_id._espace_receivable_lines(), own)
            if not all(own.mapped("reconciled")):
                _match(refund.espace_family_id._espace_open_debts(), own)

    def _espace_receivable_lines(self):
        return self.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )

    # === Corrections by hand === #

    def _espace_has_charges(self):
        self.ensure_one()
        return bool(
            self.espace_family_id and self.sudo().invoice_line_ids.espace_charge_ids
        )

    def action_reverse(self):
        """Credit a family's invoice charge by charge, so that its bookings follow."""
        if len(self) == 1 and self._espace_has_charges():
            return self.action_espace_credit()
        return super().action_reverse()

    def _reverse_moves(self, default_values_list=None, cancel=False):
        for move in self:
            if move.move_type == "out_invoice" and move._espace_has_charges():
                raise UserError(
                    self.env._(
                        "%s is made of charges of bookings: use “Credit” on the "
                        "invoice, so that the bookings know what was given back.",
                        move.display_name,
                    )
                )
        return super()._reverse_moves(default_values_list, cancel)

    def action_espace_credit(self):
        """Open the choice of what is credited of this invoice."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Credit"),
            "res_model": "espace.credit.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_move_id": self.id},
        }


class EspaceFamily(models.Model):
    _inherit = "espace.family"

    @api.depends("espace_move_ids.line_ids.amount_residual")
    def _compute_balance(self):
        return super()._compute_balance()

    def _espace_credit(self):
        """Count the money that paid nothing yet, too."""
        payments = self._espace_open_credits().filtered(
            lambda line: (
                not line.move_id.espace_family_id
                or line.move_id.move_type != "out_refund"
            )
        )
        total = super()._espace_credit() - sum(payments.mapped("amount_residual"))
        return self.company_id.currency_id.round(total)

    def _espace_credit_at_booking(self):
        """Return the euros that a booking made now has deducted.

        What is paid online is asked before it is posted: only the credits that wait
        to be invoiced lower it. Credit notes and money are used when posted.
        """
        self.ensure_one()
        if not self.company_id._espace_pays_online():
            return self._espace_credit()
        ledger = self._espace_open_credits().mapped("amount_residual")
        return self.company_id.currency_id.round(self._espace_credit() + sum(ledger))

    def _espace_open_credits(self):
        """Return the ledger's lines that owe money to these families, oldest first."""
        return self._espace_unmatched(Domain("amount_residual", "<", 0))

    def _espace_open_debts(self):
        """Return what invoices still ask of these families, the oldest first."""
        return self._espace_unmatched(
            Domain("amount_residual", ">", 0)
            & Domain("move_id.move_type", "=", "out_invoice")
        )

    def _espace_unmatched(self, domain):
        families = self.sudo()
        return families.env["account.move.line"].search(
            domain
            & Domain("account_id.account_type", "=", "asset_receivable")
            & Domain("parent_state", "=", "posted")
            & Domain("reconciled", "=", False)
            & Domain("company_id", "in", families.company_id.ids)
            & Domain("partner_id.commercial_partner_id", "in", families.partner_id.ids),
            order="date, id",
        )


def _match(debts, credits_):
    """Reconcile both as far as they go, account by account."""
    for account in debts.account_id & credits_.account_id:
        lines = (debts | credits_).filtered(
            lambda line, account=account: (
                line.account_id == account and not line.reconciled
            )
        )
        lines.reconcile()
