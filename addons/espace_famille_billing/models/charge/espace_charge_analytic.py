from odoo import models


class EspaceCharge(models.Model):
    _inherit = "espace.charge"

    def _prepare_invoice_line(self):
        """Put the line in the analytic account of its activity, where wanted."""
        line = super()._prepare_invoice_line()
        distribution = self[0].activity_id.sudo()._analytic_distribution()
        if distribution:
            line["analytic_distribution"] = distribution
        return line
