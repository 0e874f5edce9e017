from stdnum.exceptions import ValidationError as NotANumber
from stdnum.fr import siret

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..domain import departments
from ..models.core.res_company import PUBLIC_HOLIDAY_REGIONS, SCHOOL_ZONES

# What the wizard writes on the company, by its own fields.
ON_COMPANY = {
    "name": "name",
    "street": "street",
    "zip": "zip",
    "city": "city",
    "country_id": "country_id",
    "phone": "phone",
    "email": "email",
    "siret": "company_registry",
    "zone": "espace_school_zone",
    "region": "espace_public_holiday_region",
    "contact_name": "espace_contact_name",
}


class EspaceCommuneWizard(models.TransientModel):
    """Says who the commune is: what families, invoices and the accountant read."""

    _name = "espace.commune.wizard"
    _description = "The Commune"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    name = fields.Char("Name of the Commune", required=True)
    street = fields.Char("Address", required=True)
    zip = fields.Char("Postcode", required=True)
    city = fields.Char(required=True)
    country_id = fields.Many2one("res.country", required=True)
    phone = fields.Char("Telephone", required=True)
    email = fields.Char("E-mail Address", required=True)
    siret = fields.Char(
        "SIRET",
        required=True,
        help="14 digits: on invoices, in the accountant's files (FEC) and for the "
        "services of the State (API Particulier).",
    )
    contact_name = fields.Char("Service that Families Contact")
    zone = fields.Selection(
        SCHOOL_ZONES,
        "School Holiday Zone",
        required=True,
        compute="_compute_place",
        store=True,
        readonly=False,
        precompute=True,
    )
    region = fields.Selection(
        PUBLIC_HOLIDAY_REGIONS,
        "Local Public Holidays",
        compute="_compute_place",
        store=True,
        readonly=False,
        precompute=True,
    )

    @api.model
    def default_get(self, fields):
        """Begin with what is known; the name that Odoo gives a company is nobody's."""
        values = super().default_get(fields)
        company = self.env.company
        for name, on_company in ON_COMPANY.items():
            if name in fields and name not in values and name not in PLACE:
                value = company[on_company]
                values[name] = value.id if name == "country_id" else value
        if values.get("name") in ("My Company", "YourCompany"):
            values["name"] = False
        if "country_id" in fields and not values.get("country_id"):
            values["country_id"] = self.env.ref("base.fr").id
        return values

    @api.depends("zip")
    def _compute_place(self):
        """Follow the postcode; a zone that was chosen by hand stays without one."""
        for wizard in self:
            company = wizard.company_id or self.env.company
            place = wizard.zip and departments.of_zip(wizard.zip)
            known = wizard.zip == company.zip
            if place and not known:
                wizard.zone, wizard.region = place.zone, place.region or False
            else:
                wizard.zone = wizard.zone or company.espace_school_zone
                wizard.region = wizard.region or company.espace_public_holiday_region

    def action_apply(self):
        """Write it on the company, which is a commune from now on.

        :raise UserError: the SIRET is none
        """
        self.ensure_one()
        self.env["espace.setup"]._check_admin()
        company_sudo = self.company_id.sudo()
        values = {
            on_company: self[name].id if name == "country_id" else self[name]
            for name, on_company in ON_COMPANY.items()
        }
        values["company_registry"] = self._checked_siret()
        place = departments.of_zip(self.zip)
        if place and self.zip != company_sudo.zip:
            values["espace_tz"] = place.tz
        if not company_sudo.espace_is_commune:
            values["espace_is_commune"] = True
        company_sudo.write(values)
        return {"type": "ir.actions.act_window_close"}

    def _checked_siret(self):
        try:
            return siret.validate(self.siret)
        except NotANumber as error:
            raise UserError(
                self.env._(
                    "“%s” is no SIRET: it has 14 digits, the last of which checks "
                    "the others. It stands on the letters of the INSEE, and on the "
                    "town hall's invoices.",
                    self.siret,
                )
            ) from error


PLACE = ("zone", "region")
