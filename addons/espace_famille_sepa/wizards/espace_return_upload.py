import base64

from odoo import fields, models


class EspaceReturnUpload(models.TransientModel):
    """Files of the bank, one or several at once."""

    _name = "espace.return.upload"
    _description = "Files of the Bank"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    file_ids = fields.Many2many(
        "ir.attachment", string="Files", required=True, help="pain.002 or camt.054"
    )

    def action_read(self):
        """Read the files, and list what they say."""
        self.ensure_one()
        returns = self.env["espace.debit.return"]
        found, twice = returns.browse(), []
        for file in self.file_ids.sorted("id"):
            received, is_new = returns._receive(
                self.company_id, file.name, base64.b64decode(file.datas or b"")
            )
            found |= received
            if not is_new:
                twice.append(file.name)
        # The accounts in them stay in no other place.
        self.file_ids._espace_forget_uploads(self)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille_sepa.debit_return_action"
        )
        action["domain"] = [("id", "in", found.ids)]
        if not twice:
            return action
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "message": self.env._(
                    "Read before, nothing changes: %s", ", ".join(twice)
                ),
                "next": action,
            },
        }
