from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...domain import supervision

# Of each kind of `supervision.LEGAL`, the two ages.
AGES = ("under_6", "from_6")
RATES = [f"espace_rate_{kind}_{age}" for kind in supervision.LEGAL for age in AGES]


WHEN = {
    "term_short": "Term",
    "term_long": "Term, over 5 h",
    "pedt_short": "PEDT",
    "pedt_long": "PEDT, over 5 h",
    "break": "Holidays",
}
WHO = {"under_6": "children under 6 for one adult", "from_6": "from 6 for one adult"}


def _rate(kind, age):
    return fields.Integer(
        f"{WHEN[kind]}: {WHO[age]}", default=getattr(supervision.LEGAL[kind], age)
    )


class ResCompany(models.Model):
    """How many children one adult may have, as the law says unless it is changed."""

    _inherit = "res.company"

    espace_pedt = fields.Boolean(
        "PEDT",
        help="The commune has a projet éducatif territorial: in term, one adult may "
        "have more children.",
    )
    espace_rate_term_short_under_6 = _rate("term_short", "under_6")
    espace_rate_term_short_from_6 = _rate("term_short", "from_6")
    espace_rate_term_long_under_6 = _rate("term_long", "under_6")
    espace_rate_term_long_from_6 = _rate("term_long", "from_6")
    espace_rate_pedt_short_under_6 = _rate("pedt_short", "under_6")
    espace_rate_pedt_short_from_6 = _rate("pedt_short", "from_6")
    espace_rate_pedt_long_under_6 = _rate("pedt_long", "under_6")
    espace_rate_pedt_long_from_6 = _rate("pedt_long", "from_6")
    espace_rate_break_under_6 = _rate("break", "under_6")
    espace_rate_break_from_6 = _rate("break", "from_6")

    @api.constrains(*RATES)
    def _check_rates(self):
        for company in self:
            if any(company[name] < 1 for name in RATES):
                raise ValidationError(
                    self.env._("One adult has at least one child: enter 1 or more.")
                )

    def _espace_rates(self, kind):
        """Return the `supervision.Rates` of a kind of its `LEGAL`."""
        return supervision.Rates(*(self[f"espace_rate_{kind}_{age}"] for age in AGES))


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    espace_pedt = fields.Boolean(related="company_id.espace_pedt", readonly=False)
    espace_rate_term_short_under_6 = fields.Integer(
        related="company_id.espace_rate_term_short_under_6", readonly=False
    )
    espace_rate_term_short_from_6 = fields.Integer(
        related="company_id.espace_rate_term_short_from_6", readonly=False
    )
    espace_rate_term_long_under_6 = fields.Integer(
        related="company_id.espace_rate_term_long_under_6", readonly=False
    )
    espace_rate_term_long_from_6 = fields.Integer(
        related="company_id.espace_rate_term_long_from_6", readonly=False
    )
    espace_rate_pedt_short_under_6 = fields.Integer(
        related="company_id.espace_rate_pedt_short_under_6", readonly=False
    )
    espace_rate_pedt_short_from_6 = fields.Integer(
        related="company_id.espace_rate_pedt_short_from_6", readonly=False
    )
    espace_rate_pedt_long_under_6 = fields.Integer(
        related="company_id.espace_rate_pedt_long_under_6", readonly=False
    )
    espace_rate_pedt_long_from_6 = fields.Integer(
        related="company_id.espace_rate_pedt_long_from_6", readonly=False
    )
    espace_rate_break_under_6 = fields.Integer(
        related="company_id.espace_rate_break_under_6", readonly=False
    )
    espace_rate_break_from_6 = fields.Integer(
        related="company_id.espace_rate_break_from_6", readonly=False
    )
