from odoo import models


class EspaceFamily(models.Model):
    _inherit = "espace.family"

    def _erase_household(self):
        """Erase why titres were cancelled; what was sealed is kept as accounts are."""
        result = super()._erase_household()
        self.env["espace.title"].search(
            [("family_id", "in", self.ids), ("cancelled_reason", "!=", False)]
        ).write({"cancelled_reason": "–"})
        return result
