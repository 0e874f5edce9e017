from odoo import api, fields, models
from odoo.exceptions import UserError

REFUSABLE = ("espace.enrolment", "espace.document")


class EspaceRefusalWizard(models.TransientModel):
    """Asks why something is refused; the family reads the answer."""

    _name = "espace.refusal.wizard"
    _description = "Refuse"

    res_model = fields.Char("Model", required=True)
    res_ids = fields.Json("Records", required=True)
    names = fields.Text("Refused", readonly=True)
    reason = fields.Char(help="The family reads it.")

    @api.model
    def _action_open(self, records):
        """Return the action that asks why `records` are refused."""
        wizard = self.create(
            {
                "res_model": records._name,
                "res_ids": records.ids,
                "names": "\n".join(records.mapped("display_name")),
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Refuse"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_refuse(self):
        """Refuse the records with the reason; nothing is done without one."""
        self.ensure_one()
        if self.res_model not in self._refusable():
            raise UserError(self.env._("This cannot be refused."))
        self.env[self.res_model].browse(self.res_ids)._refuse(self.reason)
        return {"type": "ir.actions.act_window_close"}

    @api.model
    def _refusable(self):
        """Hook: return the models whose records may be refused with a reason."""
        return REFUSABLE
