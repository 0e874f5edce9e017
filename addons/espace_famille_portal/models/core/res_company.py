import re

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import email_normalize, formataddr, is_html_empty

# Under every page: a contact has a hundred fields, these three are shown.
ADDRESS = ("street", "zip", "city")

# page of the law: the commune's own text of it
OWN_TEXTS = {
    "legal_notice": "espace_legal_notice",
    "privacy": "espace_privacy_notice",
    "accessibility": "espace_accessibility_statement",
    "scheme": "espace_accessibility_scheme",
}


class ResCompany(models.Model):
    _inherit = "res.company"

    espace_activation_days = fields.Integer(
        "Invitations End after (days)",
        default=30,
        help="A family that comes later is invited again.",
    )
    espace_changes = fields.Selection(
        [
            ("review", "Looked at by staff first"),
            ("apply", "Names are applied at once, the rest is looked at"),
        ],
        "What Families Correct",
        default="review",
        required=True,
    )
    espace_sender = fields.Char(
        "Sender of Automatic E-mails",
        help="An address that nobody reads; the e-mails say whom to contact instead.",
    )
    espace_answer_days = fields.Integer(
        "Requests Answered within (days)",
        default=5,
        help="After that a request of a family is shown as overdue.",
    )
    espace_in_site = fields.Boolean(
        "Families' Pages in the Town's Website",
        default=True,
        help="Where Odoo's Website is installed: the families' pages stand between its "
        "header and its footer. Otherwise they keep their own.",
    )
    espace_stops_apart = fields.Boolean(
        "A Column for Each Option",
        help="In the families' month, the options of one service (until 17:30, until "
        "18:30) have a column each, in place of one line with a stop for each.",
    )
    espace_by_hours = fields.Boolean(
        "Services as the Day Goes",
        default=True,
        help="Families see the services in the order of their hours: morning, meal, "
        "evening. Otherwise in the order of the list of activities.",
    )
    espace_strangers_months = fields.Integer(
        "Months that Strangers are Kept",
        default=12,
        help="Questions of visitors, and requests of an account that led to none, are "
        "erased after so many months.",
    )
    # Of the buttons in the e-mails that Odoo lays out.
    email_secondary_color = fields.Char(
        compute="_compute_email_secondary_color", store=True, readonly=False
    )

    # When families are reminded of what they have not booked yet
    espace_remind_cart = fields.Boolean("Remind of Forgotten Carts", default=True)
    espace_remind_cart_hours = fields.Integer(
        "Cart Forgotten after (hours)",
        default=4,
        help="Without a new line for so long, the family is written to, once, by day.",
    )
    espace_remind_cart_limit_hours = fields.Integer(
        "Cart Reminded before a Limit (hours)",
        default=24,
        help="Sooner than that, when the limit of one of its lines comes first.",
    )
    espace_remind_limits = fields.Boolean("Remind Before Limits", default=True)
    espace_remind_limit_days = fields.Integer(
        "Reminded before a Limit (days)",
        default=1,
        help="1: the day before the limit, from 8:00 on.",
    )

    # What the law has the online service of a commune say (mentions légales): article
    # 1-1 of the law 2004-575 (LCEN), article 13 of the GDPR, article 47 of the law
    # 2005-102 and decree 2019-768 (accessibility).
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
        help="Empty: families are asked to write to the town hall.",
    )
    espace_accessibility = fields.Selection(
        [
            ("audit", "As this release was audited"),
            ("none", "Not compliant"),
            ("partial", "Partially compliant"),
            ("full", "Fully compliant"),
        ],
        "Accessibility",
        default="audit",
        required=True,
        help="Shown under every page. Choose another state when an audit of your own "
        "found it; fewer than half of the criteria of the RGAA met: not compliant.",
    )
    espace_accessibility_date = fields.Date("Accessibility Stated on")
    # The footer of every page reads the company's row: not these long texts with it.
    espace_legal_notice = fields.Html("Text of the Legal Notice", prefetch=False)
    espace_privacy_notice = fields.Html("Text on Personal Data", prefetch=False)
    espace_accessibility_statement = fields.Html(
        "Text of the Accessibility Statement", prefetch=False
    )
    espace_accessibility_scheme = fields.Html(
        "Text of the Accessibility Scheme", prefetch=False
    )

    _espace_answer_days_positive = models.Constraint(
        "CHECK(espace_answer_days >= 0)", "A delay must not be negative."
    )
    _espace_strangers_months_range = models.Constraint(
        "CHECK(espace_strangers_months BETWEEN 1 AND 36)",
        "Questions of visitors are kept for one month at least, three years at most.",
    )
    _espace_activation_days_positive = models.Constraint(
        "CHECK(espace_activation_days > 0)",
        "An invitation must hold for at least one day.",
    )
    _espace_remind_delays_positive = models.Constraint(
        "CHECK(espace_remind_cart_hours > 0 AND espace_remind_cart_limit_hours >= 0 "
        "AND espace_remind_limit_days >= 0 AND espace_remind_limit_days <= 14)",
        "Carts are reminded after one hour at the soonest, limits 14 days before them "
        "at most.",
    )

    @api.depends("primary_color", "espace_is_commune")
    def _compute_email_secondary_color(self):
        """Give the e-mails of communes their colour; the others keep Odoo's."""
        for company in self:
            colour = company.espace_is_commune and company._espace_colours().get(
                "primary"
            )
            company.email_secondary_color = colour or company.email_secondary_color

    def _espace_address(self):
        """Return where the commune is, on one line, '' if nobody entered it."""
        self.ensure_one()
        commune_sudo = self.partner_id.sudo()
        commune_sudo.fetch(ADDRESS)
        return " ".join(filter(None, [commune_sudo[name] for name in ADDRESS]))

    def _espace_sender_formatted(self):
        """Return from whom automatic e-mails come: the commune, at its address."""
        self.ensure_one()
        address = email_normalize(self.espace_sender or self.email or "")
        return formataddr((self.name, address)) if address else False

    def _espace_own_text(self, page):
        """Return what the commune wrote itself for a legal page, as safe HTML.

        :param str page: a key of `OWN_TEXTS`
        :return: '' where the default text holds
        """
        self.ensure_one()
        text = self[OWN_TEXTS[page]]
        if is_html_empty(text):
            return ""
        # The page has its title already, and only one. Odoo has sanitised it.
        return Markup(re.sub(r"(</?)h1\b", r"\1h2", str(text)))  # noqa: S704
