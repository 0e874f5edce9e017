from odoo.http import request, route

from odoo.addons.auth_signup.controllers.main import AuthSignupHome
from odoo.addons.auth_totp_mail.controllers.home import Home

from ...models.access.ir_http_idle import ENDED


class EspaceLogIn(AuthSignupHome):
    """The log-in page."""

    @route()
    def web_login(self, *args, **kwargs):
        """Say to who comes back why it has to log in again."""
        # Odoo reads it of who came with a passkey too.
        request.params.setdefault("password", "")
        response = super().web_login(*args, **kwargs)
        qcontext = getattr(response, "qcontext", None)
        is_page = request.httprequest.method == "GET" and qcontext
        if is_page and request.session.pop(ENDED, None):
            qcontext["message"] = request.env._(
                "You were away for a while: log in again to go on."
            )
        return response


class EspaceSecondFactor(Home):
    """The page that asks for a code."""

    @route()
    def web_totp(self, redirect=None, **kwargs):
        """Remember no device that does not say what it is: Odoo names it by that."""
        agent = request.httprequest.user_agent
        if not (agent.browser and agent.platform):
            kwargs.pop("remember", None)
        return super().web_totp(redirect=redirect, **kwargs)
