from odoo import api, fields, models

SECTIONS = [
    ("problem", "Problem"),
    ("decide", "To decide"),
    ("new", "New"),
    ("changed", "Changed"),
    ("same", "Unchanged"),
    ("leaver", "Not in the register"),
]
SUBJECTS = [
    ("school", "School"),
    ("class", "Class"),
    ("family", "Household"),
    ("guardian", "Guardian"),
    ("child", "Child"),
]
STATES = [
    ("shown", "Shown"),
    ("todo", "To Import"),
    ("done", "Imported"),
    ("left", "Left Aside"),
    ("failed", "Not Imported"),
    ("undone", "Undone"),
]


class EspaceRegisterLine(models.Model):
    """A line of the preview of a register: what would change, or has to be decided."""

    _name = "espace.register.line"
    _description = "Line of a Register Import"
    _inherit = ["espace.guard.mixin"]
    _order = "import_id, sequence, id"
    _rec_name = "label"

    # An agent answers, leaves aside, chooses a class; the rest is what was read.
    _by_code = frozenset(
        {
            "import_id",
            "sequence",
            "section",
            "subject",
            "group",
            "key",
            "label",
            "text",
            "place",
            "is_answered",
            "data",
            "res_id",
            "state",
            "reason",
        }
    )

    import_id = fields.Many2one(
        "espace.register.import", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="import_id.company_id", store=True)
    sequence = fields.Integer()
    section = fields.Selection(SECTIONS, required=True)
    subject = fields.Selection(SUBJECTS, "About")
    group = fields.Integer(help="Lines of one number are written together.")
    key = fields.Char()
    label = fields.Char("Who")
    text = fields.Text("Finding")
    place = fields.Char("Where")
    data = fields.Json()

    # What the agent decides
    is_answered = fields.Boolean("Has Two Answers")
    answer = fields.Selection(
        [("same", "The same"), ("other", "Another one")],
        help="What is chosen first is proposed; it counts for this import alone.",
    )
    is_taken = fields.Boolean(
        "Take over", default=True, help="Left aside: it stays as it is in the commune."
    )
    class_id = fields.Many2one(
        "espace.school.class",
        "Is the Class",
        domain="[('company_id', '=', company_id)]",
        help="A class that is there already under another name.",
    )

    # What became of it
    res_id = fields.Integer("Record", readonly=True)
    state = fields.Selection(STATES, default="shown", required=True)
    reason = fields.Char()

    @api.model
    def _by_code_words(self):
        return self.env._("What was read is not changed here: correct the file.")
