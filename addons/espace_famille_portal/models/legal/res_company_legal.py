import re

from markupsafe import Markup

from odoo import fields, models
from odoo.tools import is_html_empty

OWN_TEXTS = {
    "legal_notice": "espace_legal_notice",
    "privacy": "espace_privacy_notice",
    "accessibility": "espace_accessibility_statement",
}


class ResCompany(models.Model):
    """What the law has the online service of a commune say (mentions légales).

    Sources: article 1-1 of the law 2004-575 (LCEN), article 13 of the GDPR, article 47
    of the law 2005-102 and decree 2019-768 (accessibility).
    """

    _inherit = "res.company"

    espace_publisher = fields.Char(
        "Director of Publication",
        help="Name and office. Empty: the legal notice names the legal representative "
        "of the commune, who is so by law.",
    )
    espace_host = fields.Text(
        "Host", help="Name, address and telephone of who hosts the service."
    )
    espace_dpo_email = fields.Char(
        "E-mail of the Data Protection Officer",
        help="Empty: families are told to write to the town hall.",
    )
    espace_accessibility = fields.Selection(
        [
            ("none", "Not compliant"),
            ("partial", "Partially compliant"),
            ("full", "Fully compliant"),
        ],
        "Accessibility",
        default="none",
        required=True,
        help="Shown under every page. Without a valid audit, or when fewer than half "
        "of the criteria of the RGAA are met: not compliant.",
    )
    espace_accessibility_date = fields.Date("Accessibility Stated on")

    # The footer of every page reads the company's row: not these long texts with it.
    espace_legal_notice = fields.Html("Text of the Legal Notice", prefetch=False)
    espace_privacy_notice = fields.Html("Text on Personal Data", prefetch=False)
    espace_accessibility_statement = fields.Html(
        "Text of the Accessibility Statement", prefetch=False
    )

    def _espace_own_text(self, page):
        """Return what the commune wrote itself for a legal page, as safe HTML.

        :param str page: a key of `OWN_TEXTS`
        :return: '' where the default text holds
        """
        self.ensure_one()
        text = self[OWN_TEXTS[page]]
        if is_html_empty(text):
            return ""
        # The page has its title already, and only one.
        return Markup(re.sub(r"(</?)h1\b", r"\1h2", str(text)))
