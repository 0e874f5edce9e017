from odoo import http
from odoo.http import request, route

from ...domain import comfort
from .commune import asked_commune, render_public

URL = "/espace-famille/affichage"


class EspaceComfort(http.Controller):
    """How somebody reads best: a form, a cookie, no script and no account."""

    @route(
        URL, type="http", auth="public", website=True, methods=["GET"], readonly=True
    )
    def espace_comfort(self, **query):
        company_sudo = asked_commune(query)
        cookie = request.httprequest.cookies.get(comfort.COOKIE)
        return render_public("comfort", company_sudo, chosen=comfort.read(cookie))

    @route(URL, type="http", auth="public", website=True, methods=["POST"])
    def espace_comfort_choose(self, **post):
        """Keep the choice for a year; the usual needs no cookie."""
        company_sudo = asked_commune(post)
        response = request.redirect(f"{URL}?commune={company_sudo.id}", 303)
        kept = comfort.write(post)
        response.set_cookie(
            comfort.COOKIE,
            kept,
            max_age=comfort.YEAR if kept else 0,
            httponly=True,
            samesite="Lax",
        )
        return response
