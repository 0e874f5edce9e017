import base64

from odoo import fields, models


class EspaceBankUpload(models.TransientModel):
    """Files of the bank about the deposit account, one or several at once."""

    _name = "espace.bank.upload"
    _description = "Load Files of the Bank"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    file_ids = fields.Many2many(
        "ir.attachment",
        string="Files",
        required=True,
        help="CAMT.053, CAMT.054 or CFONB 120",
    )

    def action_load(self):
        """Load the files, say what became of each, and list what waits."""
        self.ensure_one()
        files = self.env["espace.bank.file"]
        words, is_news = [], True
        for file in self.file_ids.sorted("id"):
            content = base64.b64decode(file.datas or b"")
            received, is_new = files._receive(self.company_id, file.name, content)
            words.append(received._outcome_words(is_new))
            is_news &= is_new and not received.is_gap and not received.known_count
            files |= received
        # The accounts in them stay in no other place.
        self.file_ids._espace_forget_uploads(self)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille_bank.bank_line_action"
        )
        action["domain"] = [("file_id", "in", files.ids)]
        action["context"] = {}
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if is_news else "warning",
                "sticky": not is_news,
                "message": "\n".join(words),
                "next": action,
            },
        }
