from odoo import models


class AccountMove(models.Model):
    """The entries of what a bank stated of a régie's deposit account stay."""

    _inherit = "account.move"

    def _espace_why_kept(self):
        return super()._espace_why_kept() or self._espace_why_bank()

    def _espace_why_bank(self):
        """Say why the entry of a movement of the bank stays; "" if it is none."""
        self.ensure_one()
        if self.state != "posted":
            return ""
        line_sudo = self._espace_bank_line_sudo()
        if not line_sudo:
            return ""
        return self.env._(
            "The entry %(entry)s is what the bank stated on %(day)s (%(file)s): it is "
            "pointed, or taken back, in the movements of the bank.",
            entry=self.name,
            day=line_sudo.company_id._espace_day_words(line_sudo.day, year=True),
            file=line_sudo.file_id.name,
        )

    def _espace_bank_line_sudo(self):
        """Return the movement of a régie's file that this entry books or points."""
        move_sudo = self.sudo()
        lines_sudo = move_sudo.env["espace.bank.line"]
        if move_sudo.statement_line_id:
            return lines_sudo.search(
                [("statement_line_id", "=", move_sudo.statement_line_id.id)], limit=1
            )
        # Entries that point, or take that back, reverse another one.
        undone = move_sudo.reversed_entry_id
        while undone and not undone.statement_line_id:
            undone = undone.reversed_entry_id
        return undone._espace_bank_line_sudo() if undone else lines_sudo
