from odoo import api, models
from odoo.exceptions import ValidationError


class AccountJournal(models.Model):
    """What the régie collects is booked, and paid, the moment it is entered."""

    _inherit = "account.journal"

    @api.model_create_multi
    def create(self, vals_list):
        journals = super().create(vals_list)
        journals._espace_book_at_once()
        return journals

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {
            "espace_regie_id",
            "default_account_id",
            "inbound_payment_method_line_ids",
            "outbound_payment_method_line_ids",
        }:
            self._espace_book_at_once()
        return result

    @api.constrains("espace_regie_id", "espace_means", "type")
    def _check_espace_regie(self):
        for journal in self.filtered("espace_regie_id"):
            if journal.type not in ("bank", "cash"):
                raise ValidationError(
                    self.env._(
                        "%s cannot collect for a régie: choose a journal of the type "
                        "bank or cash.",
                        journal.name,
                    )
                )
            if not journal.espace_means:
                raise ValidationError(
                    self.env._(
                        "Say by which means of payment families pay into %s.",
                        journal.name,
                    )
                )

    def _espace_book_at_once(self):
        """Book payments on the account of these journals, where nothing else is said.

        Without an account a payment would have no journal entry, and would wait for a
        bank statement that the régie does not get.
        """
        for journal in self.filtered("espace_regie_id"):
            lines = (
                journal.inbound_payment_method_line_ids
                | journal.outbound_payment_method_line_ids
            )
            lines.filtered(
                lambda line: not line.payment_account_id
            ).payment_account_id = journal.default_account_id
