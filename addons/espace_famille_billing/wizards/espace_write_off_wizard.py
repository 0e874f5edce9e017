from odoo import api, fields, models


class EspaceWriteOffLine(models.TransientModel):
    _name = "espace.write.off.wizard.line"
    _inherit = "espace.open.line.mixin"
    _description = "Write-off: Open Debt"

    wizard_id = fields.Many2one(
        "espace.write.off.wizard", required=True, ondelete="cascade"
    )


class EspaceWriteOffWizard(models.TransientModel):
    """The council gives up debts of a family (admission en non-valeur)."""

    _name = "espace.write.off.wizard"
    _inherit = ["espace.open.lines.mixin"]
    _description = "Write-off of Debts"

    line_ids = fields.One2many(
        "espace.write.off.wizard.line",
        "wizard_id",
        "What the Family Owes",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    decision = fields.Char(required=True, help="Reference of the council's decision.")
    decision_date = fields.Date("Day of the Decision", required=True)
    account_id = fields.Many2one(
        "account.account",
        compute="_compute_account_id",
        store=True,
        readonly=False,
        required=True,
        domain="[('account_type', 'in', ('expense', 'expense_other'))]",
    )

    def _side(self):
        return "debit"

    def _is_proposed(self, line):
        """Propose nothing: debts are given up one by one, as the council decided."""
        return False

    @api.depends("family_id", "move_ids")
    def _compute_line_ids(self):
        for wizard in self:
            wizard.line_ids = wizard._open_commands()

    @api.depends("company_id")
    def _compute_account_id(self):
        for wizard in self:
            wizard.account_id = wizard.company_id._espace_writeoff_account()

    def action_write_off(self):
        """Write off and open the entry."""
        self.ensure_one()
        move = self.env["account.move"]._espace_write_off(
            self.family_id,
            self._parts(),
            self.date,
            self.decision,
            self.decision_date,
            self.account_id,
        )
        return move._get_records_action()

    def _too_much(self, amount, open_amount):
        return self.env._(
            "The family owes %(open)s: %(amount)s cannot be written off.",
            open=open_amount,
            amount=amount,
        )
