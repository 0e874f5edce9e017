from odoo.http import request, route

from .base import EspacePortal


class EspaceContacts(EspacePortal):
    """Contacts: who answers families, where, when and how."""

    @route(
        "/my/contacts",
        type="http",
        auth="user",
        website=True,
        readonly=True,
        methods=["GET"],
    )
    def espace_contacts(self, **_kwargs):
        family_sudo = self._espace_family()
        if not family_sudo:
            return request.redirect("/my")
        return self._espace_render(
            "contacts",
            {
                "page_name": "espace_contacts",
                "family": family_sudo,
                "company": family_sudo.company_id,
            },
        )
