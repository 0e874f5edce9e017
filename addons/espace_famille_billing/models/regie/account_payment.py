from odoo import api, fields, models


class AccountPayment(models.Model):
    """Money of families: received, rejected by a bank, or paid back."""

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
    espace_receipt_number = fields.Char(
        "Receipt No.", readonly=True, copy=False, index="btree_not_null"
    )
    espace_cheque_number = fields.Char("Cheque No.", copy=False)
    espace_cheque_bank = fields.Char("Bank of the Cheque", copy=False)

    @api.depends("partner_id.commercial_partner_id")
    def _compute_espace_family_id(self):
        families = (
            self.env["espace.family"]
            .sudo()
            .with_context(active_test=False)
            .search([("partner_id", "in", self.partner_id.commercial_partner_id.ids)])
        )
        for payment in self:
            payment.espace_family_id = families.filtered(
                lambda family, payment=payment: (
                    family.partner_id == payment.partner_id.commercial_partner_id
                    and family.company_id == payment.company_id
                )
            )[:1]

    @api.depends("espace_family_id", "payment_type", "espace_reverses_id")
    def _compute_espace_kind(self):
        for payment in self:
            if not payment.espace_family_id:
                payment.espace_kind = False
            elif payment.payment_type == "inbound":
                payment.espace_kind = "receipt"
            else:
                payment.espace_kind = (
                    "rejection" if payment.espace_reverses_id else "refund"
                )
