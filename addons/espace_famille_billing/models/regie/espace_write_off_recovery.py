"""Money that comes for a debt admitted as irrecoverable: it was still owed."""

from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.espace_famille.models.core.guards import allow

from ...domain import write_off
from ..core.amounts import to_decimal
from ..core.groups import MONEY
from ..core.guards import STATING


class AccountMove(models.Model):
    _inherit = "account.move"

    espace_recovers_id = fields.Many2one(
        "account.move",
        "Irrecoverable Debt Collected",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The write-off of which this entry makes a part due again: it is paid.",
    )
    espace_recovery_ids = fields.One2many(
        "account.move", "espace_recovers_id", "Recoveries", readonly=True
    )
    espace_recovered = fields.Monetary(
        "Collected since", compute="_compute_espace_recovered"
    )

    @api.depends("espace_recovery_ids.state", "espace_recovery_ids.amount_total")
    def _compute_espace_recovered(self):
        for move in self:
            move.espace_recovered = float(move._espace_recovered_amount())

    def _espace_recovered_amount(self):
        """Return the euros of this write-off that were collected, as Decimal."""
        collected = self.espace_recovery_ids.filtered(lambda m: m.state == "posted")
        return sum((to_decimal(move.amount_total) for move in collected), Decimal(0))

    def _espace_still_owed(self):
        """Return the euros of this write-off that the family owes all the same."""
        self.ensure_one()
        if (
            self.espace_write_off_kind != write_off.IRRECOVERABLE
            or self.state != "posted"
            or self.reversed_entry_id
            or self.espace_recovers_id
            or self.espace_undone
        ):
            return Decimal(0)
        return to_decimal(self.amount_total) - self._espace_recovered_amount()

    def _espace_collect_written_off(self, journal, amount, date, **vals):
        """Take a payment of what was admitted as irrecoverable.

        As much of the invoices is made due again as is paid, against an income of the
        day: the charge of the write-off stays where the council voted it.

        :param Decimal amount: in euros
        :param date date: the day of the payment, local
        :param vals: more values of the payment
        :return: the posted `account.payment`
        :raise UserError: it was extinguished, or more is paid than is still owed
        """
        self.ensure_one()
        Payment = self.env["account.payment"]
        Payment._espace_check_regie_role()
        self.check_access("read")
        still_owed = self._espace_still_owed()
        if not 0 < amount <= still_owed:
            words = self.company_id._espace_amount_words
            raise UserError(
                self.env._(
                    "%(open)s of this decision may still be collected: %(amount)s "
                    "cannot be.",
                    open=words(still_owed),
                    amount=words(amount),
                )
            )
        if date < self.date:
            raise UserError(
                self.env._(
                    "The debt was given up on %(day)s: nothing of it is collected "
                    "before. What was paid earlier pays the invoice itself: undo the "
                    "write-off first.",
                    day=self.company_id._espace_day_words(self.date, year=True),
                )
            )
        Payment._espace_check_journal(journal, date)
        account = self.company_id._espace_recovery_account()
        if not account:
            raise UserError(
                self.env._(
                    "No account for what is collected after a write-off: choose one in "
                    "the settings."
                )
            )
        parts = self.sudo()._espace_reopen(amount, date, account)
        return Payment._espace_register(
            self.espace_written_off_family_id,
            journal,
            {line.with_env(self.env): float(part) for line, part in parts.items()},
            date,
            **vals,
        )

    def _espace_reopen(self, amount, date, account):
        """Make a part of what was written off due again; return {line: euros}."""
        matched = [
            (partial, to_decimal(partial.amount))
            for line in self._espace_receivable_lines().sorted("id")
            for partial in line.matched_debit_ids.sorted("id")
            if not partial.debit_move_id.move_id.espace_recovers_id
        ]
        parts = write_off.to_reopen(amount, matched)
        # What they match is kept: afterwards they are gone.
        reopened = [
            (partial.debit_move_id, partial.credit_move_id, part)
            for partial, part in parts.items()
        ]
        matches = self.env["account.partial.reconcile"].union(*parts)
        allow(matches, STATING).unlink()
        move = allow(self, STATING).create(
            self._espace_prepare_recovery(reopened, date, account)
        )
        move.action_post()
        move = allow(move, STATING, False)
        own = move._espace_receivable_lines().sorted("id")
        found = {}
        for (debt, given_up, part), line in zip(reopened, own, strict=True):
            (given_up + line).reconcile()
            if not given_up.reconciled:
                (given_up + debt).reconcile()
            found[debt] = found.get(debt, Decimal(0)) + part
        return found

    def _espace_prepare_recovery(self, reopened, date, account):
        ref = self.env._("Collected after write-off %s", self.espace_decision)
        family = self.espace_written_off_family_id
        return {
            "move_type": "entry",
            "company_id": self.company_id.id,
            "journal_id": self.journal_id.id,
            "date": date,
            "ref": ref,
            "partner_id": family.partner_id.id,
            "espace_written_off_family_id": family.id,
            "espace_recovers_id": self.id,
            "espace_regie_id": self.espace_regie_id.id,
            "espace_write_off_kind": self.espace_write_off_kind,
            "espace_decision": self.espace_decision,
            "espace_decision_date": self.espace_decision_date,
            "line_ids": [
                *(
                    Command.create(
                        {
                            "name": debt.move_name,
                            "partner_id": family.partner_id.id,
                            "account_id": given_up.account_id.id,
                            "debit": float(part),
                        }
                    )
                    for debt, given_up, part in reopened
                ),
                Command.create(
                    {
                        "name": ref,
                        "partner_id": family.partner_id.id,
                        "account_id": account.id,
                        "credit": float(sum(part for _d, _g, part in reopened)),
                    }
                ),
            ],
        }

    def action_open_espace_recoveries(self):
        """Open the entries that made parts of this write-off due again."""
        self.ensure_one()
        self.check_access("read")
        return self.espace_recovery_ids._get_records_action(
            name=self.env._("Collected since")
        )

    def action_espace_collect_written_off(self):
        """Open the form that takes a payment of what was written off."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Collect"),
            "res_model": "espace.recovery.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_write_off_id": self.id},
        }


class EspaceFamily(models.Model):
    _inherit = "espace.family"

    espace_irrecoverable = fields.Monetary(
        "Irrecoverable, Still Owed",
        compute="_compute_espace_irrecoverable",
        compute_sudo=True,
        groups=MONEY,
        help="Admitted as irrecoverable by the council: nobody asks for it any more, "
        "but the family may still pay it.",
    )

    def _compute_espace_irrecoverable(self):
        for family in self:
            family.espace_irrecoverable = float(family._espace_irrecoverable_amount())

    def _espace_irrecoverable_amount(self):
        """Return the euros given up as irrecoverable and not collected, as Decimal."""
        self.ensure_one()
        moves_sudo = (
            self.env["account.move"]
            .sudo()
            .search(
                [
                    ("espace_written_off_family_id", "=", self._origin.id),
                    ("espace_write_off_kind", "=", write_off.IRRECOVERABLE),
                    ("espace_recovers_id", "=", False),
                    ("state", "=", "posted"),
                ]
            )
        )
        return sum((move._espace_still_owed() for move in moves_sudo), Decimal(0))

    def action_open_write_offs(self):
        """Open what was given up of this family's debts."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille_billing.espace_write_off_action"
        )
        action["domain"] = [
            ("espace_written_off_family_id", "=", self.id),
            ("reversed_entry_id", "=", False),
            ("espace_recovers_id", "=", False),
        ]
        action["context"] = {"create": False}
        return action
