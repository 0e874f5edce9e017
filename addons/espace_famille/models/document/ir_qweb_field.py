from odoo import api, models


class EspaceDayField(models.AbstractModel):
    """A day in words in what is printed and shown: French says the first as “1er”.

    `t-options`: {"widget": "espace_day", "format": a pattern of Babel's}.
    """

    _name = "ir.qweb.field.espace_day"
    _description = "Day in Words"
    _inherit = ["ir.qweb.field.date"]

    @api.model
    def value_to_html(self, value, options):
        if not value:
            return ""
        return self.env["res.company"]._espace_format_day(value, options["format"])
