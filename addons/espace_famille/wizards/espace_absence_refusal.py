from odoo import fields, models


class EspaceAbsenceRefusal(models.TransientModel):
    """Asks why absences are refused: the family reads the reason."""

    _name = "espace.absence.refusal"
    _description = "Refuse an Absence"

    absence_ids = fields.Many2many("espace.absence", string="Absences", required=True)
    reason = fields.Char(required=True)

    def action_refuse(self):
        self.ensure_one()
        self.absence_ids.check_access("write")
        self.absence_ids._refuse(self.reason)
        return {"type": "ir.actions.act_window_close"}
