from odoo.http import request, route

from ..core.base import EspacePortal, family_page

URL = "/my/attestations"


class EspaceCertificates(EspacePortal):
    """Mes attestations fiscales: what was paid for young children, year by year."""

    @family_page(URL, archived=True, readonly=True)
    def espace_certificates(self, family_sudo, **_kwargs):
        return self._espace_render(
            "certificates",
            {
                "page_name": "espace_certificates",
                "family": family_sudo,
                "certificates": family_sudo._portal_certificates(),
            },
        )

    @route(
        f"{URL}/<int:year>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def espace_certificate(self, year, **_kwargs):
        """Download the certificate of a past year, of the family looked at."""
        family_sudo = self._espace_family()
        pdf = family_sudo and family_sudo._portal_certificate_pdf(year)
        if not pdf:
            raise request.not_found()
        name = request.env._("Tax certificate %s", year)
        return self._espace_download(pdf, f"{name}.pdf")
