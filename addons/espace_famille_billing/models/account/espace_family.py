from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..core.account_move_line import RECEIVABLE_ACCOUNTS
from ..core.amounts import to_decimal
from ..core.groups import INVOICES, MONEY

# Seats that wait for a payment: which is to be paid first.
HELD_FIRST = "hold_until, id"
LATEST_FIRST = "invoice_date desc, id desc"

# What is open on a side of an account; as the index of open items says it.
SIDES = {
    "debit": Domain("amount_residual", ">", 0),
    "credit": Domain("amount_residual", "<", 0),
    None: Domain("amount_residual", ">", 0) | Domain("amount_residual", "<", 0),
}

# What is asked of open lines.
OF_LINES = (
    "amount_residual",
    "company_id",
    "date",
    "date_maturity",
    "move_id",
    "partner_id",
)


def _is_receivable(_model, alias, _query):
    """Return what is on an account of debtors: PostgreSQL then uses their indexes."""
    return SQL("%s = ANY(%s)", SQL.identifier(alias, "account_id"), RECEIVABLE_ACCOUNTS)


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
    amount_due = fields.Monetary(
        compute="_compute_balance",
        groups=MONEY,
        help="What the family has to pay, once what it is owed is deducted.",
    )
    credit_available = fields.Monetary(
        compute="_compute_balance",
        groups=MONEY,
        help="What is left of what the family is owed, for its next invoices.",
    )

    @api.depends("income_ids.value", "income_ids.date_from")
    def _compute_current_qf(self):
        for family in self:
            income = family.income_ids._in_force(family.company_id._espace_today())
            family.current_qf = income.value
            family.qf_known = bool(income)

    @api.depends("espace_move_ids.line_ids.amount_residual", "charge_ids.state")
    def _compute_balance(self):
        nets = self._espace_nets()
        for family in self:
            family.amount_due = float(nets[family].owed)
            family.credit_available = float(nets[family].left)

    # === Invoices === #

    def _espace_payment_move(self):
        """Return the draft invoice to pay online first, maybe empty."""
        return self._espace_payment_moves()[:1]

    def _espace_payment_moves(self, held=None):
        """Return the draft invoices whose seats wait for an online payment.

        Those that can be paid now, then those whose payment is on its way; of each,
        first those of the seats which are held for the shortest time.

        :param held: the seats, in the order of `HELD_FIRST`, if somebody has found them
        """
        self.ensure_one()
        if held is None:
            Reservation = self.env["espace.reservation"].sudo()
            held = Reservation.search(self._espace_held_domain(), order=HELD_FIRST)
        return (
            held.sudo()
            .charge_ids.move_id.filtered(lambda move: move.state == "draft")
            .sorted("espace_payment_on_its_way")
        )

    def _espace_on_its_way_searches(self):
        """Hook: return {name: (model as superuser, domain, order)} of what may pay.

        Where these find nothing, no `espace_payment_on_its_way` of the family is true.
        """
        return {
            "transactions": (
                self.env["payment.transaction"].sudo(),
                Domain("invoice_ids.espace_family_id", "in", self.ids)
                & (
                    Domain("state", "in", ("pending", "authorized"))
                    | (Domain("state", "=", "done") & Domain("payment_id", "=", False))
                ),
                None,
            )
        }

    def _espace_held_domain(self):
        """Return the domain of the seats that wait for an online payment."""
        return [("family_id", "=", self.id), ("state", "=", "pending_payment")]

    def _espace_invoices(self, kind):
        """Return the posted invoices that are 'due' or 'history' (settled)."""
        moves_sudo = self.env["account.move"].sudo()
        return moves_sudo.search(self._espace_invoices_domain(kind), order=LATEST_FIRST)

    def _espace_invoices_domain(self, kind):
        """Return the domain of the posted invoices: see `_espace_invoices`."""
        self.ensure_one()
        return [
            ("espace_family_id", "=", self.id),
            ("move_type", "in", ("out_invoice", "out_refund")),
            ("state", "=", "posted"),
            ("amount_residual", ">" if kind == "due" else "=", 0),
        ]

    # === The ledger === #

    def _espace_lines_domain(self):
        """Return the domain of the posted lines of these families' accounts."""
        self.env["account.account"].flush_model(["account_type"])
        return (
            Domain.custom(to_sql=_is_receivable)
            & Domain("parent_state", "=", "posted")
            & Domain("company_id", "in", self.company_id.ids)
            & Domain("partner_id.commercial_partner_id", "in", self.partner_id.ids)
        )

    def _espace_open_lines(self, side=None, regie=None):
        """Return what is not matched yet of these families, the oldest first.

        :param str side: 'debit' for what they owe, 'credit' for what they are owed,
            None for both
        :param regie: only what this `espace.regie` may settle; None: all
        """
        families_sudo = self.sudo()
        lines = families_sudo.env["account.move.line"].search_fetch(
            families_sudo._espace_open_domain(side), OF_LINES
        )
        if regie:
            lines = lines.filtered(
                lambda line: line.move_id.espace_regie_id in (regie, regie.browse())
            )
        return lines._espace_oldest_first().with_env(self.env)

    def _espace_open_domain(self, side=None):
        """Return the domain of what is not matched yet: see `_espace_open_lines`."""
        return (
            self._espace_lines_domain() & Domain("reconciled", "=", False) & SIDES[side]
        )

    def _espace_open_amount(self, side, regie=None):
        """Return the euros, not negative, of all open lines of a side."""
        lines = self._espace_open_lines(side, regie).sudo()
        return float(abs(sum(to_decimal(line.amount_residual) for line in lines)))

    def _espace_owed_by_regie(self):
        """Return {régie, an empty one for none: euros} of what is owed, above 0."""
        lines = self._espace_open_lines("debit").sudo() if self else []
        parts = self._espace_net().parts if lines else {}
        owed = {}
        for line in lines:
            regie = line.move_id.espace_regie_id.with_env(self.env)
            left = to_decimal(line.amount_residual) - parts.get(line.id, 0)
            owed[regie] = owed.get(regie, to_decimal(0)) + left
        return {regie: float(amount) for regie, amount in owed.items() if amount}

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
        """Return the euros that the commune owes the family, not negative.

        These are credits that wait for a credit note, credit notes and money that paid
        nothing yet; debts are not deducted, see `_espace_net`.
        """
        self.ensure_one()
        return float(self._espace_net().credit)

    def _espace_credit_not_invoiced(self):
        """Return the euros of credits that no credit note holds yet, not negative."""
        self.ensure_one()
        return float(-self._espace_waiting_credits()._total())

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
