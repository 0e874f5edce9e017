from odoo import api, fields, models


class EspaceTimesWizard(models.TransientModel):
    """An agent enters or corrects when one child arrived and left."""

    _name = "espace.times.wizard"
    _description = "Arrival and Departure"

    reservation_id = fields.Many2one(
        "espace.reservation", "Booking", required=True, readonly=True
    )
    child_id = fields.Many2one(related="reservation_id.child_id")
    product_id = fields.Many2one(related="reservation_id.product_id")
    arrived_at = fields.Float(
        compute="_compute_times", store=True, readonly=False, help="Local time."
    )
    left_at = fields.Float(
        compute="_compute_times", store=True, readonly=False, help="Local time."
    )

    @api.depends("reservation_id")
    def _compute_times(self):
        for wizard in self:
            wizard.arrived_at = wizard.reservation_id.arrived_at
            wizard.left_at = wizard.reservation_id.left_at

    def action_save(self):
        """Record both times; an empty one is forgotten."""
        self.ensure_one()
        self.reservation_id._record_times(self.arrived_at, self.left_at)
        return {"type": "ir.actions.act_window_close"}
