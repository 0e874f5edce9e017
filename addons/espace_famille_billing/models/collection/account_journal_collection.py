from odoo import models
from odoo.exceptions import UserError


class AccountJournal(models.Model):
    _inherit = "account.journal"

    def write(self, vals):
        """Leave the journals of a closed statement to their régie, and apart."""
        if {"espace_regie_id", "espace_means", "company_id"} & vals.keys():
            self._espace_check_not_stated(vals)
        return super().write(vals)

    def _espace_check_not_stated(self, vals):
        stated = (
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
        if stated and stated._espace_would_change(vals):
            raise UserError(
                self.env._(
                    "Closed statements hold payments of the journal %s: it stays with "
                    "its régie and its means of payment. Archive it and make another.",
                    stated.name,
                )
            )
        regie = self.env["espace.regie"].browse(vals.get("espace_regie_id") or [])
        until = regie and regie._closed_until()
        earlier = until and self.env["account.payment"].sudo().search(
            [
                ("journal_id", "in", self.ids),
                ("espace_statement_id", "=", False),
                ("date", "<=", until),
                ("state", "in", ("in_process", "paid")),
            ],
            limit=1,
        )
        if earlier:
            raise UserError(
                self.env._(
                    "The journal %(journal)s has payments in the time that the "
                    "statements of %(regie)s have closed: make a new journal.",
                    journal=earlier.journal_id.name,
                    regie=regie.name,
                )
            )

    def _espace_would_change(self, vals):
        """Tell whether writing this changes the régie or the means of this journal."""
        self.ensure_one()
        now = {
            "espace_regie_id": self.espace_regie_id.id,
            "espace_means": self.espace_means,
            "company_id": self.company_id.id,
        }
        return any(
            (vals[name] or False) != (value or False)
            for name, value in now.items()
            if name in vals
        )
