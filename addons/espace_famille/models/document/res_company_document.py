from odoo import models

from ...domain import colours

# Of headings, where the commune has chosen none.
COLOUR = "#1f4e8c"


class ResCompany(models.Model):
    _inherit = "res.company"

    def _espace_colours(self):
        """Return the commune's colour as the style sheets want it, legible for all.

        :return: dict of CSS values; empty when the commune has chosen none
        """
        self.ensure_one()
        chosen = colours.read_colour(self.primary_color)
        if not chosen:
            return {}
        legible = colours.legible(chosen)
        return {
            "primary": colours.write_colour(legible),
            "dark": colours.write_colour(colours.darker(legible, 0.2)),
            "rgb": ", ".join(map(str, legible)),
        }

    def _espace_print_colour(self):
        """Return the CSS colour of what the commune prints."""
        return self._espace_colours().get("primary") or COLOUR

    def _espace_place_lines(self):
        """Return where the commune is, line by line: street, then code and town."""
        self.ensure_one()
        return self.partner_id._espace_place_lines()


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _espace_place_lines(self):
        """Return where somebody lives as an envelope says it; what is missing is not.

        :return: list of texts
        """
        self.ensure_one()
        town = " ".join(filter(None, [self.zip, self.city]))
        return [line for line in (self.street, self.street2, town) if line]
