from odoo import fields, models


class EspaceRegieMandate(models.Model):
    """Who collects in the name of the régisseur (mandataire), and from when to when."""

    _name = "espace.regie.mandate"
    _description = "Mandataire of a Régie"
    _order = "date_from desc, id"
    _rec_name = "user_id"

    regie_id = fields.Many2one(
        "espace.regie", "Régie", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="regie_id.company_id", store=True)
    user_id = fields.Many2one("res.users", "Agent", required=True, ondelete="restrict")
    date_from = fields.Date(
        "From",
        required=True,
        default=lambda self: self.env.company._espace_today(),
    )
    date_to = fields.Date("To", help="Empty: until further notice.")
    decision = fields.Char(
        "Decree", help="Reference of the decree that names this person."
    )

    _dates_ordered = models.Constraint(
        "CHECK(date_to IS NULL OR date_from <= date_to)",
        "A mandate ends after it begins.",
    )

    def _is_in_force(self, day):
        """Tell whether this person collects on a day."""
        self.ensure_one()
        return self.date_from <= day and (not self.date_to or day <= self.date_to)
