from odoo.http import request

from ..core.base import EspacePortal, family_page

URL = "/my/reservations/agenda"


class EspaceAgenda(EspacePortal):
    """Mes réservations, Vue Agenda: a range of days in one go."""

    @family_page(URL, readonly=True)
    def espace_agenda(self, family_sudo, **_params):
        form = request.httprequest.args
        return self._espace_agenda_page(family_sudo, form, form.get("preview") == "1")

    def _espace_agenda_page(self, family_sudo, form, preview, **values):
        """Render the form, and what it asks for once there is something to show."""
        page = request.env["espace.portal.agenda"]._page(family_sudo, form, preview)
        return self._espace_render(
            "agenda",
            {
                "page_name": "espace_bookings",
                "family": family_sudo,
                "may_book": family_sudo._portal_may_book(),
                "hold": family_sudo._portal_hold(),
                **page,
                **values,
            },
        )

    @family_page(URL, methods=["POST"])
    def espace_agenda_add(self, family_sudo, **_post):
        """Put in the cart what the form asks for, found again on the server."""
        form = request.httprequest.form
        problems = []

        def change():
            nonlocal problems
            family_sudo._portal_check_may_book()
            level, message, problems = request.env["espace.portal.agenda"]._add(
                family_sudo, form
            )
            return level, message

        full = request.env["espace.portal.agenda"]._sessions_to_wait(family_sudo, form)
        with request.env["espace.portal.cart"]._turn_to_wait(full):
            level, message = self._espace_attempt(change)
        if level == "success":
            self._espace_notify(level, message)
            return request.redirect("/my/panier")
        if problems:
            return self._espace_agenda_page(family_sudo, form, True)
        return self._espace_agenda_page(
            family_sudo, form, True, message={"level": level, "text": message}
        )
