"""Whether a family can pay a sum online, and why not."""

from odoo import models


class EspaceFamily(models.Model):
    _inherit = "espace.family"

    def _espace_why_offline(self, regie, amount):
        """Say why this family cannot pay a sum online, "" if it can or owes nothing.

        It can if one of the providers takes it; the reason is that of the first one.

        :param regie: the `espace.regie` that collects it, empty for none
        :param Decimal amount: in euros
        """
        self.ensure_one()
        if amount <= 0:
            return ""
        providers_sudo = self.company_id._espace_online_providers_sudo()
        reasons = [
            provider_sudo._espace_why_not(self.sudo(), amount)
            for provider_sudo in providers_sudo._espace_of_regie(regie)
        ]
        return reasons[0] if reasons and all(reasons) else ""
