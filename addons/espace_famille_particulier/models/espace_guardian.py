from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.espace_famille_billing.models.core.groups import MONEY

from ..domain import cog, particulier


class EspaceGuardian(models.Model):
    """The civil identity by which the CAF or the MSA knows a person."""

    _inherit = "espace.guardian"

    birth_name = fields.Char(
        "Name at Birth", groups=MONEY, help="Empty: the usual name."
    )
    civil_firstnames = fields.Char(
        "First Names, in Order", groups=MONEY, help="Empty: the usual first name."
    )
    birth_date = fields.Date("Born on", groups=MONEY)
    birth_country_id = fields.Many2one(
        "res.country",
        "Country of Birth",
        groups=MONEY,
        default=lambda self: self.env.ref("base.fr", raise_if_not_found=False),
    )
    birth_country_code = fields.Char(
        "Country of Birth (COG)",
        compute="_compute_birth_country_code",
        store=True,
        readonly=False,
        precompute=True,
        groups=MONEY,
        help="99100 for France. Of a country that is no more, type its code.",
    )
    birth_commune_code = fields.Char(
        "Commune of Birth (COG)",
        groups=MONEY,
        help="Code of the INSEE, not the postal code: 81065 for Castres. Only for "
        "those born in France.",
    )
    civil_sex = fields.Selection(
        [("F", "Woman"), ("M", "Man")], "Sex", groups=MONEY, help="Not compulsory."
    )
    is_identified = fields.Boolean(
        "Identity Complete", compute="_compute_is_identified", groups=MONEY
    )

    @api.depends("birth_country_id")
    def _compute_birth_country_code(self):
        for guardian in self:
            code = cog.COUNTRIES.get(guardian.birth_country_id.code)
            guardian.birth_country_code = code or guardian.birth_country_code

    @api.depends(
        "birth_commune_code",
        "birth_country_code",
        "birth_date",
        "birth_name",
        "civil_firstnames",
        "firstname",
        "lastname",
    )
    def _compute_is_identified(self):
        for guardian in self:
            guardian.is_identified = not particulier.missing(guardian._identity())

    @api.constrains("birth_commune_code", "birth_country_code", "birth_date")
    def _check_birth(self):
        for guardian in self.sudo():
            commune, country = guardian.birth_commune_code, guardian.birth_country_code
            if commune and not cog.is_commune(commune):
                raise ValidationError(
                    self.env._(
                        "%s is not the code of a commune: five characters, as 81065.",
                        commune,
                    )
                )
            if country and not cog.is_country(country):
                raise ValidationError(
                    self.env._(
                        "%s is not the code of a country: 99 and three digits.", country
                    )
                )
            if guardian.birth_date and guardian.birth_date > fields.Date.today():
                raise ValidationError(self.env._("Nobody is born in days to come."))

    def _identity(self):
        """Return the `particulier.Identity` of this person, complete or not."""
        self.ensure_one()
        own = self.sudo()
        name = (own.birth_name or own.lastname or "").strip()
        firstnames = particulier.firstnames(own.civil_firstnames or own.firstname)
        return particulier.Identity(
            name=name,
            firstnames=firstnames,
            born=own.birth_date or None,
            country=own.birth_country_code or "",
            commune=own.birth_commune_code or "",
            sex=own.civil_sex or "",
            used_name=(own.lastname or "").strip() if own.birth_name else "",
        )
