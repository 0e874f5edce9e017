from odoo import api, models, tools
from odoo.http import request


class IrDefault(models.Model):
    _inherit = "ir.default"

    @api.model
    @tools.ormcache()  # of all caches that a change of any default empties
    def _espace_language(self):
        """Return the code of the language of new contacts, None without one."""
        return self.sudo()._get("res.partner", "lang")


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _get_default_lang(cls):
        """Ask the database once, not twice on every page."""
        code = request.env["ir.default"]._espace_language()
        if not code:
            return super()._get_default_lang()
        return request.env["res.lang"]._get_data(code=code)
