from odoo import api, models

from .said import LABEL, LINE


class AccountMoveLine(models.Model):
    """The lines of what stays: none is changed, added or taken away."""

    _inherit = "account.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.move_id._espace_check_kept()
        return lines

    def write(self, vals):
        if LINE & vals.keys():
            self.move_id._espace_check_kept()
        elif LABEL & vals.keys():
            services = self.filtered(lambda line: line.display_type != "payment_term")
            services.move_id._espace_check_kept()
        return super().write(vals)
