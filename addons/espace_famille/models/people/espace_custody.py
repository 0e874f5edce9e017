from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...domain import custody


class EspaceCustody(models.Model):
    """Shared custody (garde): the days that a household has the child and pays.

    Days that no line names stay with the child's own household, so that exactly one
    family pays any date. Named dates come before the halves of the holidays, and
    these before the weeks: see `domain/custody.py`.
    """

    _name = "espace.custody"
    _description = "Shared Custody"
    _order = "child_id, sequence, id"
    _check_company_auto = True

    child_id = fields.Many2one(
        "espace.child", required=True, index=True, ondelete="cascade"
    )
    family_id = fields.Many2one(
        "espace.family",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(related="child_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    pattern = fields.Selection(
        [
            ("always", "Always"),
            ("even", "Even weeks"),
            ("odd", "Odd weeks"),
            ("first_half", "First half of the holidays"),
            ("second_half", "Second half of the holidays"),
            ("dates", "Between two dates"),
        ],
        required=True,
        default="even",
        help="Weeks are numbered as in the calendar (ISO 8601). Holidays come before "
        "weeks, and dates before both. Of an odd number of days of holidays, the one "
        "in the middle is in the first half.",
    )
    years = fields.Selection(
        [("every", "Every year"), ("even", "Even years"), ("odd", "Odd years")],
        required=True,
        default="every",
        help="The year in which the holidays start: those of Christmas 2026 are even.",
    )
    date_from = fields.Date("From")
    date_to = fields.Date("To")
    misplaced_count = fields.Integer(related="child_id.misplaced_count")

    _dates_ordered = models.Constraint(
        "CHECK(date_from IS NULL OR date_to IS NULL OR date_from <= date_to)",
        "A custody must not end before it starts.",
    )
    _dates_given = models.Constraint(
        "CHECK(pattern != 'dates' OR (date_from IS NOT NULL AND date_to IS NOT NULL))",
        "Enter both dates of the custody.",
    )

    @api.constrains("child_id", "family_id", "pattern", "years", "date_from", "date_to")
    def _check_one_payer(self):
        self._check_dates()
        for child in self.child_id:
            found = custody.conflicts(child.custody_ids._arrangements())
            if found:
                families = self.env["espace.family"].browse(
                    arrangement.household for arrangement in found[0]
                )
                raise ValidationError(
                    self.env._(
                        "On some dates two families (%(first)s and %(second)s) would "
                        "pay for %(child)s: change the weeks, the halves or the dates "
                        "of the custody.",
                        first=families[0].display_name,
                        second=families[1].display_name,
                        child=child.name,
                    )
                )

    def _check_dates(self):
        """Say what the database would, before anything reckons with these dates."""
        for line in self:
            if line.date_from and line.date_to and line.date_to < line.date_from:
                raise ValidationError(
                    self.env._("A custody must not end before it starts.")
                )
            if line.pattern == "dates" and not (line.date_from and line.date_to):
                raise ValidationError(self.env._("Enter both dates of the custody."))

    def _arrangements(self):
        """Return these lines as `custody.Arrangement`, in order."""
        return tuple(
            custody.Arrangement(
                line.family_id._origin.id,
                line.pattern,
                line.date_from or None,
                line.date_to or None,
                line.years if line.pattern in custody.HALVES else "every",
            )
            for line in self
        )

    def _complete(self):
        """Return the lines of a form that already say who and when."""
        return self.filtered(
            lambda line: (
                line.family_id
                and line.pattern
                and line.years
                and (line.pattern != "dates" or (line.date_from and line.date_to))
                and not (
                    line.date_from and line.date_to and line.date_to < line.date_from
                )
            )
        )
