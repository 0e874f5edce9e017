from odoo import api, fields, models

from ..models.core.amounts import to_decimal


class EspaceRecoveryWizard(models.TransientModel):
    """A family pays a debt that the council admitted as irrecoverable."""

    _name = "espace.recovery.wizard"
    _inherit = ["espace.regie.form.mixin"]
    _description = "Payment of an Irrecoverable Debt"

    write_off_id = fields.Many2one("account.move", "Decision", required=True)
    company_id = fields.Many2one(related="write_off_id.company_id")
    currency_id = fields.Many2one(related="company_id.currency_id")
    family_id = fields.Many2one(related="write_off_id.espace_written_off_family_id")
    still_owed = fields.Monetary(compute="_compute_still_owed")
    amount = fields.Monetary(
        compute="_compute_amount", store=True, readonly=False, required=True
    )
    date = fields.Date(
        required=True, default=lambda self: self.env.company._espace_today()
    )

    @api.depends("write_off_id")
    def _compute_still_owed(self):
        for wizard in self:
            move = wizard.write_off_id._origin
            wizard.still_owed = float(move._espace_still_owed()) if move else 0

    @api.depends("write_off_id")
    def _compute_amount(self):
        for wizard in self:
            wizard.amount = wizard.still_owed

    def action_collect(self):
        """Take the payment, once, and open it with its receipt."""
        self.ensure_one()
        self.env["account.payment"]._espace_check_regie_role()
        payment = self._once("account.payment", self._collect)
        return payment._get_records_action()

    def _collect(self):
        return self.write_off_id._espace_collect_written_off(
            self.journal_id, to_decimal(self.amount), self.date, **self._payment_vals()
        )
