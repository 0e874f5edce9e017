from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..domain import titles


class ResCompany(models.Model):
    """Who issues the titres of a commune, and which court a debtor may turn to."""

    _inherit = "res.company"

    espace_title_firstname = fields.Char("First Name of the Issuer")
    espace_title_lastname = fields.Char("Name of the Issuer")
    espace_title_quality = fields.Char(
        "Quality of the Issuer", help="e.g. Maire, or the adjoint who has delegation."
    )
    espace_title_court = fields.Char(
        "Competent Court",
        help="The very court, with its address. Naming both kinds of courts would "
        "leave the choice to the debtor: no delay would begin.",
    )
    espace_title_product_code = fields.Char(
        "Code produit local",
        help="What the public accountant knows the product by, unless an activity has "
        "another one.",
    )
    espace_title_sequence_id = fields.Many2one(
        "ir.sequence", "Numbers of Titres", readonly=True, copy=False
    )
    espace_title_list_sequence_id = fields.Many2one(
        "ir.sequence", "Numbers of Lists", readonly=True, copy=False
    )

    @api.constrains("espace_title_court")
    def _check_espace_title_court(self):
        for company in self:
            if titles.names_two_kinds(company.espace_title_court or ""):
                raise ValidationError(
                    self.env._(
                        "Name one court: where both kinds are named the debtor does "
                        "not know which, and no delay begins."
                    )
                )

    def _espace_title_missing(self):
        """Return what titres of this commune cannot be issued without, in words."""
        self.ensure_one()
        company_sudo = self.sudo()
        names = {
            "espace_title_firstname": self.env._("first name of the issuer"),
            "espace_title_lastname": self.env._("name of the issuer"),
            "espace_title_quality": self.env._("quality of the issuer"),
            "espace_title_court": self.env._("competent court"),
        }
        return [
            words
            for name, words in names.items()
            if not (company_sudo[name] or "").strip()
        ]

    def _espace_check_titles(self):
        """Refuse titres that would not bind.

        First name, name and quality of the issuer: CE 17 March 2016 no. 389069. The
        delay binds only where way, delay and court are named.

        :raise UserError: says what the settings lack
        """
        missing = self._espace_title_missing()
        if missing:
            raise UserError(
                self.env._(
                    "The settings lack, under Titres: %s. Without it a titre does not "
                    "bind.",
                    ", ".join(missing),
                )
            )

    def _espace_title_appeal(self):
        """Say the ways and delays of appeal, naming the very court."""
        self.ensure_one()
        in_words = self.with_context(lang=self.partner_id.lang or self.env.lang)
        return in_words.env._(
            "Within two months of receiving the titre, or else the first act that "
            "proceeds from it (article L1617-5 of the CGCT), you may contest the sum "
            "before: %s.",
            self.sudo().espace_title_court,
        )

    def _espace_title_sequence(self, name):
        """Return the sequence without gap of this field, made when it is needed first.

        :param str name: `espace_title_sequence_id` or `espace_title_list_sequence_id`
        """
        self.ensure_one()
        company_sudo = self.sudo()
        if not company_sudo[name]:
            company_sudo[name] = company_sudo.env["ir.sequence"].create(
                {
                    "name": f"{self.name}: {self._fields[name].string}",
                    "implementation": "no_gap",
                    "use_date_range": True,
                    "padding": 1,
                    "company_id": self.id,
                }
            )
        return company_sudo[name]
