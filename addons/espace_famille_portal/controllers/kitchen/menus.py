from odoo.http import request

from ...domain.sent import read_day
from ..core.base import EspacePortal, family_page


class EspaceMenus(EspacePortal):
    """What the canteen serves, with the 14 allergens."""

    @family_page("/my/menus", readonly=True)
    def espace_menus(self, family_sudo, date=None, **_kwargs):
        return self._espace_render(
            "menus",
            {
                "page_name": "espace_menus",
                "family": family_sudo,
                "week": request.env["espace.portal.menu"]._read(
                    family_sudo, read_day(date)
                ),
            },
        )
