"""The deposits of an invoice: by the rule of what was booked, or by an agent."""

from odoo import fields, models
from odoo.exceptions import UserError

from ..core.amounts import to_decimal


class AccountMove(models.Model):
    _inherit = "account.move"

    espace_deposit_rule_id = fields.Many2one(
        "espace.deposit.rule",
        "Rule of Deposits",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
    )
    espace_deposit_plan_ids = fields.One2many(
        "espace.deposit.plan",
        "move_id",
        "Schedules of Deposits",
        readonly=True,
        copy=False,
        groups="espace_famille.group_finance",
    )

    def _espace_begin_deposits(self):
        """Have the invoices of what is paid by deposits begin them, once posted."""
        for move in self.filtered("espace_deposit_rule_id"):
            rule = move.espace_deposit_rule_id
            if move.espace_deposit_plan_ids or move._espace_why_no_deposits():
                continue
            today = move.company_id._espace_today()
            left = to_decimal(move.amount_residual)
            parts = rule._schedule(left, today, move.invoice_date_due)
            if parts:
                self.env["espace.deposit.plan"]._agree(move, parts, rule)

    def _espace_deposit_plan_sudo(self):
        """Return the schedule in force of this invoice, as superuser, maybe none."""
        self.ensure_one()
        return self.sudo().espace_deposit_plan_ids.filtered(
            lambda plan: plan.state == "in_force"
        )

    def _espace_why_no_deposits(self):
        """Say why no deposits are agreed on this, "" if they may be."""
        self.ensure_one()
        move_sudo = self.sudo()
        if (
            move_sudo.move_type != "out_invoice"
            or move_sudo.state != "posted"
            or not move_sudo.espace_family_id
            or to_decimal(move_sudo.amount_residual) <= 0
        ):
            return self.env._(
                "Only what a posted invoice of a family still asks is paid by deposits."
            )
        if move_sudo.espace_transmitted_on:
            return move_sudo._espace_transmitted_words()
        if move_sudo.invoice_date_due <= move_sudo.company_id._espace_today():
            return self.env._(
                "%s is due: time to pay is the public accountant’s to grant, not the "
                "régie’s. Deposits are agreed before the due date.",
                move_sudo.name,
            )
        if move_sudo.espace_debit_date:
            return self.env._(
                "The bank of the family is asked for %s: no deposits besides.",
                move_sudo.name,
            )
        if move_sudo.espace_payment_on_its_way:
            return self.env._("This invoice is being paid online: wait for the result.")
        if move_sudo._espace_deposit_plan_sudo():
            return self.env._(
                "This invoice has a schedule of deposits already: close that one first."
            )
        return ""

    def _espace_check_deposits(self, day):
        """Refuse a due date before the last deposit that was agreed.

        :param date day: the new due date, local
        :raise UserError: says which
        """
        self.ensure_one()
        last = self._espace_deposit_plan_sudo().line_ids.sorted("date")[-1:]
        if last and day < last.date:
            raise UserError(
                self.env._(
                    "A deposit is agreed for %s: close the schedule first.",
                    last._day_words(),
                )
            )

    def _espace_deposit_words(self):
        """Say for the counter which deposits these invoices have, "" for none."""
        return "\n".join(
            f"{move.name}: {', '.join(plan._words())}"
            for move in self
            if (plan := move._espace_deposit_plan_sudo().line_ids)
        )

    def action_espace_deposits(self):
        """Open the form by which an agent enters the deposits of this invoice."""
        self.ensure_one()
        self.check_access("write")
        if words := self._espace_why_no_deposits():
            raise UserError(words)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Deposits"),
            "res_model": "espace.deposit.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_move_id": self.id},
        }

    def action_open_espace_deposits(self):
        """Open the schedule of deposits of this invoice, the latest one."""
        self.ensure_one()
        plans = self.espace_deposit_plan_ids
        plans.check_access("read")
        return plans.sorted("id")[-1:]._get_records_action()
