"""The portal as an application of a telephone: its sign, its worker, its last week."""

from werkzeug.exceptions import NotFound

from odoo.http import request, route
from odoo.tools import file_open

from ...domain.sent import read_text
from ...models.app.app_icon import SHAPES
from ...models.app.res_company_app import ROOT
from ...models.core.ir_qweb import FAMILY_KEY
from ..core.base import EspacePortal, family_page

WORKER = "espace_famille_portal/static/src/app_worker/service_worker.js"
LONGEST_LANG = 20
YEAR = 365 * 24 * 60 * 60
PUBLIC = {
    "type": "http",
    "auth": "public",
    "methods": ["GET"],
    "readonly": True,
    "sitemap": False,
}


class EspaceInstalled(EspacePortal):
    @route("/my/service-worker.js", **PUBLIC)
    def espace_app_worker(self, **_query):
        """Give the worker of /my; that of Odoo's back office has /odoo."""
        with file_open(WORKER) as source:
            body = source.read()
        return request.make_response(
            body,
            [
                ("Content-Type", "text/javascript; charset=utf-8"),
                ("Service-Worker-Allowed", "/my"),
                ("Cache-Control", "no-cache"),
            ],
        )

    @route(f"{ROOT}/<int:commune>/manifest.webmanifest", **PUBLIC)
    def espace_app_manifest(self, commune, lang="", **_query):
        company_sudo = self._espace_app_commune(commune, lang)
        response = request.make_json_response(company_sudo._espace_app_manifest())
        response.headers["Content-Type"] = "application/manifest+json"
        response.headers["Cache-Control"] = "public, max-age=3600"
        return response

    @route(f"{ROOT}/<int:commune>/icone-<string:shape>.png", **PUBLIC)
    def espace_app_icon(self, commune, shape, v="", **_query):
        """Give an icon, which browsers keep: what changes it changes its address."""
        company_sudo = self._espace_app_commune(commune)
        if shape not in SHAPES:
            raise NotFound()
        is_known = v == company_sudo._espace_app_version()
        kept = f"public, max-age={YEAR}, immutable" if is_known else "no-cache"
        return request.make_response(
            company_sudo._espace_app_icon(shape),
            [("Content-Type", "image/png"), ("Cache-Control", kept)],
        )

    @route(f"{ROOT}/<int:commune>/hors-ligne", website=True, **PUBLIC)
    def espace_app_offline(self, commune, lang="", **_query):
        """Show what a device keeps for the time without network: it names nobody."""
        company_sudo = self._espace_app_commune(commune, lang)
        return request.render(
            "espace_famille_portal.offline",
            {
                "page_name": "espace_offline",
                "company": company_sudo,
                "res_company": company_sudo,
                "lang": company_sudo.env.lang,
            },
            headers={"Cache-Control": "no-cache"},
        )

    def _espace_app_commune(self, commune, lang=""):
        """Return a commune of this database, as superuser and in a known language.

        :raise NotFound: there is none of that number
        """
        companies_sudo = request.env["res.company"].sudo()
        company_sudo = companies_sudo.search(
            [("id", "=", commune), ("espace_is_commune", "=", True)]
        )
        if not company_sudo:
            raise NotFound()
        lang = read_text(lang, LONGEST_LANG)
        if lang not in dict(request.env["res.lang"].get_installed()):
            lang = company_sudo.partner_id.lang or request.env.lang
        request.update_context(lang=lang)
        return company_sudo.with_context(lang=lang)

    @route(
        "/my/commune/<int:commune>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def espace_app_start(self, commune, **_query):
        """Open the application of one of several communes with a family of it."""
        families_sudo = self._espace_families()
        if self._espace_family().company_id.id != commune:
            of_commune = families_sudo.filtered(lambda f: f.company_id.id == commune)
            if of_commune:
                request.session[FAMILY_KEY] = of_commune[0].id
        return request.redirect("/my")

    @family_page("/my/semaine", readonly=True, sitemap=False)
    def espace_app_week(self, family_sudo, **_query):
        """Give the days that the device shows when it has no network."""
        return request.make_json_response(
            request.env["espace.portal.app"]._week(family_sudo)
        )
