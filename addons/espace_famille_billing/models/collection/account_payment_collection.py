from odoo import api, fields, models

from odoo.addons.espace_famille.models.core.guards import allow

from ..core.amounts import POSTED
from ..core.guards import STATING
from .collection_facts import applied_by_document


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
