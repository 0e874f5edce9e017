from odoo import api, fields, models


class EspaceDueDateWizard(models.TransientModel):
    """Give a family more time for an invoice, or less, and say why."""

    _name = "espace.due.date.wizard"
    _description = "Due Date of an Invoice"

    move_id = fields.Many2one("account.move", "Invoice", required=True, readonly=True)
    family_id = fields.Many2one(related="move_id.espace_family_id")
    date_due = fields.Date(
        "New Due Date",
        compute="_compute_date_due",
        store=True,
        readonly=False,
        required=True,
    )
    reason = fields.Char(required=True, help="Noted on the invoice.")

    @api.depends("move_id")
    def _compute_date_due(self):
        for wizard in self:
            wizard.date_due = wizard.move_id.invoice_date_due

    def action_change(self):
        """Change the day and note it on the invoice."""
        self.ensure_one()
        self.move_id._espace_change_due_date(self.date_due, self.reason)
        return {"type": "ir.actions.act_window_close"}
