from .base import EspacePortal, family_page


class EspaceContacts(EspacePortal):
    """Contacts: who answers families, where, when and how."""

    @family_page("/my/contacts", archived=True, readonly=True)
    def espace_contacts(self, family_sudo, **_kwargs):
        return self._espace_render(
            "contacts",
            {
                "page_name": "espace_contacts",
                "family": family_sudo,
                "company": family_sudo.company_id,
            },
        )
