from odoo import models
from odoo.exceptions import UserError


class AccountJournal(models.Model):
    _inherit = "account.journal"

    def _espace_check_account_stays(self, vals):
        """Keep the account on which the receipts of a journal are booked.

        :raise UserError: receipts were given, and it would be another one
        """
        for journal in self.filtered("espace_regie_id"):
            account = journal.default_account_id
            if account.id == vals["default_account_id"] or not account:
                continue
            if (
                self.env["account.payment"]
                .sudo()
                .search_count(
                    [
                        ("journal_id", "=", journal.id),
                        ("espace_receipt_number", "!=", False),
                    ],
                    limit=1,
                )
            ):
                raise UserError(
                    self.env._(
                        "Receipts were given in the journal %(journal)s, on the "
                        "account %(account)s: it keeps its account. Create another "
                        "journal instead.",
                        journal=journal.name,
                        account=account.display_name,
                    )
                )
