from odoo import models
from odoo.tools import consteq


class AccountMove(models.Model):
    """E-mails, payments and previews lead to the families' page of an invoice."""

    _inherit = "account.move"

    def _compute_access_url(self):
        super()._compute_access_url()
        for move in self.sudo().filtered("espace_family_id"):
            move.access_url = f"/my/factures/{move.id}"

    def _espace_opened_by(self, access_token):
        """Tell whether a link of an e-mail opens this document of a family."""
        self.ensure_one()
        known = self.sudo().access_token
        return bool(
            access_token
            and known
            and self.espace_family_id
            and self.state == "posted"
            # As bytes: of texts only those of plain letters are compared.
            and consteq(known.encode(), access_token.encode(errors="replace"))
        )
