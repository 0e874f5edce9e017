from odoo.http import request

from ..core.base import EspacePortal, family_page

URL = "/my/forfaits"


class EspaceFlats(EspacePortal):
    """Forfaits and carnets: what a family pays together, and what it may."""

    @family_page(URL, readonly=True)
    def espace_flats(self, family_sudo, **_kwargs):
        return self._espace_render(
            "flats",
            {
                "page_name": "espace_invoices",
                "family": family_sudo,
                "may_book": family_sudo._portal_may_book(),
                **family_sudo._portal_flats(),
                **family_sudo._portal_packs(),
            },
        )

    @family_page(f"{URL}/souscrire", methods=["POST"])
    def espace_flats_begin(
        self, family_sudo, forfait=None, enfant=None, mois=None, **_kwargs
    ):
        def change():
            return "success", family_sudo._portal_subscribe(enfant, forfait, mois)

        return self._espace_flats_changed(family_sudo, change, forfait, enfant, mois)

    @family_page(f"{URL}/arreter", methods=["POST"])
    def espace_flats_end(self, family_sudo, forfait=None, mois=None, **_kwargs):
        def change():
            return "success", family_sudo._portal_unsubscribe(forfait, mois)

        return self._espace_flats_changed(family_sudo, change, forfait, mois)

    @family_page(f"{URL}/acheter", methods=["POST"])
    def espace_packs_buy(
        self, family_sudo, carnet=None, enfant=None, accord=None, **_kwargs
    ):
        def change():
            return "success", family_sudo._portal_buy_pack(
                enfant, carnet, accord == "1"
            )

        return self._espace_flats_changed(family_sudo, change, carnet, enfant, accord)

    def _espace_flats_changed(self, family_sudo, change, *content):
        """Do what a form asks once, however often it is tapped, and say it."""

        def once():
            if self._espace_first_tap(family_sudo, *content):
                return change()
            return "info", request.env._("This was done already: see below.")

        self._espace_notify(*self._espace_attempt(once))
        return request.redirect(URL)
