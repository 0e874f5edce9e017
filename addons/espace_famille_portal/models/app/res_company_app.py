import base64
from hashlib import sha256

from odoo import models, tools

from .app_icon import draw_icon

ROOT = "/espace-famille/app"
# The design's ground, of light pages.
PAPER = "#faf6f0"
# The colour of the pages where a commune has chosen none (tokens.css).
BRAND = "#155e75"
LONGEST_NAME = 12


class ResCompany(models.Model):
    _inherit = "res.company"

    def _espace_app_version(self):
        """Return what changes in an address as soon as logo, name or colour do."""
        self.ensure_one()
        company_sudo = self.sudo()
        shown = (
            company_sudo.write_date,
            company_sudo.partner_id.write_date,
            company_sudo.name,
            company_sudo.primary_color,
            company_sudo.uses_default_logo,
        )
        return sha256(repr(shown).encode()).hexdigest()[:12]

    def _espace_app_url(self, name, **query):
        """Return the address of a part of the commune's application."""
        self.ensure_one()
        query = {**query, "v": self._espace_app_version()}
        asked = "&".join(f"{key}={value}" for key, value in query.items())
        return f"{ROOT}/{self.id}/{name}?{asked}"

    def _espace_app_icon(self, shape):
        """Return the commune's icon as PNG; `shape` is a key of `SHAPES`."""
        self.ensure_one()
        return self._espace_app_icon_of(shape, self._espace_app_version())

    @tools.ormcache("self.id", "shape", "version")
    def _espace_app_icon_of(self, shape, version):
        """Return the icon as it is kept until logo or colour change."""
        company_sudo = self.sudo()
        has_logo = not company_sudo.uses_default_logo
        logo = company_sudo.partner_id.with_context(bin_size=False).image_512
        colour = self._espace_colours().get("primary") or BRAND
        picture = base64.b64decode(logo) if has_logo and logo else b""
        return draw_icon(shape, picture, colour)

    def _espace_app_manifest(self):
        """Return the Web App Manifest of the commune, in the language of `self`."""
        self.ensure_one()
        # One database may serve several communes at one address: each is an
        # application of its own, and opens with a family of that commune.
        several = self.sudo().search_count([("espace_is_commune", "=", True)], limit=2)
        start = "/my" if several < 2 else f"/my/commune/{self.id}"
        icons = [
            {
                "src": self._espace_app_url(f"icone-{shape}.png"),
                "sizes": f"{side}x{side}",
                "type": "image/png",
                "purpose": purpose,
            }
            for shape, side, purpose in (
                ("192", 192, "any"),
                ("512", 512, "any"),
                ("maskable", 512, "maskable"),
            )
        ]
        return {
            "id": start,
            "name": self.env._("Family Space of %s", self.name),
            "short_name": self._espace_app_short_name(),
            "lang": (self.env.lang or "fr").replace("_", "-"),
            "dir": "ltr",
            "start_url": start,
            # The log-in and the payment belong to the application as well.
            "scope": "/",
            "display": "standalone",
            "background_color": PAPER,
            "theme_color": PAPER,
            "icons": icons,
            "shortcuts": [
                {"name": name, "url": url, "icons": icons[:1]}
                for name, url in (
                    (self.env._("Book"), "/my/reservations"),
                    (self.env._("Child Absent"), "/my/absences"),
                    (self.env._("Pay"), "/my/factures"),
                )
            ],
        }

    def _espace_app_short_name(self):
        """Return what stands below the icon: the commune where it is short enough."""
        name = self.name.strip()
        for title in ("Mairie de ", "Mairie d’", "Mairie d'", "Ville de ", "Ville d’"):
            name = name.removeprefix(title)
        return name if len(name) <= LONGEST_NAME else self.env._("Families")
