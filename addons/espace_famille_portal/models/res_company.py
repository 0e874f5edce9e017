from odoo import models
from odoo.tools.misc import format_amount, format_date


class ResCompany(models.Model):
    _inherit = "res.company"

    def _espace_amount_words(self, amount):
        """Write an amount (euros) as people do: “3,60 €”."""
        self.ensure_one()
        return format_amount(self.env, float(amount), self.currency_id)

    def _espace_date_words(self, day):
        """Say a date without its weekday: “11 janvier”; French says “1er février”."""
        first = day.day == 1 and (self.env.lang or "").startswith("fr")
        pattern = "d'er' MMMM" if first else "d MMMM"
        return format_date(self.env, day, date_format=pattern)
