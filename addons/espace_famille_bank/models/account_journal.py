from odoo import fields, models
from odoo.exceptions import UserError

# On which accounts the movements of the bank are booked.
BOOKS = {"default_account_id", "suspense_account_id"}


class AccountJournal(models.Model):
    _inherit = "account.journal"

    # The OCA's words have no French.
    reconcile_aggregate = fields.Selection(string="Group Movements by")

    def write(self, vals):
        """Keep the accounts of a deposit account of which files were loaded."""
        for journal in self if BOOKS & vals.keys() else ():
            changed = [
                name
                for name in BOOKS & vals.keys()
                if journal[name] and journal[name].id != vals[name]
            ]
            if changed and self.env["espace.bank.file"].sudo().search_count(
                [("journal_id", "=", journal.id)], limit=1
            ):
                raise UserError(
                    self.env._(
                        "Files of the bank were loaded for %s: it keeps its accounts.",
                        journal.display_name,
                    )
                )
        return super().write(vals)
