from odoo import api, models


class EspaceRefusalWizard(models.TransientModel):
    _inherit = "espace.refusal.wizard"

    @api.model
    def _refusable(self):
        return (*super()._refusable(), "espace.change")
