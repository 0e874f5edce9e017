"""What browsers are told about the families' pages: who may frame them, run scripts
in them, keep them, and whom they tell where a visitor comes from."""

import secrets

from odoo import api, models, tools
from odoo.http import request

from .replica import note_change

# Where the whole policy holds: what comes below is served by these addons, or by
# Odoo's pages that parents use. The start page too, unless `website` has its own.
OURS = ("/my", "/espace-famille", "/payment", "/web/login", "/web/reset_password")

# Of the commune's application: the same for everybody.
OF_THE_APP = "/espace-famille/app"

# For every page that is no staff screen.
EVERYWHERE = {
    "base-uri": ("'self'",),
    "frame-ancestors": ("'self'",),
    "object-src": ("'none'",),
}
# What Odoo's public bundles need: OWL compiles its templates ('unsafe-eval'), styles
# are set on elements ('unsafe-inline'). Scripts in the page run by their nonce alone.
ON_OUR_PAGES = {
    "connect-src": ("'self'",),
    "default-src": ("'self'",),
    "font-src": ("'self'", "data:"),
    "form-action": ("'self'",),
    "frame-src": ("'self'",),
    "img-src": ("'self'", "data:", "blob:", "https:"),
    "script-src": ("'self'", "'unsafe-eval'"),
    "style-src": ("'self'", "'unsafe-inline'"),
    "worker-src": ("'self'", "blob:"),
}


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _get_default_lang(cls):
        """Keep between requests what Odoo looks up for every page."""
        if "website" in request.env:
            return super()._get_default_lang()
        code = request.env["ir.http"]._espace_default_lang()
        if not code:
            return super()._get_default_lang()
        return request.env["res.lang"]._get_data(code=code)

    @api.model
    @tools.ormcache()
    def _espace_default_lang(self):
        return self.env["ir.default"].sudo()._get("res.partner", "lang")

    @classmethod
    def _pre_dispatch(cls, rule, args):
        request.espace_rule = rule.rule
        request.env["espace.door"]._check_route(rule.rule)
        super()._pre_dispatch(rule, args)
        cls._espace_check_sent(rule.endpoint)

    @classmethod
    def _post_dispatch(cls, response):
        if cls._espace_is_for_families():
            note_change()
        super()._post_dispatch(response)
        cls._espace_protect_cookies(response)
        response.headers["X-Content-Type-Options"] = "nosniff"
        if cls._espace_is_for_families():
            response.headers.setdefault("Referrer-Policy", "same-origin")
            if response.mimetype == "text/html":
                policy = cls._espace_content_policy()
                response.headers["Content-Security-Policy"] = policy
            # A calendar program asks whether its file has changed: it keeps it.
            # Icons, manifests and the page for the time without network name nobody.
            if (
                cls._espace_is_personal()
                and response.mimetype != "text/calendar"
                and not cls._espace_is_below(OF_THE_APP)
            ):
                response.headers["Cache-Control"] = "no-store"

    @classmethod
    def _espace_protect_cookies(cls, response):
        """Have cookies sent by this site's pages only and, behind HTTPS, by HTTPS."""
        cookies = response.headers.getlist("Set-Cookie")
        if not cookies:
            return
        is_https = cls._espace_is_https()
        response.headers.setlist(
            "Set-Cookie",
            [
                cookie
                + ("" if "samesite" in cookie.lower() else "; SameSite=Lax")
                + ("; Secure" if is_https and "; secure" not in cookie.lower() else "")
                for cookie in cookies
            ],
        )

    @classmethod
    def _espace_is_for_families(cls):
        """Tell whether this is no staff screen; the log-in page is everybody's."""
        is_public = getattr(request, "is_frontend", False)
        return is_public or _is_below(request.httprequest.path, OURS)

    @classmethod
    def _espace_is_our_path(cls):
        """Tell whether the address is one of `OURS`, or the start page that is ours."""
        if request.httprequest.path == "/":
            return "website" not in request.env
        return cls._espace_is_below(*OURS)

    @classmethod
    def _espace_is_served(cls):
        """Tell whether a route answers this address; otherwise nothing is there."""
        return hasattr(request, "espace_rule")

    @classmethod
    def _espace_is_below(cls, *roots):
        """Tell whether the address, whatever its language, is below one of these."""
        return _is_below(request.httprequest.path, roots)

    @classmethod
    def _espace_is_https(cls):
        """Tell whether the visitor uses HTTPS; of a proxy by Odoo's `proxy_mode`."""
        return request.httprequest.scheme == "https"

    @classmethod
    def _espace_is_personal(cls):
        path = request.httprequest.path
        return bool(request.session.uid) or _is_below(path, ("/my", "/payment"))

    @classmethod
    def _espace_content_policy(cls):
        """Return the Content-Security-Policy of the page that answers this request."""
        directives = {name: list(sources) for name, sources in EVERYWHERE.items()}
        if cls._espace_is_our_path():
            for name, sources in ON_OUR_PAGES.items():
                directives[name] = list(sources)
            directives["script-src"].append(f"'nonce-{cls._espace_nonce()}'")
            for provider_sudo in cls._espace_offered_providers():
                for name, sources in provider_sudo._espace_content_sources().items():
                    directives[name] += [
                        s for s in sources if s not in directives[name]
                    ]
        return "; ".join(
            f"{name} {' '.join(sources)}"
            for name, sources in sorted(directives.items())
        )

    @classmethod
    def _espace_nonce(cls):
        """Return the word that lets the scripts of this very page run."""
        if not hasattr(request, "espace_nonce"):
            request.espace_nonce = secrets.token_urlsafe(16)
        return request.espace_nonce

    @classmethod
    def _espace_offered_providers(cls):
        """Return the providers that the page offers, as superuser."""
        offered = getattr(request, "espace_offered_provider_ids", ())
        return request.env["payment.provider"].sudo().browse(offered)


def _is_below(path, roots):
    return any(path == root or path.startswith(f"{root}/") for root in roots)
