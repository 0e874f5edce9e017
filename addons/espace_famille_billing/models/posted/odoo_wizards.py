"""Forms of Odoo that change what is posted without asking its entries."""

from odoo import api, models
from odoo.exceptions import UserError


class AccountAutomaticEntryWizard(models.TransientModel):
    _inherit = "account.automatic.entry.wizard"

    def do_action(self):
        """Leave the lines of families and régies on their account and day."""
        moves = self.move_line_ids.move_id
        kept = moves.filtered(lambda move: move._espace_why_kept())
        if kept:
            raise UserError(
                self.env._(
                    "The lines of %(entry)s are not moved to another account or "
                    "period. %(words)s",
                    entry=kept[0].name,
                    words=kept[0]._espace_why_kept(),
                )
            )
        return super().do_action()


class AccountMergeWizard(models.TransientModel):
    _inherit = "account.merge.wizard"

    @api.model
    def _action_merge(self, accounts):
        """Keep apart the accounts of régies, and those that collections name."""
        journal_sudo = self.env["account.journal"].sudo()
        journal_sudo = journal_sudo.with_context(active_test=False).search(
            [
                ("espace_regie_id", "!=", False),
                ("default_account_id", "in", accounts.ids),
            ],
            limit=1,
        )
        if journal_sudo:
            raise UserError(
                self.env._(
                    "%(account)s is the account of the journal %(journal)s of a régie: "
                    "it is not merged with another.",
                    account=journal_sudo.default_account_id.display_name,
                    journal=journal_sudo.name,
                )
            )
        allocation_sudo = self.env["espace.collection.allocation"].sudo()
        allocation_sudo = allocation_sudo.search(
            [("account_id", "in", accounts.ids)], limit=1
        )
        if allocation_sudo:
            raise UserError(
                self.env._(
                    "The closed collection %(collection)s names the account "
                    "%(account)s: it is not merged with another.",
                    collection=allocation_sudo.statement_id.name,
                    account=allocation_sudo.account_id.display_name,
                )
            )
        return super()._action_merge(accounts)


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Leave the payers of families who they are: what they owe is theirs."""
        self.env["res.partner"].browse(partner_ids)._espace_check_payer_stays()
        return super()._merge(partner_ids, dst_partner, extra_checks)
