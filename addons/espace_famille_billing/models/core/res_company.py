from odoo import models
from odoo.tools.misc import format_amount


class ResCompany(models.Model):
    _inherit = "res.company"

    def _espace_pays_online(self):
        """Tell whether families can pay on the portal of this commune."""
        self.ensure_one()
        providers = self.env["payment.provider"].sudo()
        return bool(
            providers.search_count(
                [
                    *providers._check_company_domain(self),
                    ("state", "in", ("enabled", "test")),
                    ("is_published", "=", True),
                    ("code", "!=", "custom"),
                ],
                limit=1,
            )
        )

    def _espace_amount_words(self, amount):
        """Write an amount (euros) as people do: “3,60 €”."""
        self.ensure_one()
        return format_amount(self.env, float(amount), self.currency_id)
