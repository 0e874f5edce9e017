from odoo.http import request, route

from odoo.addons.auth_signup.controllers.main import AuthSignupHome

URL = "/web/reset_password"


class EspacePasswordReset(AuthSignupHome):
    """“Forgotten password”: the same answer for all, and a way on from a spent link."""

    @route()
    def web_auth_reset_password(self, *args, **kwargs):
        if self.get_auth_signup_qcontext().get("invalid_token"):
            request.session.pop("auth_signup_token", None)
            return request.redirect(f"{URL}?ended=1")
        response = super().web_auth_reset_password(*args, **kwargs)
        qcontext = getattr(response, "qcontext", None) or {}
        if request.httprequest.method == "GET" and kwargs.get("ended"):
            qcontext["error"] = request.env._(
                "This link has been used, or has ended: enter your address, and you "
                "receive another one."
            )
        elif qcontext.get("message") and not qcontext.get("token"):
            qcontext["message"] = request.env._(
                "If there is an account with this address, an e-mail is on its way to "
                "it: open the link it holds, within a few hours."
            )
        return response
