from odoo import http
from odoo.http import request, route

from ...domain import rgaa
from ...models.legal.espace_portal_rgaa import read_audit
from ..core.commune import asked_commune, render_public

LEGAL_NOTICE = "/espace-famille/mentions-legales"
PRIVACY = "/espace-famille/donnees-personnelles"
ACCESSIBILITY = "/espace-famille/accessibilite"
SCHEME = f"{ACCESSIBILITY}/schema"
SITE_MAP = "/espace-famille/plan"

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
        company_sudo = asked_commune(query)
        return self._page(
            "accessibility",
            query,
            state=company_sudo._espace_accessibility_state(),
            audit=read_audit(),
            audit_pages=rgaa.PAGES,
            audit_words=company_sudo._espace_audit_words(),
        )

    @route(SCHEME, **PUBLIC)
    def espace_accessibility_scheme(self, **query):
        company_sudo = asked_commune(query)
        years = company_sudo._espace_scheme_years(company_sudo._espace_today())
        words = company_sudo._espace_scheme_words(years)
        return self._page("scheme", query, years=years, words=words)

    @route(SITE_MAP, **PUBLIC)
    def espace_site_map(self, **query):
        company_sudo = asked_commune(query)
        site_map = request.env["espace.portal.legal"]._site_map(company_sudo)
        return render_public("site_map", company_sudo, site_map=site_map)

    def _page(self, page, query, **values):
        """Show a page with the commune's own text, else with ours."""
        company_sudo = asked_commune(query)
        own_text = company_sudo._espace_own_text(page)
        return render_public(page, company_sudo, own_text=own_text, **values)
