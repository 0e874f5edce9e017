from datetime import date

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain
from odoo.tools.misc import format_amount

from ..domain.tax_certificate import AGE


class EspaceTaxWizard(models.TransientModel):
    """Tax certificates of a year, for one family, some or all, in one document."""

    _name = "espace.tax.wizard"
    _description = "Print Tax Certificates"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    year = fields.Integer(required=True, default=lambda self: self._default_year())
    family_ids = fields.Many2many(
        "espace.family",
        string="Families",
        domain="[('company_id', '=', company_id)]",
        context={"active_test": False},
        help="All those that paid for a young child, unless you choose.",
    )

    @api.model
    def _default_year(self):
        return self.env.company._espace_today().year - 1

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        if self.env.context.get("active_model") == "espace.family":
            ids = self.env.context.get("active_ids", [])
            values["family_ids"] = [Command.set(ids)]
        return values

    def action_print(self):
        self.ensure_one()
        if not self.env.user.has_group("espace_famille.group_finance"):
            raise AccessError(self.env._("Only the Régie prints tax certificates."))
        if self.year > self.company_id._espace_today().year:
            raise UserError(self.env._("%s has not begun yet.", self.year))
        if not self._certificates():
            raise UserError(
                self.env._(
                    "Nothing counts in %s for the care of a child under 6: there is no "
                    "certificate to print.",
                    self.year,
                )
            )
        return self._report().report_action(self, config=False)

    def _report(self):
        return self.env.ref("espace_famille_billing.tax_certificate_report")

    def _certificates(self):
        """Return what the document holds, a certificate per family."""
        self.ensure_one()
        families = self.family_ids or self._families_of_young()
        return self.env["espace.tax.certificate"]._certificates(families, self.year)

    def _families_of_young(self):
        """Return the families with a child young enough, archived ones too."""
        children = (
            self.env["espace.child"]
            .with_context(active_test=False)
            .search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("birth_date", ">", date(max(self.year, AGE + 1) - AGE, 1, 1)),
                ]
            )
        )
        Family = self.env["espace.family"].with_context(active_test=False)
        return Family.search(
            Domain("company_id", "=", self.company_id.id)
            & Domain("child_ids", "in", children.ids),
            order="name",
        )

    # === Words, in the family's language === #

    def _title(self, certificate):
        env = self._env_of(certificate)
        return env._("Tax certificate – income of %s", certificate["year"])

    def _intro(self, certificate):
        family = certificate["family"]
        return self._env_of(certificate)._(
            "%(commune)s certifies that %(family)s (account %(reference)s) bore, for "
            "the income of %(year)s, the following sums for the care of children under "
            "6 on 1 January %(year)s:",
            commune=family.company_id.name,
            family=family.name,
            reference=family.reference,
            year=certificate["year"],
        )

    def _cesu_words(self, certificate):
        env = self._env_of(certificate)
        return env._(
            "Of what was paid, %s by CESU: deduct the part of these vouchers that your "
            "employer financed.",
            self._euros(env, certificate, certificate["cesu"]),
        )

    def _alternating_words(self, certificate, part):
        """Say what alternating residence changes for a child."""
        env = self._env_of(certificate)
        ceiling = self._euros(env, certificate, part["ceiling"])
        return env._(
            "In alternating residence: all that this household paid is certified, and "
            "to be declared; the ceiling is halved (%s).",
            ceiling,
        )

    def _env_of(self, certificate):
        lang = certificate["family"].lang or self.env.lang
        return self.with_context(lang=lang).env

    def _euros(self, env, certificate, amount):
        currency = certificate["family"].company_id.currency_id
        return format_amount(env, float(amount), currency)
