from odoo import api, models


class AuthPasskeyKey(models.Model):
    _inherit = "auth.passkey.key"

    @api.model
    def _start_registration(self):
        """Have the device say whose key it keeps: that of the commune."""
        options = super()._start_registration()
        options["rp"]["name"] = self.env.company.name
        return options
