from odoo import api, models
from odoo.fields import Domain

from odoo.addons.espace_famille.models.home.espace_home import Duty, Listed


class EspaceHome(models.AbstractModel):
    _inherit = "espace.home"

    @api.model
    def _duty_codes(self, role):
        codes = super()._duty_codes(role)
        return [*codes, "bank"] if role == "finance" else codes

    @api.model
    def _list_bank(self, place):
        domain = self._of_regies(place, "regie_id") & Domain("state", "=", "open")
        return Listed(
            "espace.bank.line", domain, "espace_famille_bank.bank_line_action"
        )

    @api.model
    def _duty_bank(self, place):
        listed = self._list_bank(place)
        count = self._count(listed)
        if not count:
            return None
        proposed = self.env["espace.bank.line"].search_count(
            listed.domain & Domain("proposal_kind", "!=", False)
        )
        return Duty(
            "bank",
            count,
            self.env._("Movements of the bank to be pointed"),
            self.env._("%s with a proposal", proposed),
            self.env._("Point"),
            "soon",
            "fa-bank",
        )
