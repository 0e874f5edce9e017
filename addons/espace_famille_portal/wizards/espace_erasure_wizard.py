from odoo import fields, models


class EspaceErasureWizard(models.TransientModel):
    """Who asked for the erasure is told that it is done (article 12.3 of the GDPR)."""

    _inherit = "espace.erasure.wizard"

    tell = fields.Boolean("Tell the guardians by e-mail")

    def _erase(self, records):
        told = self.tell and records._name == "espace.family"
        farewells = records._erasure_farewells() if told else []
        result = super()._erase(records)
        self.env["mail.mail"].sudo().create(farewells)
        return result
