from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ...domain import instalment
from ..core.amounts import to_decimal


class EspaceDepositPlan(models.Model):
    """What a family and the régie agreed to pay of an invoice before it is due.

    No ledger: a deposit is a payment of the invoice, with its receipt. Whatever lowers
    the invoice, a credit too, counts for the first deposits. After the due date there
    are no deposits: time to pay is the public accountant's to give.
    """

    _name = "espace.deposit.plan"
    _description = "Schedule of Deposits"
    _inherit = ["espace.guard.mixin"]
    _order = "agreed_on desc, id desc"
    _rec_name = "move_id"
    _check_company_auto = True
    _by_code = frozenset(
        {
            "agreed_by_id",
            "agreed_on",
            "amount",
            "before",
            "closed_by_id",
            "closed_on",
            "line_ids",
            "move_id",
            "note",
            "rule_id",
            "state",
        }
    )

    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    family_id = fields.Many2one(
        "espace.family", related="move_id.espace_family_id", store=True, index=True
    )
    company_id = fields.Many2one(related="move_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    rule_id = fields.Many2one("espace.deposit.rule", readonly=True, ondelete="restrict")
    agreed_on = fields.Date(required=True, readonly=True)
    agreed_by_id = fields.Many2one(
        "res.users",
        "Entered by",
        readonly=True,
        ondelete="restrict",
        help="Empty: the family booked what is paid by deposits.",
    )
    note = fields.Char(readonly=True, help="How the family agreed.")
    amount = fields.Monetary(
        required=True, readonly=True, help="The sum of the deposits."
    )
    before = fields.Monetary(
        "Settled before",
        readonly=True,
        help="Of the invoice, on the day of the agreement.",
    )
    line_ids = fields.One2many(
        "espace.deposit", "plan_id", "Deposits", readonly=True, copy=False
    )
    left = fields.Monetary("Left to Pay", related="move_id.amount_residual")
    date_due = fields.Date(related="move_id.invoice_date_due")
    state = fields.Selection(
        [
            ("in_force", "In force"),
            ("settled", "Ended: nothing is left to pay"),
            ("with_accountant", "Ended: with the public accountant"),
            ("closed", "Closed"),
        ],
        compute="_compute_state",
        store=True,
        index=True,
    )
    closed_on = fields.Date(readonly=True)
    closed_by_id = fields.Many2one(
        "res.users", "Closed by", readonly=True, ondelete="restrict"
    )
    closed_reason = fields.Char("Why it is Closed")

    _one_open = models.UniqueIndex(
        "(move_id) WHERE closed_on IS NULL",
        "This invoice has a schedule of deposits already: close that one first.",
    )

    @api.depends(
        "closed_on", "move_id.amount_residual", "move_id.espace_transmitted_on"
    )
    def _compute_state(self):
        for plan in self:
            if plan.closed_on:
                plan.state = "closed"
            elif plan.move_id.espace_transmitted_on:
                plan.state = "with_accountant"
            elif to_decimal(plan.move_id.amount_residual) <= 0:
                plan.state = "settled"
            else:
                plan.state = "in_force"

    @api.model
    def _by_code_words(self):
        return self.env._(
            "Deposits that were agreed are not changed: close the schedule, and agree "
            "on another one."
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A schedule of deposits is kept: close it instead."))

    # === Agreeing === #

    @api.model
    def _agree(self, move, parts, rule=None, note="", by=None):
        """Record the deposits of an invoice, and write to the family what they are.

        :param parts: `instalment.Part`s: they add up to what is left of the invoice
        :param by: the agent, where it was not the booking
        :raise UserError: with the reason in words
        """
        move.ensure_one()
        today = move.company_id._espace_today()
        left = to_decimal(move.amount_residual)
        if words := move._espace_why_no_deposits():
            raise UserError(words)
        found = instalment.problem(parts, left, today, move.invoice_date_due)
        if found:
            raise UserError(self._problem_words(found, move, left))
        plan = self.sudo().create(
            {
                "move_id": move.id,
                "rule_id": rule.id if rule else False,
                "agreed_on": today,
                "agreed_by_id": by.id if by else False,
                "note": note,
                "amount": float(left),
                "before": float(to_decimal(move.amount_total) - left),
                "line_ids": [
                    Command.create({"date": part.date, "amount": float(part.amount)})
                    for part in parts
                ],
            }
        )
        plan._next()._remind()
        return plan

    @api.model
    def _problem_words(self, found, move, left):
        """Say why these deposits cannot be: see `instalment.problem`."""
        company = move.company_id
        return {
            instalment.NONE: self.env._("Enter at least one deposit."),
            instalment.AMOUNT: self.env._("Each deposit is more than zero."),
            instalment.ORDER: self.env._(
                "The deposits follow one another: each has a day of its own, in order."
            ),
            instalment.EARLY: self.env._("No deposit is asked for a day that is past."),
            instalment.LATE: self.env._(
                "The last deposit is paid on the due date at the latest, %s: what "
                "comes after it, the public accountant alone may grant.",
                company._espace_day_words(move.invoice_date_due, year=True),
            ),
            instalment.SUM: self.env._(
                "The deposits add up to what is left of the invoice: %s.",
                company._espace_amount_words(left),
            ),
        }[found]

    # === Following === #

    def _settled(self):
        """Return the euros of the invoice that were settled since, as Decimal."""
        self.ensure_one()
        move = self.move_id
        settled = to_decimal(move.amount_total) - to_decimal(move.amount_residual)
        return settled - to_decimal(self.before)

    def _next(self):
        """Return the first deposit of which something is left, maybe none."""
        open_lines = self.line_ids.filtered(lambda line: line.left > 0)
        return open_lines.sorted("date")[:1]

    def action_close(self):
        """End the schedule, for a reason that is kept: what was paid stays paid."""
        self.check_access("write")
        for plan in self:
            if plan.state != "in_force":
                raise UserError(self.env._("This schedule is over already."))
            if not (plan.closed_reason or "").strip():
                raise UserError(self.env._("Say first why the schedule is closed."))
        for company, plans in self.grouped("company_id").items():
            today: date = company._espace_today()
            plans.sudo().write({"closed_on": today, "closed_by_id": self.env.uid})

    def action_open_move(self):
        """Open the invoice."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "views": [(False, "form")],
        }
