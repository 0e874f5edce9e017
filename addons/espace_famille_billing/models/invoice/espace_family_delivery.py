from odoo import fields, models

from ..core.groups import MONEY


class EspaceFamily(models.Model):
    """How a family gets its invoices and pays them."""

    _inherit = "espace.family"

    invoice_delivery = fields.Selection(
        [("email", "By e-mail"), ("paper", "On paper")],
        "Invoices Sent",
        default="email",
        required=True,
        groups=MONEY,
        help="Who has no e-mail address gets them on paper.",
    )
    pays_by_debit = fields.Boolean("Pays by Direct Debit", groups=MONEY)

    def _espace_invoice_recipients(self):
        """Return the partners who get the invoices by e-mail, maybe none.

        The guardians who pay; where none of them has an address, the household.
        """
        self.ensure_one()
        payers = self.guardian_ids.filtered("is_payer").partner_id
        return payers.filtered("email") or self.partner_id.filtered("email")

    def _espace_wants_paper(self):
        self.ensure_one()
        return self.invoice_delivery == "paper" or not self._espace_invoice_recipients()
