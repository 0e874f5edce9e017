from odoo import models


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
