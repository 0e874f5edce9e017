from odoo import models
from odoo.http import request
from odoo.tools import lazy

FAMILY_KEY = "espace_family_id"


class IrQweb(models.AbstractModel):
    _inherit = "ir.qweb"

    def _prepare_environment(self, values):
        """Give the layouts the nonce without which no script of the page runs."""
        if request:
            values["espace_nonce"] = self.env["ir.http"]._espace_nonce()
        return super()._prepare_environment(values)

    def _prepare_frontend_environment(self, values):
        """Give every portal page, Odoo's own too, what the family menu needs."""
        qweb = super()._prepare_frontend_environment(values)
        # What the page has read already is not read again.
        known = (values.pop("families_sudo", None), values.get("cart_count"))
        values["espace_nav"] = lazy(
            lambda: qweb.env["espace.family"]._portal_nav(
                request.session.get(FAMILY_KEY), *known
            )
        )
        return qweb
