from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..domain import instalment
from ..models.core.amounts import to_decimal


class EspaceDepositWizardLine(models.TransientModel):
    _name = "espace.deposit.wizard.line"
    _description = "Deposit to Agree"
    _order = "date, id"

    wizard_id = fields.Many2one(
        "espace.deposit.wizard", required=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    date = fields.Date("To Pay by", required=True)
    amount = fields.Monetary(required=True)


class EspaceDepositWizard(models.TransientModel):
    """An agent enters the deposits that a family agreed to pay of one invoice."""

    _name = "espace.deposit.wizard"
    _description = "Deposits of an Invoice"

    move_id = fields.Many2one("account.move", "Invoice", required=True, readonly=True)
    family_id = fields.Many2one(related="move_id.espace_family_id")
    company_id = fields.Many2one(related="move_id.company_id")
    currency_id = fields.Many2one(related="company_id.currency_id")
    left = fields.Monetary("Left to Pay", related="move_id.amount_residual")
    date_due = fields.Date(related="move_id.invoice_date_due")
    rule_id = fields.Many2one(
        "espace.deposit.rule",
        "Propose by the Rule",
        domain="[('company_id', '=', company_id)]",
    )
    note = fields.Char(
        "How the Family Agreed", required=True, help="e.g. At the counter, by e-mail."
    )
    line_ids = fields.One2many(
        "espace.deposit.wizard.line",
        "wizard_id",
        "Deposits",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )

    @api.depends("move_id", "rule_id")
    def _compute_line_ids(self):
        """Propose a third now and the rest month by month, or what the rule says."""
        for wizard in self:
            move = wizard.move_id
            parts = []
            if move and not move._espace_why_no_deposits():
                today = move.company_id._espace_today()
                rule = wizard.rule_id
                parts = instalment.schedule(
                    to_decimal(move.amount_residual),
                    today,
                    move.invoice_date_due,
                    share=to_decimal(rule.share if rule else 30),
                    count=rule.count or 3,
                    month_day=rule.month_day or 5,
                )
            wizard.line_ids = [
                Command.clear(),
                *(
                    Command.create({"date": part.date, "amount": float(part.amount)})
                    for part in parts
                ),
            ]

    def action_agree(self):
        """Record the deposits and write to the family; open them."""
        self.ensure_one()
        self.env["account.payment"]._espace_check_regie_role()
        self.move_id.check_access("write")
        if not self.note.strip():
            raise UserError(self.env._("Say how the family agreed."))
        parts = [
            instalment.Part(line.date, to_decimal(line.amount))
            for line in self.line_ids.sorted("date")
        ]
        plan = self.env["espace.deposit.plan"]._agree(
            self.move_id, parts, self.rule_id, self.note.strip(), self.env.user
        )
        return plan.with_env(self.env)._get_records_action()
