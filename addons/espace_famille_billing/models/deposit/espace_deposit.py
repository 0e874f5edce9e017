"""One deposit: by when, how much, and what the ledger says was paid of it."""

import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.espace_famille.models.core.batch import one_by_one

from ...domain import instalment
from ..core.amounts import to_decimal

_logger = logging.getLogger(__name__)


class EspaceDeposit(models.Model):
    _name = "espace.deposit"
    _description = "Deposit"
    _inherit = ["espace.guard.mixin"]
    _order = "date, id"
    _check_company_auto = True
    _by_code = frozenset({"amount", "date", "paid", "left", "plan_id", "reminded_on"})

    plan_id = fields.Many2one(
        "espace.deposit.plan", required=True, index=True, ondelete="cascade"
    )
    move_id = fields.Many2one(related="plan_id.move_id", store=True, index=True)
    family_id = fields.Many2one(related="plan_id.family_id", store=True, index=True)
    company_id = fields.Many2one(related="plan_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    plan_state = fields.Selection(
        string="State of the Schedule",
        related="plan_id.state",
        store=True,
        index=True,
    )
    date = fields.Date("To Pay by", required=True)
    amount = fields.Monetary(required=True)
    paid = fields.Monetary(compute="_compute_paid", store=True)
    left = fields.Monetary("Left to Pay", compute="_compute_paid", store=True)
    reminded_on = fields.Date(readonly=True)
    state = fields.Selection(
        [
            ("paid", "Paid"),
            ("missed", "Missed"),
            ("to_pay", "To pay"),
            ("void", "No longer asked"),
        ],
        compute="_compute_state",
    )

    _amount_positive = models.Constraint(
        "CHECK(amount > 0)", "Each deposit is more than zero."
    )

    @api.depends(
        "amount",
        "date",
        "plan_id.before",
        "plan_id.line_ids",
        "plan_id.move_id.amount_residual",
    )
    def _compute_paid(self):
        for plan in self.plan_id:
            lines = plan.line_ids.sorted("date")
            amounts = [to_decimal(line.amount) for line in lines]
            parts = instalment.paid(amounts, plan._settled())
            for line, amount, part in zip(lines, amounts, parts, strict=True):
                line.paid = float(part)
                line.left = float(amount - part)

    @api.depends("date", "left", "plan_state")
    def _compute_state(self):
        for line in self:
            today = line.company_id._espace_today()
            if not line.left:
                line.state = "paid"
            elif line.plan_state != "in_force":
                line.state = "void"
            else:
                line.state = "missed" if line.date < today else "to_pay"

    @api.depends("date", "move_id")
    def _compute_display_name(self):
        for line in self:
            day = line.company_id._espace_day_words(line.date, year=True)
            line.display_name = f"{line.move_id.name}, {day}"

    @api.model
    def _by_code_words(self):
        return self.env["espace.deposit.plan"]._by_code_words()

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env["espace.deposit.plan"]._by_code_words())

    # === Told before === #

    @api.model
    def _cron_remind(self):
        """Write to families some days before each deposit, once."""
        deposits = self.browse()
        for company in self.env["res.company"].search(
            [("espace_is_commune", "=", True)]
        ):
            today = company._espace_today()
            until = today + timedelta(days=company.espace_deposit_days)
            deposits |= self.search(
                [
                    ("company_id", "=", company.id),
                    ("plan_state", "=", "in_force"),
                    ("reminded_on", "=", False),
                    ("left", ">", 0),
                    ("date", ">=", today),
                    ("date", "<=", until),
                ]
            )
        one_by_one(
            self.env,
            deposits,
            lambda deposit: deposit._remind(),
            _logger,
            "%s: not reminded of the deposit",
        )

    def _remind(self):
        """Tell the family what is to be paid by when; nothing else follows."""
        for deposit in self:
            deposit_sudo = deposit.sudo()
            deposit_sudo.reminded_on = deposit.company_id._espace_today()
            deposit_sudo.family_id._notify_with(
                "espace_famille_billing.mail_template_deposit", deposit_sudo
            )

    # === In words === #

    def _day_words(self):
        return self.company_id._espace_day_words(self.date, year=True)

    def _left_words(self):
        return self.company_id._espace_amount_words(self.left)

    def _words(self):
        """Say these one by one: “100,00 € by Monday 5 April 2027 (paid)”."""
        labels = dict(self._fields["state"]._description_selection(self.env))
        return [
            self.env._(
                "%(amount)s by %(day)s: %(state)s",
                amount=line.company_id._espace_amount_words(line.amount),
                day=line._day_words(),
                state=self.env._("%s left", line._left_words())
                if line.left and line.paid
                else labels[line.state],
            )
            for line in self.sorted("date")
        ]
