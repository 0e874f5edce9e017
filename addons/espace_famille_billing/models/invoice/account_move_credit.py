"""How the credits of families are used: credit notes and money that paid nothing."""

from odoo import fields, models
from odoo.exceptions import UserError

from ..account.espace_family_account import match_lines


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
        credit_lines = families._espace_open_lines("credit") if invoices else None
        for family, own in invoices.grouped("espace_family_id").items():
            partner = family.partner_id
            credits_ = credit_lines.filtered(
                lambda line, partner=partner: (
                    line.partner_id.commercial_partner_id == partner
                    and not line.reconciled
                )
            )
            match_lines(own._espace_receivable_lines(), credits_)
        for refund in refunds:
            own = refund._espace_receivable_lines()
            match_lines(refund.reversed_entry_id._espace_receivable_lines(), own)
            if not all(own.mapped("reconciled")):
                match_lines(refund._espace_debts_to_lower(), own)

    def _espace_debts_to_lower(self):
        """Return the debts of this document's family that no bank is about to pay."""
        return self.espace_family_id._espace_open_lines("debit").filtered(
            lambda line: not line.move_id.espace_payment_on_its_way
        )

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
