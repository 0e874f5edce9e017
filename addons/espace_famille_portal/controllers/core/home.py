from odoo.http import request, route

from odoo.addons.portal.controllers.web import Home as PortalHome

from .base import EspacePortal


class Home(PortalHome):
    @route("/", type="http", auth="public", website=True, readonly=True)
    def index(self, *args, **kw):
        """Welcome visitors who are not logged in; the others go to their pages.

        A town that has a website keeps its own start page.
        """
        if request.env.user._is_public() and "website" not in request.env:
            return self.espace_landing()
        return super().index(*args, **kw)

    @route(
        "/espace-famille",
        type="http",
        auth="public",
        website=True,
        readonly=True,
        sitemap=True,
    )
    def espace_landing(self):
        """Say what the families' space is and lead to it, whoever asks."""
        if not request.env.user._is_public():
            return request.redirect("/my")
        return request.render(
            "espace_famille_portal.landing",
            {"company": request.env.company.sudo()},
        )


class EspaceHome(EspacePortal):
    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        family_sudo = not counters and self._espace_family()
        if family_sudo:
            values |= self._espace_home_values(family_sudo)
        return values

    def _espace_home_values(self, family_sudo):
        home = request.env["espace.portal.home"]._read(family_sudo)
        return {
            "espace_home": home,
            "family": family_sudo,
            "company": family_sudo.company_id,
            "may_book": family_sudo._portal_may_book(),
            "firstname": request.env.user.partner_id.firstname or request.env.user.name,
            "message": self._espace_take_message(),
        }
