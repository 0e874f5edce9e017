from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    espace_merged = fields.Boolean(
        "Payer of a Family Merged with Another",
        readonly=True,
        copy=False,
        help="What was posted in its name keeps it, on the other family's account.",
    )

    def _get_complete_name(self):
        """Keep the name that invoices bear, without that of the payer above it."""
        return self.name or "" if self.espace_merged else super()._get_complete_name()
