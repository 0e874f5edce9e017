from odoo.http import request, route

from odoo.addons.portal.controllers.web import Home as PortalHome

from ...models.core.replica import of_replica
from .base import OWED, EspacePortal


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
    @route(readonly=of_replica)
    def home(self, **kw):
        """Show guardians the home of their family; the others keep Odoo's.

        A family that left is led to what it owes; nothing else is left to do.
        """
        family_sudo = self._espace_family()
        if not family_sudo:
            return super().home(**kw)
        if not family_sudo.active:
            return request.redirect(OWED)
        return self._espace_render("home", self._espace_home_values(family_sudo))

    def _espace_home_values(self, family_sudo):
        self._espace_read_contacts(family_sudo.company_id)
        may_book = self._espace_guardians()._may_book(family_sudo)
        home = request.env["espace.portal.home"]._read(
            family_sudo, self._espace_contact(family_sudo), may_book
        )
        return {
            "espace_home": home,
            "cart_count": home["cart_count"],
            "new_answers": home["new_answers"],
            "family": family_sudo,
            "company": family_sudo.company_id,
            "may_book": may_book,
            "firstname": request.env.user.partner_id.firstname or request.env.user.name,
        }
