from odoo import fields
from odoo.exceptions import UserError
from odoo.http import content_disposition, request

from ..core.base import EspacePortal, family_page

URL = "/my/foyer/mes-donnees"
CHUNK = 64 * 1024
MOST_WORDS = 2000


class EspaceMyData(EspacePortal):
    """Mes données: take a copy of what the commune holds, or ask for its erasure."""

    @family_page(URL, archived=True)
    def espace_my_data(self, family_sudo, **_kwargs):
        return self._espace_render(
            "my_data",
            {
                "page_name": "espace_household_account",
                "family": family_sudo,
                "company": family_sudo.company_id,
            },
        )

    @family_page(URL, archived=True, methods=["POST"])
    def espace_my_data_download(self, family_sudo, **_post):
        """Send the archive of the household that the parent looks at."""
        now = fields.Datetime.now()
        limits = request.env["espace.rate.limit"]
        who, computer = request.env.user.login, request.httprequest.remote_addr or ""
        if not limits._count_in("data", who, computer, now):
            self._espace_notify(
                "warning",
                request.env._("You have taken several copies: wait an hour."),
            )
            return request.redirect(URL)
        data = request.env["espace.gdpr.export"]
        archive = data._archive(family_sudo, now)
        size = archive.seek(0, 2)
        archive.seek(0)
        response = request.make_response(
            iter(lambda: archive.read(CHUNK), b""),
            [
                ("Content-Type", "application/zip"),
                ("Content-Length", size),
                (
                    "Content-Disposition",
                    content_disposition(data._filename(family_sudo, now)),
                ),
                ("Cache-Control", "no-store"),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )
        response.call_on_close(archive.close)
        return response

    @family_page(f"{URL}/effacement", archived=True, methods=["POST"])
    def espace_my_data_erase(self, family_sudo, message="", sure=None, **_post):
        """Ask the commune to erase; people decide, within the law."""
        asked_sudo = None

        def change():
            nonlocal asked_sudo
            if not sure:
                raise UserError(
                    request.env._("Tick the box: what is erased does not come back.")
                )
            asked_sudo = request.env["espace.request"]._ask_erasure(
                family_sudo, self._espace_contact(family_sudo), message[:MOST_WORDS]
            )
            return "success", request.env._(
                "Your request has been sent: the town hall answers within a month."
            )

        self._espace_notify(*self._espace_attempt(change))
        return request.redirect(f"/my/demandes/{asked_sudo.id}" if asked_sudo else URL)
