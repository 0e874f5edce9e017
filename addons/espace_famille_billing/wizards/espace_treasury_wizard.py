from odoo import api, fields, models


class EspaceTreasuryWizardLine(models.TransientModel):
    _name = "espace.treasury.wizard.line"
    _inherit = "espace.open.line.mixin"
    _description = "Payment to the Accountant: Debt"

    wizard_id = fields.Many2one(
        "espace.treasury.wizard", required=True, ondelete="cascade"
    )


class EspaceTreasuryWizard(models.TransientModel):
    """What the public accountant received of a family, for what was sent there."""

    _name = "espace.treasury.wizard"
    _inherit = ["espace.open.lines.mixin", "espace.form.once.mixin"]
    _description = "Payment to the Public Accountant"

    line_ids = fields.One2many(
        "espace.treasury.wizard.line",
        "wizard_id",
        "With the Accountant",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    date = fields.Date("Paid on")
    reference = fields.Char(
        "Reference of the Accountant",
        required=True,
        help="What the accountant states it by, e.g. the list of what was collected.",
    )
    account_id = fields.Many2one(
        "account.account",
        "Account of the Treasury",
        compute="_compute_account_id",
        store=True,
        readonly=False,
        required=True,
        domain="[('account_type', 'in', ('asset_cash', 'asset_current'))]",
    )

    def _side(self):
        return "debit"

    @api.depends("family_id", "move_ids")
    def _compute_line_ids(self):
        for wizard in self:
            wizard.line_ids = wizard._open_commands()

    def _open_commands(self):
        """List what is with the accountant alone."""
        return [
            command
            for command in super()._open_commands()
            if not command[2]
            or self.env["account.move.line"]
            .browse(command[2]["move_line_id"])
            .move_id.espace_transmitted_on
        ]

    @api.depends("company_id")
    def _compute_account_id(self):
        for wizard in self:
            wizard.account_id = wizard.company_id._espace_treasury_account()

    def action_record(self):
        """Record it, once however often this form is sent, and open the entry."""
        self.ensure_one()
        self.env["account.payment"]._espace_check_regie_role()
        move = self._once("account.move", self._record)
        return move._get_records_action()

    def _record(self):
        return self.env["account.move"]._espace_paid_to_treasury(
            self.family_id,
            self._parts(),
            self.date,
            self.reference,
            self.account_id,
            token=self.token,
        )

    def _too_much(self, amount, open_amount):
        return self.env._(
            "The family owes %(open)s: %(amount)s cannot have been paid of it.",
            open=open_amount,
            amount=amount,
        )
