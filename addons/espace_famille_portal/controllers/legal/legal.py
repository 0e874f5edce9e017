from odoo import http
from odoo.http import request, route

from ..core.commune import asked_commune

LEGAL_NOTICE = "/espace-famille/mentions-legales"
PRIVACY = "/espace-famille/donnees-personnelles"
ACCESSIBILITY = "/espace-famille/accessibilite"

PUBLIC = {
    "type": "http",
    "auth": "public",
    "website": True,
    "methods": ["GET"],
    "readonly": True,
}


class EspaceLegalPages(http.Controller):
    """What the law has the commune say to everybody, without logging in."""

    @route(LEGAL_NOTICE, **PUBLIC)
    def espace_legal_notice(self, **query):
        return self._page("legal_notice", query)

    @route(PRIVACY, **PUBLIC)
    def espace_privacy(self, **query):
        cookies = request.env["espace.portal.legal"]._cookies()
        return self._page("privacy", query, cookies=cookies)

    @route(ACCESSIBILITY, **PUBLIC)
    def espace_accessibility(self, **query):
        return self._page("accessibility", query)

    def _page(self, page, query, **values):
        """Show a page with the commune's own text, else with ours."""
        company_sudo = asked_commune(query)
        return request.render(
            f"espace_famille_portal.{page}",
            {
                "page_name": f"espace_{page}",
                "company": company_sudo,
                # Header and footer are those of the same commune.
                "res_company": company_sudo,
                "own_text": company_sudo._espace_own_text(page),
                **values,
            },
            headers={"Cache-Control": "no-store"},
        )
