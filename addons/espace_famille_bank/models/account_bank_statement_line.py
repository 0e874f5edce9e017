from odoo import api, models
from odoo.exceptions import UserError


class AccountBankStatementLine(models.Model):
    """What the screens of Odoo and of the OCA do with a régie's movements: nothing."""

    _inherit = "account.bank.statement.line"

    def _auto_reconcile(self):
        """Leave alone what is a régie's: nothing of it is matched by itself."""
        files = self.env["espace.bank.file"]
        own = self.filtered(lambda line: files._regie_of(line.journal_id))
        return super(AccountBankStatementLine, self - own)._auto_reconcile()

    def reconcile_bank_line(self):
        self._espace_check_not_of_regie()
        return super().reconcile_bank_line()

    def unreconcile_bank_line(self):
        self._espace_check_not_of_regie()
        return super().unreconcile_bank_line()

    def action_undo_reconciliation(self):
        self._espace_check_not_of_regie()
        return super().action_undo_reconciliation()

    def _espace_check_not_of_regie(self):
        """Refuse to match a movement of a régie by hand.

        It would pay an invoice without a receipt, and without the collection.

        :raise UserError: names the screen to take instead
        """
        for line in self:
            regie = self.env["espace.bank.file"]._regie_of(line.journal_id)
            if regie:
                raise UserError(
                    self.env._(
                        "%(journal)s is the deposit account of %(regie)s: its "
                        "movements are pointed in Régie, Payments and Collections, "
                        "Movements of the Bank, where families get their receipts.",
                        journal=line.journal_id.display_name,
                        regie=regie.name,
                    )
                )


class AccountBankStatement(models.Model):
    _inherit = "account.bank.statement"

    @api.ondelete(at_uninstall=False)
    def _unlink_not_of_regie(self):
        """Keep the statement of a file that was loaded.

        :raise UserError: names the file
        """
        file_sudo = (
            self.env["espace.bank.file"]
            .sudo()
            .search([("statement_id", "in", self.ids)], limit=1)
        )
        if file_sudo:
            raise UserError(
                self.env._(
                    "The statement %(statement)s is the file %(file)s of a régie: it "
                    "stays.",
                    statement=file_sudo.statement_id.display_name,
                    file=file_sudo.name,
                )
            )
