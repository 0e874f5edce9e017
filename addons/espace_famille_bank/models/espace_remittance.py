from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.espace_famille.models.core.guards import allow, is_allowed
from odoo.addons.espace_famille_billing.models.core.guards import STATING

FEE_TYPES = ("expense", "expense_other")
FEE_CODES = ("627", "6278", "658", "6588")


class EspaceRemittance(models.Model):
    """What the bank kept of a régie's money, as if it had been handed over for it."""

    _inherit = "espace.remittance"

    bank_line_id = fields.Many2one(
        "espace.bank.line",
        "Fee of the Movement",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The bank kept this fee: the commune bears it (627), no family does.",
    )

    bank_match_ids = fields.One2many(
        "espace.bank.match",
        "remittance_id",
        "On the Statement",
        domain=[("released", "=", False)],
        readonly=True,
        groups="espace_famille.group_finance",
    )

    def _check_by_code(self, vals):
        if "bank_line_id" in vals and not self._is_code():
            self.env["espace.bank.line"]._refuse_by_hand()
        return super()._check_by_code(vals)

    def _prepare_entry(self, name):
        """Book a fee on the commune's expense, not on the treasury's account."""
        vals = super()._prepare_entry(name)
        fee = self.bank_line_id or self.reverses_id.bank_line_id
        if fee:
            account = self.company_id._espace_bank_fee_account()
            vals["line_ids"][0][2]["account_id"] = account.id
        return vals

    def _confirm(self):
        """Refuse to take back by hand what the bank kept: it has it all the same."""
        if self.reverses_id.bank_line_id and not is_allowed(self.env, STATING):
            raise UserError(
                self.env._(
                    "The bank kept %(remittance)s: take back the movement that shows "
                    "it, %(line)s.",
                    remittance=self.reverses_id.display_name,
                    line=self.reverses_id.sudo().bank_line_id.display_name,
                )
            )
        return super()._confirm()

    def _espace_give_back(self, day):
        """Take back what a movement made that is taken back itself."""
        self.ensure_one()
        back = allow(self.sudo(), STATING).create(
            {
                "regie_id": self.regie_id.id,
                "journal_id": self.journal_id.id,
                "destination_journal_id": self.destination_journal_id.id,
                "date": max(day, self.date),
                "amount": -self._left() / 100,
                "reverses_id": self.id,
            }
        )
        back._confirm()

    def _espace_withhold(self, line, journal, amount, day):
        """Hand over to the bank what it kept; return the remittance.

        :param line: the `espace.bank.line` that shows it
        :param journal: of the régie, whose receipts it was kept of
        :param float amount: euros above zero
        """
        fee = allow(self.sudo(), STATING).create(
            {
                "regie_id": line.regie_id.id,
                "journal_id": journal.id,
                "date": day,
                "amount": amount,
                "bank_line_id": line.id,
                "note": self.env._("Kept by the bank: %s", line.label or line.key),
            }
        )
        fee._confirm()
        return fee


class ResCompany(models.Model):
    _inherit = "res.company"

    def _espace_bank_fee_account(self):
        """Return the account that bears the fees of banks: 627.

        :raise UserError: the chart of accounts has none
        """
        self.ensure_one()
        account = self._espace_find_account(FEE_TYPES, FEE_CODES)
        if not account:
            raise UserError(
                self.env._(
                    "%s has no account for fees of banks (627): create it first.",
                    self.name,
                )
            )
        return account
