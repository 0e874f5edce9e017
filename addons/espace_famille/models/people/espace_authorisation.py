from odoo import api, fields, models
from odoo.exceptions import ValidationError


class EspaceAuthorisation(models.Model):
    """What the parents allow for a child (autorisation), or refuse, since when."""

    _name = "espace.authorisation"
    _description = "Authorisation"
    _order = "child_id, kind"
    _check_company_auto = True

    child_id = fields.Many2one(
        "espace.child", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="child_id.company_id", store=True)
    kind = fields.Selection(
        [
            ("leave_alone", "Leaves alone"),
            ("emergency_care", "Emergency medical care"),
            ("photo", "Photos and films"),
            ("transport", "Transport by the commune"),
            ("outing", "Outings on foot"),
            ("swimming", "Swimming"),
        ],
        "Authorisation",
        required=True,
    )
    granted = fields.Selection(
        [("yes", "Allowed"), ("no", "Not allowed")],
        "Answer",
        required=True,
        default="yes",
    )
    given_on = fields.Date(
        required=True, default=lambda self: self.env.company._espace_today()
    )
    guardian_id = fields.Many2one(
        "espace.guardian", "Given by", required=True, ondelete="restrict"
    )
    note = fields.Char(help="e.g. from 17:30, only with a sister or a brother")

    _kind_unique = models.UniqueIndex(
        "(child_id, kind)",
        "This authorisation is already recorded for the child: change its answer.",
    )

    @api.constrains("guardian_id", "child_id")
    def _check_guardian(self):
        for authorisation in self:
            child, guardian = authorisation.child_id, authorisation.guardian_id
            if guardian.family_id not in child.family_ids:
                raise ValidationError(
                    self.env._(
                        "%(guardian)s is not a guardian of %(child)s: choose one of "
                        "its households.",
                        guardian=guardian.name,
                        child=child.name,
                    )
                )

    @api.constrains("given_on")
    def _check_given_on(self):
        for authorisation in self:
            today = (authorisation.company_id or self.env.company)._espace_today()
            if authorisation.given_on > today:
                raise ValidationError(
                    self.env._("An authorisation cannot be given in the future.")
                )
