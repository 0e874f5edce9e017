from odoo import api, fields, models

from ...domain import colours

# Under every page: a contact has a hundred fields, these three are shown.
ADDRESS = ("street", "zip", "city")


class ResCompany(models.Model):
    _inherit = "res.company"

    # Of the buttons in the e-mails that Odoo lays out.
    email_secondary_color = fields.Char(
        compute="_compute_email_secondary_color", store=True, readonly=False
    )

    @api.depends("primary_color")
    def _compute_email_secondary_color(self):
        for company in self:
            colour = company._espace_colours().get("primary")
            company.email_secondary_color = colour or company.email_secondary_color

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

    def _espace_address(self):
        """Return where the commune is, on one line, '' if nobody entered it."""
        self.ensure_one()
        commune = self.partner_id.sudo()
        commune.fetch(ADDRESS)
        return " ".join(filter(None, [commune[name] for name in ADDRESS]))
