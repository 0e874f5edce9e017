from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

STATES = [
    ("files", "Files"),
    ("columns", "Columns"),
    ("preview", "Preview"),
    ("running", "Importing"),
    ("done", "Imported"),
    ("undone", "Undone"),
]
# Lines and files hold names and addresses: nobody needs them longer.
DAYS_KEPT = 30


class EspaceRegisterImport(models.Model):
    """The import of a school's register (registre): files, columns, preview, report.

    Nothing is written before the preview was accepted; then a scheduled job writes
    household by household, each whole or not at all, and goes on where it was
    interrupted. Only one import of a commune is written at a time.
    """

    _name = "espace.register.import"
    _description = "Register Import"
    _inherit = ["espace.guard.mixin"]
    _order = "id desc"
    _check_company_auto = True

    _by_code = frozenset(
        {
            "state",
            "shown",
            "prepared_on",
            "decisions",
            "accepted_uid",
            "accepted_on",
            "finished_on",
            "problems_file",
            "problems_name",
            "child_ids",
            "undone_words",
        }
    )

    name = fields.Char(compute="_compute_name", store=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    state = fields.Selection(
        STATES, "Step", default="files", required=True, readonly=True, copy=False
    )

    # Files
    attachment_ids = fields.Many2many("ir.attachment", string="Files", copy=False)
    school_id = fields.Many2one(
        "espace.school",
        check_company=True,
        default=lambda self: self._default_school(),
        help="Of the classes for which the files name no school.",
    )
    school_name = fields.Char(
        "New School", help="It is created with the import, once shown in the preview."
    )
    is_whole = fields.Boolean(
        "All Pupils",
        default=True,
        help="The files hold all pupils of their schools: who is missing is listed. "
        "Nobody is archived by that.",
    )

    # Columns
    table_ids = fields.One2many("espace.register.table", "import_id")
    column_ids = fields.One2many("espace.register.column", "import_id", "Columns")
    asked_count = fields.Integer("To Specify", compute="_compute_asked_count")

    # Preview
    line_ids = fields.One2many("espace.register.line", "import_id", "Lines")
    decide_ids = fields.One2many(
        "espace.register.line",
        "import_id",
        "To Decide",
        domain=[("section", "=", "decide")],
    )
    problem_ids = fields.One2many(
        "espace.register.line",
        "import_id",
        "Problems",
        domain=[("section", "=", "problem")],
    )
    place_ids = fields.One2many(
        "espace.register.line",
        "import_id",
        "Schools and Classes",
        domain=[("subject", "in", ("school", "class"))],
    )
    changed_ids = fields.One2many(
        "espace.register.line",
        "import_id",
        domain=[("section", "=", "changed")],
    )
    new_ids = fields.One2many(
        "espace.register.line",
        "import_id",
        domain=[("section", "=", "new"), ("subject", "in", ("family", "child"))],
    )
    leaver_ids = fields.One2many(
        "espace.register.line",
        "import_id",
        "Not in the Register",
        domain=[("section", "=", "leaver")],
    )
    decisions = fields.Json(copy=False)
    shown = fields.Char("What Was Shown", copy=False)
    prepared_on = fields.Datetime(copy=False, readonly=True)
    problems_file = fields.Binary("Lines to Correct", readonly=True, copy=False)
    problems_name = fields.Char(readonly=True, copy=False)

    # Report
    accepted_uid = fields.Many2one(
        "res.users", "Accepted by", readonly=True, copy=False
    )
    accepted_on = fields.Datetime(readonly=True, copy=False)
    finished_on = fields.Datetime(readonly=True, copy=False)
    child_ids = fields.Many2many("espace.child", string="Children", readonly=True)

    # Figures
    new_count = fields.Integer("New Children", compute="_compute_figures")
    changed_count = fields.Integer("Changes", compute="_compute_figures")
    same_count = fields.Integer("Unchanged Children", compute="_compute_figures")
    decide_count = fields.Integer(compute="_compute_figures")
    problem_count = fields.Integer(compute="_compute_figures")
    leaver_count = fields.Integer(compute="_compute_figures")
    failed_count = fields.Integer("Not Imported", compute="_compute_figures")
    progress = fields.Float("Progress (%)", compute="_compute_figures")

    _one_at_a_time = models.UniqueIndex(
        "(company_id) WHERE state = 'running'",
        "Another register is being imported: wait until it has ended.",
    )

    @api.model
    def _default_school(self):
        """Return the only school, if there is one."""
        schools = self.env["espace.school"].search(
            [("company_id", "=", self.env.company.id)], limit=2
        )
        return schools if len(schools) == 1 else False

    @api.depends("attachment_ids.name")
    def _compute_name(self):
        for one in self:
            # The files are deleted once imported, the name stays.
            names = ", ".join(one.attachment_ids.mapped("name"))
            one.name = names or one.name or self.env._("Register")

    @api.depends("column_ids.field")
    def _compute_asked_count(self):
        for one in self:
            one.asked_count = len(one.column_ids.filtered(lambda c: not c.field))

    @api.depends("line_ids.section", "line_ids.state")
    def _compute_figures(self):
        groups = self.env["espace.register.line"]._read_group(
            [("import_id", "in", self.ids)],
            ["import_id", "section", "subject", "state"],
            ["__count"],
        )
        for one in self:
            own = [group[1:] for group in groups if group[0] == one]

            def total(own=own, **wanted):
                names = ("section", "subject", "state")
                return sum(
                    count
                    for *told, count in own
                    if wanted.items() <= dict(zip(names, told, strict=True)).items()
                )

            one.new_count = total(section="new", subject="child")
            one.changed_count = total(section="changed")
            one.same_count = total(section="same", subject="child")
            one.decide_count = total(section="decide")
            one.problem_count = total(section="problem")
            one.leaver_count = total(section="leaver")
            one.failed_count = total(state="failed")
            left, done = total(state="todo"), total(state="done")
            done += total(state="failed")
            one.progress = 100 * done / (done + left) if done + left else 100

    # === Access === #

    @api.model
    def _by_code_words(self):
        return self.env._("The steps of an import are taken with its buttons.")

    def _check_step(self, *states):
        """Refuse what another agent, or another window, has done meanwhile."""
        self.ensure_one()
        self.check_access("write")
        if self.state not in states:
            raise UserError(
                self.env._("This import has gone on meanwhile: reload the page.")
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_running(self):
        if any(one.state == "running" for one in self):
            raise UserError(
                self.env._("An import that is being written cannot be deleted.")
            )

    # === Steps === #

    def action_read(self):
        """Open the files and propose what their columns are."""
        self._check_step("files", "columns", "preview")
        if not self.attachment_ids:
            raise UserError(self.env._("Choose the files of the register first."))
        # Files chosen before the import was saved were nobody's.
        self.attachment_ids.filtered(lambda a: not a.res_id).write(
            {"res_model": self._name, "res_id": self.id}
        )
        self._read_tables()
        self.sudo().state = "columns"

    def action_preview(self):
        """Show what would change, with what was decided so far."""
        self._check_step("columns", "preview")
        self._check_columns()
        self._remember_columns()
        self._prepare()
        self.sudo().state = "preview"

    def action_back(self):
        """Go back by one step; nothing was written."""
        self._check_step("columns", "preview")
        self.sudo().state = "columns" if self.state == "preview" else "files"

    def action_accept(self):
        """Have written what is shown; show it again if it is no longer that."""
        self._check_step("preview")
        shown = self.shown
        self._prepare()
        if self.shown != shown:
            return self._say_again()
        running = self.sudo().search_count(
            [("company_id", "=", self.company_id.id), ("state", "=", "running")]
        )
        if running:
            raise UserError(
                self.env._(
                    "Another register is being imported: wait until it has ended."
                )
            )
        taken = self.line_ids.filtered(lambda one: one.section in ("new", "changed"))
        taken.filtered("is_taken").sudo().state = "todo"
        taken.filtered(lambda one: not one.is_taken).sudo().state = "left"
        self.sudo().write(
            {
                "state": "running",
                "accepted_uid": self.env.uid,
                "accepted_on": fields.Datetime.now(),
            }
        )
        self.env.ref("espace_famille.cron_register").sudo()._trigger()
        return False

    def _say_again(self):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "message": self.env._(
                    "What will change is not what was shown: something was decided or "
                    "changed meanwhile. Nothing was written; look at it again, then "
                    "accept."
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # === Actions === #

    def action_open_children(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille.espace_child_action"
        )
        action["domain"] = [("id", "in", self.child_ids.ids)]
        return action

    def action_open_custody(self):
        """Open the children of two households, to say who has them when."""
        action = self.action_open_children()
        action["domain"] = [
            ("id", "in", self.child_ids.ids),
            ("custody_to_set", "=", True),
        ]
        return action

    def action_enrol(self):
        """Open the wizard that enrols these children in activities."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille.espace_enrolment_wizard_action"
        )
        action["context"] = {
            "default_child_ids": [Command.set(self.child_ids.ids)],
        }
        return action

    @api.autovacuum
    def _gc_old(self):
        """Forget imports that are over, or were given up, with the names they hold."""
        old = fields.Datetime.now() - timedelta(days=DAYS_KEPT)
        self.search([("write_date", "<", old), ("state", "!=", "running")]).unlink()
