from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..domain import custody


class EspaceCustody(models.Model):
    """Shared custody (garde): the days that another family has and pays.

    Days that no line names stay with the child's own household, so that exactly one
    family pays any date.
    """

    _name = "espace.custody"
    _description = "Shared Custody"
    _order = "child_id, sequence, id"

    child_id = fields.Many2one(
        "espace.child", required=True, index=True, ondelete="cascade"
    )
    family_id = fields.Many2one(
        "espace.family", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="child_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    pattern = fields.Selection(
        [
            ("always", "Always"),
            ("even", "Even weeks"),
            ("odd", "Odd weeks"),
            ("dates", "Between two dates"),
        ],
        required=True,
        default="even",
        help="Weeks are numbered as in the calendar (ISO 8601).",
    )
    date_from = fields.Date("From")
    date_to = fields.Date("To")

    _dates_ordered = models.Constraint(
        "CHECK(date_from IS NULL OR date_to IS NULL OR date_from <= date_to)",
        "A custody must not end before it starts.",
    )
    _dates_given = models.Constraint(
        "CHECK(pattern != 'dates' OR (date_from IS NOT NULL AND date_to IS NOT NULL))",
        "Enter both dates of the custody.",
    )

    @api.constrains("child_id", "family_id", "pattern", "date_from", "date_to")
    def _check_one_payer(self):
        for child in self.child_id:
            if custody.conflicts(child.custody_ids._arrangements()):
                raise ValidationError(
                    self.env._(
                        "On some dates two families would pay for %s: "
                        "change the weeks or the dates of the custody.",
                        child.name,
                    )
                )

    def _arrangements(self):
        """Return these lines as `custody.Arrangement`, in order."""
        return tuple(
            custody.Arrangement(
                line.family_id.id,
                line.pattern,
                line.date_from or None,
                line.date_to or None,
            )
            for line in self
        )
