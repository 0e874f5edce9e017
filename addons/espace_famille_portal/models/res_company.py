from odoo import models
from odoo.tools.misc import format_amount


class ResCompany(models.Model):
    _inherit = "res.company"

    def _espace_amount_words(self, amount):
        """Write an amount (euros) as people do: “3,60 €”."""
        self.ensure_one()
        return format_amount(self.env, float(amount), self.currency_id)
