from odoo import fields, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    espace_charge_ids = fields.One2many(
        "espace.charge",
        "invoice_line_id",
        "Charges of this Line",
        groups="espace_famille.group_finance",
    )

    def unlink(self):
        """Leave the charges of these lines to be invoiced again."""
        self.sudo().espace_charge_ids.write({"invoice_line_id": False})
        return super().unlink()
