from odoo import api, fields, models

from ..core.groups import INVOICES, MONEY


class EspaceFamily(models.Model):
    _inherit = "espace.family"

    currency_id = fields.Many2one(
        related="company_id.currency_id", string="Account Currency"
    )
    income_ids = fields.One2many(
        "espace.family.income", "family_id", "QF History", groups=MONEY
    )
    current_qf = fields.Float(
        "QF", compute="_compute_current_qf", digits=(16, 2), groups=MONEY
    )
    qf_known = fields.Boolean(compute="_compute_current_qf", groups=MONEY)
    charge_ids = fields.One2many("espace.charge", "family_id", "Charges", groups=MONEY)
    espace_move_ids = fields.One2many(
        "account.move", "espace_family_id", "Family Invoices", groups=INVOICES
    )
    amount_due = fields.Monetary(compute="_compute_balance", groups=MONEY)
    credit_available = fields.Monetary(compute="_compute_balance", groups=MONEY)

    @api.depends("income_ids.value", "income_ids.date_from")
    def _compute_current_qf(self):
        for family in self:
            income = family.income_ids._in_force(family.company_id._espace_today())
            family.current_qf = income.value
            family.qf_known = bool(income)

    @api.depends("espace_move_ids.line_ids.amount_residual", "charge_ids.state")
    def _compute_balance(self):
        for family in self:
            family.amount_due = family._espace_amount_due()
            family.credit_available = family._espace_credit()

    # === Actions === #

    def action_open_invoices(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        action["domain"] = [("espace_family_id", "=", self.id)]
        action["context"] = {"default_move_type": "out_invoice"}
        return action

    def action_open_charges(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille_billing.espace_charge_action"
        )
        action["domain"] = [("family_id", "=", self.id)]
        return action

    # === Account === #

    def _espace_payment_move(self):
        """Return the draft invoice to pay online first, maybe empty."""
        return self._espace_payment_moves()[:1]

    def _espace_payment_moves(self):
        """Return the draft invoices whose seats wait for an online payment.

        Those that can be paid now, then those whose payment is on its way; of each,
        first those of the seats which are held for the shortest time.
        """
        self.ensure_one()
        return (
            self.env["espace.reservation"]
            .sudo()
            .search(
                [("family_id", "=", self.id), ("state", "=", "pending_payment")],
                order="hold_until, id",
            )
            .charge_ids.move_id.filtered(lambda move: move.state == "draft")
            .sorted("espace_payment_on_its_way")
        )

    def _espace_invoices(self, kind):
        """Return the posted invoices that are 'due' or 'history' (settled)."""
        self.ensure_one()
        operator = ">" if kind == "due" else "="
        return (
            self.env["account.move"]
            .sudo()
            .search(
                [
                    ("espace_family_id", "=", self.id),
                    ("move_type", "in", ("out_invoice", "out_refund")),
                    ("state", "=", "posted"),
                    ("amount_residual", operator, 0),
                ],
                order="invoice_date desc, id desc",
            )
        )

    def _espace_amount_due(self):
        """Return what posted invoices still ask for, in euros."""
        self.ensure_one()
        invoices = self._espace_invoices("due").filtered(
            lambda move: move.move_type == "out_invoice"
        )
        return sum(invoices.mapped("amount_residual"))
