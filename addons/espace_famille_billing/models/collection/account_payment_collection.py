from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.espace_famille.models.core.guards import allow, is_allowed

from ..core.amounts import POSTED
from ..core.guards import STATING
from .collection_facts import applied_by_document

# What only they give.
GIVEN = {"espace_statement_id", "espace_remittance_id", "espace_applied_before"}

# What a collection says of a payment.
STATED = {
    "amount",
    "company_id",
    "currency_id",
    "date",
    "destination_account_id",
    "espace_cheque_bank",
    "espace_cheque_number",
    "espace_family_id",
    "espace_kind",
    "espace_means",
    "espace_receipt_number",
    "espace_regie_id",
    "espace_reverses_id",
    "journal_id",
    "move_id",
    "outstanding_account_id",
    "partner_id",
    "partner_type",
    "payment_method_line_id",
    "payment_type",
}


class AccountPayment(models.Model):
    """A payment that a closed collection holds stays what it is."""

    _inherit = "account.payment"

    espace_statement_id = fields.Many2one(
        "espace.collection.statement",
        "Collection",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The closed collection (état d'encaissement) that holds this payment.",
    )
    espace_remittance_id = fields.Many2one(
        "espace.remittance",
        "Remittance",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="The remittance that hands this cheque over.",
    )
    # {id of the document paid, as text: cents}: see `_keep_applied`.
    espace_applied_before = fields.Json(copy=False, readonly=True)

    @api.constrains("state", "date", "journal_id")
    def _check_collection_open(self):
        for payment in self:
            regie = payment.journal_id.espace_regie_id
            if regie and payment.state in POSTED and not payment.espace_statement_id:
                regie._check_period_open(
                    payment.date, self.env._("A payment of %s", payment.partner_id.name)
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_given(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_given(vals)
        self._check_stated(vals)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_not_stated(self):
        self._check_stated({"amount"})

    def action_draft(self):
        self._check_stated({"amount"})
        return super().action_draft()

    def action_cancel(self):
        self._check_stated({"amount"})
        return super().action_cancel()

    def _check_stated(self, names):
        """Refuse to change what a closed collection or a remittance says.

        :param names: the fields to be written, with their values if known
        """
        undone = isinstance(names, dict) and names.get("state", "paid") not in POSTED
        if not undone and not STATED & set(names):
            return
        for payment in self:
            if payment.espace_statement_id:
                raise UserError(
                    self.env._(
                        "%(payment)s is in the closed collection %(collection)s and "
                        "cannot change any more: record a rejection or a refund, it "
                        "goes into the next collection.",
                        payment=payment._espace_words(),
                        collection=payment.espace_statement_id.name,
                    )
                )
            if payment.espace_remittance_id.state == "posted":
                raise UserError(
                    self.env._(
                        "%(payment)s was handed over with the remittance "
                        "%(remittance)s and cannot change any more: record a "
                        "rejection.",
                        payment=payment._espace_words(),
                        remittance=payment.espace_remittance_id.name,
                    )
                )

    def _check_given(self, vals):
        if GIVEN & vals.keys() and not is_allowed(self.env, STATING):
            raise UserError(
                self.env._(
                    "A payment enters a collection when it is closed, and a remittance "
                    "when it is confirmed."
                )
            )

    def _espace_words(self):
        """Name this payment: its receipt, else what Odoo calls it."""
        self.ensure_one()
        return (
            self.espace_receipt_number
            or self.name
            or self.env._("A payment of %s", self.partner_id.name)
        )

    def _keep_applied(self):
        """Remember which invoices these pay, before they are taken apart.

        A rejection does so: the invoice is asked again and no longer knows who had
        paid it, but the collection must say what the money was taken from.
        """
        applied = applied_by_document(self)
        for payment in self:
            kept = {
                str(doc): cents for doc, cents in applied[payment.id].items() if doc
            }
            if kept:
                allow(payment, STATING).espace_applied_before = kept
