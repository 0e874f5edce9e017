import re

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

LEVELS = [
    ("tps", "TPS"),
    ("ps", "PS"),
    ("ms", "MS"),
    ("gs", "GS"),
    ("cp", "CP"),
    ("ce1", "CE1"),
    ("ce2", "CE2"),
    ("cm1", "CM1"),
    ("cm2", "CM2"),
]


class EspaceSchool(models.Model):
    """A school (école) of the commune."""

    _name = "espace.school"
    _description = "School"
    _order = "sequence, name"
    _check_company_auto = True

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    class_ids = fields.One2many("espace.school.class", "school_id", string="Classes")


class EspaceSchoolClass(models.Model):
    """A class (classe) of a school, with one or several levels."""

    _name = "espace.school.class"
    _description = "School Class"
    _order = "school_id, sequence, name"
    _check_company_auto = True

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    school_id = fields.Many2one(
        "espace.school", required=True, index=True, ondelete="restrict"
    )
    level = fields.Selection(LEVELS, help="Highest level taught in the class.")
    teacher = fields.Char()
    company_id = fields.Many2one(related="school_id.company_id", store=True)
    child_ids = fields.One2many("espace.child", "class_id", string="Children")
    child_count = fields.Integer("Number of Children", compute="_compute_child_count")

    @api.depends("child_ids")
    def _compute_child_count(self):
        counts = dict(
            self.env["espace.child"]._read_group(
                [("class_id", "in", self.ids)], ["class_id"], ["__count"]
            )
        )
        for school_class in self:
            school_class.child_count = counts.get(school_class, 0)

    @api.depends("name", "school_id.name")
    def _compute_display_name(self):
        for school_class in self:
            school_class.display_name = (
                f"{school_class.name} – {school_class.school_id.name or ''}"
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_only_empty(self):
        """Refuse to take a class away from its children: they might come nowhere."""
        children = self.with_context(active_test=False).child_ids
        if children:
            raise UserError(
                self.env._(
                    "Children are in %s: move them to another class first, or archive "
                    "this one.",
                    ", ".join(children.class_id.mapped("display_name")),
                )
            )

    def _in_school_order(self):
        """Return these classes school by school, from the youngest to the oldest.

        Names say little of it: “CM2” would come before “CP”, and “PS” last.
        """
        ranks = {code: rank for rank, (code, _name) in enumerate(LEVELS)}
        return self.sorted(
            lambda one: (
                one.school_id.sequence,
                one.school_id.name or "",
                one.school_id.id,
                ranks.get(one.level, len(LEVELS)),
                one.sequence,
                one.name,
            )
        )

    def action_away(self):
        """Open a closure for a class that is away some days (classe verte)."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille.espace_closure_action"
        )
        return {
            **action,
            "display_name": self.env._("Class Away"),
            "views": [(False, "form")],
            "context": {
                "default_kind": "outing",
                "default_name": self.env._("Class away"),
                "default_class_ids": self.ids,
            },
        }

    @api.model
    def _search_display_name(self, operator, value):
        """Find a class by its name, or by “CP – name of the school”."""
        found = super()._search_display_name(operator, value)
        if operator in Domain.NEGATIVE_OPERATORS:
            return found
        values = [value] if isinstance(value, str) else value or ()
        exact = "=" if operator == "in" else operator
        for words in filter(lambda one: isinstance(one, str), values):
            # The name of a class or of a school may hold such a dash itself.
            for dash in re.finditer(r"\s+[–—-]\s+", words):
                found |= Domain("name", exact, words[: dash.start()].strip()) & Domain(
                    "school_id.name", exact, words[dash.end() :].strip()
                )
        return found
