from odoo import api, fields, models


class EspaceClosureWizard(models.TransientModel):
    """Says in numbers what a closure is about to do, and asks to confirm it."""

    _name = "espace.closure.wizard"
    _description = "Apply or Undo a Closure"

    closure_id = fields.Many2one("espace.closure", required=True, ondelete="cascade")
    purpose = fields.Selection(
        [("apply", "Apply"), ("undo", "Undo the closure")],
        default="apply",
        required=True,
    )
    session_count = fields.Integer("Sessions", compute="_compute_counts")
    booking_count = fields.Integer("Bookings", compute="_compute_counts")
    draft_count = fields.Integer("In Carts", compute="_compute_counts")
    family_count = fields.Integer("Families", compute="_compute_counts")
    emergency_words = fields.Char(compute="_compute_emergency_words")
    problems = fields.Text(compute="_compute_counts")
    remarks = fields.Text(compute="_compute_counts")

    @api.depends("closure_id", "purpose")
    def _compute_counts(self):
        for wizard in self:
            if wizard.purpose == "apply":
                wizard.update(wizard.closure_id._preview())
            else:
                wizard.update(wizard._undo_preview())

    @api.depends("closure_id", "purpose")
    def _compute_emergency_words(self):
        for wizard in self:
            opens = wizard.purpose == "apply" and wizard.closure_id.opens_emergency
            wizard.emergency_words = opens and wizard.closure_id._emergency_words()

    def _undo_preview(self):
        closure = self.closure_id
        bookings_sudo = closure.sudo().reservation_ids.filtered(
            lambda r: r.state == "cancelled"
        )
        return {
            **closure._no_preview(),
            "session_count": len(closure.session_ids),
            "booking_count": len(bookings_sudo),
            "family_count": len(bookings_sudo.family_id),
            "problems": "\n".join(closure._undo_problems()),
            "remarks": "\n".join(closure._undo_remarks(bookings_sudo)),
        }

    def action_confirm(self):
        self.ensure_one()
        self.closure_id.check_access("write")
        if self.purpose == "apply":
            self.closure_id._apply()
        else:
            self.closure_id._undo()
        return {"type": "ir.actions.act_window_close"}
