from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

MEANS = [
    ("cash", "Cash"),
    ("cheque", "Cheque"),
    ("card", "Card"),
    ("online", "Online"),
    ("cesu", "CESU"),
    ("direct_debit", "Direct debit"),
    ("transfer", "Bank transfer"),
]

# What says in whose name, and how, a journal collects.
COLLECTS = {"espace_regie_id", "espace_means", "company_id"}
# What decides on which account its payments are booked.
BOOKS = {
    "espace_regie_id",
    "default_account_id",
    "inbound_payment_method_line_ids",
    "outbound_payment_method_line_ids",
}


class AccountJournal(models.Model):
    """What a régie collects is booked, and paid, the moment it is entered."""

    _inherit = "account.journal"

    espace_regie_id = fields.Many2one(
        "espace.regie",
        "Régie",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The cash office that collects in this journal.",
    )
    espace_means = fields.Selection(
        MEANS, "Means of Payment", help="How families pay into this journal."
    )

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

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        journals = super().create(vals_list)
        journals._espace_book_at_once()
        return journals

    def write(self, vals):
        """Keep what was collected with the régie that did."""
        if COLLECTS & vals.keys():
            self._espace_check_receipts_stay(vals)
            self._espace_check_collected_stays(vals)
        if "default_account_id" in vals:
            self._espace_check_account_stays(vals)
        result = super().write(vals)
        if BOOKS & vals.keys():
            self._espace_book_at_once()
        return result

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

    def _espace_check_receipts_stay(self, vals):
        """Keep the receipts with the régie and the means of payment that they name."""
        for journal in self:
            changed = journal._espace_changes(vals) - {"company_id"}
            if any(journal[name] for name in changed) and self.env[
                "account.payment"
            ].sudo().search_count(
                [
                    ("journal_id", "=", journal.id),
                    ("espace_receipt_number", "!=", False),
                ],
                limit=1,
            ):
                raise UserError(
                    self.env._(
                        "Receipts were given in the journal %s: it keeps its régie and "
                        "its means of payment. Create another journal instead.",
                        journal.display_name,
                    )
                )

    def _espace_changes(self, vals):
        """Return the names of `COLLECTS` that writing this would change."""
        self.ensure_one()
        now = {
            "espace_regie_id": self.espace_regie_id.id,
            "espace_means": self.espace_means,
            "company_id": self.company_id.id,
        }
        return {
            name
            for name, value in now.items()
            if name in vals and (vals[name] or False) != (value or False)
        }
