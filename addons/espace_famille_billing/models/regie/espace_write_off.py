"""Debts that the council, or a judge, gives up: see `domain/write_off.py`."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.espace_famille.models.core.guards import allow

from ...domain import write_off
from ..core.amounts import to_decimal
from ..core.guards import STATING

KINDS = [
    (write_off.IRRECOVERABLE, "Irrecoverable (non-valeur)"),
    (write_off.REMISSION, "Remitted by the council"),
    (write_off.EXTINGUISHED, "Extinguished by a judge"),
]


class AccountMove(models.Model):
    _inherit = "account.move"

    espace_written_off_family_id = fields.Many2one(
        "espace.family",
        "Family whose Debt is Written off",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    espace_write_off_kind = fields.Selection(
        KINDS,
        "Kind of Decision",
        readonly=True,
        copy=False,
        help="Irrecoverable: voted by the council, the debt is still owed and may be "
        "collected later. Remitted by the council, or extinguished by a judge: nothing "
        "is owed any more.",
    )
    espace_decision = fields.Char(
        "Decision",
        readonly=True,
        copy=False,
        help="Reference of the decision, of the council or the judge.",
    )
    espace_decision_date = fields.Date("Day of the Decision", readonly=True, copy=False)
    espace_form_token = fields.Char("Form", readonly=True, copy=False)
    espace_undone = fields.Boolean(
        "Undone", compute="_compute_espace_undone", store=True
    )

    _espace_form_unique = models.UniqueIndex(
        "(espace_form_token) WHERE espace_form_token IS NOT NULL",
        "This form was registered already: look at the family's debts.",
    )

    @api.depends("reversal_move_ids.state")
    def _compute_espace_undone(self):
        for move in self:
            move.espace_undone = any(
                reversal.espace_written_off_family_id and reversal.state == "posted"
                for reversal in move.reversal_move_ids
            )

    @api.model
    def _espace_write_off(
        self,
        family,
        parts,
        date,
        decision,
        decision_date,
        account,
        kind=write_off.IRRECOVERABLE,
        token=None,
    ):
        """Give up what is open of a family's debts, in one entry, and match it.

        :param dict parts: {open receivable line that the family owes: euros}
        :param date date: the day of the entry, local
        :param account: the `account.account` that bears the loss
        :param str kind: one of `write_off.KINDS`
        :param str token: of the form that asks for it: it makes one entry
        :return: the posted entry
        """
        Payment = self.env["account.payment"]
        Payment._espace_check_regie_role()
        Payment._espace_check_parts(family, parts)
        lines = self.env["account.move.line"].union(*parts)
        if any(line.amount_residual < 0 for line in lines):
            raise UserError(self.env._("A credit is not written off: pay it back."))
        if not account:
            raise UserError(
                self.env._(
                    "No account for this decision: choose one in the settings, under "
                    "Régie."
                )
            )
        if decision_date > date:
            raise UserError(
                self.env._("The entry is not made before the day of the decision.")
            )
        kinds = dict(
            self._fields["espace_write_off_kind"]._description_selection(self.env)
        )
        return self._espace_settle_by_entry(
            family,
            parts,
            account,
            date,
            f"{kinds[kind]} – {decision}",
            token,
            espace_written_off_family_id=family.id,
            espace_write_off_kind=kind,
            espace_regie_id=lines.move_id.espace_regie_id.id,
            espace_decision=decision,
            espace_decision_date=decision_date,
        )

    @api.model
    def _espace_settle_by_entry(
        self, family, parts, account, date, ref, token=None, **stated
    ):
        """Post an entry that settles debts of a family by no payment, and match it.

        :param dict parts: {open receivable line that the family owes: euros}
        :param account: the `account.account` that is debited
        :param date date: the day of the entry, local
        :param str token: of the form that asks for it: it makes one entry
        :param stated: fields of the entry that only code states
        :return: the posted entry
        """
        partner = family.partner_id.id
        move = (
            allow(self, STATING)
            .with_company(family.company_id)
            .create(
                {
                    "move_type": "entry",
                    "company_id": family.company_id.id,
                    "journal_id": self._espace_write_off_journal(family.company_id).id,
                    "date": date,
                    "ref": ref,
                    "partner_id": partner,
                    **stated,
                    "espace_form_token": token or False,
                    "line_ids": [
                        Command.create(
                            {
                                "name": ref,
                                "partner_id": partner,
                                "account_id": account.id,
                                "debit": float(sum(map(to_decimal, parts.values()))),
                            }
                        ),
                        *(
                            Command.create(
                                {
                                    "name": line.move_name,
                                    "partner_id": partner,
                                    "account_id": line.account_id.id,
                                    "credit": amount,
                                }
                            )
                            for line, amount in parts.items()
                        ),
                    ],
                }
            )
        )
        move.action_post()
        own = move.line_ids.filtered(lambda line: line.account_id != account)
        for line, counterpart in zip(parts, own.sorted("id"), strict=True):
            (line + counterpart).reconcile()
        return allow(move, STATING, False)

    def _espace_undo_entry(self, *stated):
        """Reverse an entry that settled debts, so that they are due again.

        :param stated: names of the fields that its reversal states too
        :return: the action that shows the reversal
        """
        self.ensure_one()
        reversal = allow(self, STATING)._reverse_moves(
            [
                {
                    "date": self.company_id._espace_today(),
                    "ref": self.env._("Undone: %s", self.ref),
                    **{
                        name: self._fields[name].convert_to_write(self[name], self)
                        for name in stated
                    },
                }
            ],
            cancel=True,
        )
        return allow(reversal, STATING, False)._get_records_action()

    @api.model
    def _espace_write_off_journal(self, company):
        journal = self.env["account.journal"].search(
            [
                *self.env["account.journal"]._check_company_domain(company),
                ("type", "=", "general"),
            ],
            order="sequence, id",
            limit=1,
        )
        if not journal:
            raise UserError(
                self.env._("The commune has no journal of miscellaneous entries.")
            )
        return journal

    def action_espace_undo_write_off(self):
        """Make the debts of a write-off due again, by an entry that reverses it."""
        self.ensure_one()
        self.env["account.payment"]._espace_check_regie_role()
        if (
            self.state != "posted"
            or not self.espace_written_off_family_id
            or self.reversed_entry_id
            or self.espace_recovers_id
            or self.espace_undone
        ):
            raise UserError(
                self.env._("This is no write-off, or it was undone already.")
            )
        if self.espace_recovery_ids:
            raise UserError(
                self.env._(
                    "A part of it was collected since: it is not undone any more."
                )
            )
        return self._espace_undo_entry(
            "espace_written_off_family_id",
            "espace_write_off_kind",
            "espace_regie_id",
            "espace_decision",
            "espace_decision_date",
        )

    def action_register_payment(self):
        """Take the payment of a family's invoices at the counter of the régie."""
        family = self.espace_family_id
        if (
            len(family) == 1
            and all(move.espace_family_id for move in self)
            and family.company_id.sudo()._espace_has_counter()
        ):
            return family._espace_open_wizard(
                "espace.counter.wizard",
                self.env._("Payment"),
                self,
            )
        return super().action_register_payment()

    def action_espace_write_off(self):
        """Write off the invoices of one family."""
        family = self.espace_family_id
        if len(family) != 1:
            raise UserError(self.env._("Choose the invoices of one family."))
        return family._espace_open_wizard(
            "espace.write.off.wizard", self.env._("Write-off"), self
        )
