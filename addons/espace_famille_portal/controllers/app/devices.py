"""Which devices of a parent are told what."""

from odoo.http import request, route

from ...domain.sent import read_id, read_text
from ...models.app.espace_guardian_push import KINDS
from ...models.app.espace_portal_app import PUSH_OFFER_KEY
from ...models.app.mail_push_device import DEVICE_KEY
from ...models.core.ir_qweb import FAMILY_KEY
from ..core.base import EspacePortal, family_page

ACCOUNT = "/my/foyer/compte"
URL = f"{ACCOUNT}/appareils"
LONGEST_ENDPOINT, LONGEST_KEY, LONGEST_PAGE = 1000, 200, 200


class EspaceDevices(EspacePortal):
    @family_page(URL, methods=["POST"])
    def espace_push_choose(self, family_sudo, endpoint="", p256dh="", auth="", **post):
        """Keep what a parent wants to be told, and this browser if it subscribed."""

        def change():
            guardian_sudo = family_sudo._portal_guardian()
            guardian_sudo.write(
                {f"push_{kind}": f"push_{kind}" in post for kind in KINDS}
            )
            if endpoint:
                self._espace_register(endpoint, p256dh, auth)
                return "success", request.env._("This device is told what you chose.")
            return "success", request.env._("Your choices were recorded.")

        self._espace_notify(*self._espace_attempt(change))
        request.session.pop(PUSH_OFFER_KEY, None)
        return request.redirect(f"{ACCOUNT}#appareils")

    def _espace_register(self, endpoint, p256dh, auth):
        device_sudo = request.env["mail.push.device"]._espace_register(
            read_text(endpoint, LONGEST_ENDPOINT),
            read_text(p256dh, LONGEST_KEY),
            read_text(auth, LONGEST_KEY),
            request.httprequest.user_agent.string,
        )
        request.session[DEVICE_KEY] = device_sudo.id

    @family_page(f"{URL}/oublier", methods=["POST"])
    def espace_push_forget(self, _family_sudo, device=None, **_post):
        """Tell one of the parent's devices nothing any more."""
        mine_sudo = request.env["mail.push.device"]._espace_of(request.env.user)
        asked = read_id(device)
        mine_sudo.filtered(lambda one: one.id == asked).unlink()
        self._espace_notify(
            "success", request.env._("This device is told nothing any more.")
        )
        return request.redirect(f"{ACCOUNT}#appareils")

    @family_page(f"{URL}/plus-tard", methods=["POST"])
    def espace_push_later(self, _family_sudo, **_post):
        """Take the offer away; it does not come again."""
        request.session.pop(PUSH_OFFER_KEY, None)
        return request.redirect("/my")

    @route(
        f"{URL}/connu",
        type="jsonrpc",
        auth="user",
        methods=["POST"],
    )
    def espace_push_known(self, endpoint="", **_kw):
        """Say whether a browser that subscribed is the user's; else it is forgotten."""
        device_sudo = request.env["mail.push.device"]._espace_known(
            read_text(endpoint, LONGEST_ENDPOINT)
        )
        if device_sudo:
            request.session[DEVICE_KEY] = device_sudo.id
        return {"known": bool(device_sudo)}

    @route(
        "/my/ouvrir/<int:family>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def espace_push_open(self, family, page="/my", **_query):
        """Open what a message was about, with the family that it was for."""
        families_sudo = self._espace_families()
        if family in families_sudo.ids and self._espace_family().id != family:
            request.session[FAMILY_KEY] = family
        page = read_text(page, LONGEST_PAGE)
        is_ours = page == "/my" or page.startswith("/my/")
        return request.redirect(page if is_ours and "\\" not in page else "/my")
