from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...domain import documents


class EspaceDocumentType(models.Model):
    """A kind of document that families hand in (pièce justificative)."""

    _name = "espace.document.type"
    _inherit = ["espace.rulebook.mixin"]
    _description = "Document Type"
    _order = "sequence, name, id"
    _check_company_auto = True
    _rulebook_also = ("activity_ids",)

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    instructions = fields.Text(
        "What to Do",
        translate=True,
        help="Shown to the family that must hand it in: where to get it, what it must "
        "say.",
    )

    # Who must hand it in
    about = fields.Selection(
        [("child", "A child"), ("family", "A household")],
        default="child",
        required=True,
    )
    needed_for = fields.Selection(
        [
            ("nothing", "Nothing: it may be handed in"),
            ("activities", "Some activities"),
            ("all", "Every activity"),
        ],
        default="all",
        required=True,
    )
    activity_ids = fields.Many2many(
        "espace.activity", string="Activities", check_company=True
    )
    only_pai = fields.Boolean("Only Children with a PAI")
    blocking = fields.Boolean(
        help="Without it, families cannot book; agents can, and are warned."
    )
    provisional_months = fields.Integer(
        "Months of Provisional Admission",
        help="A child is admitted so many months without it, then blocked: three for "
        "vaccinations. 0: it blocks at once.",
    )
    confidential = fields.Boolean(
        help="Only the group Health sees these documents and their files."
    )

    # How long it counts
    validity = fields.Selection(
        [
            ("unlimited", "For ever"),
            ("months", "For some months"),
            ("school_year", "Until the end of the school year"),
        ],
        default="school_year",
        required=True,
    )
    validity_months = fields.Integer("Months", default=12)

    # Reminders
    reminder_days = fields.Integer(
        "Days before the End",
        default=15,
        help="The family is reminded so many days before its document ends; 0: never.",
    )
    missing_days = fields.Integer(
        "Days without It",
        default=15,
        help="The family is reminded once when the document is still missing so many "
        "days after the enrolment; 0: never.",
    )

    _numbers_positive = models.Constraint(
        "CHECK(validity_months >= 0 AND reminder_days >= 0 AND missing_days >= 0 "
        "AND (provisional_months IS NULL OR provisional_months >= 0))",
        "Numbers of months and of days must not be negative.",
    )
    _months_given = models.Constraint(
        "CHECK(validity != 'months' OR validity_months > 0)",
        "Enter for how many months the document counts.",
    )

    @api.constrains("needed_for", "activity_ids")
    def _check_activities(self):
        for kind in self:
            if kind.needed_for == "activities" and not kind.activity_ids:
                raise ValidationError(
                    self.env._("Choose the activities that need “%s”.", kind.name)
                )

    @api.constrains("only_pai", "about")
    def _check_only_pai(self):
        for kind in self:
            if kind.only_pai and kind.about != "child":
                raise ValidationError(
                    self.env._("A PAI belongs to a child: “%s” must too.", kind.name)
                )

    @api.constrains("about")
    def _check_about(self):
        """Documents received would change their owner."""
        for kind in self:
            wrong = "=" if kind.about == "child" else "!="
            if (
                self.env["espace.document"]
                .sudo()
                .search_count(
                    [("type_id", "=", kind.id), ("child_id", wrong, False)], limit=1
                )
            ):
                raise ValidationError(
                    self.env._(
                        "Documents “%s” were received already: create another type.",
                        kind.name,
                    )
                )

    # === Tools === #

    def _needed_in(self, activity, child):
        """Tell whether `child` must have it to come to `activity`."""
        self.ensure_one()
        if self.only_pai and not child.has_pai:
            return False
        return self.needed_for == "all" or (
            self.needed_for == "activities" and activity in self.activity_ids
        )

    def _expiry(self, day):
        """Return the last day covered by a document that counts from `day`, or None."""
        self.ensure_one()
        year_end = None
        if self.validity == "school_year":
            year = self.env["espace.school.year"].sudo()
            year_end = year._year_of(
                self.company_id, documents.school_year_day(day)
            ).date_to
        return documents.expiry(
            day, self.validity, self.validity_months, year_end or None
        )

    def _lack_words(self, lack):
        """Say what is wrong with the document of a family, and what to do.

        :param documents.Lack lack: what no document covers
        """
        self.ensure_one()
        todo = self.instructions or self.env._("Send it to the town hall.")
        if lack.code == "expired":
            return self.env._(
                "“%(document)s” ended on %(day)s: a new one is needed. %(todo)s",
                document=self.name,
                day=self.company_id._espace_format_day(lack.day, "d MMMM y"),
                todo=todo,
            )
        if lack.code == "refused":
            return self.env._(
                "“%(document)s” was refused (%(reason)s): a new one is needed. "
                "%(todo)s",
                document=self.name,
                reason=lack.words,
                todo=todo,
            )
        return self.env._(
            "“%(document)s” is missing. %(todo)s", document=self.name, todo=todo
        )
