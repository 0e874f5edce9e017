from odoo import fields, models
from odoo.exceptions import UserError


class EspaceAttendanceAttachWizard(models.TransientModel):
    """Management says which child an unknown one of a list is."""

    _name = "espace.attendance.attach.wizard"
    _description = "Who an Unknown Child is"

    event_id = fields.Many2one(
        "espace.attendance.event", "Gesture", required=True, readonly=True
    )
    company_id = fields.Many2one(related="event_id.company_id")
    words = fields.Char(related="event_id.words")
    child_id = fields.Many2one(
        "espace.child", required=True, domain="[('company_id', '=', company_id)]"
    )

    def action_attach(self):
        """Record the child on that day, as one that came without booking."""
        self.ensure_one()
        event = self.event_id
        event._check_desk()
        if event.result != "aside" or event.child_id:
            raise UserError(self.env._("This was decided meanwhile: reload the list."))
        event.session_id._check_unlocked()
        event.sudo().child_id = self.child_id
        event.action_apply()
        return {"type": "ir.actions.act_window_close"}
