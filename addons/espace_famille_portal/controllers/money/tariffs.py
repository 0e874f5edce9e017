from odoo import http
from odoo.http import request, route

from ..core.commune import asked_commune, render_public


class EspaceTariffs(http.Controller):
    """The prices of the commune and the decisions that set them, for everybody."""

    @route(
        "/espace-famille/tarifs",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
        readonly=True,
        sitemap=True,
    )
    def espace_tariffs(self, **query):
        company_sudo = asked_commune(query)
        grids = request.env["espace.portal.tariff"]._read(company_sudo)
        return render_public("tariffs", company_sudo, grids=grids)
