from odoo import models


class EspaceFamily(models.Model):
    _inherit = "espace.family"

    def _erase_household(self):
        """Erase what was asked about the household; quotients that counted stay."""
        result = super()._erase_household()
        self.env["espace.quotient.answer"].search(
            [("family_id", "in", self.ids)]
        ).sudo().unlink()
        return result
