from odoo.http import request, route

from ..core.base import EspacePortal, family_page

URL = "/my/foyer/securite"

# Of Odoo's form that changes a password.
PASSWORD_FIELDS = ("old", "new1", "new2")


class EspaceHouseholdSecurity(EspacePortal):
    """Sécurité du compte: passkeys, second factor and devices, by Odoo's own means.

    Odoo's scripts find the buttons by their names; what they call is listed in
    `espace.door`.
    """

    @family_page(URL)
    def espace_household_security(self, family_sudo, **_kwargs):
        user = request.env.user
        return self._espace_render(
            "household_security",
            {
                "page_name": "espace_household_security",
                "family": family_sudo,
                "passkeys": user.auth_passkey_key_ids,
                "has_second_factor": user.totp_enabled,
                "devices": user.totp_trusted_device_ids,
                # Odoo's script draws the window of the second factor from it.
                "totp_view": request.env.ref("auth_totp.view_totp_wizard")
                .sudo()
                .get_combined_arch(),
            },
        )

    @route()
    def security(self, **post):
        """Lead families to their own page: that of Odoo speaks of companies."""
        if self._espace_family():
            return request.redirect(URL)
        # Odoo reads its three fields without asking whether they were sent.
        return super().security(**{**dict.fromkeys(PASSWORD_FIELDS, ""), **post})
