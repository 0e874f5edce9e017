from odoo import api, fields, models

from odoo.addons.espace_famille_billing.models.core.groups import MONEY


class EspaceFamily(models.Model):
    """Whether a family knows that its quotient is asked for, or gives it on paper.

    The basis is the law (L114-8 of the CRPA), not a consent: the family is informed,
    and the way by paper stays.
    """

    _inherit = "espace.family"

    qf_informed_on = fields.Date(
        "Informed that the QF is Asked for", tracking=True, groups=MONEY
    )
    qf_refused_on = fields.Date(
        "Gives the QF on Paper since",
        tracking=True,
        groups=MONEY,
        help="The family does not want it to be asked for: it brings a proof.",
    )
    quotient_answer_ids = fields.One2many(
        "espace.quotient.answer", "family_id", "Quotients Asked for", groups=MONEY
    )

    @api.model
    def _espace_qf_askable(self, company):
        """Return the families of a commune that may be asked about.

        They were informed, did not refuse, and one guardian at least is identified.
        """
        families = self.search(
            [
                ("company_id", "=", company.id),
                ("qf_informed_on", "!=", False),
                ("qf_refused_on", "=", False),
            ]
        )
        return families.filtered(
            lambda family: any(family.sudo().guardian_ids.mapped("is_identified"))
        )

    @api.model
    def _espace_qf_load_demo(self):
        """Have a dozen households of the demonstration informed and identified."""
        company = self.env.ref("base.main_company")
        if not company.company_registry:
            company.company_registry = "21810123400019"
        families = self.search([("company_id", "=", company.id)], limit=12, order="id")
        families.qf_informed_on = company._espace_today()
        for number, guardian in enumerate(families.guardian_ids.sorted("id")):
            guardian.write(
                {
                    "birth_date": f"{1980 + number % 12}-{1 + number % 12:02}-17",
                    "birth_commune_code": "81065",
                }
            )

    def action_espace_qf_informed(self):
        """Note that these families were informed today."""
        self.check_access("write")
        for family in self.filtered(lambda f: not f.qf_informed_on):
            family.qf_informed_on = family.company_id._espace_today()
