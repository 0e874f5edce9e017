from odoo import models
from odoo.exceptions import UserError

from ..core.amounts import POSTED


class AccountJournal(models.Model):
    _inherit = "account.journal"

    def _espace_check_collected_stays(self, vals):
        """Leave the journals of a closed collection to their régie, and apart."""
        stated_sudo = (
            self.env["account.payment"]
            .sudo()
            .search(
                [
                    ("journal_id", "in", self.ids),
                    ("espace_statement_id", "!=", False),
                ],
                limit=1,
            )
            .journal_id
        )
        if stated_sudo and stated_sudo._espace_changes(vals):
            raise UserError(
                self.env._(
                    "Closed collections hold payments of the journal %s: it stays with "
                    "its régie and its means of payment. Archive it and make another.",
                    stated_sudo.name,
                )
            )
        regie = self.env["espace.regie"].browse(vals.get("espace_regie_id") or [])
        until = regie and regie._closed_until()
        earlier = until and self.env["account.payment"].sudo().search(
            [
                ("journal_id", "in", self.ids),
                ("espace_statement_id", "=", False),
                ("date", "<=", until),
                ("state", "in", POSTED),
            ],
            limit=1,
        )
        if earlier:
            raise UserError(
                self.env._(
                    "The journal %(journal)s has payments in the time that the "
                    "collections of %(regie)s have closed: make a new journal.",
                    journal=earlier.journal_id.name,
                    regie=regie.name,
                )
            )
