from odoo import models
from odoo.http import request
from odoo.tools import lazy

from odoo.addons.espace_famille.domain.files import MOST_FILES

from ...domain import comfort

FAMILY_KEY = "espace_family_id"


class IrQweb(models.AbstractModel):
    _inherit = "ir.qweb"

    def _prepare_environment(self, values):
        """Give the layouts the nonce without which no script of the page runs, and
        whether what they show is a page of the families."""
        if request:
            values["espace_nonce"] = self.env["ir.http"]._espace_nonce()
            page = lazy(lambda: self._espace_is_family_page(values))
            values["espace_page"] = page
            values["espace_files"] = lambda company: (
                company.sudo().espace_file_megabytes,
                MOST_FILES,
            )
            values["espace_comfort"] = comfort.classes(
                request.httprequest.cookies.get(comfort.COOKIE)
            )
            values["espace_frame"] = lazy(lambda: page and self._espace_frame(values))
        return super()._prepare_environment(values)

    def _prepare_frontend_environment(self, values):
        """Give every portal page, Odoo's own too, what the family menu needs."""
        qweb = super()._prepare_frontend_environment(values)
        # What the page has read already is not read again.
        known = (
            values.pop("families_sudo", None),
            values.get("cart_count"),
            values.get("new_answers"),
        )
        values["espace_nav"] = lazy(
            lambda: qweb.env["espace.family"]._portal_nav(
                request.session.get(FAMILY_KEY), *known
            )
        )
        return qweb

    def _espace_is_family_page(self, values):
        """Tell whether the page is of the families' space.

        Without `website` all public pages of these addons are, log-in and start page
        included, and the words that nothing is there. Beside a website those of a
        family that is logged in are, and /espace-famille, which is always theirs.
        """
        http = self.env["ir.http"]
        if not http._espace_is_our_path():
            return "website" not in self.env and not http._espace_is_served()
        if "website" not in self.env:
            return True
        return http._espace_is_below("/espace-famille") or bool(
            values.get("espace_nav")
        )

    def _espace_frame(self, values):
        """Return whose header and footer a families' page has: "own" or "site"."""
        if "website" not in self.env:
            return "own"
        nav = values.get("espace_nav")
        company = nav["family"].company_id if nav else self.env.company
        return "site" if company.sudo().espace_in_site else "own"
