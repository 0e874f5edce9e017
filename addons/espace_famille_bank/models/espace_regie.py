from odoo import models
from odoo.exceptions import UserError


class EspaceRegie(models.Model):
    _inherit = "espace.regie"

    def write(self, vals):
        """Keep the deposit account of which files were loaded."""
        if "dft_journal_id" in vals:
            for regie in self:
                before = regie.sudo().dft_journal_id
                if not before or before.id == vals["dft_journal_id"]:
                    continue
                if (
                    self.env["espace.bank.file"]
                    .sudo()
                    .search_count([("journal_id", "=", before.id)], limit=1)
                ):
                    raise UserError(
                        self.env._(
                            "Files of the bank were loaded for %(journal)s: it stays "
                            "the deposit account of %(regie)s.",
                            journal=before.display_name,
                            regie=regie.name,
                        )
                    )
        return super().write(vals)

    def _transfer_journal(self):
        """Return the journal of transfers of families, maybe none."""
        self.ensure_one()
        journals_sudo = self.sudo().journal_ids
        return journals_sudo.filtered(lambda j: j.espace_means == "transfer")[:1]
