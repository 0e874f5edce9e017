from odoo import fields, models


class EspaceErasureWizard(models.TransientModel):
    """Who asked for an erasure is notified that it is done: GDPR, article 12.3."""

    _inherit = "espace.erasure.wizard"

    notify = fields.Boolean("Notify the guardians by e-mail")

    def _erase(self, records):
        notifies = self.notify and records._name == "espace.family"
        farewells = records._erasure_farewells() if notifies else []
        result = super()._erase(records)
        self.env["mail.mail"].sudo().create(farewells)
        return result
