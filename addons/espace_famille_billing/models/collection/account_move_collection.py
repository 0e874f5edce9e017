from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.espace_famille.models.core.guards import is_allowed

from ..core.guards import STATING

# What an entry says; the matching with invoices is apart from it.
SAID = {
    "account_id",
    "amount_currency",
    "balance",
    "company_id",
    "credit",
    "currency_id",
    "date",
    "debit",
    "journal_id",
    "line_ids",
    "move_id",
    "partner_id",
    "state",
}


class AccountMove(models.Model):
    """The entries of what a closed collection holds stay posted as they are."""

    _inherit = "account.move"

    espace_remittance_id = fields.Many2one(
        "espace.remittance",
        "Remittance",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._espace_check_given(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._espace_check_given(vals)
        if SAID & vals.keys():
            self._espace_check_stated()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_not_stated(self):
        self._espace_check_stated()

    def _espace_check_given(self, vals):
        if "espace_remittance_id" in vals and not is_allowed(self.env, STATING):
            raise UserError(
                self.env._("An entry belongs to the remittance that made it.")
            )

    def _espace_check_stated(self):
        """Refuse to change the entry of what is stated or was handed over."""
        for move in self.filtered(lambda move: move.state == "posted"):
            collection = move.origin_payment_id.espace_statement_id
            if collection:
                raise UserError(
                    self.env._(
                        "The entry %(entry)s is in the closed collection "
                        "%(collection)s and cannot change any more: record a rejection "
                        "or a refund, it goes into the next collection.",
                        entry=move.name,
                        collection=collection.name,
                    )
                )
            if move.espace_remittance_id:
                raise UserError(
                    self.env._(
                        "The entry %(entry)s is the remittance %(remittance)s: take "
                        "the remittance back instead.",
                        entry=move.name,
                        remittance=move.espace_remittance_id.name,
                    )
                )


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.move_id._espace_check_stated()
        return lines

    def write(self, vals):
        if SAID & vals.keys():
            self.move_id._espace_check_stated()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_not_stated(self):
        self.move_id._espace_check_stated()

    def remove_move_reconcile(self):
        """Let the payments remember what they paid, lest a rejection not know."""
        payments = self.move_id.origin_payment_id.filtered(
            lambda payment: (
                payment.espace_regie_id
                and payment.payment_type == "inbound"
                and not payment.espace_statement_id
            )
        )
        payments._keep_applied()
        return super().remove_move_reconcile()
