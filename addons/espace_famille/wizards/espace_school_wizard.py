import re

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..domain.register.plan import class_level
from ..domain.register.values import levels

# The levels of a kind of school, one class each, until the commune says otherwise.
CLASSES = {
    "nursery": "PS, MS, GS",
    "elementary": "CP, CE1, CE2, CM1, CM2",
    "primary": "PS, MS, GS, CP, CE1, CE2, CM1, CM2",
}
BETWEEN = re.compile(r"[,;\n]")


class EspaceSchoolWizard(models.TransientModel):
    """Creates the schools with their classes, several at once."""

    _name = "espace.school.wizard"
    _description = "Schools and Classes"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    line_ids = fields.One2many(
        "espace.school.wizard.line",
        "wizard_id",
        default=lambda self: self._default_lines(),
    )

    @api.model
    def _default_lines(self):
        """Begin with the schools that have no class, else with one to be named."""
        schools = self.env["espace.school"].search(
            [("company_id", "=", self.env.company.id)]
        )
        empty = schools.filtered(lambda school: not school.class_ids)
        return [
            Command.create({"school_id": school.id, "name": school.name})
            for school in empty
        ] or [Command.create({})]

    def action_apply(self):
        """Create what is named.

        :raise UserError: no school is named, or a class has no name
        """
        self.ensure_one()
        self.env["espace.setup"]._check_admin()
        lines = self.line_ids.filtered(lambda line: (line.name or "").strip())
        if not lines:
            raise UserError(self.env._("Name at least one school."))
        for line in lines:
            names = line._class_names()
            if not names:
                raise UserError(self.env._("Name at least one class of %s.", line.name))
            school = line.school_id or self.env["espace.school"].create(
                {"name": line.name.strip(), "company_id": self.company_id.id}
            )
            self.env["espace.school.class"].create(
                [
                    {
                        "name": name,
                        "school_id": school.id,
                        "sequence": rank,
                        "level": class_level(levels(name)),
                    }
                    for rank, name in enumerate(names, 1)
                ]
            )
        return {"type": "ir.actions.act_window_close"}


class EspaceSchoolWizardLine(models.TransientModel):
    _name = "espace.school.wizard.line"
    _description = "School to Create"
    _order = "id"

    wizard_id = fields.Many2one(
        "espace.school.wizard", required=True, index=True, ondelete="cascade"
    )
    school_id = fields.Many2one("espace.school", "School without a Class")
    name = fields.Char("School")
    kind = fields.Selection(
        [
            ("primary", "Nursery and elementary"),
            ("nursery", "Nursery"),
            ("elementary", "Elementary"),
        ],
        default="primary",
        required=True,
    )
    classes = fields.Char(
        compute="_compute_classes",
        store=True,
        readonly=False,
        precompute=True,
        help="Separated by commas: PS-MS, GS, CP, CE1-CE2 Mme Brun.",
    )

    @api.depends("kind")
    def _compute_classes(self):
        for line in self:
            line.classes = CLASSES.get(line.kind)

    def _class_names(self):
        parts = (part.strip() for part in BETWEEN.split(self.classes or ""))
        return list(dict.fromkeys(filter(None, parts)))
