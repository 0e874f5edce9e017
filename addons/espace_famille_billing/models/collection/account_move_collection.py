from odoo import fields, models


class AccountMove(models.Model):
    """The entries of what a régie hands over."""

    _inherit = "account.move"

    espace_remittance_id = fields.Many2one(
        "espace.remittance",
        "Remittance",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

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
