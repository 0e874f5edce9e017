from base64 import b64encode

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..domain import fec

# Odoo's module for France writes the file (18 columns, article A47 A-1 of the Livre des
# procédures fiscales). The free edition has no button for it.
ENGINE = "l10n_fr.fec.export.wizard"


class EspaceFecWizard(models.TransientModel):
    """The entries of a period as the file that French accountants exchange (FEC)."""

    _name = "espace.fec.wizard"
    _description = "Export of the Entries (FEC)"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    date_from = fields.Date(
        "From",
        required=True,
        default=lambda self: self._today().replace(month=1, day=1),
    )
    date_to = fields.Date(
        "Until",
        required=True,
        default=lambda self: self._today().replace(month=12, day=31),
    )
    draft_count = fields.Integer("Drafts", compute="_compute_draft_count")
    file = fields.Binary(readonly=True, attachment=False)
    filename = fields.Char(readonly=True)

    @api.model
    def _today(self):
        return self.env.company._espace_today()

    @api.depends("date_from", "date_to", "company_id")
    def _compute_draft_count(self):
        for wizard in self:
            wizard.draft_count = self.env["account.move"].search_count(
                [
                    ("company_id", "=", wizard.company_id.id),
                    ("state", "=", "draft"),
                    ("date", ">=", wizard.date_from),
                    ("date", "<=", wizard.date_to),
                ]
            )

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for wizard in self:
            if wizard.date_from > wizard.date_to:
                raise ValidationError(
                    self.env._("The period must not end before it starts.")
                )

    def action_export(self):
        """Make the file of what is posted and offer it for download."""
        self.ensure_one()
        self._check_may_export()
        name, content = self._export()
        self.write({"filename": name, "file": b64encode(content)})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Export of the Entries (FEC)"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _check_may_export(self):
        """The Régie reads all entries of its own commune, and no other."""
        self.check_access("read")
        self.env["account.move.line"].check_access("read")
        if self.company_id not in self.env.companies:
            raise UserError(self.env._("Choose a commune that you work for."))

    def _export(self):
        """Return the name and the bytes of the file."""
        if ENGINE not in self.env:
            raise UserError(
                self.env._(
                    "Install the module “France - Accounting”: it writes this file."
                )
            )
        engine_sudo = (
            self.env[ENGINE]
            .sudo()
            .with_company(self.company_id)
            .with_context(allowed_company_ids=self.company_id.ids)
            # A test file is the same file; it does not close the year by the way.
            .create(
                {
                    "date_from": self.date_from,
                    "date_to": self.date_to,
                    "test_file": True,
                    "export_type": "official",
                }
            )
        )
        result = engine_sudo.generate_fec()
        currency = self.company_id.currency_id.name
        text = fec.tidied(result["file_content"].decode(), currency)
        return result["file_name"], text.encode()
