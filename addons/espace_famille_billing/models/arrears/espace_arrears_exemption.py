from odoo import api, fields, models
from odoo.exceptions import ValidationError


class EspaceArrearsExemption(models.Model):
    """A family in debt that is spared, for a reason and a time (exemption)."""

    _name = "espace.arrears.exemption"
    _description = "Exemption of a Family in Debt"
    _order = "date_from desc, id desc"
    _rec_name = "family_id"
    _check_company_auto = True

    family_id = fields.Many2one(
        "espace.family",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(related="family_id.company_id", store=True)
    reason = fields.Char(
        required=True, help="e.g. Payment plan agreed with the public accountant."
    )
    date_from = fields.Date(
        "From",
        required=True,
        default=lambda self: self.env.company._espace_today(),
    )
    date_to = fields.Date("Until", help="Empty: until you end it.")
    no_reminder = fields.Boolean("No Reminders", default=True)
    may_book = fields.Boolean("May Book in spite of the Debt", default=True)

    _dates_ordered = models.Constraint(
        "CHECK(date_to IS NULL OR date_from <= date_to)",
        "An exemption must not end before it starts.",
    )

    @api.constrains("no_reminder", "may_book")
    def _check_something(self):
        if self.filtered(lambda e: not (e.no_reminder or e.may_book)):
            raise ValidationError(
                self.env._(
                    "Say what the family is spared: reminders, the block of its "
                    "bookings, or both."
                )
            )
