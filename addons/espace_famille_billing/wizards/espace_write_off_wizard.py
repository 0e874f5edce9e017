from odoo import api, fields, models

from ..domain import write_off
from ..models.regie.espace_write_off import KINDS


class EspaceWriteOffLine(models.TransientModel):
    _name = "espace.write.off.wizard.line"
    _inherit = "espace.open.line.mixin"
    _description = "Write-off: Open Debt"

    wizard_id = fields.Many2one(
        "espace.write.off.wizard", required=True, ondelete="cascade"
    )


class EspaceWriteOffWizard(models.TransientModel):
    """Debts of a family are given up, by one of three decisions."""

    _name = "espace.write.off.wizard"
    _inherit = ["espace.open.lines.mixin", "espace.form.once.mixin"]
    _description = "Write-off of Debts"

    line_ids = fields.One2many(
        "espace.write.off.wizard.line",
        "wizard_id",
        "What the Family Owes",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    kind = fields.Selection(
        KINDS,
        "What was Decided",
        required=True,
        default=write_off.IRRECOVERABLE,
    )
    decision = fields.Char(
        "Reference of the Decision",
        required=True,
        help="The délibération, or the judgment with its court.",
    )
    decision_date = fields.Date("Day of the Decision", required=True)
    attachment_ids = fields.Many2many(
        "ir.attachment",
        string="Documents",
        help="The délibération or the judgment; kept with the entry.",
    )
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

    @api.depends("company_id", "kind")
    def _compute_account_id(self):
        for wizard in self:
            wizard.account_id = wizard.company_id._espace_writeoff_account(
                wizard.kind or write_off.IRRECOVERABLE
            )

    def action_write_off(self):
        """Write off, once however often this form is sent, and open the entry."""
        self.ensure_one()
        self.env["account.payment"]._espace_check_regie_role()
        move = self._once("account.move", self._write_off)
        return move._get_records_action()

    def _write_off(self):
        move = self.env["account.move"]._espace_write_off(
            self.family_id,
            self._parts(),
            self.date,
            self.decision,
            self.decision_date,
            self.account_id,
            self.kind,
            token=self.token,
        )
        self._keep_documents(move)
        return move

    def _keep_documents(self, move):
        """Attach the proofs of the decision to its entry."""
        self.attachment_ids.check_access("write")
        self.attachment_ids.write({"res_model": move._name, "res_id": move.id})

    def _too_much(self, amount, open_amount):
        return self.env._(
            "The family owes %(open)s: %(amount)s cannot be written off.",
            open=open_amount,
            amount=amount,
        )
