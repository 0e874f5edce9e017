from odoo import fields, models


class EspaceRejectionWizard(models.TransientModel):
    _inherit = "espace.rejection.wizard"

    bank_line_id = fields.Many2one(
        "espace.bank.line", "Movement of the Bank", readonly=True
    )

    def action_reject(self):
        """Point the movement of the bank that this rejection was opened from."""
        action = super().action_reject()
        if self.bank_line_id:
            rejection = self.env["account.payment"].browse(action["res_id"])
            self.bank_line_id._point_rejection(rejection)
            self.bank_line_id._propose_others()
        return action
