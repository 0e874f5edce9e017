from odoo import models


class ReportPaperformat(models.Model):
    _inherit = "report.paperformat"

    def _espace_style(self, colour):
        """Return the CSS of this paper: its size and margins, and what each page says.

        At the foot of each page stand its number and the number of pages, above the
        second and the next ones the title.

        :param str colour: a CSS colour, of headings
        """
        self.ensure_one()
        size = (self.print_page_width, self.print_page_height)
        if (self.orientation == "Landscape") != (size[0] > size[1]):
            size = size[::-1]
        margins = (
            max(margin, least)
            for margin, least in (
                (self.margin_top, 12),
                (self.margin_right, 8),
                (self.margin_bottom, 16),
                (self.margin_left, 8),
            )
        )
        return f"""
            :root {{ --espace-colour: {colour}; }}
            @page {{
                size: {_lengths(size)};
                margin: {_lengths(margins)};
                font: 8pt Document, sans-serif;
                color: #555;
                @top-left {{ content: string(o-doc-title); }}
                @bottom-left {{ content: string(o-doc-sender); }}
                @bottom-right {{ content: "Page " counter(page) "/" counter(pages); }}
            }}
            @page :first {{ @top-left {{ content: none; }} }}
        """


def _lengths(millimetres):
    return " ".join(f"{length:g}mm" for length in millimetres)
