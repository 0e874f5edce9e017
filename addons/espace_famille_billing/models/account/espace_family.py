from odoo import api, fields, models
from odoo.fields import Domain

from ..core.amounts import to_decimal
from ..core.groups import INVOICES, MONEY


class EspaceFamily(models.Model):
    """What a family pays by, owes and is owed, as the ledger has it."""

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
    espace_payment_ids = fields.One2many(
        "account.payment",
        "espace_family_id",
        "Payments",
        groups=INVOICES,
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

    # === Invoices === #

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

    # === The ledger === #

    def _espace_lines_domain(self):
        """Return the domain of the posted lines of these families' accounts."""
        return (
            Domain("account_id.account_type", "=", "asset_receivable")
            & Domain("parent_state", "=", "posted")
            & Domain("company_id", "in", self.company_id.ids)
            & Domain("partner_id.commercial_partner_id", "in", self.partner_id.ids)
        )

    def _espace_open_lines(self, side, regie=None):
        """Return what is not matched yet of these families, the oldest first.

        :param str side: 'debit' for what they owe, 'credit' for what they are owed
        :param regie: only what this `espace.regie` may settle; None: all
        """
        families_sudo = self.sudo()
        lines = families_sudo.env["account.move.line"].search(
            families_sudo._espace_lines_domain()
            & Domain("reconciled", "=", False)
            & Domain("amount_residual", ">" if side == "debit" else "<", 0)
        )
        if regie:
            lines = lines.filtered(
                lambda line: line.move_id.espace_regie_id in (regie, regie.browse())
            )
        # Entries by hand have no day on which they are due.
        oldest_first = lines.sorted(
            lambda line: (line.date_maturity or line.date, line.date, line.id)
        )
        return oldest_first.with_env(self.env)

    def _espace_open_amount(self, side, regie=None):
        """Return the euros, not negative, of all open lines of a side."""
        lines = self._espace_open_lines(side, regie).sudo()
        return float(abs(sum(to_decimal(line.amount_residual) for line in lines)))

    def _espace_owed_by_regie(self):
        """Return {régie, an empty one for none: euros} of what is open, above 0."""
        lines = self._espace_open_lines("debit").sudo() if self else []
        owed = {}
        for line in lines:
            regie = line.move_id.espace_regie_id.with_env(self.env)
            owed[regie] = owed.get(regie, to_decimal(0)) + to_decimal(
                line.amount_residual
            )
        return {regie: float(amount) for regie, amount in owed.items()}

    def _espace_balance(self):
        """Return what the ledger asks of the family, in euros; a credit is negative."""
        self.ensure_one()
        [[balance]] = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(self._espace_lines_domain(), [], ["balance:sum"])
        )
        return float(to_decimal(balance or 0))

    # === Credits === #

    def _espace_credit(self):
        """Return the euros that next invoices are lowered by, not negative.

        These are credits that wait for an invoice, credit notes and money that paid
        nothing yet.
        """
        self.ensure_one()
        waiting = to_decimal(self._espace_credit_not_invoiced())
        return float(waiting + to_decimal(self._espace_open_amount("credit")))

    def _espace_credit_not_invoiced(self):
        """Return the euros of credits that no credit note holds yet, not negative."""
        self.ensure_one()
        charges_sudo = self.sudo().charge_ids.filtered(
            lambda charge: charge.state == "to_invoice" and charge.amount < 0
        )
        return float(sum(-to_decimal(charge.amount) for charge in charges_sudo))

    def _espace_use_credits(self):
        """Match what the family is owed with what it owes, the oldest first.

        :return: the euros that were matched
        """
        self.ensure_one()
        before = to_decimal(self._espace_open_amount("credit"))
        self._espace_open_lines("debit")._espace_match(
            self._espace_open_lines("credit")
        )
        return float(before - to_decimal(self._espace_open_amount("credit")))

    # === Forms of the Régie === #

    def action_espace_pay(self):
        return self._espace_open_wizard("espace.counter.wizard", self.env._("Payment"))

    def action_espace_refund(self):
        return self._espace_open_wizard("espace.refund.wizard", self.env._("Pay back"))

    def action_espace_write_off(self):
        return self._espace_open_wizard(
            "espace.write.off.wizard", self.env._("Write-off")
        )

    def action_espace_statement(self):
        return self._espace_open_wizard(
            "espace.account.wizard", self.env._("Account statement")
        )

    def _espace_open_wizard(self, model, name, moves=None, **defaults):
        """Open a form of the Régie about this family.

        :param moves: the `account.move` records whose lines are chosen in it
        """
        self.ensure_one()
        self.check_access("read")
        if moves:
            defaults["default_move_ids"] = moves.ids
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "target": "new",
            "context": {"default_family_id": self.id, **defaults},
        }

    # === Lists === #

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

    def action_open_espace_account(self):
        """Open the account line by line, with its running balance."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille_billing.espace_account_line_action"
        )
        action["domain"] = [("family_id", "=", self.id)]
        action["display_name"] = self.env._("Account of %s", self.name)
        action["context"] = {}
        return action

    def action_open_espace_payments(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille_billing.espace_payment_action"
        )
        action["domain"] = [("espace_family_id", "=", self.id)]
        return action
