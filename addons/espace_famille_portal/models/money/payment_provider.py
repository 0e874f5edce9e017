from odoo import models
from odoo.http import request

# Providers whose forms stay on this site.
AT_HOME = ("none", "custom", "demo")


class PaymentProvider(models.Model):
    """What the pages that offer a provider may load from it, and send to it."""

    _inherit = "payment.provider"

    def _get_compatible_providers(self, *args, **kwargs):
        providers = super()._get_compatible_providers(*args, **kwargs)
        if request:
            request.espace_offered_provider_ids = providers.ids
        return providers

    def _espace_content_sources(self):
        """Return {directive of the Content-Security-Policy: sources} to add.

        Banks lead a payer to others for the proof of identity, and browsers hold the
        whole way to `form-action`: unless an addon names what its provider needs, any
        address under HTTPS may take part, on the payment page alone.
        """
        self.ensure_one()
        if self.code in AT_HOME:
            return {}
        directives = ("connect-src", "form-action", "frame-src", "script-src")
        return {directive: ("https:",) for directive in directives}
