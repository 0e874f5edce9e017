from odoo.http import request, route

from ..core.base import EspacePortal, family_page

URL = "/my/foyer/securite"
OPENED = "/my/foyer/compte?securite=1#account_security"

# Of Odoo's form that changes a password.
PASSWORD_FIELDS = ("old", "new1", "new2")


class EspaceHouseholdSecurity(EspacePortal):
    """What guards an account, a part of “Mon compte”, by Odoo's own means.

    Odoo's scripts find the buttons by their names; what they call is listed in
    `espace.door`.
    """

    @family_page(URL)
    def espace_household_security(self, family_sudo, **_kwargs):
        """Lead the address of before to its part of the account."""
        return request.redirect(OPENED)

    def _espace_security(self, is_open):
        """Return what the page of the account says of its security.

        :param bool is_open: it is changed on this page, by Odoo's scripts
        """
        user = request.env.user
        found = {
            "open": is_open,
            "passkeys": user.auth_passkey_key_ids,
            "second_factor": user.totp_enabled,
        }
        if is_open:
            found["devices"] = user.totp_trusted_device_ids
            # Odoo's script draws the window of the second factor from it.
            view = request.env.ref("auth_totp.view_totp_wizard").sudo()
            found["totp_view"] = view.get_combined_arch()
        return found

    @route()
    def security(self, **post):
        """Lead families to their own page: that of Odoo speaks of companies."""
        if self._espace_family():
            return request.redirect(OPENED)
        # Odoo reads its three fields without asking whether they were sent.
        return super().security(**{**dict.fromkeys(PASSWORD_FIELDS, ""), **post})
