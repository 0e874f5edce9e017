from odoo import api, fields, models

from ..domain import iban


class ResPartnerBank(models.Model):
    """The account of a family, of which nearly everybody reads the end alone."""

    _inherit = "res.partner.bank"

    espace_family_id = fields.Many2one(
        "espace.family",
        "Family Account",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Whose account this is; the Régie alone reads it.",
    )

    @api.depends("espace_family_id")
    def _compute_display_name(self):
        ours = self.filtered("espace_family_id")
        for account in ours:
            account.display_name = iban.mask(account.acc_number)
        return super(ResPartnerBank, self - ours)._compute_display_name()
